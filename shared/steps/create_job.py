"""create_job: has an order checked, reserves its price, stores the job and enqueues its first tasks.

Nothing is stored and nothing paid before every free check has passed. The same order under the same key is the same
job (idempotency.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from shared.cloud.jobs import Conflict, Doubtful, JobExists, Jobs
from shared.cloud.records import Beside, Loaded, Month
from shared.cloud.tenants import Tenant
from shared.log import Fact, log_job
from shared.pipeline.job.creation import new_job, shows_own_clips
from shared.pipeline.job.entries import reserving
from shared.pipeline.job.job import Job
from shared.pipeline.job.portions import Portions, left_of
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.kit import as_asked
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest, to_document
from shared.steps.admission import admit
from shared.steps.budget import MonthBudget
from shared.steps.check_order import Checked, CheckOrder
from shared.steps.commit import FIRST_WAIT, Commits
from shared.steps.hourly import HourlyLimit
from shared.steps.idempotency import BuyingCall, Judge, still_there, unjudged
from shared.steps.new_deliveries import hooks_of
from shared.steps.plan_terms import PlanTerms
from shared.steps.pressure import HousePressure
from shared.steps.problems import Problem, unavailable
from shared.steps.quotas import Quota
from shared.steps.turnstile import Turnstile

TRIES = 100  # of a tenant's month: everything it orders and everything that ends writes there
PATIENCE = 20.0  # seconds of waiting between them
LONGEST_WAIT = 1.0  # seconds between two of them: only instances race (turnstile.py), at most as many as there are
ROUTE = "create_job"
Listed = Callable[[Job], tuple[Job, Beside | None]]  # gives a new job its number, and what lists it


def unlisted(job: Job) -> tuple[Job, None]:
    """Let nobody list a new job."""
    return job, None


@dataclass(frozen=True, slots=True)
class Created:
    """A job that was accepted, now or when the same request came before."""

    job: Job
    repeated: bool
    quota: Quota | None = None  # how the hour stands; a repeated call counts nothing


@dataclass(frozen=True, slots=True)
class _Stored:
    """A job that was written just now, and the month it was admitted by."""

    job: Job
    month: Month
    quota: Quota


@dataclass(frozen=True, slots=True)
class CreateJob:
    """The step and what it needs."""

    commits: Commits
    jobs: Jobs
    check: CheckOrder
    now: Callable[[], datetime]
    secret: Callable[[], str]
    hourly: HourlyLimit
    budget: MonthBudget
    turnstile: Turnstile
    portions: Portions
    house: HousePressure
    terms: PlanTerms

    def dry_run(self, tenant: Tenant, request: FilmRequest) -> Checked:
        """Plan and check all there is to check, spending and storing nothing; all warnings stand in the plan.

        Raises Problem.
        """
        checked = self.check(tenant, request, dry_run=True)
        warned = replace(checked.plan, warnings=(*checked.plan.warnings, *checked.warnings))
        return replace(checked, plan=warned)

    def __call__(
        self,
        tenant: Tenant,
        request: FilmRequest,
        idempotency_key: str | None,
        trace: str,
        judge: Judge = unjudged,
    ) -> Created:
        """Accept a request. Raises Problem."""
        wanted = as_asked(to_document(request))
        return self.called(tenant, request, BuyingCall(tenant.id, ROUTE, idempotency_key, wanted, judge), trace)

    def called(
        self, tenant: Tenant, request: FilmRequest, call: BuyingCall, trace: str, listed: Listed = unlisted
    ) -> Created:
        """Make the film a call asks for; `listed` as in `store`. Raises Problem."""
        job_id = call.job_id()
        if known := self.bought(call, job_id):
            return known
        self.house.open()
        self.hourly.early(tenant)
        checked = self.check(tenant, request, dry_run=False)
        self.known_to_all(checked.plan, checked.request)
        images = self.check.preflight.images.store(tenant.id, checked.images)
        begin = partial(
            new_job,
            job_id=job_id,
            tenant=tenant.id,
            request=checked.request,
            plan=checked.plan,
            images=images,
            film_token=self.secret(),
            request_hash=call.request_hash,
            timeouts=self.commits.timeouts,
            trace=trace,
            warnings=checked.warnings,
        )
        return self.store(tenant, call, job_id, begin, listed)

    def known_to_all(self, planned: Plan, request: FilmRequest) -> None:
        """Refuse what some function could not make yet, while a release is rolled out. Raises Problem."""
        lent = planned.platform_accounts
        newer = planned.renditions or lent or shows_own_clips(planned, request)
        if newer and self.jobs.forms.form() < SWITCHING:
            made = "several outputs, or own clips, are made"
            what = "abroll's own avatar accounts film" if lent else made
            raise unavailable(f"{what} only when every function runs this release")

    def bought(self, call: BuyingCall, job_id: str) -> Created | None:
        """Return the job this call has made before, its tasks enqueued once more. Raises Problem."""
        known = self.jobs.load(job_id) if call.named else None
        return self._repeated(known, call) if known else None

    def store(
        self, tenant: Tenant, call: BuyingCall, job_id: str, begin: Callable[..., Job], listed: Listed = unlisted
    ) -> Created:
        """Admit a new job, write it with its reservation, enqueue its tasks. Raises Problem.

        `begin` makes the job from the server's time: a clock of ours that is ahead would delay its later tasks by as
        much (hole 18). `listed` lets another job list it, in the same write.
        """
        with self.turnstile.through(self.budget.months.gate(tenant, job_id)):
            stored = self._stored(tenant, call, job_id, begin, listed)
        if isinstance(stored, Created):
            return stored
        job = stored.job
        self.commits.enqueue_all(job)
        log_job(Fact.JOB_CREATED, job, job.plan.title)
        self.budget.watch(tenant.id, stored.month, reserving(job.money))
        return Created(job, repeated=False, quota=stored.quota)

    def _stored(
        self, tenant: Tenant, call: BuyingCall, job_id: str, begin: Callable[..., Job], listed: Listed
    ) -> "_Stored | Created":
        for _ in self.tries():
            try:
                month = self.budget.months.own(tenant, job_id, self.now())
                live = self.jobs.live(tenant.id)  # after the month: what is ordered in between moves the month
                month, left = self.room(month, live.count)
                job, root = listed(self.terms.frozen(begin(now=live.at, usage_doc=month.doc, left=left), tenant))
                quota = self.hourly.admit(tenant, month)
                admit(tenant, live.count)
                self.house.admit(job)
                month = self.budget.admit(tenant.id, month, reserving(job.money))
                job = replace(job, ordered_by=call.judge(), hooks=hooks_of(tenant))
                self.jobs.create(job, month, root)
            except Problem:  # a twin of this call may be what fills the share
                if known := self.bought(call, job_id):
                    return known
                raise
            except JobExists:
                return self._repeated(still_there(self.jobs.load(job_id)), call)
            except Doubtful:
                found = self.jobs.load(job_id)
                if found is None:
                    continue
                if found.job.film_token != job.film_token:
                    break
                job = found.job
            except Conflict:
                continue
            return _Stored(job, month, quota)
        if known_now := self.jobs.load(job_id):
            return self._repeated(known_now, call)
        raise unavailable("the job could not be stored")

    def room(self, month: Month, live: int) -> tuple[Month, Portions]:
        """Return what a tenant may still fill of each queue, and the month that says so.

        Where nothing is live nothing is open, whatever a job that older code ended has left there (hole 167).
        """
        month = month if live else replace(month, idle=True, open={})
        return month, left_of(self.portions, month.open, month.shards)

    def tries(self) -> Iterator[None]:
        """Let a purchase be tried again and again, waiting in between; everything a tenant buys writes its month."""
        waited = 0.0
        for tried in range(TRIES):
            yield
            pause = self.commits.uniform(0, min(FIRST_WAIT * 2**tried, LONGEST_WAIT))
            waited += pause
            if waited > PATIENCE:
                return
            self.commits.sleep(pause)

    def _repeated(self, known: Loaded, call: BuyingCall) -> Created:
        call.made(known.job)
        self.commits.enqueue_all(known.job)
        return Created(known.job, repeated=True)
