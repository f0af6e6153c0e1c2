"""Takes a batch: all its rows are checked and priced before anything is stored, and nothing of it is bought here.

What costs the network a question is asked once for all rows that need it: the key, looks and voices. Images and music
are read when a row's turn comes (feed_batch.py), as the month, the hour and the share are judged then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.cloud.batches import OF_NO_TENANT, Batches, BatchExists
from shared.cloud.tasks import QueueUnreachable, Tasks
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.batch import FilmBatch
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.plan.kit import as_asked
from shared.pipeline.plan.plan import MICROS
from shared.pipeline.plan.request import FilmRequest, to_document
from shared.steps.batch_rows import BatchRows, batch_call, packed
from shared.steps.batch_tasks import feed_task
from shared.steps.create_job import CreateJob
from shared.steps.new_deliveries import hooks_of
from shared.steps.problems import Problem, invalid

MOST_UNENDED = 20  # batches of a tenant
MOST_TOLD = 100  # mistakes that are named one by one
PRICE_SECONDS = 35.0  # in which the questions about all rows must have been answered; the function has a minute


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """What a batch is asked for beside its rows."""

    title: str = ""
    max_cost_usd: float | None = None
    webhook_url: str | None = None
    job_events: bool = False


@dataclass(frozen=True, slots=True)
class PricedRow:
    """What a row would cost, micro-dollars, and what its plan warns of."""

    request: FilmRequest
    ours: int
    theirs: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that was taken, now or when the same call came before."""

    batch: FilmBatch
    repeated: bool


@dataclass(frozen=True, slots=True)
class NewBatch:
    """The step and what it needs."""

    batches: Batches
    rows: BatchRows
    create: CreateJob
    tasks: Tasks
    timeouts: Timeouts
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def priced(
        self, tenant: Tenant, requests: Sequence[FilmRequest], terms: BatchTerms, *, dry_run: bool
    ) -> tuple[PricedRow, ...]:
        """Check and price all rows; store and spend nothing. Raises Problem telling what is wrong of every row.

        A price needs no vendor's key; a batch that is to be made does, as its rows will.
        """
        found: list[PricedRow] = []
        problems: list[tuple[int, Problem]] = []
        until = self.monotonic() + PRICE_SECONDS
        for row, request in enumerate(requests, start=1):
            if self.monotonic() > until:
                said = f"only {row - 1} of {len(requests)} rows could be checked in {PRICE_SECONDS:.0f} seconds"
                raise Problem(Code.PAYLOAD_TOO_LARGE, said, next_move="send the rows as several batches")
            try:
                plan = self.create.check(tenant, request, dry_run=dry_run, files=False).plan
            except Problem as problem:
                problems.append((row, problem))
                if len(problems) >= MOST_TOLD:
                    break
            else:
                found.append(PricedRow(request, plan.cost_to_us, plan.cost_to_provider_account, plan.warnings))
        if problems:
            raise _together(problems)
        _refuse_above(terms.max_cost_usd, found)
        return tuple(found)

    def known(self, tenant: Tenant, key: str | None, wanted: object) -> Taken | None:
        """Return the batch this call has sent before, its task enqueued once more. Raises Problem."""
        call = batch_call(tenant.id, key, wanted)
        if not call.named:
            return None
        seen = self.batches.load(call.job_id())
        return self._repeated(seen.batch, call.request_hash) if seen else None

    def __call__(
        self, who: Tenant, by: str, key: str | None, wanted: object, rows: Sequence[PricedRow], terms: BatchTerms
    ) -> Taken:
        """Store a batch of priced rows, and enqueue its first task. Raises Problem."""
        if len(self.batches.unended(who.id, MOST_UNENDED)) >= MOST_UNENDED:
            message = f"{MOST_UNENDED} batches have not ended, and no more are taken at once"
            raise Problem(Code.TOO_MANY_LIVE_JOBS, message, next_move="wait until one has ended", retry_after=60)
        call = batch_call(who.id, key, wanted)
        name, file = call.job_id(), packed([each.request for each in rows])
        uri = self.rows.store(who.id, name, call.request_hash, file)
        now = self.now()
        batch = FilmBatch(
            id=name,
            tenant=who.id,
            created_at=now,
            request_hash=call.request_hash,
            rows=len(rows),
            rows_uri=uri,
            starts=file.starts,
            ordered_by=by,
            title=terms.title,
            webhook_url=terms.webhook_url,
            hooks=hooks_of(who),
            job_events=terms.job_events,
            max_cost=None if terms.max_cost_usd is None else round(terms.max_cost_usd * MICROS),
            estimated_ours=sum(each.ours for each in rows),
            estimated_theirs=sum(each.theirs for each in rows),
            due_at=now + self.timeouts.queue_slack * SECOND,
        )
        try:
            self.batches.create(batch)
        except BatchExists:
            twin = self.batches.load(name)
            if twin is None:
                raise
            return self._repeated(twin.batch, call.request_hash)
        log_job(Fact.BATCH_TAKEN, JobRef("", who.id), f"{len(rows)} rows", batch=name)
        self._enqueue(batch)
        return Taken(batch, repeated=False)

    def _repeated(self, batch: FilmBatch, request_hash: str) -> Taken:
        if batch.tenant == OF_NO_TENANT:
            message = "the batch that was sent under this key was deleted"
            raise Problem(Code.IDEMPOTENCY_CONFLICT, message, next_move="send it under another key")
        if batch.request_hash != request_hash:
            raise Problem(Code.IDEMPOTENCY_CONFLICT)
        if not batch.ended_at:
            self._enqueue(batch)
        return Taken(batch, repeated=True)

    def _enqueue(self, batch: FilmBatch) -> None:
        try:
            self.tasks.enqueue(feed_task(batch))
        except QueueUnreachable as failed:  # the sweep finds it
            log_job(Fact.ENQUEUE_FAILED, JobRef("", batch.tenant), str(failed), batch=batch.id)


def asked_for(requests: Sequence[FilmRequest], terms: BatchTerms) -> object:
    """Return what tells the same batch from another one under the same key, as plain JSON."""
    said = [terms.title, terms.max_cost_usd, terms.webhook_url, terms.job_events]
    return {"terms": said, "rows": [as_asked(to_document(each)) for each in requests]}


def _refuse_above(most: float | None, rows: Sequence[PricedRow]) -> None:
    """Keep a batch to what it may cost, both columns together. Raises Problem."""
    ours, theirs = sum(each.ours for each in rows), sum(each.theirs for each in rows)
    if most is None or ours + theirs <= round(most * MICROS):
        return
    why = (
        f"is ${most:.2f}, and the {len(rows)} rows cost about ${(ours + theirs) / MICROS:.4f} together: "
        f"${ours / MICROS:.4f} that abroll pays, ${theirs / MICROS:.4f} at your own avatar account"
    )
    raise invalid({"max_cost_usd": [why]})


def _together(problems: Sequence[tuple[int, Problem]]) -> Problem:
    """Tell the problems of rows as one: fields by row, a problem without fields by its row alone."""
    details: dict[str, list[str]] = {}
    for row, problem in problems:
        if not problem.details:
            details.setdefault(f"rows.{row}", []).append(problem.message)
        for path, whys in problem.details.items():
            details.setdefault(f"rows.{row}.{path}", []).extend(whys)
    first = problems[0][1]
    told = dict(list(details.items())[:MOST_TOLD])
    together = invalid(told)
    return Problem(first.code, together.message, next_move=first.next_move, details=told, retry_after=first.retry_after)
