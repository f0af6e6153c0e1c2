"""veo_output: hears that a file lies in the takes bucket; a film of the planned length is the clip.

A file that is not the clip says that Veo has finished, too: the operation is asked soon, and has the last word.
"""

from collections.abc import Callable

from shared.cloud.blobs import Blobs, NoFile
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.events import FilmArrived, PendingSeen
from shared.pipeline.job.names import read_object
from shared.steps.clips import NotTheClip, film_at, planned
from shared.steps.commit import Commits


def veo_output(bucket: str, name: str, *, commits: Commits, blobs: Blobs, arrived_late: Callable[[str], None]) -> None:
    """Take in one finalized object; what is no clip of a live job is logged and dropped.

    `arrived_late` is told of a job that is not there: what Veo filmed for a deleted one is deleted after it.
    """
    attempt = read_object(name)
    loaded = commits.load(attempt.job) if attempt else None
    node = loaded.job.nodes.get(attempt.node) if attempt and loaded else None
    if attempt is None or loaded is None or node is None or (loaded.job.ending and node.output):
        about = loaded.job if loaded else JobRef(attempt.job if attempt else "")
        log_job(Fact.EVENT_IGNORED, about, f"no clip of a live job: {name}")
        if attempt and loaded is None:
            arrived_late(attempt.job)
        return
    said = (attempt.node, attempt.take, attempt.attempt)
    uri = f"gs://{bucket}/{name}"
    try:
        commits.hear(loaded, FilmArrived(*said, film_at(blobs, uri, planned(loaded.job, node))))
    except (NoFile, NotTheClip) as wrong:
        log_job(Fact.ALARM, loaded.job, f"{wrong}: {name}")
        commits.hear(loaded, PendingSeen(*said, hinted=True))
