"""Closes tenants, for good: shut at once, then drained, then deleted kind by kind, a few pages at each tick.

Nothing is refused half done. First no key works and every live job is cancelled; what was bought is still heard of and
counted, until nothing can come any more (LAST_REAP after the last job was live). Then its things go in an order in
which each is deleted while what it takes is still there: jobs, their files and webhooks, our endpoints at vendors,
secrets, documents. What goes next is written into the tombstone before it goes, and counted after: `kill -9` anywhere
leaves word, so the next tick ends the same names again and counts them once (hole 226).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.closings import ClosingMoved, ClosingRead, Closings, Doing
from shared.cloud.jobs import Conflict, Doubtful, StoreUnreachable
from shared.cloud.records import Unread
from shared.cloud.revocations import Revocations
from shared.cloud.secrets import SecretsUnreachable
from shared.log import Fact, JobRef, crashed, log, log_job
from shared.pipeline.codec import Unreadable
from shared.steps.audited import THE_OPERATOR, Audited
from shared.steps.bar import ORDERS_SETTLED
from shared.steps.cancel import cancel
from shared.steps.closing_report import kept_of
from shared.steps.commit import Commits, JobGone, StoreBusy
from shared.steps.reap import LAST_REAP, LOOK_LATER, LOOK_TOMORROW, NotYet
from shared.steps.troves import Trove

CLOSE_PAGE = 100  # things that are deleted at once
CLOSINGS_A_TICK = 10  # tenants
CLOSE_TICK = 30.0  # seconds in which more may begin: beside the reaper's own it ends within its function's limit
VENDOR_PATIENCE = timedelta(days=1)  # so long a vendor that does not answer is waited for
STUCK = timedelta(days=2)  # after which a person is called, once a day
TOLD_UNREAD = 5  # jobs that are named
UNDONE = (StoreUnreachable, StoreBusy, FilesUnreachable, SecretsUnreachable, Conflict, Doubtful)


@dataclass(frozen=True, slots=True)
class CloseTenants:
    """The step and what it needs."""

    closings: Closings
    revocations: Revocations
    commits: Commits
    troves: tuple[Trove, ...]  # in the order they go
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    page: int = CLOSE_PAGE

    def __call__(self) -> int:
        """Go on with every closing that is due; return how many."""
        until = self.monotonic() + CLOSE_TICK
        due = self.closings.due(self.now(), CLOSINGS_A_TICK)
        for each in due:
            if isinstance(each, Unread):
                log(Fact.UNREADABLE, each.why, tenant=each.id)
            elif self.monotonic() < until:
                self._contained(each, until)
        return len(due)

    def begin(self, tenant: str) -> ClosingRead:
        """Shut a tenant and let it go as far as it does at once; one that is being closed goes on.

        Raises StoreUnreachable, Unreadable.
        """
        known = self.closings.look(tenant)
        if known is None:
            now = self.now()
            self.closings.begin(tenant, now, THE_OPERATOR.line(Audited.TENANT_CLOSING, tenant, now, ("status",)))
            known = self.look(tenant)
        if known.closed_at is None:
            self._contained(known, self.monotonic() + CLOSE_TICK)
        return self.look(tenant)

    def look(self, tenant: str) -> ClosingRead:
        """Return how far it is. Raises StoreUnreachable, Unreadable."""
        found = self.closings.look(tenant)
        if found is None:
            raise StoreUnreachable(f"tenants/{tenant} is not being closed")
        return found

    def _contained(self, seen: ClosingRead, until: float) -> None:
        """Go on with one, whatever it raises: no tenant stops another's."""
        wait, why = LOOK_LATER, ""
        try:
            self._on(seen, until)
        except ClosingMoved as moved:  # somebody else is at it: the next tick sees how it stands
            log(Fact.NOTHING_TO_DO, str(moved), tenant=seen.tenant)
            return
        except NotYet as early:
            why = str(early)
        except UNDONE as failed:
            log(Fact.STORE_FAILED, str(failed), tenant=seen.tenant)
            why = "a service did not do its part, and is asked again"
        except Unreadable as broken:
            log(Fact.UNREADABLE, str(broken), tenant=seen.tenant)
            wait, why = LOOK_TOMORROW, "a document cannot be read by this code"
        except Exception:  # noqa: BLE001  # a bug of ours over one tenant
            crashed("a closing could not go on", JobRef("", seen.tenant))
            wait, why = LOOK_TOMORROW, "our code broke; its log says where"
        if why:
            self._waits(seen.tenant, why, wait)

    def _waits(self, tenant: str, why: str, wait: timedelta) -> None:
        try:
            found = self.closings.look(tenant)
            if found is None or found.close_at is None:
                return
            if self.now() - found.since > STUCK:
                log(Fact.ALARM, f"the closing of {tenant} does not go on: {why}", tenant=tenant)
                wait = LOOK_TOMORROW
            self.closings.save(found, replace(found.closing, waits=why), self.now() + wait)
        except (ClosingMoved, StoreUnreachable, Unreadable) as failed:
            log(Fact.STORE_FAILED, str(failed), tenant=tenant)

    def _on(self, seen: ClosingRead, until: float) -> None:
        quiet = self._drained(seen, until)
        if quiet is None:
            return
        if quiet.closing.doing:
            quiet = self._ended(quiet, quiet.closing.doing)
        for trove in self.troves:
            while names := trove.some(quiet.tenant, self.page):
                if self.monotonic() >= until:
                    waits = f"the next tick: {trove.kind.replace('_', ' ')} are being deleted"
                    self.closings.save(quiet, replace(quiet.closing, waits=waits), self.now())
                    return
                doing = Doing(trove.kind, names)
                quiet = self.closings.save(quiet, replace(quiet.closing, doing=doing), self.now())
                quiet = self._ended(quiet, doing)
        now = self.now()
        closing = replace(quiet.closing, waits="", kept=kept_of(now))
        line = THE_OPERATOR.line(Audited.TENANT_CLOSED, quiet.tenant, now)
        self.closings.finish(quiet, closing, now, line)
        log(Fact.TENANT_CLOSED, f"{sum(closing.deleted.values())} things deleted", tenant=quiet.tenant)

    def _drained(self, seen: ClosingRead, until: float) -> ClosingRead | None:
        """Cancel what is live; return the closing once nothing that was bought can still come."""
        now = self.now()
        if seen.closing.quiet_at is None:
            self.revocations.revoke_all(seen.tenant, now)
        live, unread = self._cancelled(seen.tenant, until)
        if live or unread:
            waits = f"live jobs that are being cancelled: {live}"
            self.closings.save(seen, replace(seen.closing, quiet_at=None, waits=waits), now)
            if unread and not live:
                raise NotYet(f"live jobs that this code cannot read: {', '.join(unread[:TOLD_UNREAD])}")
            return None
        if (settled := seen.since + timedelta(seconds=ORDERS_SETTLED)) > now:
            waits = "orders that were on their way when it was shut"
            self.closings.save(seen, replace(seen.closing, waits=waits), settled)
            return None
        quiet_at = seen.closing.quiet_at or now
        if (ripe := quiet_at + LAST_REAP) > now:
            waits = f"what vendors may still deliver, until {ripe:%Y-%m-%d %H:%M} UTC"
            self.closings.save(seen, replace(seen.closing, quiet_at=quiet_at, waits=waits), ripe)
            return None
        return seen

    def _cancelled(self, tenant: str, until: float) -> tuple[int, list[str]]:
        """Cancel live jobs; return how many there were, and which nobody here can read. Raises StoreUnreachable."""
        found, unread, after = 0, list[str](), None
        while True:
            page = self.commits.jobs.going_on(tenant, self.page, after)
            for each in page.found:
                if isinstance(each, Unread):
                    log_job(Fact.UNREADABLE, JobRef(each.id, tenant), f"not cancelled: {each.why}")
                    unread.append(each.id)
                    continue
                found += 1
                try:
                    cancel(self.commits, each, by="the operator")
                except JobGone:
                    continue
                except (StoreBusy, StoreUnreachable) as failed:
                    log_job(Fact.STORE_FAILED, each.job, f"not cancelled: {failed}")
            after = page.last
            if after is None or self.monotonic() >= until:
                return found, unread

    def _ended(self, seen: ClosingRead, doing: Doing) -> ClosingRead:
        """End what was written down, and count it."""
        trove = next((each for each in self.troves if each.kind == doing.kind), None)
        if trove is None:
            raise NotYet(f"{doing.kind} are being deleted by newer code")
        patient = self.now() - (seen.closing.quiet_at or seen.since) < LAST_REAP + VENDOR_PATIENCE
        left = trove.end(seen.tenant, doing.names, patient=patient)
        deleted = _more(seen.closing.deleted, doing.kind, len(doing.names) - len(left))
        closing = replace(seen.closing, doing=None, deleted=deleted, left={**seen.closing.left, **left})
        return self.closings.save(seen, closing, self.now())


def _more(counts: Mapping[str, int], kind: str, count: int) -> dict[str, int]:
    return {**counts, kind: counts.get(kind, 0) + count}
