"""The parts that take batches and make their rows."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.parts.steps import StepParts

if TYPE_CHECKING:  # each function imports only what its own property below names
    from shared.steps.batch_rows import BatchRows
    from shared.steps.feed_batch import FeedBatch
    from shared.steps.new_batch import NewBatch


class BatchParts(StepParts):
    """The work on batches of one instance."""

    @cached_property
    def batch_rows(self) -> "BatchRows":
        from shared.steps.batch_rows import BatchRows

        return BatchRows(self.blobs, self.settings.films_bucket)

    @cached_property
    def new_batch(self) -> "NewBatch":
        from shared.steps.new_batch import NewBatch

        given = self.batches, self.batch_rows, self.create, self.tasks, self.timeouts
        return NewBatch(*given, self.now, self.monotonic)

    @cached_property
    def feed_batch(self) -> "FeedBatch":
        from shared.steps.feed_batch import FeedBatch

        given = self.batches, self.batch_jobs, self.batch_rows, self.create, self.tenants, self.tasks, self.timeouts
        return FeedBatch(*given, self.now, self.monotonic)
