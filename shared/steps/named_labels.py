"""What an order names by a label (a template, a brand kit), and that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

from shared.cloud.named_versions import Named, kept_versions


def not_there(label: str, newest: Iterable[Named], lists: str) -> str:
    """Say what there is in its place: versions of that name, or names like it, or else the call that lists them."""
    name, _, version = label.partition("@")
    kept = {each.name: each for each in newest}
    if version and name in kept:
        numbers = kept_versions(kept[name])
        there = f"are versions {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"is version {numbers[0]} alone"
        return f"{label} does not exist; of {name} there {there}"
    near = get_close_matches(name, kept, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"{lists} lists those there are"
    return f"{label} does not exist; {hint}"
