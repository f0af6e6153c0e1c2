"""veo_output: hears that a file lies in the takes bucket; a film of the planned length is the clip."""

from shared.cloud.blobs import Blobs, NoFile
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.events import FilmArrived
from shared.pipeline.job.names import read_object
from shared.steps.clips import film_at, planned
from shared.steps.commit import Commits


def veo_output(bucket: str, name: str, *, commits: Commits, blobs: Blobs) -> None:
    """Take in one finalized object; what is no clip of a live job is logged and dropped."""
    attempt = read_object(name)
    loaded = commits.load(attempt.job) if attempt else None
    node = loaded.job.nodes.get(attempt.node) if attempt and loaded else None
    if attempt is None or loaded is None or node is None or (loaded.job.ending and node.output):
        about = loaded.job if loaded else JobRef(attempt.job if attempt else "")
        log_job(Fact.EVENT_IGNORED, about, f"no clip of a live job: {name}")
        return
    uri = f"gs://{bucket}/{name}"
    try:
        film = film_at(blobs, uri, planned(loaded.job, node))
    except NoFile:
        film = None
    if film is None:
        log_job(Fact.ALARM, loaded.job, f"no film of the planned length: {name}")
        return
    commits.hear(loaded, FilmArrived(attempt.node, attempt.take, attempt.attempt, film))
