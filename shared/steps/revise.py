"""Trying again and making anew: retry keeps a failed job, regenerate makes a new one from a finished film.

Both keep every finished node the change does not touch, tell the price first if asked, and reserve it in the commit
that orders it (holes 43, 46).
"""

from dataclasses import dataclass
from functools import partial

from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Reservation
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.job.creation import CEILING, new_job
from shared.pipeline.job.events import RetryAsked
from shared.pipeline.job.job import Ending, Job, State
from shared.pipeline.job.revision import (
    CannotChange,
    Change,
    asked_anew,
    changed,
    frozen,
    price,
    regenerable,
    touched,
)
from shared.pipeline.plan.capabilities import Tables
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.plan.planner import CannotPlan, Defaults, plan, to_ask
from shared.pipeline.plan.request import FilmRequest
from shared.steps.commit import Commits, StoreBusy
from shared.steps.create_job import TRIES, CreateJob, admit
from shared.steps.preflight import Preflight
from shared.steps.problems import Problem, invalid, unavailable


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision will make, and at which price, micro-dollars."""

    request: FilmRequest
    plan: Plan
    remake: frozenset[str]
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Revise:
    """The work and what it needs."""

    commits: Commits
    jobs: Jobs
    blobs: Blobs
    preflight: Preflight
    create: CreateJob
    tables: Tables

    def retry(self, tenant: Tenant, loaded: Loaded, change: Change, *, dry_run: bool) -> tuple[Job, Revised]:
        """Try a failed job again. Raises Problem."""
        job = loaded.job
        if job.ending is not Ending.FAILED:
            raise Problem(Code.NOT_FAILED, "only a failed job can be tried again", next_move=_instead(job))
        undone = {key for key, node in job.nodes.items() if node.state is not State.DONE}
        revised = self._revised(tenant, job, change, undone | self._missing(job))
        if dry_run:
            return job, revised
        for _ in range(TRIES):
            month = self.jobs.month(job.tenant, job.money.usage_doc)
            admit(tenant, month, revised.ours, self.jobs.live(tenant.id).count)
            asked = RetryAsked(
                revised.ours,
                remake=revised.remake,
                request=revised.request,
                plan=revised.plan,
                ceiling=CEILING * (revised.ours + revised.theirs),
            )
            try:
                heard = self.commits.hear(loaded, asked, budget=0, reserve=Reservation(month, revised.ours))
            except StoreBusy:
                self.commits.sleep(self.commits.uniform(0, 0.5))
                loaded = self._reread(job.id)
                if loaded.job.ending is None:  # applied, though its answer was lost: its tasks may be missing
                    self.commits.enqueue(loaded.job, tuple(loaded.job.nodes.values()))
                    return loaded.job, revised
                continue
            return heard.job, revised
        raise unavailable("the retry could not be stored")

    def _reread(self, job_id: str) -> Loaded:
        found = self.jobs.load(job_id)
        if found is None:
            raise unavailable("the job vanished while it was tried again")
        return found

    def regenerate(
        self, tenant: Tenant, loaded: Loaded, nodes: frozenset[str], change: Change, *, dry_run: bool, trace: str
    ) -> tuple[Job, Revised]:
        """Make a new job that adopts what a finished film keeps. Raises Problem."""
        parent = loaded.job
        if parent.ending is not Ending.COMPLETED:
            raise Problem(Code.NOT_COMPLETED, "only a finished film can be made anew", next_move=_instead(parent))
        strays = nodes - set(regenerable(parent))
        if strays:
            known = ", ".join(regenerable(parent))
            raise invalid({"nodes": [f"{', '.join(sorted(strays))}: not a part of this film; {known} are"]})
        revised = self._revised(tenant, parent, change, nodes | self._missing(parent))
        if not revised.remake:
            raise invalid({"nodes": ["nothing would be different: name nodes, or change words, avatar or voice"]})
        if dry_run:
            return parent, revised
        kept = {key: node for key, node in parent.nodes.items() if key not in revised.remake}
        begin = partial(
            new_job,
            job_id=self.create.new_id(),
            tenant=tenant.id,
            request=revised.request,
            plan=revised.plan,
            images={},
            adopted=kept,
            film_token=self.create.secret(),
            request_hash=f"{parent.id} regenerated",
            timeouts=self.commits.timeouts,
            trace=trace,
            parent=parent.id,
        )
        return self.create.store(tenant, begin).job, revised

    def _revised(self, tenant: Tenant, job: Job, change: Change, also: set[str] | frozenset[str]) -> Revised:
        try:
            request = changed(job.request, change)
            defaults = Defaults(avatar_id=tenant.avatar_id, voice_id=tenant.voice_id)
            needed = to_ask(request, self.tables, defaults)
            unasked = plan(request, self.tables, defaults)  # which takes are made again is known without any look
            remake = touched(job, request, unasked, also)
            told = self.preflight.presenters_told(tenant.id, asked_anew(unasked, remake, needed))
            planned = frozen(job, plan(request, self.tables, defaults, told.looks), remake)
            ours, theirs = price(job, planned, remake)
        except (CannotPlan, CannotChange) as cannot:
            raise invalid(cannot.details) from cannot
        return Revised(request, planned, remake, ours, theirs)

    def _missing(self, job: Job) -> frozenset[str]:
        """Find finished nodes whose files were deleted after their time; a lost image cannot be made again."""
        gone = set()
        for key, node in job.nodes.items():
            if node.state is not State.DONE or node.output is None or node.kind is Kind.COMPOSE:
                continue
            try:
                self.blobs.stat(node.output.uri)
            except NoFile as lost:
                if node.kind is Kind.IMAGE:
                    message = "the product image was deleted after its time"
                    move = "order a new film with the image"
                    raise Problem(Code.IMAGE_GONE, message, next_move=move) from lost
                gone.add(key)
        return frozenset(gone)


def _instead(job: Job) -> str:
    match job.ending:
        case None:
            return "wait until the job has ended, or cancel it"
        case Ending.COMPLETED:
            return f"POST /jobs/{job.id}/regenerate makes a new film from it"
        case Ending.FAILED:
            return f"POST /jobs/{job.id}/retry tries it again"
        case Ending.CANCELLED:
            return "order a new film"
