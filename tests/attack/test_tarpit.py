"""Webhook receivers that never answer: what they hold is bounded by tenant, and nobody else's webhook waits for them.

Simulated at 2026-11-28, 275 deliveries to a tarpit, before → after: another tenant's webhook waited 100 s → 1.4 s (the
queue hands out 200 a second), and 570 → 80 calls were made in four minutes. With 275 hosts of ten tenants: 69 s with a
limit by tenant alone, at 50 calls at once → 1.4 s.
"""

import threading
from datetime import timedelta

import pytest

from shared.steps.receivers import FAILURES_IN_A_ROW, TENANT_TOGETHER, TOGETHER
from tests.attack.slowed import FUNCTION, HONEST, QUEUE, TARPIT, Office
from tests.steps.stage import Stage

SMALL, LARGE = 60, 275
LOOKS, EVERY = 8, 5  # the victim's webhooks, and seconds between them
WATCHED = timedelta(minutes=4)
INSTANCES = FUNCTION["max_instances"]


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """Return how many deliveries the attacker has."""
    return LARGE if request.config.getoption("--large") else SMALL


def attacked(office: Office, count: int, *, tenants: int = 1, hosts: int = 1) -> float:
    """Let tenants' webhooks go to tarpits, and another one's now and then; return the longest that one waited."""
    begun = office.stage.clock()
    for each in range(count):
        tenant, host = f"flood-{each % tenants}", f"{TARPIT}-{each % hosts}-{each % tenants}.example"
        office.sends(tenant, f"flood-{each}", f"https://{host}/hook")
    for each in range(LOOKS):
        office.sends("shop", f"mine-{each}", f"https://{HONEST}.example/{each}")
        office.until(begun + timedelta(seconds=EVERY * (each + 1)))
    office.until(begun + WATCHED)
    assert LOOKS == len(office.came)
    return max(office.came.values())


@pytest.mark.parametrize(("tenants", "hosts"), [(1, 1), (1, LARGE), (10, LARGE)])
def test_nobody_waits_for_a_tarpit(stage: Stage, count: int, tenants: int, hosts: int) -> None:
    """One receiver, many of one tenant, many of ten: another tenant's webhook waits for the queue's pace alone."""
    with Office(stage) as office:
        waited = attacked(office, count, tenants=tenants, hosts=hosts)

    calls = office.calls.total() - LOOKS
    assert [] == [thread for thread in threading.enumerate() if thread.name == "slowed"]
    print(f"{count} to {hosts} tarpits of {tenants}: {waited:.1f} s, {office.most_held} held, {calls} calls")
    assert waited <= count / QUEUE["max_dispatches_per_second"] + 1
    assert office.most_held <= INSTANCES * min(tenants * TENANT_TOGETHER, FUNCTION["concurrency"]) + 1


def test_a_tarpit_is_called_less_and_less(stage: Stage, count: int) -> None:
    """Every instance meets it three times; then one call of each tries it when its pause is over, doubled each time."""
    with Office(stage) as office:
        attacked(office, count)

    pauses = 3  # of 30, 60 and 120 s within the time watched
    assert office.calls.total() - LOOKS <= INSTANCES * (FAILURES_IN_A_ROW + TOGETHER - 1 + pauses)


def test_without_an_account_of_receivers_everybody_waits(stage: Stage, count: int) -> None:
    """The figure before, by the same simulation: each call holds a place of fifty for twenty seconds."""
    with Office(stage, guarded=False) as office:
        waited = attacked(office, count)

    print(f"{count} to a tarpit, unguarded: {waited:.1f} s, {office.most_held} held")
    assert waited >= 20
