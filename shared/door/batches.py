"""The `batches` function: many orders at once, priced as a whole, made one after the other, told of once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import flask

from shared.cloud.batch_documents import ReadBatch
from shared.cloud.batch_jobs import BatchJobs
from shared.cloud.batches import Batches, BatchMoved
from shared.cloud.blobs import NoFile
from shared.cloud.tasks import QueueUnreachable
from shared.cloud.templates import Templates
from shared.codes import Code
from shared.door.answers import answer
from shared.door.asked import READ, WRITE, Caller, is_job_id
from shared.door.batch_bodies import MOST_BATCH_BODY, SentBatch, read_batch, read_rows, remembered
from shared.door.batch_views import priced_batch, results, shown_batch, summary_of
from shared.door.bodies import Mistakes, parse_film
from shared.door.brands import kit_of
from shared.door.entrance import Entrance
from shared.door.gaps import problem_in_columns
from shared.door.idempotency import idempotency_key
from shared.door.incoming import json_body
from shared.door.job_lists import cursor_of, page_asked
from shared.door.public import Route, serve
from shared.door.template import Links, template_of
from shared.door.templates import pattern_of
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.batch import FilmBatch, stopped
from shared.pipeline.plan.request import FilmRequest
from shared.steps.audited import Audited
from shared.steps.batch_rows import row_job
from shared.steps.batch_tasks import feed_task
from shared.steps.brand_kits import BrandKits
from shared.steps.new_batch import NewBatch, asked_for
from shared.steps.problems import Problem, invalid, not_found, unavailable

STOP_TRIES = 10  # beside a pass that begins rows


@dataclass(frozen=True, slots=True)
class BatchesDoor:
    """The routes and what they need."""

    work: NewBatch
    jobs: BatchJobs
    entrance: Entrance
    public_url: str
    links: Links
    templates: Templates
    kits: Callable[[], BrandKits]
    now: Callable[[], datetime]

    @property
    def batches(self) -> Batches:
        """The store."""
        return self.work.batches

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route(
                "POST",
                "/",
                self._create,
                "Order many films at once: JSON or a CSV with a heading, at most 1,000 rows; priced as a whole first.",
                takes="Batch",
                reads=None,
            ),
            Route("GET", "/", self._list, "List batches, newest first.", reads=None),
            Route("GET", "/{batch}", self._read, "Read a batch: counts, cost, when it is expected to end."),
            Route("GET", "/{batch}/results.csv", self._results, "Read what became of each row, as CSV."),
            Route("DELETE", "/{batch}", self._delete, "Forget an ended batch, its rows and results; its films stay."),
            Route("POST", "/{batch}/cancel", self._cancel, "Begin no more rows; films that were begun are made."),
        )

    def _create(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        self.entrance.dry_run(request, who)  # it plans as many films as it has rows
        key = idempotency_key(request)
        try:
            sent = read_batch(
                json_body(request, MOST_BATCH_BODY),
                request.args,
                schemes=self.links.schemes,
                judge=self.links.judge,
            )
            films = self._films(who, sent)
        except Mistakes as mistakes:
            raise invalid(mistakes.details) from mistakes
        wanted = asked_for(films, sent.terms)
        if not sent.dry_run and (known := self.work.known(who.tenant, key, wanted)):
            return self._taken(known.batch, "the batch was sent before; this is the same one")
        try:
            rows = self.work.priced(who.tenant, films, sent.terms, dry_run=sent.dry_run)
        except Problem as problem:
            raise problem_in_columns(problem, sent.rows) from problem
        priced = priced_batch(rows, self.work.create.terms.factor(who.tenant))
        if sent.dry_run:
            return answer(200, {"status": "dry_run", "message": "nothing was stored or spent", **priced})
        self.entrance.again(request, WRITE)
        taken = self.work(who.tenant, who.key.id, key, wanted, rows, sent.terms)
        message = "the batch was sent before; this is the same one" if taken.repeated else "the batch was taken"
        return self._taken(taken.batch, message)

    def _films(self, who: Caller, sent: SentBatch) -> tuple[FilmRequest, ...]:
        """Read all rows. Raises Mistakes."""
        read = partial(
            parse_film,
            template=template_of(who),
            schemes=self.links.schemes,
            judge=self.links.judge,
            patterns=remembered(partial(pattern_of, self.templates, who.tenant.id)),
            brands=remembered(partial(kit_of, self.kits, who.tenant)),
            model=self.work.create.terms.usual_model(who.tenant),
        )
        return read_rows(sent, read)

    def _taken(self, batch: FilmBatch, message: str) -> flask.Response:
        shown = {**shown_batch(batch, self.public_url, self.now()), "message": message}
        return answer(202, shown, {"Location": shown["urls"]["batch"]})

    def _list(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, READ)
        limit, after, wrong = page_asked(request.args, is_job_id)
        if wrong:
            raise invalid(wrong)
        page = self.batches.page(who.tenant.id, limit + 1, after)
        last = page[limit - 1] if len(page) > limit else None
        rows = [shown_batch(each, self.public_url, self.now()) for each in page[:limit]]
        return answer(200, {"batches": rows, "next_cursor": cursor_of(last.created_at, last.id) if last else None})

    def _read(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        seen = self._own(self.entrance(request, READ), found)
        return answer(200, shown_batch(seen.batch, self.public_url, self.now()))

    def _results(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        batch = self._own(self.entrance(request, READ), found).batch
        try:
            products = list(self.work.rows.products(batch))
        except NoFile as gone:
            raise Problem(Code.NOT_FOUND, "the batch's rows are gone", next_move="GET /jobs lists its films") from gone
        names = [row_job(batch, row) for row in range(1, batch.taken + 1)]
        refused = {each.row: each for each in self.batches.refusals(batch)} if batch.refused else {}
        return results(batch, products, dict(self.jobs.each(names)), refused, self.public_url)

    def _cancel(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        for _ in range(STOP_TRIES):
            seen = self._own(who, found)
            if seen.batch.ended_at:
                message = f"the batch is {seen.batch.status.value}"
                raise Problem(Code.ALREADY_ENDED, message, next_move="nothing is left to cancel")
            if seen.batch.stopped_at:
                return answer(200, shown_batch(seen.batch, self.public_url, self.now()))
            now = self.now()
            batch = replace(stopped(seen.batch, "cancelled by the caller", now), wake=seen.batch.wake + 1, due_at=now)
            try:
                self.batches.move(seen, batch)
            except BatchMoved:
                continue
            self._stopped(batch)
            return answer(200, shown_batch(batch, self.public_url, now))
        raise unavailable("the batch was written by others all the time")

    def _delete(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        who = self.entrance(request, WRITE)
        seen = self._own(who, found)
        if not seen.batch.ended_at:
            message = f"the batch is {seen.batch.status.value}: {summary_of(seen.batch)}"
            stops = "" if seen.batch.stopped_at else f"POST /batches/{seen.batch.id}/cancel, then "
            raise Problem(Code.STILL_LIVE, message, next_move=f"{stops}delete it when its films have ended")
        line = who.line(Audited.BATCH_DELETED, seen.batch.id)
        with suppress(BatchMoved):  # of an ended one: deleted by a twin of this call, or by us, the answer being lost
            self.batches.forget(seen, self.now(), line)
        return answer(200, {"deleted": True})

    def _stopped(self, batch: FilmBatch) -> None:
        log_job(Fact.BATCH_STOPPED, JobRef("", batch.tenant), batch.stopped_why, batch=batch.id)
        try:
            self.work.tasks.enqueue(feed_task(batch))
        except QueueUnreachable as failed:  # the sweep finds it
            log_job(Fact.ENQUEUE_FAILED, JobRef("", batch.tenant), str(failed), batch=batch.id)

    def _own(self, who: Caller, found: Mapping[str, str]) -> ReadBatch:
        seen = self.batches.load(found["batch"]) if is_job_id(found["batch"]) else None
        if seen is None or seen.batch.tenant != who.tenant.id:
            raise not_found("batch")
        return seen
