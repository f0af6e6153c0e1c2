"""What HeyGen's answers mean, as decisions: by `error.code` first, by status where the body is empty or HTML.

Live replies of 2026-08 to 2026-10 (heygen page, "Envelopes and errors"). HeyGen's own texts are matched here and never
passed on: they stand as a note on the exception, for the log, without the tenant's key.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx

from shared.providers.heygen.words import (
    BACKGROUND,
    BY_CODE,
    CREDITS,
    ENGINE,
    KEY,
    RENDERING,
    WEBM,
    invalid_words,
)
from shared.providers.ports import (
    Failure,
    Filmed,
    InFlight,
    KeyChanged,
    Lost,
    Misconfigured,
    Pending,
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

_FIELD = re.compile(r"[a-z0-9_.\[\]]{1,60}")
_ENGINE = re.compile(r"does not support avatar[ _](iii|iv|v)\b")


_NOT_HEYGEN = "Ask abroll's operator to check HeyGen's endpoint, then retry the job."
_LATER = frozenset({"rate_limit_exceeded", "resource_not_ready", "asset_not_available"})


@dataclass(frozen=True, slots=True)
class RouteWords:
    """How one of HeyGen's routes words what it refuses."""

    refusal: Callable[[str, str, str], Words | None]  # of a code, a message in small letters and a field
    invalid: Callable[[str], Words]  # of the field an order is malformed in, "" where none is named


def made_id(response: httpx.Response, order: SpeechOrder, api_key: str) -> str:
    """Read the answer to a presenter's submit. Raises: TryLater, InFlight, Refused, Misconfigured, Unknown."""

    def refusal(code: str, message: str, param: str) -> Words | None:
        return _look_refusal(order.cutout, message, param) or BY_CODE.get(code)

    return accepted_id(response, api_key, RouteWords(refusal, invalid_words))


def accepted_id(response: httpx.Response, api_key: str, wording: RouteWords) -> str:
    """Read the answer to a submit of any route. Raises: TryLater, InFlight, Refused, Misconfigured, Unknown."""
    data = at(json_of(response), "data")
    made = text_at(data, "video_id") or text_at(data, "id")
    if response.is_success and made:
        return made
    raise with_raw(_submit_error(response, wording), response, hide=api_key)


def _submit_error(response: httpx.Response, wording: RouteWords) -> Exception:
    status = response.status_code
    if response.is_redirect:
        return Misconfigured("The address set for HeyGen is not HeyGen's.", next_move=_NOT_HEYGEN)
    if not response.is_client_error or status in UNDECIDED:
        why = f"HeyGen answered {status} without a video; it may be in the making."
        return Unknown(why, sign_of_status(status))
    answer = json_of(response)
    code, param = text_at(answer, "error", "code"), text_at(answer, "error", "param")
    message = text_at(answer, "error", "message").lower()
    if status == httpx.codes.CONFLICT or code == "request_in_progress":
        return InFlight("HeyGen is still answering the same order.")
    if code in _LATER:
        return TryLater("HeyGen is busy with this account's other films.", retry_after(response, RETRY_SOON))
    if words := wording.refusal(code, message, param):
        return words.fails()
    return _by_status(response, bool(code), wording.invalid(param if _FIELD.fullmatch(param) else ""))


def _look_refusal(cutout: str, message: str, param: str) -> Words | None:
    """Tell that the look cannot be filmed this way; only the words say so, no code does."""
    if param.startswith("engine") or _ENGINE.search(message):
        return ENGINE
    if cutout == "alpha" and ("webm" in message or "matting" in message or param == "output_format"):
        return WEBM
    behind = param.startswith(("background", "remove_background"))
    if cutout == "key" and ("background" in message or "matting" in message or behind):
        return BACKGROUND
    return None


def _by_status(response: httpx.Response, known: bool, invalid: Words) -> Exception:
    match response.status_code:
        case 401 | 403:
            return KEY.fails()
        case 402:
            return CREDITS.fails()
        case 429:
            return TryLater("HeyGen is busy with this account's other films.", retry_after(response, RETRY_SOON))
        case 404 | 405 | 410 if not known:
            return Misconfigured("HeyGen no longer answers at this address.", next_move=_NOT_HEYGEN)
    return invalid.fails()


def outcome(response: httpx.Response, wanted: str, api_key: str) -> tuple[Pending | Filmed | Failure, str | None]:
    """Read the answer to a look, and the title. Raises: Lost, KeyChanged, TryLater."""
    data = at(json_of(response), "data")
    status = text_at(data, "status")
    if response.is_success and status and speaks_of(data, wanted):
        return _state(data, status), text_at(data, "title") or None
    raise look_error(response, api_key)


def look_error(response: httpx.Response, api_key: str) -> Exception:
    """Read the refusal of a look at one video: Lost, KeyChanged or TryLater."""
    if response.status_code in {400, 404}:
        return with_raw(Lost("HeyGen does not know the video."), response, hide=api_key)
    return ask_error(response, api_key)


def speaks_of(data: object, wanted: str) -> bool:
    """Tell whether an answer is about the video that was asked about: under either name, or it names none."""
    if named := text_at(data, "id") or text_at(data, "video_id"):
        return named == wanted
    return at(data, "id") is None and at(data, "video_id") is None


def _state(data: object, status: str) -> Pending | Filmed | Failure:
    """Only two words end a film; whatever else HeyGen says means it is being made."""
    if status == "completed" and (url := text_at(data, "video_url")):
        return Filmed(url, number_at(data, "duration"), text_at(data, "subtitle_url") or None)
    if status != "failed":
        return Pending()
    code = text_at(data, "failure_code").lower()
    known = BY_CODE.get(code)
    if "insufficient_credit" in code:
        known = CREDITS
    if "webm" in text_at(data, "failure_message").lower():
        known = WEBM
    words = known or RENDERING
    return Failure(words.code, words.why, words.ordered_move, None if known else timedelta(seconds=60))


def ask_error(response: httpx.Response, api_key: str) -> Exception:
    """Read the refusal of a question that changes nothing: KeyChanged or TryLater."""
    if response.status_code in {401, 403}:
        return with_raw(KeyChanged("HeyGen rejects the API key."), response, hide=api_key)
    why = f"HeyGen answered {response.status_code} without the answer."
    later = TryLater(why, retry_after(response, RETRY_SOON), sign_of_status(response.status_code))
    return with_raw(later, response, hide=api_key)
