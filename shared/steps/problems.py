"""What a person may be told at a public door: every problem names its cause and the next move."""

from collections.abc import Mapping


class Problem(Exception):
    """A request that cannot be served; `status` and `error` are HTTP's and ours, `details` go by field."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        *,
        next_move: str,
        details: Mapping[str, list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.next_move = next_move
        self.details = dict(details or {})
        self.retry_after = retry_after


def invalid(details: Mapping[str, list[str]]) -> Problem:
    """The body is wrong: all its mistakes by field."""
    names = ", ".join(sorted(details))
    return Problem(400, "validation_error", f"wrong: {names}", next_move="mend the named fields", details=details)


def not_found(what: str) -> Problem:
    """There is nothing of that name, or it is another tenant's: nobody can tell the two apart."""
    return Problem(404, "not_found", f"there is no such {what}", next_move=f"check the {what}'s id")


def unavailable(why: str) -> Problem:
    """Our own store or queue did not answer."""
    return Problem(503, "unavailable", why, next_move="try again in a few seconds", retry_after=5)
