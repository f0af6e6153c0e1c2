"""The task that looks after a batch: one at a time, named by the batch's wake."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.cloud.batch_documents import ReadBatch
from shared.cloud.batches import Batches
from shared.cloud.tasks import Task, Tasks
from shared.pipeline.job.batch import FilmBatch
from shared.pipeline.job.line import FEED_BATCH
from shared.pipeline.job.names import batch_task
from shared.pipeline.job.timeouts import SECOND, Timeouts

DEADLINE = 150  # seconds: the function's own limit is shorter


def feed_task(batch: FilmBatch, at: datetime | None = None) -> Task:
    """Return the next task of a batch."""
    body: dict[str, str | int] = {"batch": batch.id, "wake": batch.wake}
    return Task(batch_task(batch.id, batch.wake), str(FEED_BATCH.queue), FEED_BATCH.function, body, at, DEADLINE)


@dataclass(frozen=True, slots=True)
class PushBatch:
    """What the sweep does about a batch that is late."""

    batches: Batches
    tasks: Tasks
    timeouts: Timeouts
    now: Callable[[], datetime]

    def __call__(self, seen: ReadBatch) -> bool:
        """Enqueue its task anew, unless that waits in its queue. Raises BatchMoved, and as stores and queues do."""
        wanted, due_at = feed_task(seen.batch), self.now() + self.timeouts.queue_slack * SECOND
        if self.tasks.waiting(wanted.queue, wanted.name):
            self.batches.move(seen, replace(seen.batch, due_at=due_at))
            return False
        batch = replace(seen.batch, wake=seen.batch.wake + 1, due_at=due_at)
        self.batches.move(seen, batch)
        self.tasks.enqueue(feed_task(batch))
        return True
