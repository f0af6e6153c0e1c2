"""What D-ID's answers mean, as decisions: by `kind` first, by status where the gateway answers without one.

Its own texts are matched here and never passed on: they stand as a note on the exception, for the log, without the
tenant's key.
"""

import re
from datetime import timedelta

import httpx

from shared.providers.did.order import attempt_of
from shared.providers.did.words import (
    BY_KIND,
    DID_BACKGROUND,
    DID_CREDITS,
    DID_KEY,
    DID_NO_PRESENTER,
    DID_NO_VOICE,
    DID_PLAN,
    DID_RENDERING,
    DID_SCRIPT,
    DID_UNSAFE,
    DID_WEBM,
    invalid_words,
)
from shared.providers.ports import (
    Failure,
    Filmed,
    KeyChanged,
    Lost,
    Misconfigured,
    Pending,
    Refused,
    SpeechOrder,
    TryLater,
    Unknown,
)
from shared.providers.reading import (
    RETRY_SOON,
    UNDECIDED,
    at,
    json_of,
    number_at,
    retry_after,
    sign_of_status,
    text_at,
    with_raw,
)
from shared.providers.words import Words

BUSY = timedelta(seconds=60)  # D-ID says no wait with its 429
_FIELD = re.compile(r"[a-z0-9_.\[\]]{1,60}")
_BEHIND = ("background", "transparen", "alpha", "webm", "green")
_NOT_DID = "Ask abroll's operator to check D-ID's endpoint, then retry the job."


def made_id(response: httpx.Response, order: SpeechOrder, api_key: str) -> str:
    """Read the answer to an order. Raises: TryLater, Refused, Misconfigured, Unknown."""
    made = text_at(json_of(response), "id")
    if response.is_success and made:
        return made
    raise with_raw(_submit_error(response, order), response, hide=api_key)


def _submit_error(response: httpx.Response, order: SpeechOrder) -> Exception:
    """Decide what a refused order means; what may have been made is never refused."""
    status = response.status_code
    if response.is_redirect:
        return Misconfigured("The address set for D-ID is not D-ID's.", next_move=_NOT_DID)
    if not response.is_client_error or status in UNDECIDED or status == httpx.codes.CONFLICT:
        return Unknown(f"D-ID answered {status} without a clip; it may be in the making.", sign_of_status(status))
    answer = json_of(response)
    kind = text_at(answer, "kind")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return TryLater("D-ID is busy with this account's other films.", retry_after(response, BUSY))
    if words := _look_refusal(order.cutout, answer) or BY_KIND.get(kind):
        return words.fails()
    return _by_status(response, order, kind)


def refuses_cutout(error: Exception, order: SpeechOrder) -> bool:
    """Tell whether an order may have been refused for its cut-out alone: D-ID's words for that are not known."""
    return order.cutout != "inset" and isinstance(error, Refused) and error.code == invalid_words("").code


def cutout_refused(order: SpeechOrder) -> Refused:
    """Say that the presenter cannot be filmed this way."""
    return (DID_WEBM if order.cutout == "alpha" else DID_BACKGROUND).fails()


def _look_refusal(cutout: str, answer: object) -> Words | None:
    """Tell that the presenter cannot be filmed this way; only words say so."""
    if text_at(answer, "kind") not in {"BadRequestError", "ValidationError"}:
        return None
    says = f"{text_at(answer, 'description')} {_first_field(answer)}".lower()
    if not any(word in says for word in _BEHIND):
        return None
    return {"alpha": DID_WEBM, "key": DID_BACKGROUND}.get(cutout)


def _first_field(answer: object) -> str:
    details = at(answer, "details")
    return next((name for name in details if isinstance(name, str)), "") if isinstance(details, dict) else ""


def _by_status(response: httpx.Response, order: SpeechOrder, kind: str) -> Exception:
    answer = json_of(response)
    says = text_at(answer, "description").lower()
    match response.status_code:
        case 401:
            return DID_KEY.fails()
        case 402:
            return DID_CREDITS.fails()
        case 403:
            return _forbidden(answer, kind)
        case 451:
            return DID_UNSAFE.fails()
        case 404 if kind:
            return (DID_NO_VOICE if "voice" in says else DID_NO_PRESENTER).fails()
        case 404 | 405 | 410 if not kind:
            return Misconfigured("D-ID no longer answers at this address.", next_move=_NOT_DID)
    field = _first_field(answer)
    if order.voice_id and "voice" in f"{says} {field}":
        return DID_NO_VOICE.fails()
    if field.startswith("script.input"):
        return DID_SCRIPT.fails()
    return invalid_words(field if _FIELD.fullmatch(field) else "").fails()


def _forbidden(answer: object, kind: str) -> Exception:
    """A gateway's 403 knows no kinds: it is about the key's form, or the address is not D-ID's."""
    if kind:
        return DID_PLAN.fails()
    if "authorization" in text_at(answer, "message").lower():
        return DID_KEY.fails()
    return Misconfigured("D-ID's gateway does not know this address.", next_move=_NOT_DID)


def outcome(response: httpx.Response, wanted: str, api_key: str) -> tuple[Pending | Filmed | Failure, str | None]:
    """Read the answer to a look, and the attempt its name speaks of. Raises: Lost, KeyChanged, TryLater."""
    clip = json_of(response)
    status = text_at(clip, "status")
    if response.is_success and status and text_at(clip, "id") in {"", wanted}:
        name = text_at(clip, "name")
        return _state(clip, status), attempt_of(name) if name else None
    if response.status_code == httpx.codes.NOT_FOUND and text_at(clip, "kind"):
        raise with_raw(Lost("D-ID does not know the clip."), response, hide=api_key)
    raise ask_error(response, api_key)


def _state(clip: object, status: str) -> Pending | Filmed | Failure:
    """Only three words end a clip; whatever else D-ID says means it is being made."""
    if status == "done" and (url := text_at(clip, "result_url")):
        return Filmed(url, number_at(clip, "duration"), avatar_id=text_at(clip, "presenter_id") or None)
    if status not in {"error", "rejected"}:
        return Pending()
    known = BY_KIND.get(text_at(clip, "error", "kind")) or (DID_UNSAFE if status == "rejected" else None)
    words = known or DID_RENDERING
    return Failure(words.code, words.why, words.ordered_move, None if known else timedelta(seconds=60))


def ask_error(response: httpx.Response, api_key: str) -> Exception:
    """Read the refusal of a question that changes nothing: KeyChanged or TryLater."""
    if response.status_code in {401, 403}:
        return with_raw(KeyChanged("D-ID rejects the API key."), response, hide=api_key)
    why = f"D-ID answered {response.status_code} without the answer."
    sign = sign_of_status(response.status_code)
    return with_raw(TryLater(why, retry_after(response, RETRY_SOON), sign), response, hide=api_key)
