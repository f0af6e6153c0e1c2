"""feed_batch: one pass over a batch: what of its rows has ended, and which begin now.

A row begins in the commit that creates its job, which moves the batch with it: killed anywhere, a row is one job or
none, and the batch knows which. It is ordered as a single film is, so month, hour, share and price are judged in that
commit. What is full now is waited for; what is refused for good is told of the row, and the next row has its turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from shared.cloud.batch_documents import ReadBatch, RowBegun
from shared.cloud.batch_jobs import BatchJobs
from shared.cloud.batches import Batches, BatchMoved
from shared.cloud.blobs import NoFile
from shared.cloud.tasks import QueueUnreachable, Task, Tasks
from shared.cloud.tenants import AccountStatus, Tenant, Tenants
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.batch import (
    BATCH_LIFE,
    MOST_LIVE,
    MOST_PASSES,
    FilmBatch,
    RefusedRow,
    begun,
    closed,
    looked,
    passed_by,
    stopped,
)
from shared.pipeline.job.job import Job
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.plan.plan import MICROS
from shared.steps.batch_end import batch_deliveries
from shared.steps.batch_rows import BatchRows, row_call, row_job
from shared.steps.batch_tasks import feed_task
from shared.steps.create_job import CreateJob
from shared.steps.new_deliveries import notify_task
from shared.steps.problems import Problem

WAITED_FOR = (  # what says that there is no room now, not that the row is wrong
    Code.BUSY,
    Code.DRAINING,
    Code.RATE_LIMITED,
    Code.TENANT_INACTIVE,
    Code.TOO_MANY_LIVE_JOBS,
    Code.UNAVAILABLE,
)
UNSURE = (Code.UNAVAILABLE,)  # … or that this row's picture can never be had: such passes are counted
PASS_SECONDS = 60.0  # in which rows may begin; one takes seconds, the function's limit is two minutes
LONGEST_PAUSE_OF_A_BATCH = timedelta(hours=1)
LOOK_AT_LIVE = timedelta(minutes=2)  # … at most, while rows are being made
LONGEST_SAID = 500  # characters of what a refused row is told


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """The step and what it needs."""

    batches: Batches
    jobs: BatchJobs
    rows: BatchRows
    create: CreateJob
    tenants: Tenants
    tasks: Tasks
    timeouts: Timeouts
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def __call__(self, batch_id: str, wake: int) -> None:
        """Make one pass. Raises StoreUnreachable, and what else a queue tries again."""
        seen = self.batches.load(batch_id)
        if seen is None or seen.batch.ended_at or seen.batch.wake != wake:
            log_job(
                Fact.NOTHING_TO_DO, JobRef(""), "the batch has ended, or another task looks after it", batch=batch_id
            )
            return
        try:
            seen = self._begun_pass(seen)
            tenant = self.tenants.tenant(seen.batch.tenant)
            seen, wait = self._fed(seen, tenant) if tenant else (self._stop(seen, "its tenant is gone"), None)
            self._left(seen, wait)
        except BatchMoved as moved:  # whoever did has enqueued another task
            log_job(Fact.NOTHING_TO_DO, JobRef("", seen.batch.tenant), str(moved), batch=batch_id)

    def _begun_pass(self, seen: ReadBatch) -> ReadBatch:
        """Look at what is being made, and write down that a pass has begun, so that no row stops a batch for ever."""
        live = {row: row_job(seen.batch, row) for row in seen.batch.live}
        batch = looked(seen.batch, self.jobs.ended(live))
        return self.batches.move(seen, replace(batch, tries=batch.tries + 1, wait_code=None, wait_why=None))

    def _fed(self, seen: ReadBatch, tenant: Tenant) -> tuple[ReadBatch, timedelta | None]:
        """Begin as many rows as there is room for; return the batch, and how long the next one waits."""
        until = self.monotonic() + PASS_SECONDS
        room = min(MOST_LIVE, max(1, tenant.live_jobs // 2))  # half a share is left to single orders
        while not seen.batch.stopped_at and seen.batch.waiting and len(seen.batch.live) < room:
            if self.now() - seen.batch.created_at > BATCH_LIFE:
                return self._stop(seen, f"rows found no room for {BATCH_LIFE.days} days"), None
            if self.monotonic() > until:
                return seen, timedelta()
            try:
                seen = self._row(seen, tenant)
            except Problem as problem:
                if problem.code is Code.UNAUTHORIZED:
                    return self._stop(seen, problem.message), None
                if problem.code in WAITED_FOR and not (problem.code in UNSURE and seen.batch.tries > MOST_PASSES):
                    return self._full(seen, problem), timedelta(seconds=problem.retry_after or 0)
                seen = self._refuse(seen, problem)
        return seen, None

    def _row(self, seen: ReadBatch, tenant: Tenant) -> ReadBatch:
        """Order the next row. Raises Problem."""
        batch, row = seen.batch, seen.batch.taken + 1
        if batch.tries > MOST_PASSES:
            raise Problem(Code.INTERNAL_ERROR, "this row broke something on our side", next_move="tell the operator")
        try:
            request = self.rows.order(batch, row)
        except (NoFile, Unreadable) as gone:
            raise Problem(Code.INPUT_GONE, "the row cannot be read any more", next_move="send it again") from gone
        quiet = tenant if batch.job_events else replace(tenant, webhooks={})
        call = row_call(batch, row, request, partial(self._judged, batch))
        created = self.create.called(quiet, request, call, batch.id.replace("-", ""), partial(self._listed, seen))
        now = self._again(batch)
        if created.repeated and now.batch.taken < row:  # nobody else makes a job of this id
            cost = created.job.plan.cost_to_us + created.job.plan.cost_to_provider_account
            return self.batches.move(now, begun(now.batch, cost))
        return now

    def _listed(self, seen: ReadBatch, job: Job) -> tuple[Job, RowBegun]:
        """Return a row's job, and the batch as it is written beside it. Raises Problem, BatchMoved."""
        now = self._again(seen.batch)
        if now.batch.taken != seen.batch.taken or now.batch.stopped_at:
            raise BatchMoved(f"batch {now.id} was stopped, or another task feeds it")
        cost = job.plan.cost_to_us + job.plan.cost_to_provider_account
        if not now.batch.fits(cost):
            most, so_far = (now.batch.max_cost or 0) / MICROS, now.batch.committed / MICROS
            message = f"costs about ${cost / MICROS:.4f}; ${so_far:.4f} of the batch's ${most:.2f} are ordered"
            raise Problem(Code.BATCH_CAP, message)
        return replace(job, batch=seen.batch.id), RowBegun(now, begun(now.batch, cost))

    def _again(self, batch: FilmBatch) -> ReadBatch:
        now = self.batches.load(batch.id)
        if now is None or now.batch.ended_at or now.batch.wake != batch.wake:
            raise BatchMoved(f"batch {batch.id} has ended, or another task looks after it")
        return now

    def _judged(self, batch: FilmBatch) -> str | None:
        """Judge once more whoever sent the batch, right before a row is bought. Raises Problem.

        A key that has merely expired since has ordered all the same; one that was revoked orders nothing more.
        """
        key = self.tenants.api_key(batch.ordered_by) if batch.ordered_by else None
        tenant = self.tenants.tenant(batch.tenant)
        if key is None or key.revoked_at or tenant is None or tenant.status is AccountStatus.CLOSING:
            raise Problem(Code.UNAUTHORIZED, "the key that sent the batch was revoked")
        if tenant.status is not AccountStatus.ACTIVE:
            raise Problem(Code.TENANT_INACTIVE, retry_after=600)
        return key.id

    def _refuse(self, seen: ReadBatch, problem: Problem) -> ReadBatch:
        batch, row = seen.batch, seen.batch.taken + 1
        said = "; ".join(f"{path}: {whys[0]}" for path, whys in problem.details.items()) or problem.message
        expire_at = batch.created_at + 2 * BATCH_LIFE + timedelta(days=90)
        told = (problem.code.value, said[:LONGEST_SAID], problem.next_move[:LONGEST_SAID])
        refused = RefusedRow(batch.id, batch.tenant, row, *told, expire_at=expire_at)
        log_job(Fact.ROW_REFUSED, JobRef("", batch.tenant), said, batch=batch.id, row=row, code=problem.code.value)
        return self.batches.move(seen, passed_by(batch), refused=refused)

    def _full(self, seen: ReadBatch, problem: Problem) -> ReadBatch:
        """Note why the next row waits; it is written with the pass's end."""
        code, why = problem.code.value, problem.message[:LONGEST_SAID]
        return ReadBatch(replace(seen.batch, wait_code=code, wait_why=why), seen.revision)

    def _stop(self, seen: ReadBatch, why: str) -> ReadBatch:
        return ReadBatch(stopped(seen.batch, why, self.now()), seen.revision)

    def _left(self, seen: ReadBatch, wait: timedelta | None) -> None:
        """End the batch where all is over, else write when it is looked at next, and enqueue that."""
        now, slack = self.now(), self.timeouts.queue_slack * SECOND
        if seen.batch.over:
            ended = closed(seen.batch, now)
            told = batch_deliveries(ended, now, slack)
            self.batches.move(seen, ended, deliver=told)
            log_job(Fact.BATCH_ENDED, JobRef("", ended.tenant), ended.status.value, batch=ended.id)
            for each in told:
                self._enqueue(partial(notify_task, each.id, 1), ended)
            return
        pause, tries = self._pause(seen.batch, wait), seen.batch.tries if seen.batch.wait_code in UNSURE else 0
        batch = replace(seen.batch, tries=tries, wake=seen.batch.wake + 1, due_at=now + pause + slack)
        self.batches.move(seen, batch)
        self._enqueue(partial(feed_task, batch, now + pause if pause else None), batch)

    def _pause(self, batch: FilmBatch, wait: timedelta | None) -> timedelta:
        """Return how long a batch rests: what is being made is looked at often, what waits for room as it was told."""
        look = self.timeouts.batch_look * SECOND
        if wait is None or not wait:
            return look if wait is None else timedelta()
        return max(look, min(wait, LONGEST_PAUSE_OF_A_BATCH if not batch.live else LOOK_AT_LIVE))

    def _enqueue(self, task: Callable[[], Task], batch: FilmBatch) -> None:
        try:
            self.tasks.enqueue(task())
        except QueueUnreachable as failed:  # the sweep finds it
            log_job(Fact.ENQUEUE_FAILED, JobRef("", batch.tenant), str(failed), batch=batch.id)
