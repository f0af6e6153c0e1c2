"""An object that is not the clip: asked about at once, paid once, ordered again by a retry alone."""

import pytest

from shared.codes import Code
from shared.pipeline.job.job import Ending, Outcome, State
from shared.pipeline.job.revision import Change, SceneChange
from tests.faults.wire import Kind
from tests.steps.stage import CLIP, FILM, TENANT, Stage, footage


def clip_started(stage: Stage, kind: str) -> str:
    job_id = stage.order(footage(f"[[file:{kind}]] A mug on a table"))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    return job_id


@pytest.mark.parametrize("kind", ["html", "empty", "playlist", "cut", "zeros", "deaf", "short", "codec", "solid"])
def test_an_object_that_is_not_the_clip_is_asked_about_at_once(stage: Stage, kind: str) -> None:
    """The event of a bad object wants a look in five seconds; the operation says done: failed, paid, bought once."""
    job_id = clip_started(stage, kind)
    stage.filmed()
    stage.cloud.storage.deliver_events()
    assert stage.wants(job_id, CLIP)
    stage.clock.forward(5)

    stage.cloud.tasks.run_due()

    node = stage.node(job_id, CLIP)
    assert (State.FAILED, Code.NOT_A_FILM) == (node.state, node.code)
    assert [Outcome.GIVEN_UP] == [line.outcome for line in node.attempts]
    assert (node.why or "").startswith("Veo has finished clip-1, but its file ")
    assert "retry the job: it orders clip-1 again" == node.next_move
    assert 1 == stage.submits("veo")


def test_an_unclear_clips_bad_object_is_never_bought_twice(stage: Stage) -> None:
    """The answer was lost, and what lies under the prefix is half a film: it was made, so it counts as paid."""
    job_id = stage.order(footage("[[file:cut]] A mug on a table"))
    stage.wire.on(r"^veo .*:predictLongRunning", Kind.LOSE)
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.filmed()
    stage.cloud.storage.deliver_events()

    stage.live(job_id)

    node = stage.node(job_id, CLIP)
    assert (State.FAILED, Code.NOT_A_FILM) == (node.state, node.code)
    assert 1 == stage.submits("veo")


def test_a_retry_orders_the_clip_again(stage: Stage) -> None:
    """The failed clip is bought once more, and the film is finished."""
    job_id = clip_started(stage, "cut")
    stage.live(job_id)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded is not None

    change = Change(scenes={0: SceneChange(visual_description="A mug on a table")})
    stage.wiring.revise().retry(TENANT, loaded, change, dry_run=False)
    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert 2 == stage.submits("veo")


def test_a_clip_that_cannot_be_decoded_is_ordered_again(stage: Stage) -> None:
    """Its index is right and its pictures are zeros: compose names the vendor and the cost, a retry buys another."""
    job_id = clip_started(stage, "hollow")
    stage.live(job_id)
    trouble, loaded = stage.job(job_id).trouble, stage.wiring.commits.load(job_id)
    assert trouble is not None
    assert loaded is not None
    assert trouble.message.startswith("Veo has finished clip-1, but its file cannot be used: it cannot be decoded")
    assert trouble.message.endswith("; it counts as paid")

    change = Change(scenes={0: SceneChange(visual_description="A mug on a table")})
    stage.wiring.revise().retry(TENANT, loaded, change, dry_run=False)
    stage.live(job_id)

    job = stage.job(job_id)
    assert Ending.COMPLETED is job.ending
    assert [Outcome.DONE, Outcome.DONE] == [line.outcome for line in job.nodes[CLIP].attempts]
    assert [800000, 800000] == [line["amount_micros"] for line in stage.bill("veo")]


def test_a_fragmented_clip_is_a_clip(stage: Stage) -> None:
    """Written in fragments, it is the film that was ordered."""
    job_id = clip_started(stage, "fragments")

    stage.live(job_id)

    assert Ending.COMPLETED is stage.job(job_id).ending
    assert FILM in stage.job(job_id).nodes
