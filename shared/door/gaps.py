"""A table's lists whose columns leave places out, and how mistakes about them name the columns' own places."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.steps.problems import Problem, first_mistakes


class Gapped(list[Any]):
    """The entries of a list, and the places their columns give them."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        """Take entries by their places, which are numbers as text; the order of the list is the places'."""
        self.places = sorted(entries, key=int)
        super().__init__(entries[place] for place in self.places)


def in_columns(row: Mapping[str, Any], path: str) -> str:
    """Return a row's path as its table's heading counts."""
    told = list[str]()
    here: Any = row
    for step in path.split("."):
        match here:
            case Gapped() if step.isdecimal() and int(step) < len(here):
                told.append(here.places[int(step)])
                here = here[int(step)]
            case Mapping():
                told.append(step)
                here = here.get(step)
            case _:
                told.append(step)
    return ".".join(told)


def problem_in_columns(problem: Problem, rows: Sequence[Mapping[str, Any]]) -> Problem:
    """Return what is wrong with rows, their fields named as their table's heading counts."""
    details = {_of_row(path, rows): whys for path, whys in problem.details.items()}
    if details.keys() == problem.details.keys():
        return problem
    return Problem(
        problem.code,
        first_mistakes(details),
        next_move=problem.next_move,
        details=details,
        retry_after=problem.retry_after,
        headers=problem.headers,
        quotas=problem.quotas,
    )


def _of_row(path: str, rows: Sequence[Mapping[str, Any]]) -> str:
    whole, _, rest = path.partition(".")
    number, dot, field = rest.partition(".")
    if whole != "rows" or not dot or not number.isdecimal():
        return path
    return f"rows.{number}.{in_columns(rows[int(number) - 1], field)}"
