"""Dataclasses become plain maps and come back the same, or say by path what does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.codec import Unreadable, from_plain, to_plain


class Colour(StrEnum):
    """A small enum."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A nested dataclass."""

    name: str
    weight: float = 1.0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """Every shape the codec knows."""

    colour: Colour
    count: int
    ok: bool
    at: datetime
    wait: timedelta
    parent: str | None
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[str, int] = ("a", 1)
    named: Mapping[str, Leaf] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    nick: str | None = "nick"
    first: Leaf | None = None


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
leaves = st.builds(Leaf, st.text(), st.floats(allow_nan=False), st.none() | st.text())
trees = st.builds(
    Tree,
    colour=st.sampled_from(Colour),
    count=st.integers(),
    ok=st.booleans(),
    at=st.datetimes(timezones=st.just(UTC)),
    wait=st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda gap: timedelta(seconds=gap.total_seconds())),
    parent=st.none() | st.text(),
    leaves=st.lists(leaves, max_size=3).map(tuple),
    pair=st.tuples(st.text(), st.integers()),
    named=st.dictionaries(st.text(), leaves, max_size=3),
    tags=st.frozensets(st.text(), max_size=3),
    nick=st.none() | st.text(),
    first=st.none() | leaves,
)


def tree(**changed: object) -> dict[str, object]:
    """Return a readable document with the fields that matter here changed."""
    return {"colour": "red", "count": 2, "ok": True, "at": NOON, "wait": 1.5} | changed


@given(trees)
def test_what_is_written_reads_back_equal(value: Tree) -> None:
    """Every shape survives the way to a document and back."""
    plain = to_plain(value)

    assert from_plain(Tree, plain) == value


def test_a_document_is_plain() -> None:
    """Enums are values, tuples lists, gaps seconds, times stay times, an absent optional does not stand there."""
    value = Tree(
        Colour.RED, 2, True, NOON, timedelta(minutes=1), None, (Leaf("a"),), tags=frozenset({"y", "x"}), nick=None
    )

    assert to_plain(value) == {
        "colour": "red",
        "count": 2,
        "ok": True,
        "at": NOON,
        "wait": 60.0,
        "leaves": [{"name": "a", "weight": 1.0}],
        "pair": ["a", 1],
        "named": {},
        "tags": ["x", "y"],
        "nick": None,
    }


def test_missing_fields_take_their_default_and_unknown_keys_are_ignored() -> None:
    """An older document and one from a newer writer both read."""
    read = from_plain(Tree, tree(later="?"))

    assert read == Tree(Colour.RED, 2, True, NOON, timedelta(seconds=1.5), None)


def test_a_time_may_be_text() -> None:
    """RFC 3339 reads as a time, in UTC."""
    read = from_plain(Tree, tree(at="2026-11-21T13:00:00+01:00"))

    assert read.at == NOON
    assert read.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"count": "2"}, "count"),
        ({"count": True}, "count"),
        ({"count": 2.0}, "count"),
        ({"ok": 1}, "ok"),
        ({"colour": "green"}, "colour"),
        ({"at": NOON.replace(tzinfo=None)}, "at"),
        ({"at": "noon"}, "at"),
        ({"wait": None}, "wait"),
        ({"parent": 7}, "parent"),
        ({"leaves": [{"name": "a"}, {"weight": 1}]}, "leaves.1.name"),
        ({"leaves": "ab"}, "leaves"),
        ({"named": {"a-1": {"name": 3}}}, "named.a-1.name"),
        ({"named": []}, "named"),
        ({"pair": ["a"]}, "pair"),
        ({"first": "x"}, "first"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(changed: dict[str, object], path: str) -> None:
    """A wrong value raises with the path a person can follow."""
    with pytest.raises(Unreadable) as raised:
        from_plain(Tree, tree(**changed))

    assert raised.value.path == path


def test_every_mistake_is_told_at_once() -> None:
    """Reading does not stop at the first wrong field."""
    with pytest.raises(Unreadable) as raised:
        from_plain(Tree, tree(count="2", leaves=[{}, {"name": 1}], named={"a": 1}))

    assert [path for path, _ in raised.value.mistakes] == ["count", "leaves.0.name", "leaves.1.name", "named.a"]


def test_a_required_field_that_is_missing_is_named() -> None:
    """A missing field without a default raises with its name."""
    with pytest.raises(Unreadable, match="colour: missing"):
        from_plain(Tree, {})


@pytest.mark.parametrize("value", [{"a": object()}, [[1]], b"bytes"])
def test_what_no_document_can_hold_is_refused(value: object) -> None:
    """Objects, bytes and lists in lists raise instead of failing later in the database."""
    with pytest.raises(TypeError):
        to_plain(value)
