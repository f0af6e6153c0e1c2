"""The sweep before a backlog: in pages, most overdue first, a bounded piece of work each tick, each document once.

Some hundred documents at every run; SWEEP_JOBS=10000 is the backlog of the promise (minutes).
"""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.cloud.jobs import StoreUnreachable
from shared.pipeline.job.names import delivery_task, task_name
from shared.steps.learn import LEARN_MINUTES
from shared.steps.sweep import HANDS, TICK
from tests.faults.wire import Kind
from tests.patience import PATIENCE
from tests.steps.heaps import delivery, heaped, lost_job, present
from tests.steps.stage import CLIP, Stage

MANY = int(os.environ.get("SWEEP_JOBS", "500"))
CALL = 0.05  # seconds each call to Google takes here, by the stage's clock: a tick has room for so many
MOST_CALLS = TICK / CALL + 4 * HANDS  # what had begun before a tick's end is brought to its end
pytestmark = pytest.mark.timeout(900 + MANY // 5)


def ticks(stage: Stage, what: str) -> Iterator[tuple[dict[str, int], int]]:
    """Sweep each minute until so many were pushed as there are; yield what each tick told and how many calls it took.

    Nothing leaves the queues meanwhile: what was pushed becomes late again, and is looked for and found there.
    """
    stage.wire.on(".", times=10**9, meanwhile=lambda: stage.clock.forward(CALL))
    pushed = 0
    while pushed < MANY:
        before, began = len(stage.wire.calls), stage.clock()
        told = stage.wiring.sweep()
        stage.clock.now = max(stage.clock.now, began + timedelta(seconds=60))
        yield told, len(stage.wire.calls) - before
        pushed += told[what]


ALIVE = "firestore Commit"  # the sweep writes that it came by


def at_rest(stage: Stage) -> list[str]:
    """Return the calls of a tick after all that waits has been looked for, one that does not learn."""
    stage.wire.mend()
    stage.wiring.sweep()
    stage.clock.forward(60 * (stage.clock().minute % LEARN_MINUTES == 0))
    before = len(stage.wire.calls)
    assert {"seen": 0, "pushed": 0, "deliveries": 0} == stage.wiring.sweep()
    return stage.wire.calls[before:]


def table(title: str, told: list[tuple[dict[str, int], int]], what: str) -> str:
    """Return the ticks as lines: how many were pushed, how many calls it took."""
    rows = [f"{number:5} {each[what]:8} {calls:8}" for number, (each, calls) in enumerate(told, 1)]
    every = sum(calls for _, calls in told)
    last = f"  all {MANY:8} {every:8}   {every / MANY:.2f} calls for each"
    return "\n".join([title, " tick   pushed    calls", *rows, last])


def test_a_backlog_of_jobs_is_moved_in_bounded_ticks(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    """Each tick does its share, the most overdue first; every job is pushed once, by one new task."""
    ids = heaped(stage, "jobs", lost_job(stage), MANY)
    stage.clock.forward(300)

    told: list[tuple[dict[str, int], int]] = []
    first: list[str] = []
    for tick in ticks(stage, "pushed"):
        told.append(tick)
        first = first or present(stage)

    every = [task_name(job_id, CLIP, 2) for job_id in ids]
    assert sorted(every) == sorted(present(stage))
    assert MANY == sum(each["pushed"] for each, _ in told)
    assert max(calls for _, calls in told) <= MOST_CALLS
    assert 3 * MANY * CALL / TICK <= len(told) <= 2 + 3.2 * MANY * CALL / TICK  # a push is three calls
    assert not set(first) - set(every[: len(first) + HANDS])  # no more than the hands' own order
    assert {(2, 1)} == {(stage.node(job_id, CLIP).wake, stage.node(job_id, CLIP).nudges) for job_id in ids}
    assert ["firestore RunQuery"] * 4 + [ALIVE] == at_rest(stage)
    with capfd.disabled():
        print("\n" + table(f"{MANY} late jobs", told, "pushed"))


def test_a_backlog_of_deliveries_too(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    """Each is pushed once, and found in its queue when it is late again."""
    ids = heaped(stage, "webhook_deliveries", delivery(stage), MANY)
    stage.clock.forward(300)

    told = list(ticks(stage, "deliveries"))

    assert sorted(delivery_task(name, 2) for name in ids) == sorted(present(stage))
    assert MANY == sum(each["deliveries"] for each, _ in told)
    assert max(calls for _, calls in told) <= MOST_CALLS
    assert ["firestore RunQuery"] * 4 + [ALIVE] == at_rest(stage)
    with capfd.disabled():
        print("\n" + table(f"{MANY} late deliveries", told, "deliveries"))


def test_neither_backlog_hides_the_other(stage: Stage) -> None:
    """The first tick, far too short for all jobs, pushes deliveries too."""
    heaped(stage, "jobs", lost_job(stage), MANY)
    heaped(stage, "webhook_deliveries", delivery(stage), 5)
    stage.clock.forward(300)

    told, _calls = next(ticks(stage, "pushed"))

    assert 5 == told["deliveries"]
    assert told["pushed"] < MANY


def test_a_query_that_fails_stops_its_own_kind_only(stage: Stage) -> None:
    """Jobs cannot be looked for: deliveries go out all the same, and the scheduler hears of it."""
    heaped(stage, "webhook_deliveries", delivery(stage), 1)
    stage.clock.forward(300)
    stage.wire.on("^firestore RunQuery", Kind.REFUSE, "PERMISSION_DENIED")

    with pytest.raises(StoreUnreachable):
        stage.wiring.sweep()

    assert 1 == len(stage.waiting("notify"))


def test_nothing_begins_after_the_tick(stage: Stage) -> None:
    """A query took all of it: neither is another one asked, nor a job pushed."""
    (job_id,) = heaped(stage, "jobs", lost_job(stage), 1)
    stage.clock.forward(300)
    stage.wire.on("^firestore RunQuery", meanwhile=lambda: stage.clock.forward(TICK))
    before = len(stage.wire.calls)

    told = stage.wiring.sweep()

    assert ["firestore RunQuery", ALIVE] == stage.wire.calls[before:]
    assert {"seen": 0, "pushed": 0, "deliveries": 0} == told
    assert 1 == stage.node(job_id, CLIP).wake


def test_many_hands_push_at_once(stage: Stage) -> None:
    """So many looks are under way at the same time: each waits until all the others have come."""
    heaped(stage, "jobs", lost_job(stage), HANDS)
    stage.clock.forward(300)
    together = threading.Barrier(HANDS, timeout=PATIENCE)
    stage.wire.on("^tasks GetTask", times=HANDS, meanwhile=together.wait)

    told = stage.wiring.sweep()

    assert HANDS == told["pushed"]
    assert not together.broken
