"""What a person may be told at a public door: every problem names its cause and the next move."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.codes import MEANINGS, Code, by_field

if TYPE_CHECKING:
    from shared.steps.quotas import Quota

TOLD = 3  # mistakes that stand in the message itself


class Problem(Exception):
    """A request that cannot be served; the door knows the status of its code, `details` go by field."""

    def __init__(
        self,
        code: Code,
        message: str = "",
        *,
        next_move: str = "",
        details: Mapping[str, list[str]] | None = None,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        quotas: Sequence["Quota"] = (),
    ) -> None:
        meaning = MEANINGS[code]
        self.code = code
        self.message = message or meaning.says
        self.next_move = next_move or meaning.next_move
        self.details = dict(details or {})
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        self.quotas = tuple(quotas)  # the limits that were met
        super().__init__(self.message)


def invalid(details: Mapping[str, list[str]]) -> Problem:
    """The body is wrong: all its mistakes by field, the first ones in the message too."""
    move = "mend the fields that `details` names, then send it again"
    return Problem(Code.VALIDATION_ERROR, first_mistakes(details), next_move=move, details=details)


def first_mistakes(details: Mapping[str, list[str]]) -> str:
    """Say what is wrong with the first fields, and how many more there are."""
    told = [by_field(path, whys[0].rstrip(".")) for path, whys in list(details.items())[:TOLD]]
    rest = len(details) - len(told)
    return "; ".join(told) + (f"; and {rest} more field{'s' if rest > 1 else ''}" if rest else "")


def together(problems: Sequence[Problem]) -> Problem:
    """Tell at least one problem as one: all reasons, moves and fields once; code and headers are the first's."""
    first, *others = problems
    if not others:
        return first
    details: dict[str, list[str]] = {}
    for problem in problems:
        for path, whys in problem.details.items():
            known = details.setdefault(path, [])
            known += [why for why in whys if why not in known]
    return Problem(
        first.code,
        _joined([problem.message for problem in problems]),
        next_move=_joined([problem.next_move for problem in problems]),
        details=details,
        retry_after=first.retry_after,
        headers=first.headers,
    )


def _joined(says: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(one.rstrip(".") for one in says if one))


def not_found(what: str) -> Problem:
    """There is nothing of that name, or it is another tenant's: the answer does not tell which."""
    return Problem(Code.NOT_FOUND, f"there is no such {what}", next_move=f"check the {what}'s id")


def no_provider(known: Iterable[str]) -> Problem:
    """There is no avatar service of that name."""
    move = f"use {' or '.join(sorted(known))} in the path"
    return Problem(Code.NOT_FOUND, "there is no avatar service of that name", next_move=move)


def already_rotating() -> Problem:
    """Another webhook secret is being made at this moment."""
    return Problem(
        Code.ALREADY_ROTATING,
        "another webhook secret is being made for this tenant at this moment; this one was not kept",
        next_move="use the other one, or ask again in a minute",
        retry_after=60,
    )


def unavailable(why: str) -> Problem:
    """Our own store or queue did not answer."""
    return Problem(Code.UNAVAILABLE, why, next_move="try again in a few seconds", retry_after=5)
