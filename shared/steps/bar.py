"""bar: a shut tenant's jobs buy nothing more; what its vendors have is fetched and counted (hole 206).

The bar stands in each job, where a claim meets it, so that no paid call costs a read of its tenant.
"""

from dataclasses import dataclass

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Unread
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job.events import Barred
from shared.steps.commit import Commits, JobGone, StoreBusy

ORDERS_SETTLED = 15.0  # seconds after which no instance stores an order it judged before the tenant was shut


@dataclass(frozen=True, slots=True)
class Bar:
    """The step and what it needs."""

    commits: Commits
    page: int = 100  # jobs

    def __call__(self, tenant: str) -> tuple[int, int]:
        """Bar all of a tenant's jobs that go on; return how many, and how many could not be written.

        Again, it bars those and what has come since. Raises StoreUnreachable where the jobs cannot be listed.
        """
        done, failed, after = 0, 0, None
        while True:
            page = self.commits.jobs.going_on(tenant, self.page, after)
            for each in page.found:
                if isinstance(each, Unread):
                    log_job(Fact.UNREADABLE, JobRef(each.id, tenant), f"not barred: {each.why}")
                    failed += 1
                    continue
                try:
                    done += self.commits.hear(each, Barred()).changed
                except JobGone:
                    continue
                except (StoreBusy, StoreUnreachable) as unwritten:
                    log_job(Fact.STORE_FAILED, each.job, f"not barred: {unwritten}")
                    failed += 1
            after = page.last
            if after is None:
                return done, failed
