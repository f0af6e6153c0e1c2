"""Reads D-ID's list of clips; a reading counts only when it is complete: only then a clip that is not there is none.

Nobody has said how the list is sorted, and the tenant's own clips share it (did page, "Lists"). So it is read to its
end, unless its pages themselves prove that they go back in time, and have gone back far enough. Its first page is read
once more afterwards: what is missing there was deleted meanwhile, and may have pushed a clip past us between two pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shared.providers.did.answers import ask_error
from shared.providers.did.questions import Questions
from shared.providers.ports import Incomplete, TryLater
from shared.providers.reading import PAGES, json_of, list_at, text_at

LIST_SECONDS = 25.0
PAGE = "100"
CLOCKS_APART = timedelta(seconds=120)  # between our clock and D-ID's
_ENDED = frozenset({"error", "rejected"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One clip of the list."""

    id: str
    name: str
    status: str
    created_at: datetime

    @property
    def dead(self) -> bool:
        """Tell whether it failed: no film comes of it."""
        return self.status in _ENDED


def clips_named(ask: Questions, attempt: str, since: datetime | None) -> tuple[Listed, ...]:
    """Return an attempt's clips, first those that may still deliver, then the earliest.

    `since` is when it was claimed: pages that have gone back past it need not be read on. Raises: KeyChanged, TryLater,
    Incomplete.
    """
    read: list[Listed] = []
    try:
        _read_on(ask, read, since)
    except TryLater:
        if not _named(read, attempt):  # found is found, however much of the list was read
            raise
    return tuple(sorted(_named(read, attempt), key=lambda clip: (clip.dead, clip.created_at)))


def _named(read: Iterable[Listed], attempt: str) -> list[Listed]:
    return list({clip.id: clip for clip in read if clip.name.startswith(f"{attempt}.")}.values())


def _read_on(ask: Questions, read: list[Listed], since: datetime | None) -> None:
    """Read the list into `read`, to its end or until it is proven that the rest is older than `since`."""
    token, seen, first = "", {""}, 0
    for _ in range(PAGES):
        clips, token = _page(ask, token)
        read += clips
        first = first or len(clips)
        if not token or _past(read, since):
            break
        if token in seen:
            raise Incomplete("D-ID's list goes in a circle.")
        seen.add(token)
    else:
        raise Incomplete(f"D-ID's list has more than {PAGES} pages.")
    again, _ = _page(ask, "")
    if _shifted(read[:first], again):
        raise Incomplete("D-ID's list changed while it was read.")


def _shifted(first: list[Listed], again: list[Listed]) -> bool:
    """Tell whether a clip of the first page was deleted while the others were read; newer ones may push others off."""
    before, now = [clip.id for clip in first], [clip.id for clip in again]
    kept = [clip for clip in now if clip in before]
    return len(before) - len(kept) > len(now) - len(kept) or kept != before[: len(kept)]


def _past(read: list[Listed], since: datetime | None) -> bool:
    """Tell whether the pages prove that they go back in time, and have gone back past an attempt's claim."""
    times = [clip.created_at for clip in read]
    falling = all(later >= earlier for later, earlier in pairwise(times))
    return since is not None and falling and len(set(times)) > 1 and times[-1] < since - CLOCKS_APART


def _page(ask: Questions, token: str) -> tuple[list[Listed], str]:
    """Return a page's clips and the next one's token, "" after the last. Raises: KeyChanged, TryLater, Incomplete."""
    query = {"limit": PAGE, **({"token": token} if token else {})}
    response = ask("/clips", query)
    answer = json_of(response)
    if not response.is_success:
        raise ask_error(response, ask.api_key)
    if not isinstance(answer, dict) or not isinstance(answer.get("clips"), list):
        raise Incomplete("D-ID answered without a list.")
    following = answer.get("token")
    if not isinstance(following, str | None):
        raise Incomplete("D-ID's list leads on to nowhere.")
    return [_clip(one) for one in list_at(answer, "clips")], following or ""


def _clip(one: object) -> Listed:
    """Read a clip of the list. Raises Incomplete: what cannot be read may be the one that is looked for."""
    try:
        created = datetime.fromisoformat(text_at(one, "created_at"))
    except ValueError as odd:
        raise Incomplete("D-ID lists a clip without its time.") from odd
    if not text_at(one, "id"):
        raise Incomplete("D-ID lists a clip without its id.")
    at = created if created.tzinfo else created.replace(tzinfo=UTC)
    return Listed(text_at(one, "id"), text_at(one, "name"), text_at(one, "status"), at)
