"""create_job: checks, plans, prices, reserves, stores the job and enqueues its first tasks.

Nothing is stored and nothing paid before every free check has passed. The same order under the same key is the same
job (idempotency.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from shared.cloud.jobs import Conflict, Doubtful, JobExists, Jobs
from shared.cloud.records import Loaded, Month
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.log import Fact, log_job
from shared.pipeline.job.creation import new_job
from shared.pipeline.job.job import Job
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.image_fit import image_warnings, with_photos
from shared.pipeline.plan.plan import MICROS, Plan
from shared.pipeline.plan.planner import CannotPlan, Defaults, plan, to_ask
from shared.pipeline.plan.request import FilmRequest, to_document
from shared.pipeline.plan.selection import Ranked
from shared.pipeline.plan.warned import WarningText
from shared.steps.casting import Casting
from shared.steps.commit import FIRST_WAIT, LAST_WAIT, Commits
from shared.steps.hourly import HourlyLimit
from shared.steps.idempotency import BuyingCall, Judge, unjudged
from shared.steps.images import Ready
from shared.steps.preflight import Preflight, Told
from shared.steps.problems import Problem, invalid, together, unavailable
from shared.steps.quotas import Quota

TRIES = 20  # of a tenant's month: everything it orders and everything that ends writes there
ROUTE = "create_job"


@dataclass(frozen=True, slots=True)
class Created:
    """A job that was accepted, now or when the same request came before."""

    job: Job
    repeated: bool
    quota: Quota | None = None  # how the hour stands; a repeated call counts nothing


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan every free check has passed."""

    plan: Plan
    warnings: tuple[WarningText, ...]  # beside the plan's own
    images: Mapping[str, Ready]  # by their node's key
    request: FilmRequest  # with the ids of its personas
    ranked: tuple[Ranked, ...] = ()  # every avatar service, where personas left the choice


@dataclass(frozen=True, slots=True)
class CreateJob:
    """The step and what it needs."""

    commits: Commits
    jobs: Jobs
    preflight: Preflight
    tables: Tables
    now: Callable[[], datetime]
    secret: Callable[[], str]
    hourly: HourlyLimit
    casting: Casting

    def checked(self, tenant: Tenant, asked: FilmRequest, *, dry_run: bool) -> Checked:
        """Plan, ask what only the avatar service knows, read the images; store nothing. Raises Problem telling all.

        What is wrong about presenters hides nothing about images: the film is planned without what was not told.
        """
        request, ranked = self.casting(tenant.id, asked)
        defaults = Defaults(avatar_id=tenant.avatar_id, voice_id=tenant.voice_id)
        problems: list[Problem] = []
        told = Told({})
        ask = self.preflight.told_for_a_price if dry_run else self.preflight.presenters_told
        try:
            needed, planned = to_ask(request, self.tables, defaults), plan(request, self.tables, defaults)
        except CannotPlan as cannot:
            raise invalid(cannot.details) from cannot
        try:
            told = ask(tenant.id, needed)
            planned = plan(request, self.tables, defaults, told.looks)
            told.must_pay(planned.provider, planned.cost_to_provider_account)
            refuse_dearer(request, planned)
        except CannotPlan as cannot:
            problems.append(invalid(cannot.details))
        except Problem as problem:
            problems.append(problem)
        try:
            images = self.preflight.images.ready(tenant.id, request, planned)
        except Problem as problem:
            problems.append(problem)
        if problems:
            raise together(problems)
        planned = with_photos(planned, {key: image.photo for key, image in images.items()})
        return Checked(planned, warnings_beside(planned, request, told), images, request, ranked)

    def dry_run(self, tenant: Tenant, request: FilmRequest) -> Checked:
        """Plan and check all there is to check, spending and storing nothing; all warnings stand in the plan.

        Raises Problem.
        """
        checked = self.checked(tenant, request, dry_run=True)
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
        call = BuyingCall(tenant.id, ROUTE, idempotency_key, to_document(request), judge)
        job_id = call.job_id()
        if known := self.bought(call, job_id):
            return known
        self.hourly.early(tenant)
        checked = self.checked(tenant, request, dry_run=False)
        images = self.preflight.images.store(tenant.id, checked.images)
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
        return self.store(tenant, call, begin)

    def bought(self, call: BuyingCall, job_id: str) -> Created | None:
        """Return the job this call has made before, its tasks enqueued once more. Raises Problem."""
        known = self.jobs.load(job_id) if call.key else None
        return self._repeated(known, call) if known else None

    def store(self, tenant: Tenant, call: BuyingCall, begin: Callable[..., Job]) -> Created:
        """Admit a new job, write it with its reservation, enqueue its tasks. Raises Problem.

        `begin` makes the job from the server's time: a clock of ours that is ahead would delay its later tasks by as
        much (hole 18).
        """
        usage_doc = f"{self.now():%Y-%m}"
        for tried in range(TRIES):
            month = self.jobs.month(tenant.id, usage_doc)
            live = self.jobs.live(tenant.id)  # after the month: what is ordered in between moves the month
            job = begin(now=live.at, usage_doc=usage_doc, schema=self.jobs.forms.form())
            try:
                quota = self.hourly.admit(tenant, month)
                admit(tenant, month, job.money.reserved, live.count)
            except Problem:  # a twin of this call may be what fills the share
                if known := self.bought(call, job.id):
                    return known
                raise
            call.judge()
            try:
                self.jobs.create(job, month)
            except JobExists:
                break
            except Doubtful:
                stored = self.jobs.load(job.id)
                if stored is None:
                    continue
                if stored.job.film_token != job.film_token:
                    break
                job = stored.job
            except Conflict:
                self.commits.sleep(self.commits.uniform(0, min(FIRST_WAIT * 2**tried, LAST_WAIT)))
                continue
            self.commits.enqueue(job, tuple(job.nodes.values()))
            log_job(Fact.JOB_CREATED, job, job.plan.title)
            return Created(job, repeated=False, quota=quota)
        found = self.jobs.load(job.id)
        if found is None:
            raise unavailable("the job could not be stored")
        return self._repeated(found, call)

    def _repeated(self, known: Loaded, call: BuyingCall) -> Created:
        call.made(known.job)
        self.commits.enqueue(known.job, tuple(known.job.nodes.values()))
        return Created(known.job, repeated=True)


def refuse_dearer(request: FilmRequest, planned: Plan) -> None:
    """Keep an order to what it may cost, both columns together. Raises Problem."""
    cost = planned.cost_to_us + planned.cost_to_provider_account
    if request.max_cost is None or cost <= round(request.max_cost * MICROS):
        return
    ours, theirs = planned.cost_to_us / MICROS, planned.cost_to_provider_account / MICROS
    why = (
        f"is ${request.max_cost:.2f}, and the film costs about ${cost / MICROS:.4f}: "
        f"${ours:.4f} for footage and computing, ${theirs:.4f} at the avatar service"
    )
    raise invalid({"max_cost": [why]})


def warnings_beside(plan: Plan, request: FilmRequest, told: Told) -> tuple[WarningText, ...]:
    """Return what is known before paying beside the plan's own warnings, of an order as of a revision."""
    return (*told.warnings, *image_warnings(request, plan))


def admit(tenant: Tenant, month: Month, reserve: int, live: int) -> None:
    """Keep a tenant within its share and its budget. Raises Problem.

    Two requests at once cannot both slip through: both name the month's revision in their commit, and the loser
    counts again.
    """
    if live >= tenant.live_jobs:
        raise Problem(
            Code.TOO_MANY_LIVE_JOBS,
            f"{live} jobs are being made, and {tenant.live_jobs} at once are this tenant's share",
            next_move="wait until one has ended, then send the request again",
            retry_after=30,
        )
    spent = month.reserved + month.charged
    if tenant.monthly_cap is not None and spent + reserve > tenant.monthly_cap:
        raise Problem(
            Code.MONTHLY_CAP,
            f"this month's cap is ${tenant.monthly_cap / 1e6:.2f}, ${spent / 1e6:.2f} of it are spent or reserved, "
            f"and this film costs ${reserve / 1e6:.2f}",
            next_move="ask the operator for a higher cap, or wait for the next month",
        )
