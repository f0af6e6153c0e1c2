"""Fetches a finished file from a vendor's link that dies to local disk, and says what became of it."""

from pathlib import Path

from shared.codes import Code
from shared.egress.client import Egress, EgressFailed, EgressRefused


class Unfit(Exception):
    """The link gives something that is not what was ordered: a fresh one may."""

    def __init__(self, why: str, *, code: Code = Code.NOT_A_FILM) -> None:
        super().__init__(why)
        self.why = why
        self.code = code


class Unfetched(Exception):
    """The file could not be fetched or judged now, for a reason that passes."""


def download(egress: Egress, url: str, path: Path, *, most: int, seconds: float) -> None:
    """Copy a link's file of at most so many bytes to `path`. Raises Unfit, Unfetched, OSError without room."""
    try:
        with (
            egress.stream(url, max_bytes=most, total_seconds=seconds) as source,
            path.open("wb") as file,
        ):
            for chunk in source.chunks():
                file.write(chunk)
            expected, came = source.content_length, file.tell()
    except EgressRefused as refused:
        raise Unfit(f"its link does not work: {refused.why}", code=Code.NOT_FETCHABLE) from refused
    except EgressFailed as failed:
        raise Unfetched(f"its file could not be fetched: {failed.why}") from failed
    if expected is not None and came != expected:
        raise Unfetched(f"{came} of {expected} bytes of its file came")
