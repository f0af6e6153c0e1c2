"""cancel: the tasks leave their queues before the job ends, whatever fails in between."""

import pytest

from shared.pipeline.job.job import Ending, State
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from shared.steps.cancel import cancel
from shared.steps.commit import Heard, StoreBusy
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, MINUTE, Stage, footage

DELETE = "^tasks DeleteTask"


def cut(stage: Stage, scenes: int) -> str:
    """Order a film of scenes that are all startable at once."""
    scene = SceneRequest(visual_description="A mug on a table", duration=4)
    return stage.order(footage(scenes=(scene,) * scenes, b_roll=BRoll(join=Join.CUT)))


def cancelled(stage: Stage, job_id: str) -> Heard:
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    return cancel(stage.wiring.commits, loaded, by="a test")


def test_a_cancelled_film_leaves_no_task_behind(stage: Stage) -> None:
    """Each queued clip costs one call; nothing of the film stands in the queue before others (hole 157)."""
    job_id = cut(stage, 3)
    before = len(stage.waiting("veo"))

    heard = cancelled(stage, job_id)

    assert (3, 0) == (before, len(stage.waiting()))
    assert 3 == stage.wire.count(DELETE)
    assert (True, Ending.CANCELLED) == (heard.changed, heard.job.ending)


def test_what_runs_at_a_vendor_has_no_task_to_delete(stage: Stage) -> None:
    """A film that was sent costs no call: its clip waits for news, not in a queue."""
    job_id = stage.order(footage())
    stage.cloud.tasks.run_due()

    cancelled(stage, job_id)

    assert 0 == stage.wire.count(DELETE)


def test_a_second_cancel_asks_the_queue_nothing(stage: Stage) -> None:
    """An ended job has no tasks."""
    job_id = cut(stage, 2)
    cancelled(stage, job_id)
    stage.wire.calls.clear()

    again = cancelled(stage, job_id)

    assert not again.changed
    assert 0 == stage.wire.count(DELETE)


def test_a_task_that_is_gone_already_stops_no_cancel(stage: Stage) -> None:
    """It was purged, or is being delivered just now: there is nothing to take out."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    task = stage.wiring.commits.task(loaded.job, loaded.job.nodes[CLIP])
    assert stage.wiring.tasks.delete(task.queue, task.name)

    heard = cancelled(stage, job_id)

    assert Ending.CANCELLED is heard.job.ending


def test_a_queue_that_does_not_answer_stops_no_cancel(stage: Stage) -> None:
    """The person's money comes back; the task that stays finds nothing to do."""
    job_id = stage.order(footage())
    stage.wire.on(DELETE, Kind.REFUSE, "PERMISSION_DENIED")

    heard = cancelled(stage, job_id)
    stage.cloud.tasks.run_due()

    assert Ending.CANCELLED is heard.job.ending
    assert 0 == stage.submits("veo")


def test_a_cancel_that_dies_before_its_commit_is_mended(stage: Stage) -> None:
    """The job lives on without a task; the sweep pushes its clip, and the film is made."""
    job_id = stage.order(footage())
    stage.wire.on("^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED", times=99)
    with pytest.raises(StoreBusy):
        cancelled(stage, job_id)
    stage.wire.mend()
    left = len(stage.waiting("veo"))
    stage.clock.forward(3 * MINUTE.total_seconds())

    stage.wiring.sweep()

    assert 0 == left
    assert State.QUEUED is stage.node(job_id, CLIP).state
    assert stage.wants(job_id, CLIP)
