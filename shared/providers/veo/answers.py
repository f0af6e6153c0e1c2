"""What Veo's answers mean, as decisions (veo page, "Errors"; veo page, "Three ends without a film").

An answer that proves nothing was made is TryLater, Refused or Misconfigured; one that proves nothing is Unknown. Veo's
own texts are matched here and never passed on: they stand as a note on the exception, for the log.
"""

from datetime import timedelta

import httpx

from shared.codes import Code
from shared.pipeline.vendors.radar import Seen
from shared.providers.ports import Blamed, Failure, Filmed, Lost, Misconfigured, Pending, Refused, TryLater, Unknown
from shared.providers.reading import (
    RETRY_SOON,
    UNDECIDED,
    at,
    json_of,
    list_at,
    number_at,
    retry_after,
    sign_of_status,
    text_at,
    with_raw,
)
from shared.providers.veo.support_codes import LIKENESS, meanings, support_codes

_QUOTA = timedelta(seconds=30)
_PROVISIONING = timedelta(seconds=90)
_UNDECIDED = UNDECIDED | {409}  # Google answers 409 also to an order it took
_SERVICE_AGENT = "service agents are being provisioned"
REWORD = "Retry the job with other words."
_PERMISSION = (
    "Ask abroll's operator to let its service account use Vertex AI in the project (roles/aiplatform.user, the API "
    "enabled), then retry the job."
)
_REPORT = "Send abroll's operator the job's id; it is a mistake in abroll."
_NOT_GOOGLE = "Ask abroll's operator to check Veo's endpoint, then retry the job."
_MODEL = "Ask abroll's operator to configure a Veo model that is still served, then retry the job."
_PROJECT = "Ask abroll's operator to check the project's id, region, billing and policies, then retry the job."
_AGAIN = "Retry the job in a few minutes: what is finished is kept."


def operation_name(response: httpx.Response, model: str) -> str:
    """Read the answer to a submit. Raises: TryLater, Refused, Misconfigured, Unknown."""
    answer = json_of(response)
    name = text_at(answer, "name")
    if response.is_success and name:
        return name
    raise with_raw(_submit_error(response, answer, model), response)


def _submit_error(response: httpx.Response, answer: object, model: str) -> Exception:
    status = response.status_code
    if response.is_redirect:
        return Misconfigured(
            "The address set for Veo is not Google's.",
            next_move=_NOT_GOOGLE,
        )
    if not response.is_client_error or status in _UNDECIDED:
        why = f"Veo answered {status} without an operation; the clip may be in the making."
        return Unknown(why, sign_of_status(status))
    match status:
        case 401:
            return Misconfigured("Google refuses abroll's access token.", next_move=_PERMISSION)
        case 403:
            return Misconfigured("abroll may not use Veo in this project.", next_move=_PERMISSION)
        case 404:
            return Misconfigured(f"The model {model} is gone.", next_move=_MODEL)
        case 429:
            return TryLater("Veo's quota for this minute is used up.", retry_after(response, _QUOTA))
    return _bad_request(response, answer)


def _bad_request(response: httpx.Response, answer: object) -> Exception:
    message = text_at(answer, "error", "message")
    if _SERVICE_AGENT in message.lower():
        return TryLater("Google is still preparing Vertex AI's access to the bucket.", _PROVISIONING)
    if "RESOURCE_PROJECT_INVALID" in response.text or text_at(answer, "error", "status") == "FAILED_PRECONDITION":
        return Misconfigured("The project is not ready for Veo.", next_move=_PROJECT)
    codes = support_codes([message])
    if codes or response.status_code == httpx.codes.UNAVAILABLE_FOR_LEGAL_REASONS:
        blamed = _blamed(codes, message)
        return Refused(_unsafe_words(codes), code=Code.SAFETY, next_move=REWORD, blamed=blamed)
    return Refused("Veo refuses the order as invalid.", code=Code.INVALID, next_move=_REPORT)


def existence(response: httpx.Response) -> Seen:
    """Read the answer to an order that must be refused: does the model it names exist?"""
    if response.is_success:
        return Seen.TAKEN
    status = text_at(json_of(response), "error", "status")
    match response.status_code:
        case 404 if status == "NOT_FOUND":
            return Seen.GONE
        case 400 if status == "INVALID_ARGUMENT" and "RESOURCE_PROJECT_INVALID" not in response.text:
            return Seen.THERE
    return Seen.UNCLEAR


def outcome(response: httpx.Response, operation: str) -> Pending | Filmed | Failure:
    """Read the answer to a look. Raises: Lost, TryLater, Misconfigured."""
    answer = json_of(response)
    done = at(answer, "done")
    if response.is_success and _speaks_of(answer, operation):
        if done is True:
            return _ended(answer)
        if done is None or done is False:
            return Pending()
    raise with_raw(_look_error(response), response)


def _speaks_of(answer: object, operation: str) -> bool:
    """Tell whether an answer is about the operation that was asked about: its id says so, if it names any.

    The path before the id may say the project by its number, and an answer to a question about one operation may name
    none; an answer that names another is not believed, and one that says nothing at all is none.
    """
    name = at(answer, "name")
    if name is None:
        return isinstance(at(answer, "done"), bool)
    return isinstance(name, str) and name.rpartition("/")[2] == operation.rpartition("/")[2]


def _look_error(response: httpx.Response) -> Exception:
    match response.status_code:
        case 404:
            return Lost("Veo no longer knows the operation.")
        case 401 | 403:
            return Misconfigured("abroll may not ask Veo about its clips.", next_move=_PERMISSION)
        case 400:
            return Misconfigured("Veo does not accept the question about its clip.", next_move=_REPORT)
        case 429:
            return TryLater("Veo's quota for this minute is used up.", retry_after(response, _QUOTA))
        case status:
            why = f"Veo answered {status} without saying how the clip stands."
            return TryLater(why, RETRY_SOON, sign_of_status(status))


def _ended(answer: object) -> Filmed | Failure:
    """Tell a film, an error, a filtered and an empty operation apart; support codes come before error codes."""
    message = text_at(answer, "error", "message")
    if at(answer, "error") is not None:
        codes = support_codes([message])
        if codes:
            return Failure(Code.SAFETY, _unsafe_words(codes), REWORD, None, codes, _blamed(codes, message))
        return _failed(number_at(answer, "error", "code"))
    for video in list_at(answer, "response", "videos"):
        if uri := text_at(video, "gcsUri"):
            return Filmed(uri)
    reasons = [reason for reason in list_at(answer, "response", "raiMediaFilteredReasons") if isinstance(reason, str)]
    if reasons or number_at(answer, "response", "raiMediaFilteredCount"):
        codes, soon = support_codes(reasons), timedelta(seconds=5)
        blamed = _blamed(codes, " ".join(reasons))
        return Failure(Code.FILTERED, _unsafe_words(codes), REWORD, soon, codes, blamed)
    return Failure(Code.EMPTY, "Veo finished without a film.", "Retry the job with other words.", RETRY_SOON)


def _blamed(codes: tuple[str, ...], message: str) -> Blamed:
    """Tell what the filter is about; whether there was an image at all only the order knows."""
    if LIKENESS in meanings(codes):
        return Blamed.LIKENESS
    return Blamed.IMAGE if "image" in message.lower() else Blamed.WORDS


def _unsafe_words(codes: tuple[str, ...]) -> str:
    classes = meanings(codes)
    about = f" ({', '.join(classes)})" if classes else ""
    stated = f", support code {', '.join(codes)}" if codes else ""
    return f"Google's safety filter refused the clip{about}{stated}."


def _failed(code: float | None) -> Failure:
    match code:
        case 3:
            return Failure(Code.INVALID, "Veo found the order invalid.", _REPORT, None)
        case 7:
            return Failure(
                Code.PERMISSION,
                "Veo may not read from or write to the bucket.",
                "Ask abroll's operator to give Vertex AI's service agent roles/storage.objectUser on the takes bucket, "
                "then retry the job.",
                None,
            )
        case 8 | 14:
            return Failure(Code.CAPACITY, "Veo is overloaded.", _AGAIN, timedelta(seconds=60))
        case 9:
            why = "Google is still preparing Vertex AI's access to the bucket."
            return Failure(Code.PROVISIONING, why, _AGAIN, _PROVISIONING)
        case 13:
            return Failure(Code.INTERNAL, "Veo failed inside.", _AGAIN, RETRY_SOON)
        case _:
            return Failure(Code.INTERNAL, "Veo ended without a film and without a known reason.", _AGAIN, None)
