"""Dataclasses become plain maps and come back the same, or say by path what does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.codec import Stored, Unreadable, carried, from_plain, to_plain, to_stored


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


def test_missing_fields_take_their_default_and_unknown_keys_are_read_over() -> None:
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


@dataclass(frozen=True, slots=True)
class Twig(Stored):
    """A stored map."""

    name: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Bush(Stored):
    """A stored map with others in it."""

    twig: Twig
    twigs: tuple[Twig, ...] = ()
    named: Mapping[str, Twig] = field(default_factory=dict)
    leaf: Leaf | None = None


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.binary(max_size=9)
strange = st.dictionaries(
    st.text(max_size=5).filter(lambda key: key not in {"name", "note", "twig", "twigs", "named", "leaf"}),
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)),
    max_size=3,
)
twigs = st.builds(lambda extra, name: {**extra, "name": name}, strange, st.text(max_size=3))
bushes = st.builds(
    lambda extra, twig, several, named: {**extra, "twig": twig, "twigs": several, "named": named},
    strange,
    twigs,
    st.lists(twigs, max_size=3),
    st.dictionaries(st.text(max_size=3), twigs, max_size=3),
)


@given(bushes)
def test_what_a_stored_map_holds_unknown_is_written_back(document: dict[str, object]) -> None:
    """Any document of newer code comes out as it went in, at every level; a key called like our own place too."""
    read = from_plain(Bush, document)

    assert document == to_stored(read)


def test_the_unknown_is_not_shown_and_makes_no_difference() -> None:
    """Only the document holds it: a view does not, and two values are equal whatever else they carry."""
    plain = {"twig": {"name": "a", "secret": 1}, "unknown": 2}

    read = from_plain(Bush, plain)

    assert to_plain(read) == {"twig": {"name": "a"}, "twigs": [], "named": {}}
    assert read == Bush(Twig("a"))
    assert hash(read.twig) == hash(Twig("a"))
    assert "secret" not in repr(read)


def test_a_class_that_is_not_stored_reads_over_the_unknown() -> None:
    """A table of settings is not given back: its own reader says what is a mistake there."""
    read = from_plain(Bush, {"twig": {"name": "a"}, "leaf": {"name": "b", "later": 1}})

    assert to_stored(read)["leaf"] == {"name": "b", "weight": 1.0}


@pytest.mark.parametrize("much", [["x" * 10] * 7000, {"x" * 100 + str(n): n for n in range(700)}, b"x" * 66_000])
def test_too_much_of_the_unknown_is_unreadable(much: object) -> None:
    """It is never thrown away, so it has a bound: beyond it the document is left alone, with the place named."""
    with pytest.raises(Unreadable) as raised:
        from_plain(Bush, {"twig": {"name": "a", "much": much}})

    assert raised.value.path == "twig"


def test_what_is_made_anew_carries_the_unknown_of_what_is_still_the_same() -> None:
    """A map inside keeps its own only while nothing known of it has changed."""
    old = from_plain(Bush, {"later": 1, "twig": {"name": "a", "later": 2}, "twigs": [{"name": "b", "later": 3}]})

    same, other = carried(old, Bush(Twig("a"), (Twig("b"),))), carried(old, Bush(Twig("z"), (Twig("b"), Twig("c"))))

    assert to_stored(same) == {
        "later": 1,
        "twig": {"name": "a", "later": 2},
        "twigs": [{"name": "b", "later": 3}],
        "named": {},
    }
    assert to_stored(other) == {"later": 1, "twig": {"name": "z"}, "twigs": [{"name": "b"}, {"name": "c"}], "named": {}}
