"""cancel: takes a job's tasks out of their queues, then ends the job; what was never sent is refunded.

The tasks go first: a task that outlives its job stands before everybody else's and starts nothing, and the part of the
queue it was counted in would be free already (hole 157). A crash in between leaves queued nodes without tasks, which
the sweep pushes.
"""

from typing import TYPE_CHECKING

from shared.cloud.records import Loaded
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.turns import has_task
from shared.steps.commit import Commits, Heard

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine


def cancel(commits: Commits, loaded: Loaded, *, by: str, line: "AuditLine | None" = None) -> Heard:
    """End a job for a person, with a line of the audit log where one is given. Raises StoreBusy.

    `changed` is False where it had ended before.
    """
    job = loaded.job
    if job.ending is None:
        commits.dequeue(job, filter(has_task, job.nodes.values()))
    return commits.hear(loaded, CancelAsked(by=by), line=line)
