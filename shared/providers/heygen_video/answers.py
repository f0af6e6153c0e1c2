"""What HeyGen's answers about footage mean, as decisions; envelope, codes and statuses are those of its presenters."""

from datetime import timedelta

import httpx

from shared.providers.heygen.answers import RouteWords, accepted_id, look_error, speaks_of
from shared.providers.heygen_video.words import RENDERING_FOOTAGE, failure_words, invalid_footage, refusal_words
from shared.providers.ports import Failure, Filmed, Pending
from shared.providers.reading import at, json_of, number_at, text_at
from shared.providers.words import Words

NEW_ATTEMPT = timedelta(seconds=60)
_ENDED_WITHOUT = frozenset({"failed", "cancelled"})


def footage_id(response: httpx.Response, api_key: str) -> str:
    """Read the answer to a submit. Raises: TryLater, InFlight, Refused, Misconfigured, Unknown."""

    def refusal(code: str, _message: str, param: str) -> Words | None:
        return refusal_words(code, param)

    return accepted_id(response, api_key, RouteWords(refusal, invalid_footage))


def footage_outcome(response: httpx.Response, wanted: str, api_key: str) -> Pending | Filmed | Failure:
    """Read the answer to a look; only three words end a film. Raises: Lost, KeyChanged, TryLater."""
    data = at(json_of(response), "data")
    status = text_at(data, "status")
    if not (response.is_success and status and speaks_of(data, wanted)):
        raise look_error(response, api_key)
    if status == "completed" and (url := text_at(data, "video_url")):
        return Filmed(url, number_at(data, "duration"))
    if status not in _ENDED_WITHOUT:
        return Pending()
    known = failure_words(text_at(data, "failure_code").lower(), text_at(data, "failure_message").lower())
    words = known or RENDERING_FOOTAGE
    return Failure(words.code, words.why, words.ordered_move, None if known else NEW_ATTEMPT, blamed=words.blamed)
