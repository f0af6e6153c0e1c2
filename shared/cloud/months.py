"""Tenants' months: begun all shards at once, read, lent between shards, dealt anew when a plan changes.

Every write names the revisions of all documents it was judged by, in one batch: what has moved meanwhile is judged
anew by the caller. A month is that of the server's clock when its document was read (hole 177).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import Conflict, StoreUnreachable
from shared.cloud.month_documents import begun, month, usage
from shared.cloud.records import Loan, Month
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.cloud.tenants import Tenant
from shared.pipeline.codec import from_plain
from shared.pipeline.job.entries import MonthMove
from shared.pipeline.job.shares import NOTHING, Amount, MonthLimits, Share, dealt, left, lent, shard_of, summed

LOOKS = 4  # for a job's own shard: another month, a month to begin, other shards than were thought


class Months:
    """The collections `tenants/{tenant}/usage`; `limits` says what a tenant's plan allows a month."""

    def __init__(self, clients: Clients, limits: Callable[[Tenant], MonthLimits]) -> None:
        self._clients = clients
        self._limits = limits

    def gate(self, tenant: Tenant, job_id: str) -> str:
        """Return a name that orders share whose plan, as it is remembered here, has them pay from one document."""
        return f"{tenant.id}.{shard_of(job_id, self._limits(tenant).shards)}"

    def own(self, tenant: Tenant, job_id: str, now: datetime) -> Month:
        """Return the shard a job reserves in, of the server's present month; begin the month with its first job.

        `now` may be as wrong as a machine's clock, `tenant` a minute old. Raises Conflict, StoreUnreachable.
        """
        name, shards = f"{now:%Y-%m}", self._limits(tenant).shards
        for _ in range(LOOKS):
            number = shard_of(job_id, shards)
            found = self._read([usage(self._clients.firestore, tenant.id, shard_doc(name, number))])[0]
            if name != (server := f"{found.read_at:%Y-%m}"):
                name = server
            elif not found.shards:
                shards = self._begin(tenant.id, name)
            elif number == shard_of(job_id, found.shards):
                return found
            else:
                shards = found.shards
        raise Conflict(f"the month {name} of {tenant.id} is being begun or changed")

    def whole(self, tenant_id: str, name: str) -> tuple[Month, ...]:
        """Return all shards of a month as they were at one time; none if it was not begun. Raises StoreUnreachable."""
        store = self._clients.firestore
        head = self._read([usage(store, tenant_id, name)])[0]
        if not head.shards:
            return ()
        others = [usage(store, tenant_id, shard_doc(name, number)) for number in range(head.shards)]
        return self._read(others) if head.shards > 1 else (head,)

    def borrow(self, tenant_id: str, mine: Month, cost: Amount) -> tuple[Month | None, tuple[Month, ...]]:
        """Have other shards lend to one that has not enough; None where all together have not enough.

        The loans are written by the commit of the order: what was lent and not spent would be lent on, back and forth.
        Returns the shard as it is with its loans, and all shards of the month. Raises Conflict, StoreUnreachable.
        """
        shards = self.whole(tenant_id, mine.name)
        if not shards or shards[0].shards != mine.shards:
            raise Conflict(f"the month {mine.name} of {tenant_id} was changed by somebody else")
        if not left((each.share for each in shards), shards[0].debt).covers(cost):
            return None, shards
        if shards[0].debt != NOTHING:
            self._deal(tenant_id, shards, cap_of(shards), ())
            raise Conflict(f"the month {mine.name} of {tenant_id} has paid its debt")
        number = [each.doc for each in shards].index(mine.doc)
        after = lent(number, [each.share for each in shards], cost)
        pairs = zip(shards, after, strict=True)
        changed = [Loan(each.doc, each.revision, new.allot) for each, new in pairs if each.share != new]
        loans = tuple(loan for loan in changed if loan.doc != mine.doc)
        return replace(shards[number], allot=after[number].allot, loans=loans), shards

    def change(self, tenant: Tenant, name: str) -> tuple[Month, ...]:
        """Deal a month anew by what the tenant's plan allows now; more shards if it needs them, never fewer.

        Returns the month's shards as they were; none if it was not begun. Raises Conflict, StoreUnreachable.
        """
        shards, limits = self.whole(tenant.id, name), self._limits(tenant)
        if shards:
            more = range(len(shards), max(limits.shards, len(shards)))
            self._deal(tenant.id, shards, limits.cap, [shard_doc(name, number) for number in more])
        return shards

    def note(self, tenant_id: str, name: str, mark: int) -> None:
        """Note that somebody was told of a mark; a higher one stays. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
        from google.cloud.firestore import Maximum

        head = usage(self._clients.firestore, tenant_id, name)
        try:
            head.update({"told": Maximum(mark)}, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except NotFound:
            return  # the month was deleted with its tenant
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{head.path} could not be written: {failed}") from failed

    def _begin(self, tenant_id: str, name: str) -> int:
        """Make all documents of a month, by the plan as it is now; return how many there are. Raises Conflict."""
        store = self._clients.firestore
        record = store.collection("tenants").document(tenant_id)
        owner, found = self._get([record, usage(store, tenant_id, name)])
        head = month(found)
        if head.shards:
            return head.shards
        if not owner.exists:
            raise Conflict(f"tenant {tenant_id} is gone")
        limits = self._limits(from_plain(Tenant, {**owner.to_dict(), "id": tenant_id}))
        batch = store.batch()
        # Nobody changes the plan between our reading it and this: it is judged by its revision, as all that is read.
        batch.update(record, {"month": name}, option=store.write_option(last_update_time=owner.update_time))
        shares, debt = dealt(limits.cap, [head.used, *[NOTHING] * (limits.shards - 1)])
        for number, share in enumerate(shares):
            document = usage(store, tenant_id, shard_doc(name, number))
            fields = _dealt(share, debt, limits.shards)
            if number == 0 and found.exists:  # begun by code that knew no shards
                batch.update(document, fields, option=store.write_option(last_update_time=found.update_time))
            else:
                batch.create(document, {**begun(MonthMove(document.id)), **fields})
        self._commit(batch, f"the month {name} of {tenant_id}")
        return limits.shards

    def _deal(self, tenant_id: str, shards: tuple[Month, ...], cap: Amount, more: Iterable[str]) -> None:
        new = tuple(more)
        shares, debt = dealt(cap, [*[each.used for each in shards], *[NOTHING] * len(new)])
        names = [*[each.doc for each in shards], *new]
        fields = {name: _dealt(share, debt, len(names)) for name, share in zip(names, shares, strict=True)}
        self._write(tenant_id, shards, fields)

    def _write(self, tenant_id: str, shards: tuple[Month, ...], changed: Mapping[str, Mapping[str, Any]]) -> None:
        """Write fields of shards that have not moved since, and shards that are new."""
        store = self._clients.firestore
        if not changed:
            return
        batch, known = store.batch(), {each.doc: each for each in shards}
        for doc, fields in changed.items():
            document = usage(store, tenant_id, doc)
            if doc in known:
                batch.update(document, dict(fields), option=store.write_option(last_update_time=known[doc].revision))
            else:
                batch.create(document, {**begun(MonthMove(doc)), **fields})
        self._commit(batch, f"the month {shards[0].name} of {tenant_id}")

    @staticmethod
    def _commit(batch: Any, what: str) -> None:
        from google.api_core.exceptions import (
            Aborted,
            AlreadyExists,
            FailedPrecondition,
            GoogleAPICallError,
            NotFound,
            RetryError,
        )

        try:
            batch.commit(retry=None, timeout=CALL_SECONDS)
        except (Aborted, AlreadyExists, FailedPrecondition, NotFound) as lost:
            raise Conflict(f"{what} was written by somebody else") from lost
        except (GoogleAPICallError, RetryError) as unknown:
            raise Conflict(f"{what}: the commit's end is not known: {unknown}") from unknown

    def _read(self, references: list[Any]) -> tuple[Month, ...]:
        return tuple(map(month, self._get(references)))

    def _get(self, references: list[Any]) -> list[Any]:
        """Return snapshots in the order of their references, of one time."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            read = self._clients.firestore.get_all(references, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            found = {snapshot.reference.path: snapshot for snapshot in read}
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{references[0].path} could not be read: {failed}") from failed
        return [found[reference.path] for reference in references]


def cap_of(shards: tuple[Month, ...]) -> Amount:
    """Return the cap of a whole month."""
    return summed(each.allot for each in shards) - shards[0].debt


def used_of(shards: tuple[Month, ...]) -> Amount:
    """Return what is spent or reserved in a whole month."""
    return summed(each.used for each in shards)


def shard_doc(name: str, number: int) -> str:
    """Return a shard's document: the head is named as the month is."""
    return f"{name}-{number}" if number else name


def _dealt(share: Share, debt: Amount, shards: int) -> dict[str, Any]:
    return {"allot": asdict(share.allot), "debt": asdict(debt), "shards": shards}
