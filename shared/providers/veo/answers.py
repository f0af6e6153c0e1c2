"""What Veo's answers mean, as decisions (veo page, "Errors"; veo page, "Three ends without a film").

An answer that proves nothing was made is TryLater, Refused or Misconfigured; one that proves nothing is Unknown. Veo's
own texts are matched here and never passed on: they stand as a note on the exception, for the log.
"""

from datetime import timedelta

import httpx

from shared.codes import Code
from shared.providers.ports import Failure, Filmed, Lost, Misconfigured, Pending, Refused, TryLater, Unknown
from shared.providers.reading import (
    RETRY_SOON,
    UNDECIDED,
    at,
    json_of,
    list_at,
    number_at,
    retry_after,
    text_at,
    with_raw,
)
from shared.providers.veo.support_codes import LIKENESS, meanings, support_codes

_QUOTA = timedelta(seconds=30)
_PROVISIONING = timedelta(seconds=90)
_UNDECIDED = UNDECIDED | {409}  # Google answers 409 also to an order it took
_SERVICE_AGENT = "service agents are being provisioned"
_PERMISSION = "Let abroll's service account use Vertex AI in the project (roles/aiplatform.user, the API enabled)."
_REPORT = "Report this with the job's id; it is a mistake in abroll."


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
        return Misconfigured("The address set for Veo is not Google's.", next_move="Check Veo's endpoint.")
    if not response.is_client_error or status in _UNDECIDED:
        return Unknown(f"Veo answered {status} without an operation; the clip may be in the making.")
    match status:
        case 401:
            return Misconfigured("Google refuses abroll's access token.", next_move=_PERMISSION)
        case 403:
            return Misconfigured("abroll may not use Veo in this project.", next_move=_PERMISSION)
        case 404:
            return Misconfigured(f"The model {model} is gone.", next_move="Configure a Veo model that is still served.")
        case 429:
            return TryLater("Veo's quota for this minute is used up.", retry_after(response, _QUOTA))
    return _bad_request(response, answer)


def _bad_request(response: httpx.Response, answer: object) -> Exception:
    message = text_at(answer, "error", "message")
    if _SERVICE_AGENT in message.lower():
        return TryLater("Google is still preparing Vertex AI's access to the bucket.", _PROVISIONING)
    if "RESOURCE_PROJECT_INVALID" in response.text or text_at(answer, "error", "status") == "FAILED_PRECONDITION":
        return Misconfigured(
            "The project is not ready for Veo.", next_move="Check the project's id, region, billing and policies."
        )
    codes = support_codes([message])
    if codes or response.status_code == httpx.codes.UNAVAILABLE_FOR_LEGAL_REASONS:
        why, next_move = _safety_words(codes, message)
        return Refused(why, code=Code.SAFETY, next_move=next_move)
    return Refused("Veo refuses the order as invalid.", code=Code.INVALID, next_move=_REPORT)


def outcome(response: httpx.Response, operation: str) -> Pending | Filmed | Failure:
    """Read the answer to a look. Raises: Lost, TryLater, Misconfigured."""
    answer = json_of(response)
    done = at(answer, "done")
    if response.is_success and text_at(answer, "name") == operation:
        if done is True:
            return _ended(answer)
        if done is None or done is False:
            return Pending()
    raise with_raw(_look_error(response), response)


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
            return TryLater(f"Veo answered {status} without saying how the clip stands.", RETRY_SOON)


def _ended(answer: object) -> Filmed | Failure:
    """Tell a film, an error, a filtered and an empty operation apart; support codes come before error codes."""
    message = text_at(answer, "error", "message")
    if at(answer, "error") is not None:
        codes = support_codes([message])
        return _unsafe(codes, message) if codes else _failed(number_at(answer, "error", "code"))
    for video in list_at(answer, "response", "videos"):
        if uri := text_at(video, "gcsUri"):
            return Filmed(uri)
    reasons = [reason for reason in list_at(answer, "response", "raiMediaFilteredReasons") if isinstance(reason, str)]
    if reasons or number_at(answer, "response", "raiMediaFilteredCount"):
        codes = support_codes(reasons)
        why, next_move = _safety_words(codes, " ".join(reasons))
        return Failure(Code.FILTERED, why, next_move, timedelta(seconds=5), codes)
    return Failure(
        Code.EMPTY, "Veo finished without a film.", "Retry the job; reword the scene if it happens again.", RETRY_SOON
    )


def _unsafe(codes: tuple[str, ...], message: str) -> Failure:
    why, next_move = _safety_words(codes, message)
    return Failure(Code.SAFETY, why, next_move, None, codes)


def _safety_words(codes: tuple[str, ...], message: str) -> tuple[str, str]:
    classes = meanings(codes)
    from_image = "image" in message.lower() or LIKENESS in classes
    what = "the image" if from_image else "the scene"
    about = f" ({', '.join(classes)})" if classes else ""
    stated = f", support code {', '.join(codes)}" if codes else ""
    why = f"Google's safety filter refused {what}{about}{stated}."
    if LIKENESS in classes:
        return why, "Use an image without a recognisable person; other words do not help."
    return why, "Use another image." if from_image else "Reword the scene."


def _failed(code: float | None) -> Failure:
    match code:
        case 3:
            return Failure(Code.INVALID, "Veo found the order invalid.", _REPORT, None)
        case 7:
            return Failure(
                Code.PERMISSION,
                "Veo may not read from or write to the bucket.",
                "Give the Vertex AI service agent roles/storage.objectUser on the takes bucket.",
                None,
            )
        case 8 | 14:
            return Failure(Code.CAPACITY, "Veo is overloaded.", "Wait; abroll tries again.", timedelta(seconds=60))
        case 9:
            return Failure(
                Code.PROVISIONING,
                "Google is still preparing Vertex AI's access to the bucket.",
                "Wait; abroll tries again.",
                _PROVISIONING,
            )
        case 13:
            return Failure(Code.INTERNAL, "Veo failed inside.", "Wait; abroll tries again.", RETRY_SOON)
        case _:
            return Failure(
                Code.INTERNAL, "Veo ended without a film and without a known reason.", "Retry the job.", None
            )
