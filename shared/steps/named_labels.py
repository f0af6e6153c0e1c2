"""What an order names by a label (a template, a brand kit), and that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

from shared.cloud.named_versions import Named, kept_versions
from shared.codes import Code
from shared.steps.problems import Problem, not_found


def not_there(label: str, newest: Iterable[Named], lists: str) -> str:
    """Say what there is in its place: versions of that name, or names like it, or else the call that lists them."""
    name, _, version = label.partition("@")
    kept = {each.name: each for each in newest}
    if version and name in kept:
        return _no_version(label, kept[name])
    near = get_close_matches(name, kept, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"{lists} lists those there are"
    return f"{label} does not exist; {hint}"


def no_version(what: str, version: int | None, newest: Named | None) -> Problem:
    """Tell that a template or kit is not there; of a version that is not, which are, by the newest of its name."""
    if version is None or newest is None:
        return not_found(what)
    move = "leave version out for the newest, or name one of these"
    return Problem(Code.NOT_FOUND, _no_version(f"{newest.name}@{version}", newest), next_move=move)


def _no_version(label: str, newest: Named) -> str:
    numbers = kept_versions(newest)
    there = f"are versions {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"is version {numbers[0]} alone"
    return f"{label} does not exist; of {newest.name} there {there}"
