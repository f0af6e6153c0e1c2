"""A text nested deeper than anything sensible is refused before it is parsed; all others are read as `json` does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.client import reading
from shared.nesting import MOST_LEVELS, NestedTooDeeply, parse

READERS = pytest.mark.parametrize("read", [parse, reading.parse], ids=["ours", "the client's"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='[]{}"\\a', max_size=80),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
)


def opened(levels: int) -> str:
    """Return lists within each other, each of which has said something before."""
    return '[[], {"]": "]}"}, ' * (levels - 1) + "[]" + "]" * (levels - 1)


@READERS
@given(value=VALUES)
def test_what_is_shallow_is_read(read: Callable[[str], Any], value: object) -> None:
    """However many brackets stand side by side, and within texts."""
    assert value == read(json.dumps(value))
    assert [value, "[" * 99, '"' + "{" * 99] == read(json.dumps([value, "[" * 99, '"' + "{" * 99]))


@READERS
def test_the_bound_is_levels(read: Callable[[str], Any]) -> None:
    """One more is one too many, in a text that is whole and in one that never ends."""
    assert read(opened(MOST_LEVELS))
    for text in (opened(MOST_LEVELS + 1), "[" * 100_000, '{"a":' * 100_000, '[{"a": "' + '\\"[", "b": [' * 90):
        with pytest.raises(ValueError, match="levels"):
            read(text)


@READERS
@pytest.mark.parametrize(
    "text", ["", '"' + "[" * 99, "]" * 99 + "[" * 99, "[" * 30 + "}" + "[" * 30, "[1" * 60 + "x", "[]," * 99 + '"' * 99]
)
def test_what_is_no_json_is_none(read: Callable[[str], Any], text: str) -> None:
    """It is refused as `json` refuses it."""
    with pytest.raises(json.JSONDecodeError):
        read(text)


def test_ours_says_that_it_is_the_depth() -> None:
    """So that a door can tell it from what is no JSON."""
    with pytest.raises(NestedTooDeeply):
        parse(b"[" * 65)
