"""The keys of the pages' sessions: which verifies when, and which signs."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.door.console.signing_keys import HEARD, MOST_SIGNING_KEYS, SESSION_LIFE, read_keys, rotated, usable

BORN = datetime(2026, 11, 1, tzinfo=UTC)
AFTER = timedelta(microseconds=1)
TWO = rotated(rotated("", "old", BORN), "new", BORN + timedelta(days=1))
CHANGED = BORN + timedelta(days=1)


def test_a_first_key_signs_at_once() -> None:
    """There is no other."""
    assert ("only",) == usable(rotated("", "only", BORN), BORN)


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        (CHANGED, ("new", "old")),
        (CHANGED + HEARD - AFTER, ("new", "old")),
        (CHANGED + HEARD, ("old", "new")),
        (CHANGED + HEARD + SESSION_LIFE - AFTER, ("old", "new")),
        (CHANGED + HEARD + SESSION_LIFE, ("new",)),
    ],
)
def test_a_new_key_verifies_before_it_signs(now: datetime, keys: tuple[str, ...]) -> None:
    """The last one signs: the new one once all have heard of it; the old one verifies until its last session ends."""
    assert keys == usable(TWO, now)


def test_rotations_close_together_keep_a_key_that_all_know() -> None:
    """The one that signs is the newest that every instance has heard of."""
    value = rotated("", "a", BORN)
    for minute, made in enumerate("bcd", start=1):
        value = rotated(value, made, BORN + timedelta(days=1, minutes=minute))

    assert "a" == usable(value, BORN + timedelta(days=1, minutes=4))[-1]
    assert "b" == usable(value, BORN + timedelta(days=1, minutes=6))[-1]


def test_a_rotation_forgets_what_is_over() -> None:
    """A value never grows: neither with the years nor in a storm of rotations."""
    value = rotated(TWO, "newest", CHANGED + HEARD + SESSION_LIFE)
    for _ in range(20):
        crowd = value = rotated(value, "again", CHANGED + HEARD + SESSION_LIFE)

    assert ("newest", "new") == tuple(
        line.split()[0] for line in rotated(TWO, "newest", CHANGED + SESSION_LIFE * 2).splitlines()
    )
    assert MOST_SIGNING_KEYS == len(crowd.splitlines())


@pytest.mark.parametrize(
    ("value", "keys"), [("", ()), (" \n", ()), ("by-hand\n", ("by-hand",)), ("k not-a-time", ("k",))]
)
def test_a_value_put_by_hand_is_read(value: str, keys: tuple[str, ...]) -> None:
    """A key without a time was always there; no key at all is none."""
    assert keys == usable(value, BORN)


def test_a_key_is_not_printed() -> None:
    """What a traceback shows of it is when it was made."""
    assert "old" not in repr(read_keys("old"))
