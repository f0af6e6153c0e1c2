"""retry: one reservation and one new take, whatever became of the answer to its commit and of the files it keeps."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.codes import Code
from shared.media.images import sniff_and_reencode
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.revision import Change, SceneChange
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
    stage.cloud.expire(first.output.uri)

    job, revised = stage.wiring.revise().retry(tenant, loaded, Change(), dry_run=False)

    assert frozenset({CLIP, "clip-2", FILM}) == revised.remake
    assert (State.QUEUED, 2) == (job.nodes[CLIP].state, job.nodes[CLIP].take)
    assert State.BLOCKED is job.nodes["clip-2"].state


def test_a_retry_that_its_ceiling_would_end_is_refused_at_the_door(stage: Stage) -> None:
    """A take billed far above its estimate used the ceiling up: said before anything is reserved, dry run or not."""
    job_id = failed(stage)
    document = stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}")
    lines = (document.get().to_dict() or {})["nodes"][CLIP]["attempts"]
    document.update({f"nodes.`{CLIP}`.attempts": [{**lines[0], "outcome": "done", "cost": 90_000_000}]})
    loaded = stage.wiring.jobs.load(job_id)
    tenant = stage.wiring.tenants.tenant(stage.job(job_id).tenant)
    assert loaded
    assert tenant
    before = stage.job(job_id).money

    for dry_run in (True, False):
        with pytest.raises(Problem, match=r"the job has cost \$90\.00") as refused:
            stage.wiring.revise().retry(tenant, loaded, Change(), dry_run=dry_run)
        assert Code.SPEND_CEILING == refused.value.code

    assert before == stage.job(job_id).money
    assert Ending.FAILED is stage.job(job_id).ending


def test_a_lost_product_image_refuses_the_retry(stage: Stage) -> None:
    """Nobody can make the customer's photo again: 409, nothing moves, and the next move is told."""
    photo = sniff_and_reencode(PHOTO.read_bytes(), max_bytes=2**25, max_pixels=2**26)
    stored = stage.wiring.create_job.create.check.preflight.images.put(TENANT.id, photo)
    job_id = stage.order(footage(REFUSED, image=photo.sha256))
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.cloud.expire(stored.uri)

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


UNCHECKED = "looks and voices could not be checked beforehand"
CROPPED = "is cropped to the film's shape"
KNOWN = (UNCHECKED, CROPPED, "did not tell which engine", "will last about")


def said(warnings: Sequence[str]) -> list[str]:
    """Return which of the known warnings are among these."""
    return sorted(each for warning in warnings for each in KNOWN if each in warning)


def ordered(stage: Stage, script: str) -> tuple[str, list[str]]:
    """Order a film of an uploaded photo with a presenter; return its id and what it warns of."""
    photo = sniff_and_reencode(PHOTO.read_bytes(), max_bytes=2**25, max_pixels=2**26)
    stage.wiring.create_job.create.check.preflight.images.put(TENANT.id, photo)
    job_id = stage.order(presented(script, image=photo.sha256))
    return job_id, said(stage.job(job_id).warnings)


def cancelled(stage: Stage, job_id: str) -> None:
    """End a job before anything of it was sent."""
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    stage.wiring.commits.hear(loaded, CancelAsked("a test"))


def revised(stage: Stage, job_id: str, script: str, *, dry_run: bool = False) -> tuple[Job, list[str]]:
    """Retry an ended job, or make a finished one anew, with another script; return it and what it warns of."""
    loaded, work = stage.wiring.jobs.load(job_id), stage.wiring.revise()
    assert loaded
    change = Change(scenes={0: SceneChange(script=script)})
    if loaded.job.ending is Ending.COMPLETED:
        job, told = work.regenerate(TENANT, loaded, frozenset(), change, dry_run=dry_run, trace="t")
    else:
        job, told = work.retry(TENANT, loaded, change, dry_run=dry_run)
    return job, said([*told.plan.warnings, *told.warnings] if dry_run else job.warnings)


@pytest.mark.parametrize("finished", [True, False], ids=["regenerate", "retry"])
def test_a_revision_warns_as_an_order_does(stage: Stage, finished: bool) -> None:
    """The photo is cropped, the service does not answer: the dry run says so, and the job keeps it."""
    job_id, _ = ordered(stage, "Hi.")
    if finished:
        stage.live(job_id)
    else:
        cancelled(stage, job_id)
    stage.clock.forward(61)  # what the service said for the order is no answer any more
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=99)

    _, priced = revised(stage, job_id, "Hello.", dry_run=True)
    _, told = revised(stage, job_id, "Hello.")

    assert sorted([CROPPED, "did not tell which engine", UNCHECKED]) == priced == told


def test_a_retry_forgets_what_no_longer_holds(stage: Stage) -> None:
    """The script is shorter now: the job stops saying that it lengthens its scene."""
    job_id, warned = ordered(stage, "Good morning, and a very good day to all of you who are listening to me. " * 2)
    cancelled(stage, job_id)

    _, told = revised(stage, job_id, "Hi.")

    assert [CROPPED, "will last about"] == warned
    assert [CROPPED] == told


def test_what_a_kept_take_brought_is_still_said(stage: Stage) -> None:
    """It came opaque: a film that keeps it says so too, and nobody asks about its look; one with another does not."""
    job_id = stage.order(presented("[[file:opaque]] Hi."))
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    brought = loaded.job.nodes["presenter-1"].warnings
    calm = Change(scenes={0: SceneChange(mood="calm")})

    kept, _ = stage.wiring.revise().regenerate(TENANT, loaded, frozenset(), calm, dry_run=False, trace="t")
    remade, _ = revised(stage, job_id, "Hello.")

    assert brought
    assert set(brought) <= set(kept.warnings)
    assert [] == said(kept.warnings)
    assert not set(brought) & set(remade.warnings)
