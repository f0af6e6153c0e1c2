"""Commits: what a conflict, a lost answer or a queue that is down does to a job, and what is enqueued after all."""

import pytest

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Reconcile, State
from shared.pipeline.job.names import task_name
from shared.steps.commit import StoreBusy
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage

COMMIT, ENQUEUE = "^firestore Commit", "^tasks CreateTask"


def claimed(token: str) -> on.Claimed:
    return on.Claimed(CLIP, 1, 1, token, reconcile=Reconcile.OBJECT)


def test_a_conflict_is_read_again_and_applied_again(stage: Stage) -> None:
    """Two instances write at once: the loser waits, reads and still gets its word in."""
    job_id = stage.order(footage())
    twin = stage.cloud.instance().commits
    old = twin.load(job_id)
    assert old is not None
    stage.wiring.commits.hear(old, on.Postponed(CLIP, 1, 1, stage.clock() - stage.clock(), "busy"))

    heard = twin.hear(old, claimed("t"))

    assert heard.changed
    assert heard.owns(CLIP, "t")
    assert stage.node(job_id, CLIP).wake == 2


def test_a_conflict_waits_with_growing_jitter(stage: Stage) -> None:
    """Each conflict doubles the most that is waited, from 50 ms to a second."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    stage.wire.on(COMMIT, Kind.REFUSE, "ABORTED", times=6)
    before = stage.clock.monotonic()

    stage.wiring.commits.hear(loaded, claimed("t"))

    assert stage.clock.monotonic() - before == pytest.approx(0.05 + 0.1 + 0.2 + 0.4 + 0.8 + 1.0, abs=1e-3)


@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"])
def test_a_commit_whose_answer_was_lost_is_recognised(stage: Stage, status: str) -> None:
    """The commit was applied and its answer lost: reading again finds the own token, nothing is written twice."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    stage.wire.on(COMMIT, Kind.LOSE, status)
    before = stage.wire.count(COMMIT)

    heard = stage.wiring.commits.hear(loaded, claimed("mine"))

    assert heard.owns(CLIP, "mine")
    assert heard.changed
    assert stage.wire.count(COMMIT) - before == 1


def test_a_lost_answer_still_enqueues_what_the_commit_woke(stage: Stage) -> None:
    """The first writer died before it could enqueue: whoever recognises the commit enqueues its tasks."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    heard = stage.wiring.commits.hear(loaded, claimed("mine"))
    stage.wire.on(COMMIT, Kind.LOSE)

    stage.wiring.commits.hear(heard.loaded, on.Released(CLIP, "mine", "not sent", stage.clock() - stage.clock()))

    assert stage.node(job_id, CLIP).state is State.QUEUED
    assert stage.wants(job_id, CLIP)


def test_somebody_elses_token_is_not_mine(stage: Stage) -> None:
    """A lost claim is told as lost, not as done."""
    job_id = stage.order(footage())
    twin = stage.cloud.instance().commits
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    twin.hear(loaded, claimed("theirs"))

    heard = stage.wiring.commits.hear(loaded, claimed("mine"))

    assert not heard.owns(CLIP, "mine")
    assert not heard.changed


def test_a_commit_stands_though_its_task_could_not_be_enqueued(stage: Stage) -> None:
    """The queue is down: the job has moved, nothing is raised, and the sweep wakes it under a new name."""
    stage.wire.on(ENQUEUE, Kind.REFUSE, "PERMISSION_DENIED")
    job_id = stage.order(footage())
    assert stage.waiting() == []
    stage.clock.forward(180)

    told = stage.wiring.sweep()

    node = stage.node(job_id, CLIP)
    assert told["pushed"] == 1
    assert (2, 1) == (node.wake, node.nudges)
    assert [task_name(job_id, CLIP, 2)] == [task.name.rpartition("/")[2] for task in stage.waiting()]


def test_a_store_that_stays_busy_is_given_up_after_the_budget(stage: Stage) -> None:
    """Five seconds of conflicts are enough: 503, and the task comes again."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    stage.wire.on(COMMIT, Kind.REFUSE, "ABORTED", times=99)
    before = stage.clock.monotonic()

    with pytest.raises(StoreBusy, match=job_id):
        stage.wiring.commits.hear(loaded, claimed("t"))

    assert 5.0 < stage.clock.monotonic() - before < 7.1
    assert stage.node(job_id, CLIP).state is State.QUEUED


def test_a_result_is_tried_as_long_as_its_claim_lives(stage: Stage) -> None:
    """A larger budget is used up: an id that came back from a paid call is not dropped after five seconds."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    heard = stage.wiring.commits.hear(loaded, claimed("t"))
    stage.wire.on(COMMIT, Kind.REFUSE, "ABORTED", times=60)

    stage.wiring.commits.hear(heard.loaded, on.Sent(CLIP, 1, 1, "t", "operations/1"), budget=200)

    assert stage.node(job_id, CLIP).provider_id == "operations/1"


def test_a_commit_that_is_sent_twice_by_the_wire_is_applied_once(stage: Stage) -> None:
    """The second sending meets the first one's revision: a conflict, and the token in the job is ours."""
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None
    stage.wire.on(COMMIT, Kind.TWICE)

    heard = stage.wiring.commits.hear(loaded, claimed("mine"))

    assert heard.owns(CLIP, "mine")
    assert len(stage.node(job_id, CLIP).attempts) == 1
