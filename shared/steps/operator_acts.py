"""What the operator does about jobs and webhooks of any tenant: push, end, try again, send anew; each leaves a line.

The operator's command and pages do the same here. A line stands in the audit log of whom it happened to, in the commit
of the change; its `by` is `operator`, and its `by_name` the key whose person did it on the pages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.cloud.audit import AuditLine
from shared.cloud.deliveries import Delivery
from shared.cloud.records import Loaded
from shared.cloud.tenants import AccountStatus, Tenant
from shared.codes import Code
from shared.pipeline.job.moves import Pushed, is_later, pushable
from shared.pipeline.job.revision import Change
from shared.steps.audited import Actor, Audited
from shared.steps.cancel import cancel
from shared.steps.commit import Commits, Heard
from shared.steps.idempotency import Judge, unjudged
from shared.steps.problems import Problem

if TYPE_CHECKING:
    from shared.pipeline.job.job import Job
    from shared.steps.replays import Replays
    from shared.steps.revise import Revise
    from shared.steps.revised import Revised

BY_PERSON = "the operator"


@dataclass(frozen=True, slots=True)
class OperatorActs:
    """The acts and what they need."""

    commits: Commits
    revise: "Callable[[], Revise]"  # built only when asked for: it plans, reads and fetches
    replays: "Callable[[], Replays]"
    now: Callable[[], datetime]

    def push(self, loaded: Loaded, who: Actor) -> tuple[str, ...]:
        """Have what waits for later, or is overdue, tried now; return the keys of those nodes. Raises StoreBusy."""
        now = self.commits.jobs.now(loaded)
        wanted = pushable(loaded.job, now)
        if not wanted:
            return ()
        self.commits.dequeue(loaded.job, (node for node in wanted if is_later(node, now)))
        line = self._line(Audited.JOB_PUSHED, loaded.job.id, who, (node.key for node in wanted))
        heard = self.commits.hear(loaded, Pushed(BY_PERSON), line=line)
        return tuple(node.key for node in wanted) if heard.changed else ()

    def end(self, loaded: Loaded, who: Actor) -> Heard:
        """End a job; `changed` is False where it had ended before. Raises StoreBusy."""
        line = self._line(Audited.JOB_STOPPED, loaded.job.id, who)
        return cancel(self.commits, loaded, by=BY_PERSON, line=line)

    def retry(
        self,
        tenant: Tenant,
        loaded: Loaded,
        who: Actor,
        *,
        dry_run: bool = False,
        key: str | None = None,
        judge: Judge = unjudged,
        most: int | None = None,
    ) -> "tuple[Job, Revised]":
        """Try a failed or cancelled job again, at its tenant's expense; what is finished is kept. Raises Problem.

        `most` is what it may cost, both columns together, micro-dollars.
        """
        if tenant.status is not AccountStatus.ACTIVE:
            raise Problem(Code.TENANT_INACTIVE, "its tenant is not active", next_move="resume the tenant first")
        line = self._line(Audited.JOB_RETRIED, loaded.job.id, who)
        return self.revise().retry(
            tenant, loaded, Change(), dry_run=dry_run, key=key, judge=judge, most=most, line=line
        )

    def replay(self, tenant: str, delivery: str, who: Actor) -> Delivery:
        """Send a tenant's webhook that has ended anew, under the same `webhook-id`. Raises Problem."""
        return self.replays().one(tenant, delivery, self._line(Audited.DELIVERY_REPLAYED, delivery, who))

    def _line(self, what: Audited, about: str, who: Actor, fields: Iterable[str] = ()) -> AuditLine:
        return who.line(what, about, self.now(), fields)
