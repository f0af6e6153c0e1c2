"""Takes that are done as their vendor says, looked at until they have an end; and what of them is kept, or seen."""

from shared.pipeline.job.job import State
from tests.media.makers import like, pixels
from tests.steps.stage import CLIP, FILM, SPEECH, Stage, presented


def started(stage: Stage, script: str, *, captions: bool = False) -> str:
    job_id = stage.order(presented(script, captions=captions))
    stage.wiring.start_clip(stage.message(job_id, CLIP))
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    stage.filmed()
    return job_id


def watched(stage: Stage, job_id: str) -> None:
    stage.wiring.watch_presenter(stage.message(job_id, SPEECH))


def looked_at(stage: Stage, job_id: str) -> list[int]:
    """Look until the take is at its end; return the seconds waited between looks."""
    waits: list[int] = []
    watched(stage, job_id)
    while stage.node(job_id, SPEECH).state is State.RUNNING:
        at = stage.node(job_id, SPEECH).at
        assert at is not None
        waits.append(round((at - stage.clock()).total_seconds()))
        stage.clock.forward(waits[-1] + 1)
        stage.wiring.watch_presenter(stage.message(job_id, SPEECH))
    return waits


def stored(stage: Stage, job_id: str) -> list[str]:
    """Return what lies in our bucket of a job's take."""
    prefix = f"gs://{stage.cloud.settings.films_bucket}/jobs/{job_id}/presenter-1/"
    return [each.uri.removeprefix(prefix) for each in stage.wiring.blobs.list(prefix)]


def white(stage: Stage, job_id: str) -> int:
    """Return how many pixels of a film's frame at half a second are as white as letters are."""
    output = stage.node(job_id, FILM).output
    assert output is not None
    path = stage.data / f"{job_id}.mp4"
    stage.wiring.blobs.fetch(output.uri, path)
    return int(like(pixels(path)[12], (255, 255, 255), within=25).sum())
