"""cancel: takes a job's tasks out of their queues, then ends the job; what was never sent is refunded.

The tasks go first: a task that outlives its job stands before everybody else's and starts nothing, and the share it
was counted in would be free already (hole 157). A crash in between leaves queued nodes without tasks, which the sweep
pushes.
"""

from shared.cloud.records import Loaded
from shared.cloud.tasks import QueueUnreachable
from shared.log import Fact, log_job
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.job import State
from shared.steps.commit import Commits, Heard


def cancel(commits: Commits, loaded: Loaded, *, by: str) -> Heard:
    """End a job for a person; `changed` is False where it had ended before. Raises StoreBusy."""
    job = loaded.job
    waiting = [node for node in job.nodes.values() if node.state is State.QUEUED and not job.ending]
    for node in waiting:
        task = commits.task(job, node)
        try:
            commits.tasks.delete(task.queue, task.name)
        except QueueUnreachable as failed:  # it will find nothing to do; the money it stands for is not kept for it
            log_job(Fact.DEQUEUE_FAILED, job, str(failed), node=node.key)
    return commits.hear(loaded, CancelAsked(by=by))
