"""The client's types are the description's."""

from infra.client_types import TYPES, printed


def test_the_types_are_those_of_the_description() -> None:
    """`python -m infra.client_types --write` was run after the last change of the API."""
    assert printed() == TYPES.read_text(encoding="utf-8")
