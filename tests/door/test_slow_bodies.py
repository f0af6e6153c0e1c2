"""Whose slow bodies an instance waits for: a share for each sender, and places that nobody keeps from the others."""

from functools import partial

from shared.door.slow_bodies import MOST_SLOW, MOST_SLOW_TOGETHER, SlowBodies


def entered(bodies: SlowBodies, senders: str, gone: list[str]) -> str:
    """Let one body a letter come, named by its place; return the senders that are waited for."""
    return "".join(
        sender for place, sender in enumerate(senders) if bodies.enter(place, sender, partial(gone.append, str(place)))
    )


def test_a_sender_has_its_share_and_no_more() -> None:
    """The fourth is not waited for, until one has come."""
    bodies, gone = SlowBodies(), list[str]()

    first = entered(bodies, "aaaa", gone)
    full = bodies.full("a")
    bodies.leave(0)

    assert ("a" * MOST_SLOW, True, []) == (first, full, gone)
    assert not bodies.full("a")
    assert bodies.enter("later", "a", lambda: None)


def test_all_together_have_as_many_as_leave_threads_free() -> None:
    """Of ten senders with one each six are waited for."""
    bodies, gone = SlowBodies(), list[str]()

    waited = entered(bodies, "abcdefghij", gone)

    assert ("abcdef", []) == (waited, gone)
    assert MOST_SLOW_TOGETHER == len(waited)


def test_whoever_has_fewer_takes_a_place_of_whoever_has_most() -> None:
    """Two fill all places: a third has one of theirs, the oldest; when all have as many nobody has to go."""
    bodies, gone = SlowBodies(), list[str]()

    waited = entered(bodies, "aaabbbcccd", gone)

    assert "aaabbbccd" == waited
    assert ["0", "3", "1"] == gone


def test_a_body_that_had_to_go_is_not_counted_twice() -> None:
    """It leaves as every body does, and nobody else's place goes with it."""
    bodies, gone = SlowBodies(), list[str]()
    entered(bodies, "aaabbbc", gone)

    bodies.leave(0)

    assert ["0"] == gone
    assert "d" == entered(bodies, "d", gone)
