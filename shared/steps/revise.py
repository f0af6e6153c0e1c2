"""Trying again and making anew: retry keeps a failed or cancelled job, regenerate makes a new one from a film.

Both keep every finished node the change does not touch, tell the price first if asked, and reserve it in the commit
that orders it (holes 43, 46).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from shared.cloud.blobs import Blobs
from shared.cloud.jobs import Conflict, Jobs
from shared.cloud.records import Loaded
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.codec import to_plain
from shared.pipeline.job.creation import CEILING, form_of, new_job
from shared.pipeline.job.events import RetryAsked
from shared.pipeline.job.job import Ending, Job, Node, Purchase, State
from shared.pipeline.job.portions import Portions
from shared.pipeline.job.retried import films_of
from shared.pipeline.job.revision import (
    CannotChange,
    Change,
    asked_anew,
    changed,
    frozen,
    kept,
    price,
    regenerable,
    reserved,
    touched,
)
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.job.shares import Amount
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.planner import CannotPlan, plan, to_ask
from shared.pipeline.plan.speakers import plainly
from shared.steps.account_defaults import defaults_of
from shared.steps.admission import admit
from shared.steps.casting import fell_back
from shared.steps.check_order import warnings_beside
from shared.steps.commit import Commits, StoreBusy
from shared.steps.create_job import CreateJob
from shared.steps.dearer import refuse_above
from shared.steps.idempotency import BuyingCall, Judge, unjudged
from shared.steps.kept_files import missing
from shared.steps.preflight import Preflight
from shared.steps.problems import Problem, invalid, not_found, unavailable
from shared.steps.revised import Revised, first, instead, only_composed, recomposed, retriable, within_ceiling

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine


@dataclass(frozen=True, slots=True)
class Revise:
    """The work and what it needs."""

    commits: Commits
    jobs: Jobs
    blobs: Blobs
    preflight: Preflight
    create: CreateJob
    tables: Tables

    def retry(
        self,
        tenant: Tenant,
        loaded: Loaded,
        change: Change,
        *,
        dry_run: bool,
        key: str | None = None,
        judge: Judge = unjudged,
        most: int | None = None,
        line: "AuditLine | None" = None,
    ) -> tuple[Job, Revised]:
        """Try a job again that failed or was cancelled; the same call again buys nothing. Raises Problem.

        `most` is what it may cost, both columns together, micro-dollars. A line of the audit log stands in the commit.
        """
        call = retrying(tenant, loaded.job, change, key, judge)
        name = call.about(loaded.job)
        if not dry_run and (known := self._tried(call, name, loaded)):
            return known
        job, revised = loaded.job, self.again(tenant, loaded.job, change, dry_run=dry_run)
        if dry_run:
            return job, revised
        refuse_above(most, revised.ours, revised.theirs)
        with self.create.turnstile.through(self.create.budget.months.gate(tenant, job.id)):
            return self._bought(tenant, loaded, revised, call, name, line)

    def again(self, tenant: Tenant, job: Job, change: Change, *, dry_run: bool) -> Revised:
        """Return what a retry of a failed or cancelled job would make, and its price. Raises Problem."""
        retriable(job)
        if not dry_run:
            self.create.hourly.early(tenant)
        undone = {key for key, node in job.nodes.items() if node.state is not State.DONE}
        undone |= {node.culprit for node in job.nodes.values() if node.culprit} | missing(self.blobs, job)
        if job.versions.of:
            revised = recomposed(job, change, undone)
        else:
            own = job.schema < SWITCHING  # a job keeps its form, and the platform's account needs a newer one
            revised = self._revised(tenant, job, change, undone, dry_run=dry_run, own_account=own)
        within_ceiling(job, revised)
        return revised

    def _bought(
        self,
        tenant: Tenant,
        loaded: Loaded,
        revised: Revised,
        call: BuyingCall,
        name: str,
        line: "AuditLine | None",
    ) -> tuple[Job, Revised]:
        job = loaded.job
        for _ in self.create.tries():
            now = self.jobs.now(loaded)
            cost = Amount(films_of(loaded.job) - loaded.job.money.films, revised.reserve)
            try:
                month = self.create.budget.months.own(tenant, job.id, now)  # today's pays, whenever the job was ordered
                purchase = Purchase(name, call.request_hash, now, *revised.bought)
                live = self.jobs.live(tenant.id).count  # after the month: what is ordered in between moves the month
                month, left = self.create.room(month, live)
                asked = self._asked(revised, purchase, month.doc, left)
                quota = self.create.hourly.admit(tenant, month)
                admit(tenant, live)
                self.create.house.admit_again(job, revised.remake)
                month = self.create.budget.admit(tenant.id, month, cost)
                call.judge()
                heard = self.commits.hear(loaded, asked, budget=0, reserve=month, line=line)
                if heard.changed:
                    self.create.budget.watch(tenant.id, month, cost)
                    return heard.job, replace(revised, quota=quota)
                loaded = heard.loaded
            except (Conflict, StoreBusy):
                loaded = self._reread(job.id)
            except Problem:  # a twin of this call may be what fills the share
                if known := self._tried(call, name, self._reread(job.id)):
                    return known
                raise
            if known := self._tried(call, name, loaded):
                return known
            retriable(loaded.job)
        raise unavailable("the retry could not be stored")

    def _tried(self, call: BuyingCall, name: str, loaded: Loaded) -> tuple[Job, Revised] | None:
        """Return what this call bought before, its tasks enqueued once more: they may be lost with its answer."""
        job = loaded.job
        done = call.done(job, name)
        if done is None:
            return None
        self.commits.enqueue_all(job)
        return job, Revised(job.request, job.plan, frozenset(done.made), done.ours, done.theirs, done.ours)

    @staticmethod
    def _asked(revised: Revised, purchase: Purchase, usage_doc: str, left: Portions) -> RetryAsked:
        return RetryAsked(
            revised.reserve,
            usage_doc,
            left=left,
            remake=revised.remake,
            request=revised.request,
            plan=revised.plan,
            ceiling=CEILING * (revised.ours + revised.theirs),
            purchase=purchase,
            warnings=(*revised.plan.warnings, *revised.warnings),
        )

    def _reread(self, job_id: str) -> Loaded:
        found = self.jobs.load(job_id)
        if found is None:
            raise not_found("job")
        return found

    def regenerate(
        self,
        tenant: Tenant,
        loaded: Loaded,
        nodes: frozenset[str],
        change: Change,
        *,
        dry_run: bool,
        trace: str,
        key: str | None = None,
        judge: Judge = unjudged,
    ) -> tuple[Job, Revised]:
        """Make a new job that adopts what a finished film keeps; the same call again makes none. Raises Problem."""
        parent = loaded.job
        wanted = {"parent": parent.id, "nodes": sorted(nodes), "change": to_plain(change)}
        call = BuyingCall(tenant.id, "jobs/regenerate", key, wanted, judge)
        job_id = call.job_id()
        if not dry_run and (known := self.create.bought(call, job_id)):
            return known.job, first(known.job)
        if parent.versions.of:
            raise only_composed(parent)
        if parent.ending is not Ending.COMPLETED:
            raise Problem(Code.NOT_COMPLETED, "only a finished film can be made anew", next_move=instead(parent))
        strays = nodes - set(regenerable(parent))
        if strays:
            names = ", ".join(regenerable(parent))
            raise invalid({"nodes": [f"{', '.join(sorted(strays))}: not a part of this film; {names} are"]})
        if not dry_run:
            self.create.hourly.early(tenant)
        revised = self._revised(tenant, parent, change, nodes | missing(self.blobs, parent), dry_run=dry_run)
        if not revised.remake:
            raise invalid({"nodes": ["nothing would be different: name nodes, or change words, avatar or voice"]})
        if dry_run:
            return parent, revised
        self.create.known_to_all(revised.plan, revised.request)
        adopted = {key: node for key, node in parent.nodes.items() if key not in revised.remake}
        begin = partial(
            new_job,
            job_id=job_id,
            tenant=tenant.id,
            request=revised.request,
            plan=self._allowed(revised, adopted),
            images={},
            adopted=adopted,
            film_token=self.create.secret(),
            request_hash=call.request_hash,
            timeouts=self.commits.timeouts,
            trace=trace,
            warnings=revised.warnings,
            parent=parent.id,
        )
        created = self.create.store(tenant, call, job_id, begin)
        return created.job, replace(first(created.job), quota=created.quota)

    def _revised(
        self,
        tenant: Tenant,
        job: Job,
        change: Change,
        also: set[str] | frozenset[str],
        *,
        dry_run: bool,
        own_account: bool = False,
    ) -> Revised:
        ask = self.preflight.told_for_a_price if dry_run else self.preflight.presenters_told
        tested = fell_back(job)
        try:
            request = changed(job.request, change)
            defaults = defaults_of(tenant)
            needed = to_ask(request, self.tables, defaults)
            unasked = plan(request, self.tables, defaults)  # which takes are made again is known without any look
            remake = touched(job, request, unasked, also)
            self.create.terms.refuse_again(tenant, request, unasked, remake)
            asked = replace(asked_anew(job, unasked, remake, needed), own_account=own_account or bool(tested))
            told = ask(tenant.id, asked)
            made = plainly(plan(request, self.tables, defaults, told.looks, kept(job, remake)), told.plain)
            planned = told.funded(frozen(job, made, request))
            ours, theirs = price(job, planned, remake)
        except (CannotPlan, CannotChange) as cannot:
            raise invalid(cannot.details) from cannot
        self.preflight.clips.still_there(tenant.id, request, planned)
        takes = sum(take.cost for take in planned.speeches if take.key in remake)
        told.must_pay(planned.provider or planned.footage_account, theirs, takes)
        reserve = reserved(job, planned, remake)
        warnings = (*tested, *warnings_beside(planned, request, told))
        return Revised(request, planned, remake, ours, theirs, reserve, warnings)

    def _allowed(self, revised: Revised, adopted: Mapping[str, Node]) -> Plan:
        """Return a plan without who takes over while older code must be able to go on with it; kept takes need them."""
        planned, born = revised.plan, partial(form_of, request=revised.request, adopted=adopted)
        alone = replace(planned, understudies=(), without_presenter=False, pay_again=False)
        if planned == alone or born(alone) == SWITCHING or self.jobs.forms.form() >= SWITCHING:
            return planned
        return alone


def retrying(tenant: Tenant, job: Job, change: Change, key: str | None, judge: Judge = unjudged) -> BuyingCall:
    """Return the call that tries one job again: the same whether it is asked for alone or among others."""
    return BuyingCall(tenant.id, f"jobs/{job.id}/retry", key, to_plain(change), judge)
