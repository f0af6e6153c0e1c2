"""retry: one reservation and one new take, whatever becomes of the answer to its commit."""

from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.revision import Change
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, Stage, footage

REFUSED = "something forbidden [[rai:63429089]]"


def failed(stage: Stage) -> str:
    """Return a job whose only clip Veo refused."""
    job_id = stage.order(footage(REFUSED))
    stage.live(job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    return job_id


def test_a_retry_whose_answer_was_lost_is_reserved_once_and_its_tasks_are_wanted(stage: Stage) -> None:
    """The commit was applied: read again, recognised, enqueued; the caller hears of success."""
    job_id = failed(stage)
    work = stage.wiring.revise()
    loaded = stage.wiring.jobs.load(job_id)
    tenant = stage.wiring.tenants.tenant(stage.job(job_id).tenant)
    assert loaded
    assert tenant
    stage.wire.on("^firestore Commit", Kind.LOSE)

    job, revised = work.retry(tenant, loaded, Change(), dry_run=False)

    after = stage.job(job_id)
    assert job.ending is None
    assert (State.QUEUED, 2) == (after.nodes[CLIP].state, after.nodes[CLIP].take)
    assert stage.wants(job_id, CLIP)
    assert after.money.reserved - after.money.refunded == revised.ours
