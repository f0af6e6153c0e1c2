"""A film long enough to be painted in parts, as cheap as one can be: eleven clips of four seconds, nobody speaks."""

from infra.local.world import FILMS
from shared.pipeline.job.job import Job, State
from shared.pipeline.job.names import parts_folder
from shared.pipeline.job.recut import Recut
from shared.pipeline.plan.picture import Poster
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from tests.steps.stage import FILM, TENANT, Stage, footage

SCENES, PARTS = 11, 3


def filmed(stage: Stage) -> str:
    """Order it and bring it to the point where compose is wanted."""
    shots = tuple(SceneRequest(visual_description=f"Mug {number}", duration=4) for number in range(SCENES))
    job_id = stage.order(footage(scenes=shots, b_roll=BRoll(join=Join.CUT)))
    for key in stage.job(job_id).nodes:
        if key != FILM:
            stage.wiring.start_clip(stage.message(job_id, key))
    for _ in range(30):  # the news of all clips meets at one document
        stage.filmed(1)
        stage.cloud.storage.deliver_events()
        if stage.node(job_id, FILM).state is State.QUEUED:
            return job_id
    raise AssertionError(f"not filmed: {stage.job(job_id)}")


def version(stage: Stage, job_id: str, poster: Poster) -> Job:
    """Order a version that only its poster tells from the film; all of it is composed anew."""
    recut = Recut(poster=poster)
    return stage.wiring.edit_film()(TENANT, stage.job(job_id), recut, dry_run=False, trace="t", key=None)[0]


def left(stage: Stage, job_id: str) -> list[str]:
    """Return what the makers of a film have left for each other."""
    return [each.uri for each in stage.cloud.eyes.blobs.list(f"gs://{FILMS}/{parts_folder(job_id)}")]


def films(stage: Stage, job_id: str) -> list[str]:
    """Return a film and its versions."""
    found = stage.cloud.eyes.blobs.list(f"gs://{FILMS}/jobs/{job_id}/")
    return [each.uri for each in found if each.uri.endswith(".mp4")]
