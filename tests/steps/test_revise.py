"""retry: one reservation and one new take, whatever became of the answer to its commit and of the files it keeps."""

from pathlib import Path

import pytest

from shared.codes import Code
from shared.media.images import sniff_and_reencode
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, State
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.request import SceneRequest
from shared.steps.problems import Problem
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, TENANT, Stage, footage, presented

PHOTO = Path(__file__).parents[2] / "infra" / "local" / "samples" / "coffee.jpg"
REFUSED = "something forbidden [[rai:63429089]]"


def failed(stage: Stage) -> str:
    """Return a job whose only clip Veo refused."""
    job_id = stage.order(footage(REFUSED))
    stage.live(job_id)
    assert Ending.FAILED is stage.job(job_id).ending
    return job_id


def test_a_retry_whose_answer_was_lost_is_reserved_once_and_its_tasks_are_enqueued(stage: Stage) -> None:
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


def test_a_clip_whose_file_is_gone_is_made_again_with_all_that_follows(stage: Stage) -> None:
    """Scene 1 was finished and kept, then deleted after its time: a retry never extends a file that is not there."""
    scenes = (SceneRequest(visual_description="A mug on a table", duration=4), SceneRequest(visual_description=REFUSED))
    job_id = stage.order(footage(scenes=scenes))
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    tenant = stage.wiring.tenants.tenant(stage.job(job_id).tenant)
    assert loaded
    assert tenant
    first = loaded.job.nodes[CLIP]
    assert first.output
    stage.wiring.blobs.delete(first.output.uri)

    job, revised = stage.wiring.revise().retry(tenant, loaded, Change(), dry_run=False)

    assert frozenset({CLIP, "clip-2", FILM}) == revised.remake
    assert (State.QUEUED, 2) == (job.nodes[CLIP].state, job.nodes[CLIP].take)
    assert State.BLOCKED is job.nodes["clip-2"].state


def test_a_lost_product_image_refuses_the_retry(stage: Stage) -> None:
    """Nobody can make the customer's photo again: 409, nothing moves, and the next move is told."""
    photo = sniff_and_reencode(PHOTO.read_bytes(), max_bytes=2**25, max_pixels=2**26)
    stored = stage.wiring.create_job.create.preflight.images.put(TENANT.id, photo)
    job_id = stage.order(footage(REFUSED, image=photo.sha256))
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.blobs.delete(stored.uri)

    with pytest.raises(Problem) as refused:
        stage.wiring.revise().retry(TENANT, loaded, Change(), dry_run=False)

    assert Code.IMAGE_GONE is refused.value.code
    assert refused.value.next_move
    assert Ending.FAILED is stage.job(job_id).ending


def test_the_price_of_a_retry_needs_no_key_and_the_retry_does(stage: Stage) -> None:
    """The dry run warns and names the call; the retry itself is refused before anything is reserved."""
    job_id = stage.order(presented())
    ordered = stage.wiring.commits.load(job_id)
    assert ordered
    loaded = stage.wiring.commits.hear(ordered, CancelAsked("a test")).loaded
    stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")
    work = stage.wiring.revise()

    _, told = work.retry(TENANT, loaded, Change(), dry_run=True)
    with pytest.raises(Problem) as refused:
        work.retry(TENANT, loaded, Change(), dry_run=False)

    assert ["PUT /tenant/integrations/heygen" in said for said in told.warnings] == [True]
    assert told.theirs > 0
    assert Code.NO_PROVIDER_KEY is refused.value.code
    assert loaded.job.money == stage.job(job_id).money
