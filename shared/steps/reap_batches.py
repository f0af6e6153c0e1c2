"""Ends what is left of deleted batches: their orders, what refused rows were told, then the document that names both.

Their films are no part of them. A look that died half way is made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.cloud.batches import Batches
from shared.cloud.blobs import Blobs, FilesUnreachable
from shared.cloud.jobs import StoreUnreachable
from shared.log import Fact, JobRef, log, log_job

BATCHES_A_TICK = 20


@dataclass(frozen=True, slots=True)
class ReapBatches:
    """The step and what it needs."""

    batches: Batches
    blobs: Blobs
    now: Callable[[], datetime]

    def __call__(self) -> int:
        """See to some; return how many are gone. What a service does not let go is tried by the next tick."""
        gone = 0
        try:
            for each in self.batches.forgotten(self.now(), BATCHES_A_TICK):
                self.blobs.delete(each.rows_uri)
                self.batches.end(each.id)
                log_job(Fact.FILES_DELETED, JobRef("", each.tenant), "a deleted batch", batch=each.id)
                gone += 1
        except (StoreUnreachable, FilesUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed))
        return gone
