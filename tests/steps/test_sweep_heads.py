"""What stands at the head of all late documents and cannot be moved: it is put aside, and the others go on."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud import firestore

from shared.cloud.records import Loaded
from shared.pipeline.job import events as on
from shared.pipeline.job.names import delivery_task, task_name
from shared.steps.commit import Commits, Heard
from shared.steps.sweep import HANDS, POISON_WAIT, STORE_FAILED_WAIT, SWEEP_PAGE, TICK
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.heaps import delivery, heaped, last_of_all, lost_job, present
from tests.steps.stage import CLIP, Stage, footage

SLOW = 5.0  # seconds of the stage that a call takes which is about to fail
FEW = int(TICK / SLOW) + 2 * HANDS  # more than one tick can try, with what is in hand at its end
MINUTE = 60


def due(stage: Stage, collection: str, name: str) -> datetime:
    """Read when a document is due."""
    moment = stage.cloud.eyes.clients.firestore.collection(collection).document(name).get().get("due_at")
    assert isinstance(moment, datetime)
    return moment


def minutes(stage: Stage, count: int) -> None:
    """Sweep each minute."""
    for _ in range(count):
        stage.wiring.sweep()
        stage.clock.forward(MINUTE)


def test_pages_full_of_poison_do_not_hide_what_stands_behind(stage: Stage) -> None:
    """More unreadable documents than a page holds, and none of them can even be put aside: the tick passes them by."""
    data = lost_job(stage)
    heaped(stage, "jobs", data | {"money": "eaten"}, SWEEP_PAGE + 1)
    good = last_of_all(stage, data)
    stage.clock.forward(300)
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", times=SWEEP_PAGE + 1)

    told = stage.wiring.sweep()

    assert (SWEEP_PAGE + 2, 1) == (told["seen"], told["pushed"])
    assert [task_name(good, CLIP, 2)] == present(stage)


class Stumbling(Commits):
    """Breaks over one kind of jobs: a bug of ours."""

    def hear(self, loaded: Loaded, event: on.Event, **given: Any) -> Heard:
        """Break over what nobody foresaw."""
        if loaded.job.trace == "stumble":
            raise ZeroDivisionError("a bug of ours")
        return super().hear(loaded, event, **given)


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


def swollen(stage: Stage, data: dict[str, Any]) -> dict[str, Any]:
    """Fill a document so far that it can be kept, and no longer grow by a single event."""
    document = stage.cloud.eyes.clients.firestore.collection("jobs").document("0" * 36)
    for size in range(1_048_576, 0, -32):
        full = data | {"ballast": "x" * size}
        try:
            document.set(full)
        except InvalidArgument:
            continue
        document.delete()
        return full
    raise AssertionError("no document can be kept")


def test_jobs_too_large_to_be_written_do_not_stand_before_the_others(stage: Stage) -> None:
    """Each costs seconds of trying, more than a tick has room for; in the next ones others come first."""
    data = lost_job(stage)
    full = swollen(stage, data)
    for name in heaped(stage, "jobs", data, FEW):
        stage.cloud.eyes.clients.firestore.collection("jobs").document(name).set(full)
    good = last_of_all(stage, data)
    stage.clock.forward(300)
    stage.wire.on("^firestore Commit", times=999, meanwhile=lambda: stage.clock.forward(SLOW))

    minutes(stage, 8)

    assert [task_name(good, CLIP, 2)] == present(stage)


def test_what_a_dead_queue_holds_up_does_not_stand_before_the_others(stage: Stage) -> None:
    """Cloud Tasks tells nothing of waiting tasks: a film that runs at the vendor is looked after all the same."""
    data = lost_job(stage)
    running = stage.order(footage())
    stage.cloud.tasks.run_due()
    stage.clock.forward(300)
    ids = heaped(stage, "jobs", data, FEW)
    stage.clock.forward(300)
    stage.wire.on(
        "^tasks GetTask", Kind.REFUSE, "PERMISSION_DENIED", times=999, meanwhile=lambda: stage.clock.forward(SLOW)
    )

    minutes(stage, 4)

    assert 1 == stage.node(running, CLIP).nudges
    assert stage.wants(running, CLIP)
    assert {1} == {stage.node(name, CLIP).wake for name in ids}


def test_jobs_that_take_all_their_time_leave_deliveries_theirs(stage: Stage) -> None:
    """One page of slow jobs is longer than a tick: deliveries have their turn before it ends."""
    heaped(stage, "jobs", lost_job(stage), SWEEP_PAGE)
    late = heaped(stage, "webhook_deliveries", delivery(stage), 1)
    stage.clock.forward(300)
    stage.wire.on("^tasks", times=10**6, meanwhile=lambda: stage.clock.forward(1))

    told = stage.wiring.sweep()

    assert told["pushed"] < SWEEP_PAGE
    assert 1 == told["deliveries"]
    assert delivery_task(late[0], 2) in present(stage)


def test_a_delivery_of_nonsense_does_not_stop_the_tick(stage: Stage) -> None:
    """It can be read and breaks our own code: it is put aside, the next one is pushed, and so are all jobs."""
    data = lost_job(stage)
    jobs = heaped(stage, "jobs", data, SWEEP_PAGE + 1)
    bad, good = heaped(stage, "webhook_deliveries", delivery(stage), 2)
    stage.cloud.eyes.clients.firestore.collection("webhook_deliveries").document(bad).update({"wake": "two"})
    stage.clock.forward(300)

    told = stage.wiring.sweep()

    assert {"seen": len(jobs), "pushed": len(jobs), "deliveries": 1} == told
    assert delivery_task(good, 2) in present(stage)
    assert stage.clock() + POISON_WAIT == due(stage, "webhook_deliveries", bad)


def mended_meanwhile(stage: Stage, collection: str, name: str, healthy: dict[str, Any]) -> Callable[[], object]:
    """Return what writes a healthy document over a poisoned one."""
    document = stage.cloud.eyes.clients.firestore.collection(collection).document(name)
    return lambda: document.set(healthy)


@pytest.mark.parametrize("collection", ["jobs", "webhook_deliveries"])
def test_what_is_mended_meanwhile_is_not_put_aside(
    stage: Stage, collection: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The due moves by compare-and-set: what was written since the query stays as it was written, and is no error."""
    healthy = lost_job(stage) if collection == "jobs" else delivery(stage)
    poison: dict[str, Any] = {"money": "eaten"} if collection == "jobs" else {"job": firestore.DELETE_FIELD}
    (name,) = heaped(stage, collection, healthy, 1)
    stage.cloud.eyes.clients.firestore.collection(collection).document(name).update(poison)
    healthy["due_at"] = stage.clock() + timedelta(seconds=301)
    stage.clock.forward(300)
    stage.wire.on("^firestore Commit", meanwhile=mended_meanwhile(stage, collection, name, healthy))

    stage.wiring.sweep()

    assert healthy["due_at"] == due(stage, collection, name)
    assert "crashed" not in capfd.readouterr().out


def test_a_service_that_fails_delays_by_a_minute_only(stage: Stage) -> None:
    """What could not be looked for is looked for again soon: it is no poison."""
    (job_id,) = heaped(stage, "jobs", lost_job(stage), 1)
    (late,) = heaped(stage, "webhook_deliveries", delivery(stage), 1)
    stage.clock.forward(300)
    stage.wire.on("^tasks GetTask", Kind.REFUSE, "PERMISSION_DENIED", times=2)
    stage.wiring.sweep()
    assert stage.clock() + STORE_FAILED_WAIT == due(stage, "jobs", job_id)
    assert stage.clock() + STORE_FAILED_WAIT == due(stage, "webhook_deliveries", late)
    stage.clock.forward(MINUTE)

    stage.wiring.sweep()

    assert sorted([task_name(job_id, CLIP, 2), delivery_task(late, 2)]) == sorted(present(stage))
