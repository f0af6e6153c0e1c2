"""The sweep before a mountain: in pages, most overdue first, a bounded piece of work each tick, each document once.

Some hundred documents at every run; SWEEP_JOBS=10000 is the mountain of the promise (minutes).
"""

import os
import uuid
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Loaded, Reservation
from shared.pipeline import events as on
from shared.pipeline.names import delivery_task, task_name
from shared.steps.commit import Commits, Heard
from shared.steps.sweep import HANDS, PAGE, TICK
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage

MANY = int(os.environ.get("SWEEP_JOBS", "500"))
CALL = 0.05  # seconds each call to Google takes here, by the stage's clock: a tick has room for so many
MOST_CALLS = TICK / CALL + 4 * HANDS  # what had begun before a tick's end is brought to its end
BATCH = 500
MILLISECOND = timedelta(milliseconds=1)
pytestmark = pytest.mark.timeout(60 + MANY // 5)


def lost_job(stage: Stage) -> dict[str, Any]:
    """Order a film whose task is lost; return its document."""
    stage.wire.on("^tasks CreateTask", Kind.REFUSE, "PERMISSION_DENIED")
    job_id = stage.order(footage())
    document = stage.cloud.eyes.clients.firestore.collection("jobs").document(job_id)
    data = document.get().to_dict()
    document.delete()
    assert data
    return data


def heaped(stage: Stage, collection: str, data: dict[str, Any], count: int) -> list[str]:
    """Write so many documents like this one, each due a little later; return their ids, the most overdue first."""
    store = stage.cloud.eyes.clients.firestore
    ids = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"{collection} {number}")) for number in range(count)]
    for begin in range(0, count, BATCH):
        batch = store.batch()
        for number, name in enumerate(ids[begin : begin + BATCH], begin):
            due = data["due_at"] + number * MILLISECOND
            batch.set(store.collection(collection).document(name), {**data, "due_at": due})
        batch.commit()
    return ids


def last_of_all(stage: Stage, data: dict[str, Any]) -> str:
    """Write one more job, less overdue than all others; return its id."""
    store = stage.cloud.eyes.clients.firestore
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, "the last"))
    store.collection("jobs").document(name).set({**data, "due_at": data["due_at"] + timedelta(seconds=60)})
    return name


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


def present(stage: Stage) -> list[str]:
    """Return the short names of all tasks that wait."""
    return [task.name.rpartition("/")[2] for task in stage.waiting()]


def test_a_mountain_of_jobs_is_moved_in_bounded_ticks(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    """Each tick does its share, the most overdue first; every job is pushed once, its one new task is wanted."""
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
    with capfd.disabled():
        print(f"\n{MANY} late jobs: {len(told)} ticks; (seen, calls)", [(each["seen"], calls) for each, calls in told])


def test_a_mountain_of_deliveries_too(stage: Stage) -> None:
    """Each is pushed once, and found in its queue when it is late again."""
    delivery = {
        "tenant": "acme",
        "job": "job",
        "url": "https://shop.example/hook",
        "event": "job.completed",
        "state": "queued",
        "attempts": 0,
        "wake": 1,
        "due_at": stage.clock(),
    }
    ids = heaped(stage, "webhook_deliveries", delivery, MANY)
    stage.clock.forward(300)

    told = list(ticks(stage, "deliveries"))

    assert sorted(delivery_task(name, 2) for name in ids) == sorted(present(stage))
    assert MANY == sum(each["deliveries"] for each, _ in told)
    assert max(calls for _, calls in told) <= MOST_CALLS


def test_neither_mountain_hides_the_other(stage: Stage) -> None:
    """The first tick, far too short for all jobs, pushes deliveries too."""
    heaped(stage, "jobs", lost_job(stage), MANY)
    delivery = {"tenant": "acme", "job": "job", "url": "https://shop.example", "event": "job.completed"}
    moving = {"state": "queued", "attempts": 0, "wake": 1, "due_at": stage.clock()}
    heaped(stage, "webhook_deliveries", delivery | moving, 5)
    stage.clock.forward(300)

    told, _calls = next(ticks(stage, "pushed"))

    assert 5 == told["deliveries"]
    assert told["pushed"] < MANY


def test_pages_full_of_poison_do_not_hide_what_stands_behind(stage: Stage) -> None:
    """More unreadable documents than a page holds, and none of them can even be put aside: the tick passes them by."""
    data = lost_job(stage)
    heaped(stage, "jobs", data | {"money": "eaten"}, PAGE + 1)
    good = last_of_all(stage, data)
    stage.clock.forward(300)
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", times=PAGE + 1)

    told = stage.wiring.sweep()

    assert (PAGE + 2, 1) == (told["seen"], told["pushed"])
    assert [task_name(good, CLIP, 2)] == present(stage)


class Stumbling(Commits):
    """Breaks over one kind of jobs: a bug of ours."""

    def hear(
        self, loaded: Loaded, event: on.Event, *, budget: float = 5.0, reserve: Reservation | None = None
    ) -> Heard:
        """Break over what nobody foresaw."""
        if loaded.job.trace == "stumble":
            raise ZeroDivisionError("a bug of ours")
        return super().hear(loaded, event, budget=budget, reserve=reserve)


class Stumbles(StagedWiring):
    """An instance with a bug in its machine."""

    @cached_property
    def commits(self) -> Commits:
        """The writer that breaks."""
        true = super().commits
        return Stumbling(*(getattr(true, each.name) for each in fields(true)))


def test_a_bug_over_one_kind_of_job_puts_it_aside(stage: Stage) -> None:
    """What breaks our own code is not tried again before half an hour has passed, and the others go on."""
    data = lost_job(stage)
    heaped(stage, "jobs", data | {"trace": "stumble"}, 3)
    good = last_of_all(stage, data)
    stage.cloud.kind = Stumbles
    stage.cloud.wiring = stage.cloud.instance()
    stage.clock.forward(300)

    first, second = stage.wiring.sweep(), stage.wiring.sweep()

    assert [task_name(good, CLIP, 2)] == present(stage)
    assert (4, 1) == (first["seen"], first["pushed"])
    assert 0 == second["seen"]


def test_a_query_that_fails_stops_its_own_kind_only(stage: Stage) -> None:
    """Jobs cannot be looked for: deliveries go out all the same, and the scheduler hears of it."""
    moving = {"state": "queued", "attempts": 0, "wake": 1, "due_at": stage.clock()}
    delivery = {"tenant": "acme", "job": "job", "url": "https://shop.example", "event": "job.completed"}
    heaped(stage, "webhook_deliveries", delivery | moving, 1)
    stage.clock.forward(300)
    stage.wire.on("^firestore RunQuery", Kind.REFUSE, "PERMISSION_DENIED")

    with pytest.raises(StoreUnreachable):
        stage.wiring.sweep()

    assert 1 == len(stage.waiting("notify"))
