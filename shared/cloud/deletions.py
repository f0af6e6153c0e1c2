"""Deleted jobs: what is left of one, where its files are, and when to look at them again.

A deletion is one compare-and-set: the job's document becomes its receipt. From then on nobody finds a job there, so
every task, event and question is answered as for one that never was (`documents.is_receipt`); its id stays taken, so no
order can get it again. The receipt keeps the figures of the bill, and nothing anybody wrote or made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.audit import AuditLine, add_line
from shared.cloud.clients import Clients
from shared.cloud.documents import NewerSchema, is_receipt, read
from shared.cloud.jobs import EPOCH, QUERY_SECONDS, Conflict, Doubtful, StoreUnreachable
from shared.cloud.records import Page, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Stored, Unreadable, from_plain, to_stored
from shared.pipeline.job.job import Entry, Job
from shared.pipeline.job.schema import SCHEMA

NO_CODE = 1_000_000  # `reads` of a receipt: code that knows no receipts leaves it alone
RECEIPT_LIFE = timedelta(days=400)  # a receipt: thirteen months of figures; its id is as long taken
DELIVERIES_A_BATCH = 100  # deliveries that are deleted in one batch


@dataclass(frozen=True, slots=True)
class VendorBill(Stored):
    """What one vendor's work for a job cost, micro-dollars."""

    paid_by_us: int
    billed_by_provider: int


@dataclass(frozen=True, slots=True)
class Receipt(Stored):
    """What is left of a job."""

    deleted_of: str  # its tenant; not `tenant`, so that no list of jobs finds it
    ordered_at: datetime
    deleted_at: datetime
    deleted_by: str
    completed_at: datetime | None = None
    ended_as: str = ""  # its status
    ordered_by: str | None = None
    film_seconds: float = 0.0
    credits_used: float = 0.0
    by_vendor: Mapping[str, VendorBill] = field(default_factory=dict)
    price_factor: int | None = None  # of its order, as the job had it (Money)
    entries: tuple[Entry, ...] = ()  # all its reservations as they settled; none in a receipt older code wrote
    settled_on: tuple[str, ...] = ()  # the days of those, by which they are found
    parent: str | None = None
    root: str | None = None  # of a version
    files: tuple[str, ...] = ()  # gs:// of what it was made of; empty once they are seen to
    reap_at: datetime | None = None  # when to look at its files; None = nothing is left of them
    forget_at: datetime | None = None  # when the receipt itself goes
    id: str = ""


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A document of the collection as it was found, and the revision a write must name."""

    id: str
    revision: Any
    job: Job | None = None
    receipt: Receipt | None = None
    names: frozenset[str] = frozenset()  # of the document's own fields


Found = FoundJob | Unread


class Deletions:
    """The receipts in the collection `jobs`, and the jobs whose time is over."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def look(self, job_id: str) -> Found | None:
        """Read a job or what is left of it; None where there never was one. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._document(job_id).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"job {job_id} could not be read: {failed}") from failed
        return found_in(snapshot) if snapshot.exists else None

    def replace(self, seen: FoundJob, receipt: Receipt, line: AuditLine) -> None:
        """Put the receipt in the place of an ended job, and say who did it. Raises Conflict, Doubtful."""
        from google.cloud.firestore import DELETE_FIELD

        kept = _stored(receipt)
        gone = dict.fromkeys(seen.names - kept.keys(), DELETE_FIELD)
        store = self._clients.firestore
        batch = store.batch()
        batch.update(self._document(seen.id), {**gone, **kept}, option=self._same(seen))
        add_line(store, batch, receipt.deleted_of, line)
        self._commit(batch, seen.id)

    def due(self, now: datetime, limit: int, after: Any = None) -> Page[Found]:
        """Return the receipts whose files are to be looked at, the longest due first. Raises StoreUnreachable."""
        return self._page("reap_at", now, limit, after)

    def unreaped(self, tenant: str, limit: int) -> tuple[Found, ...]:
        """Return receipts of a tenant whose files are not seen to yet. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs")
        query = jobs.where(filter=FieldFilter("deleted_of", "==", tenant))
        query = query.where(filter=FieldFilter("reap_at", ">", EPOCH)).order_by("reap_at").limit(limit)
        return tuple(map(found_in, self._stream(query)))

    def expired(self, now: datetime, limit: int, after: Any = None) -> Page[Found]:
        """Return the jobs whose time is over, the longest first. Raises StoreUnreachable."""
        return self._page("expire_at", now, limit, after)

    def made_from(self, job_id: str) -> Iterator[Found]:
        """Yield the jobs, and what is left of those, that were made from this one. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs")
        yield from map(found_in, self._stream(jobs.where(filter=FieldFilter("parent", "==", job_id))))

    def receipts(
        self,
        tenant: str,
        since: datetime | None,
        until: datetime | None,
        limit: int,
        after: tuple[datetime, str] | None,
    ) -> tuple[Receipt, ...]:
        """Return what is left of a tenant's deleted jobs, the newest order first. Raises StoreUnreachable."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs")
        query = jobs.where(filter=FieldFilter("deleted_of", "==", tenant))
        for operator, moment in ((">=", since), ("<", until)):
            if moment:
                query = query.where(filter=FieldFilter("ordered_at", operator, moment))
        query = query.order_by("ordered_at", direction=firestore.Query.DESCENDING)
        query = query.order_by("__name__", direction=firestore.Query.DESCENDING)
        if after:
            query = query.start_after({"ordered_at": after[0], "__name__": jobs.document(after[1])})
        found = map(found_in, self._stream(query.limit(limit)))
        return tuple(each.receipt for each in found if isinstance(each, FoundJob) and each.receipt)

    def move(self, seen: Found, **fields: Any) -> None:
        """Write fields of what was found, if nobody has since; None deletes one. Raises Conflict, Doubtful."""
        from google.cloud.firestore import DELETE_FIELD

        given = {name: DELETE_FIELD if value is None else value for name, value in fields.items()}
        batch = self._clients.firestore.batch()
        batch.update(self._document(seen.id), given, option=self._same(seen))
        self._commit(batch, seen.id)

    def look_again(self, job_id: str, at: datetime) -> None:
        """Look at a deleted job's files once more: something was written after it. Raises StoreUnreachable."""
        found = self.look(job_id)
        if isinstance(found, FoundJob) and found.receipt and not found.receipt.reap_at:
            try:
                self.move(found, reap_at=at)
            except (Conflict, Doubtful) as lost:
                raise StoreUnreachable(str(lost)) from lost

    def end_deliveries(self, tenant: str, job_id: str) -> int:
        """Delete the webhooks about a job, delivered or not; return how many. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        told = self._clients.firestore.collection("webhook_deliveries").where(
            filter=FieldFilter("tenant", "==", tenant)
        )
        query = told.where(filter=FieldFilter("job", "==", job_id))
        query = query.order_by("created_at", direction=firestore.Query.DESCENDING).limit(DELIVERIES_A_BATCH)
        count = 0
        while found := list(self._stream(query)):
            batch = self._clients.firestore.batch()
            for each in found:
                batch.delete(each.reference)
            try:
                batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            except (GoogleAPICallError, RetryError) as failed:
                raise StoreUnreachable(f"deliveries of {job_id} could not be deleted: {failed}") from failed
            count += len(found)
        return count

    def _page(self, field_name: str, now: datetime, limit: int, after: Any) -> Page[Found]:
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection("jobs").where(filter=FieldFilter(field_name, "<=", now))
        query = late.order_by(field_name).limit(limit)
        snapshots = list(self._stream(query.start_after(after) if after else query))
        return Page(tuple(map(found_in, snapshots)), snapshots[-1] if len(snapshots) == limit else None)

    def _document(self, job_id: str) -> Any:
        return self._clients.firestore.collection("jobs").document(job_id)

    def _same(self, seen: Found) -> Any:
        return self._clients.firestore.write_option(last_update_time=seen.revision)

    def _commit(self, batch: Any, job_id: str) -> None:
        from google.api_core.exceptions import Aborted, FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        try:
            batch.commit(retry=None, timeout=CALL_SECONDS)
        except (Aborted, FailedPrecondition, NotFound) as lost:
            raise Conflict(f"job {job_id} was written by somebody else") from lost
        except (GoogleAPICallError, RetryError) as unknown:
            raise Doubtful(f"job {job_id}: the commit's end is not known: {unknown}") from unknown

    def _stream(self, query: Any) -> Iterator[Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            yield from query.stream(retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"jobs could not be queried: {failed}") from failed


def found_in(snapshot: Any) -> Found:
    """Return what stands in a document of the collection: a job, a receipt, or what this code cannot read."""
    data = snapshot.to_dict() or {}
    try:
        if is_receipt(data):
            receipt = from_plain(Receipt, {**data, "id": snapshot.id})
            return FoundJob(snapshot.id, snapshot.update_time, receipt=receipt)
        return FoundJob(snapshot.id, snapshot.update_time, read(snapshot.id, data), names=frozenset(data))
    except (NewerSchema, Unreadable) as broken:
        return Unread(snapshot.id, snapshot.update_time, str(broken), newer=isinstance(broken, NewerSchema))


def _stored(receipt: Receipt) -> dict[str, Any]:
    told = {name: value for name, value in to_stored(receipt).items() if name != "id" and value is not None}
    return {"schema": SCHEMA, "reads": NO_CODE, **told}
