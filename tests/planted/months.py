"""Planted bugs of a tenant's month: variants of what judges and counts orders, each wired into an instance."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from shared.cloud.audit import AuditLine
from shared.cloud.clients import Clients
from shared.cloud.jobs import Jobs
from shared.cloud.month_documents import usage
from shared.cloud.months import Months
from shared.cloud.records import Beside, Loaded, Month
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.job.job import Job
from shared.pipeline.job.shares import Amount, MonthLimits
from shared.steps.budget import MonthBudget
from shared.steps.commit import Commits
from shared.steps.create_job import CreateJob
from shared.steps.problems import Problem
from tests.faults.cloud import StagedWiring
from tests.planted.steps import copied


class Reviving(Jobs):
    """Jobs whose endings make their month where there is none."""

    def save(self, loaded: Loaded, job: Job, **more: Any) -> Loaded:
        """Write with a merge."""
        if not more.get("reserve"):
            usage(self._clients.firestore, job.tenant, job.money.usage_doc).set({}, merge=True)
        return super().save(loaded, job, **more)


class Careless(Jobs):
    """Jobs that are created beside whatever stands in the month by then."""

    def create(self, job: Job, month: Month, root: Beside | None = None) -> None:
        """Name the month as it is now, not as it was judged."""
        super().create(job, replace(month, revision=self.month(job.tenant, month.doc).revision), root)


class Keeping(Commits):
    """Commits that never give a film back."""

    def _save(self, loaded: Loaded, job: Job, reserve: Month | None, line: AuditLine | None) -> Loaded:
        return super()._save(loaded, replace(job, money=replace(job.money, films=1)), reserve, line)


class Nostalgic(Months):
    """Months of which a job stays in its first one."""

    def own(self, tenant: Tenant, job_id: str, now: datetime) -> Month:
        """Return the month a job was ordered in."""
        jobs = Jobs(self._clients)
        found = jobs.load(job_id)
        return jobs.month(tenant.id, found.job.money.usage_doc) if found else super().own(tenant, job_id, now)


class Remembering(Months):
    """Months that begin by the plan as an instance remembers it."""

    def __init__(self, clients: Clients, limits: Callable[[Tenant], MonthLimits]) -> None:
        super().__init__(clients, lambda tenant: limits(self._remembered or tenant))
        self._remembered: Tenant | None = None

    def own(self, tenant: Tenant, job_id: str, now: datetime) -> Month:
        """Begin the month by what the caller has in its hands."""
        self._remembered = tenant
        return super().own(tenant, job_id, now)


class Narrow(MonthBudget):
    """A budget that asks no other shard."""

    def admit(self, tenant: str, month: Month, cost: Amount) -> Month:
        """Judge by an order's own shard alone."""
        if month.has(cost):
            return month
        raise Problem(Code.MONTHLY_CAP, f"{tenant} has not enough in {month.doc}", next_move="")


class RevivesAMonth(StagedWiring):
    """A month set, not updated."""

    @cached_property
    def jobs(self) -> Jobs:
        """The store that merges."""
        return Reviving(self.clients, self.clock.monotonic)


class NamesNoRevision(StagedWiring):
    """An order names no revision of its month."""

    @cached_property
    def jobs(self) -> Jobs:
        """The store that does not compare."""
        return Careless(self.clients, self.clock.monotonic)


class KeepsTheFilm(StagedWiring):
    """A film on which nothing was spent is kept."""

    @cached_property
    def commits(self) -> Commits:
        """The writer that gives no film back."""
        return copied(Keeping, super().commits)


class RetriesInTheOldMonth(StagedWiring):
    """Retry in the old month."""

    @cached_property
    def months(self) -> Months:
        """The months that are for ever."""
        return Nostalgic(self.clients, self.plans.month)


class BeginsByAnOldPlan(StagedWiring):
    """A month begun by a remembered plan."""

    @cached_property
    def months(self) -> Months:
        """The months that believe their caller."""
        return Remembering(self.clients, self.plans.month)


class AsksItsOwnShard(StagedWiring):
    """Refused by its own shard."""

    @cached_property
    def create(self) -> CreateJob:
        """The step whose budget looks at one document."""
        true = super().create
        return replace(true, budget=Narrow(self.months))
