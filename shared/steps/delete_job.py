"""delete_job: puts a receipt in the place of an ended job; the files are the reaper's.

One compare-and-set decides (hole 52): whatever was heard of the job before it stands in the figures, whatever comes
after it finds no job. A live job is not deleted: what it may still buy must have a document to be booked in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.cloud.deletions import RECEIPT_LIFE, Deletions, Found, FoundJob, Receipt, VendorBill
from shared.cloud.jobs import Conflict, Doubtful
from shared.codes import Code
from shared.log import Fact, log_job
from shared.pipeline.job.entries import settled_days, settlements
from shared.pipeline.job.job import Job
from shared.pipeline.job.status import status
from shared.pipeline.job.usage import usage_of
from shared.steps.audited import Actor, Audited
from shared.steps.problems import Problem, not_found, unavailable

DELETE_TRIES = 5  # against news that is written at the same moment
FIRST_REAP = timedelta(minutes=3)  # a call that read the job before has ended by then, and what it made stands there


@dataclass(frozen=True, slots=True)
class DeleteJob:
    """The step and what it needs."""

    deletions: Deletions
    now: Callable[[], datetime]

    def __call__(self, tenant: str, job_id: str, actor: Actor) -> Receipt:
        """Delete a tenant's ended job and return what is left of it; once more changes nothing. Raises Problem."""
        for _ in range(DELETE_TRIES):
            found = self.deletions.look(job_id)
            if not isinstance(found, FoundJob):
                raise not_found("job") if found is None else unavailable("another version of our code wrote this")
            if found.receipt and found.receipt.deleted_of == tenant:
                return found.receipt
            if found.job is None or found.job.tenant != tenant:
                raise not_found("job")
            self._refuse(found.job)
            try:
                return self.put(found, found.job, actor)
            except (Conflict, Doubtful):
                continue
        raise unavailable("the job is being written by somebody else")

    def put(self, seen: FoundJob, job: Job, actor: Actor, first_look: timedelta = FIRST_REAP) -> Receipt:
        """Write the receipt of an ended job. Raises Conflict, Doubtful."""
        now = self.now()
        receipt = replace(receipt_of(job, actor.by, now), reap_at=now + first_look)
        self.deletions.replace(seen, receipt, actor.line(Audited.JOB_DELETED, job.id, now))
        log_job(Fact.JOB_DELETED, job, f"by {actor.by}")
        return receipt

    def versions_of(self, job: Job) -> tuple[Found, ...]:
        """Return a root's versions that were not deleted. Raises StoreUnreachable."""
        found = (self.deletions.look(each.job) for each in job.versions.made if not each.deleted_at)
        return tuple(each for each in found if each and not (isinstance(each, FoundJob) and each.receipt))

    def _refuse(self, job: Job) -> None:
        if job.ending is None:
            raise Problem(Code.STILL_LIVE, next_move=f"POST /jobs/{job.id}/cancel, then delete it")
        if left := self.versions_of(job):
            names = ", ".join(each.id for each in left)
            message = f"the film has {len(left)} versions that are made of its takes"
            raise Problem(Code.HAS_VERSIONS, message, next_move=f"DELETE {names}, then this job")


def receipt_of(job: Job, by: str, now: datetime) -> Receipt:
    """Return what is left of a job: the figures of its bill, and where its files are until they are gone."""
    used, entries = usage_of(job), settlements(job)
    return Receipt(
        deleted_of=job.tenant,
        ordered_at=job.created_at,
        deleted_at=now,
        deleted_by=by,
        completed_at=job.ended_at,
        ended_as=status(job).value,
        ordered_by=job.ordered_by,
        film_seconds=used.seconds,
        credits_used=used.credits,
        price_factor=job.money.price_factor,
        entries=entries,
        settled_on=settled_days(entries),
        by_vendor={name: VendorBill(each.paid_by_us, each.billed_by_provider) for name, each in used.by_vendor.items()},
        parent=job.parent,
        root=job.versions.of,
        files=tuple(sorted(files_of(job))),
        reap_at=now + FIRST_REAP,
        forget_at=now + RECEIPT_LIFE,
        id=job.id,
    )


def files_of(job: Job) -> frozenset[str]:
    """Return the gs:// of every file a job is made of, wherever it lies."""
    made = [node.output for node in job.nodes.values() if node.output]
    return frozenset(uri for output in made for uri in (output.uri, output.captions) if uri)
