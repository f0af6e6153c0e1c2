"""One purchase at a time in an instance, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.steps.turnstile import Turnstile


def test_one_at_a_time_passes_a_gate() -> None:
    """Whoever is inside is alone there."""
    gates, inside, most = Turnstile(), [0], list[int]()

    def buys(_: int) -> None:
        with gates.through("acme.0"):
            inside[0] += 1
            most.append(inside[0])
            inside[0] -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(buys, range(200)))

    assert [1] * 200 == most


def test_gates_know_nothing_of_each_other() -> None:
    """Another tenant, or another document of the same, passes beside."""
    gates = Turnstile()

    with gates.through("acme.0"), gates.through("acme.1"), gates.through("shop.0"):
        assert 3 == len(gates)

    assert 0 == len(gates)


def test_who_has_waited_long_enough_goes_on() -> None:
    """A call that hangs inside holds up nobody for ever, and the gate works on when it comes out."""
    gates, hanging, out = Turnstile(wait=0.05), threading.Event(), threading.Event()

    def hang() -> None:
        with gates.through("acme.0"):
            hanging.set()
            out.wait()

    with ThreadPoolExecutor(1) as pool:
        hung = pool.submit(hang)
        hanging.wait()
        with gates.through("acme.0"):
            beside = len(gates)
        out.set()
        hung.result()
    with gates.through("acme.0"):
        after = len(gates)

    assert (1, 1, 0) == (beside, after, len(gates))


def test_an_error_opens_the_gate() -> None:
    """A refusal inside holds up nobody."""
    gates = Turnstile()

    with pytest.raises(ZeroDivisionError), gates.through("acme.0"):
        1 / 0  # noqa: B018  # it raises

    assert 0 == len(gates)
