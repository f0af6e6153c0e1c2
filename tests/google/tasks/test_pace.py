"""How fast a queue goes: its token bucket, its concurrency, and the brake that 429 and 503 pull."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.google.tasks.model import QueueConfig
from infra.local.google.tasks.pace import Pace
from tests.google.tasks.conftest import StartCloud
from tests.google.tasks.world import PARENT, Clock, Cloud

ONE_A_SECOND = QueueConfig(max_dispatches_per_second=1)


def test_the_rate_holds_after_the_burst(start_cloud: StartCloud) -> None:
    """A bucket of ten goes out at once, then one task a second (RateLimits: token bucket)."""
    cloud = start_cloud({"veo": ONE_A_SECOND})
    for _ in range(13):
        cloud.create()

    begun = cloud.clock.now
    assert cloud.server.run_due() == 10
    assert cloud.server.next_due() == begun + timedelta(seconds=1)

    cloud.drain()
    assert [(heard.at - begun).total_seconds() for heard in cloud.handler.heard[10:]] == [1, 2, 3]


def test_an_idle_queue_fills_its_bucket_and_no_more(start_cloud: StartCloud) -> None:
    """After an hour of rest the burst is ten again, not thousands."""
    cloud = start_cloud({"veo": ONE_A_SECOND})
    cloud.clock.advance(hours=1)
    for _ in range(12):
        cloud.create()

    assert cloud.server.run_due() == 10


def test_retries_spend_tokens_too(start_cloud: StartCloud) -> None:
    """The rate counts every dispatch, "regardless of whether the dispatch is from a first attempt or a retry"."""
    cloud = start_cloud({"veo": QueueConfig(max_dispatches_per_second=1, min_backoff=timedelta(0))})
    cloud.handler.always(500)
    cloud.create()

    assert cloud.server.run_due() == 10


def test_a_slow_queue_does_not_hold_up_another(start_cloud: StartCloud) -> None:
    """Each queue has a bucket of its own."""
    cloud = start_cloud({"veo": ONE_A_SECOND, "compose": QueueConfig()})
    for _ in range(11):
        cloud.create()
        cloud.create(queue=f"{PARENT}/queues/compose")

    assert cloud.server.run_due() == 21
    assert len(cloud.server.pending("veo")) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_overload_brakes_the_whole_queue(start_cloud: StartCloud, status: int) -> None:
    """One handler's 429 or 503 holds back every task of the queue (infra README, "Queues and retries")."""
    cloud = start_cloud({"veo": QueueConfig(), "compose": QueueConfig()})
    cloud.handler.answers(status)
    cloud.create("overloaded")
    cloud.create("bystander")
    cloud.create("elsewhere", queue=f"{PARENT}/queues/compose")

    cloud.server.run_due()

    heard = [heard.tasks_header("TaskName") for heard in cloud.handler.heard]
    assert heard == ["overloaded", "elsewhere"]
    assert cloud.server.next_due() == cloud.clock.now + timedelta(seconds=1)


@pytest.mark.parametrize("status", [400, 409, 500, 502, 504])
def test_other_failures_do_not(cloud: Cloud, status: int) -> None:
    """Any other failure delays its own task only."""
    cloud.handler.answers(status)
    cloud.create("failing")
    cloud.create("bystander")

    assert cloud.server.run_due() == 2


def test_the_brake_doubles_and_a_success_lets_go(cloud: Cloud) -> None:
    """Overload after overload pauses 1, 2, 4 s; after a success the next overload pauses 1 s again."""
    cloud.handler.answers(503, 503, 503, 200, 503)
    begun = cloud.clock.now
    cloud.create("a")
    cloud.create("b")

    heard = [(at - begun).total_seconds() for at in cloud.drain()]

    assert heard == [0, 1, 3, 7, 7, 8]


def test_retry_after_in_seconds_is_considered(cloud: Cloud) -> None:
    """Retry-After holds back the task and the queue."""
    cloud.handler.answers(503, **{"Retry-After": "90"})
    cloud.create("a")
    cloud.create("b")
    cloud.server.run_due()

    assert cloud.server.next_due() == cloud.clock.now + timedelta(seconds=90)


def test_retry_after_as_a_date_is_considered(cloud: Cloud) -> None:
    """The header's other form works too."""
    until = cloud.clock.now + timedelta(minutes=5)
    cloud.handler.answers(429, **{"Retry-After": format_datetime(until, usegmt=True)})
    cloud.create("a")
    cloud.server.run_due()

    assert cloud.server.next_due() == until


@pytest.mark.parametrize("value", ["soon", "-5", "", "1e3", "99999999999999999999"])
def test_an_odd_retry_after_does_no_harm(cloud: Cloud, value: str) -> None:
    """Nonsense is ignored, and the farthest future is 30 days."""
    cloud.handler.answers(503, **{"Retry-After": value})
    cloud.create("a")
    cloud.server.run_due()

    due = cloud.server.next_due()
    assert due is not None
    assert due - cloud.clock.now in (timedelta(seconds=1), timedelta(days=30))


def test_tasks_under_way_make_one_overload(clock: Clock) -> None:
    """Twenty 503s to tasks sent before the pause began pause the queue once, one sent after it doubles the pause."""
    pace = Pace.full(QueueConfig(), clock.now)
    sent = clock.now
    clock.advance(seconds=5)

    for _ in range(20):
        pace.overloaded(clock.now, timedelta(0), dispatched=sent)
    assert pace.next_time(clock.now) == clock.now + timedelta(seconds=1)

    clock.advance(seconds=1)
    pace.overloaded(clock.now, timedelta(0), dispatched=clock.now)
    assert pace.next_time(clock.now) == clock.now + timedelta(seconds=2)


@given(rate=st.floats(0.1, 20), timeouts=st.lists(st.floats(0, 10), max_size=30))
def test_no_window_ever_holds_more_than_burst_and_rate_allow(rate: float, timeouts: list[float]) -> None:
    """In any span of time a queue hands out at most its burst plus what the rate refills meanwhile."""
    config = QueueConfig(max_dispatches_per_second=rate)
    clock = Clock()
    pace = Pace.full(config, clock.now)
    sent: list[datetime] = []
    for wait in timeouts:
        clock.advance(seconds=wait)
        while pace.next_time(clock.now) <= clock.now:
            pace.spend(clock.now)
            sent.append(clock.now)

    for first, begun in enumerate(sent):
        for last, ended in enumerate(sent[first:], start=1):
            assert last <= config.burst + rate * (ended - begun).total_seconds() + 0.01
