"""The jobs' documents: loaded with the server's time, written by compare-and-set, never by a transaction.

A doubtful end (the commit may have been applied, its answer was lost) is an error of its own: the caller reads again
and recognises its own token (holes 12, 13). Commits are not retried by the library: we know better when.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.documents import NewerSchema, form, is_receipt, moving, ordered, outdated, read, whole
from shared.cloud.forms import Forms
from shared.cloud.moments import moment_in, plain_time
from shared.cloud.month_documents import add_move, usage
from shared.cloud.month_documents import month as month_read
from shared.cloud.records import Beside, Filters, Live, Loaded, Month, NewDelivery, Page, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.log import Fact, log_job
from shared.pipeline.job.entries import MonthMove, moved
from shared.pipeline.job.job import Job

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

AT_A_TIME = 20  # jobs looked through for a parked node, behind the first, which nearly always has it
QUERY_SECONDS = 15.0  # of a query of the sweep's: begun at its tick's end, it ends within its function's minute
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Conflict(Exception):
    """Somebody else wrote the job since it was read: load it again."""


class Doubtful(Exception):
    """The commit may or may not have been applied: load the job and see."""


class JobExists(Exception):
    """There is a job of this id already."""


class StoreUnreachable(Exception):
    """Firestore did not answer: the caller is told 503, a task comes again."""


class _Gone(Exception):
    """A document of a batch is not there any more: the job, or its month."""


class Jobs:
    """The collection `jobs`, and what must be written in one batch with it."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._monotonic = monotonic
        self.forms = Forms(clients, monotonic)

    def load(self, job_id: str) -> Loaded | None:
        """Read one job; None when there is none any more. Raises StoreUnreachable, and what `documents.read` raises."""
        snapshot = self._get(self._clients.firestore.collection("jobs").document(job_id))
        data = snapshot.to_dict() if snapshot.exists else None
        return None if data is None or is_receipt(data) else self._loaded(snapshot, data)

    def now(self, loaded: Loaded) -> datetime:
        """Return the server's time: that of the read, plus what passed here since."""
        return loaded.read_time + timedelta(seconds=self._monotonic() - loaded.read_at)

    def save(
        self,
        loaded: Loaded,
        job: Job,
        *,
        deliver: tuple[NewDelivery, ...] = (),
        reserve: Month | None = None,
        line: "AuditLine | None" = None,
    ) -> Loaded:
        """Write what moved if nobody else has written, and what it moves in the tenant's month in the same batch.

        `reserve` is the month a retry was admitted by: it must not have moved since. Any other commit adds to its
        month whatever is in there. Raises Conflict, Doubtful.
        """
        move = moved(loaded.job, job)
        try:
            return self._write(loaded, job, move, deliver, reserve, line)
        except _Gone as gone:
            if not move or reserve or self.month(job.tenant, move.doc).revision:
                raise Conflict(f"job {job.id} is gone") from gone
        log_job(Fact.MONTH_GONE, job, f"{move.doc}: {move}")  # deleted with its tenant: it must not come back
        try:
            return self._write(loaded, job, None, deliver, None, line)
        except _Gone as gone:
            raise Conflict(f"job {job.id} is gone") from gone

    def _write(
        self,
        loaded: Loaded,
        job: Job,
        move: MonthMove | None,
        deliver: tuple[NewDelivery, ...],
        reserve: Month | None,
        line: "AuditLine | None",
    ) -> Loaded:
        from google.api_core import exceptions as google
        from google.cloud import firestore

        store = self._clients.firestore
        batch = store.batch()
        words = ordered(job) if loaded.outdated or job.purchases is not loaded.job.purchases else {}
        if loaded.outdated:
            words |= form(job)
        written_fields = {**words, **moving(job)}
        fields = {key: firestore.DELETE_FIELD if value is None else value for key, value in written_fields.items()}
        option = store.write_option(last_update_time=loaded.revision)
        batch.update(store.collection("jobs").document(job.id), fields, option=option)
        if move:
            add_move(store, batch, job.tenant, move, reserve)
        for each in deliver:
            batch.create(store.collection("webhook_deliveries").document(each.id), each.fields)
        if line:
            from shared.cloud.audit import add_line

            add_line(store, batch, job.tenant, line)
        try:
            written = batch.commit(retry=None, timeout=CALL_SECONDS)
        except google.NotFound as gone:
            raise _Gone from gone
        except (google.AlreadyExists, google.FailedPrecondition, google.Aborted) as lost:
            raise Conflict(f"job {job.id} was written by somebody else") from lost
        except (google.GoogleAPICallError, google.RetryError) as unknown:
            raise Doubtful(f"job {job.id}: the commit's end is not known: {unknown}") from unknown
        return Loaded(job, written[0].update_time, loaded.read_time, loaded.read_at)

    def create(self, job: Job, month: Month, root: Beside | None = None) -> None:
        """Write a new job, its reservation and what lists it: JobExists, Conflict (one moved), Doubtful."""
        from google.api_core.exceptions import AlreadyExists, FailedPrecondition, GoogleAPICallError, RetryError

        store = self._clients.firestore
        batch = store.batch()
        batch.create(store.collection("jobs").document(job.id), {k: v for k, v in whole(job).items() if v is not None})
        add_move(store, batch, job.tenant, moved(None, job), month)
        if root:
            root.add(store, batch)
        try:
            batch.commit(retry=None, timeout=CALL_SECONDS)
        except AlreadyExists as twice:
            if str(job.id) in str(twice):
                raise JobExists(f"job {job.id} exists") from twice
            raise Conflict(f"usage of {job.tenant} was begun by somebody else") from twice
        except FailedPrecondition as lost:
            raise Conflict(f"usage of {job.tenant}, or a root, was written by somebody else") from lost
        except (GoogleAPICallError, RetryError) as unknown:
            raise Doubtful(f"job {job.id}: creation's end is not known: {unknown}") from unknown

    def month(self, tenant: str, doc: str) -> Month:
        """Read a tenant's month. Raises StoreUnreachable."""
        return month_read(self._get(usage(self._clients.firestore, tenant, doc)))

    def parked(self, queue: str, lane: str, until: datetime) -> Iterator[Loaded]:
        """Yield the jobs that say to have nodes parked in a lane, those that have waited longest first.

        The unreadable are passed by: nobody waits behind them. Raises StoreUnreachable.
        """
        from google.cloud.firestore import FieldFilter
        from google.cloud.firestore_v1.field_path import FieldPath

        placed, since = (FieldPath(*path, queue).to_api_repr() for path in (("place", "lanes"), ("parked",)))
        query = self._clients.firestore.collection("jobs").where(filter=FieldFilter(placed, "==", lane))
        query = query.where(filter=FieldFilter(since, "<=", until)).order_by(since)
        limit, after = 1, None
        while snapshots := list(
            self._stream((query.start_after(after) if after else query).limit(limit), CALL_SECONDS)
        ):
            yield from (each for each in map(self._readable, snapshots) if isinstance(each, Loaded))
            if len(snapshots) < limit:
                return
            limit, after = AT_A_TIME, snapshots[-1]

    def relist(self, loaded: Loaded) -> None:
        """Have a job say anew which of its nodes are parked. Raises Conflict, StoreUnreachable."""
        from google.cloud import firestore

        listed = moving(loaded.job)["parked"] or firestore.DELETE_FIELD
        self._touch(loaded.job.id, loaded.revision, {"parked": listed})

    def live(self, tenant: str) -> Live:
        """Count a tenant's jobs that have not ended: only those have a due, so the count cannot leak (hole 37)."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs").where(filter=FieldFilter("tenant", "==", tenant))
        counted: Any = jobs.where(filter=FieldFilter("due_at", ">", EPOCH)).count(alias="live")
        try:
            rows = counted.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            return Live(int(rows[0][0].value), plain_time(rows[0][0].read_time))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the jobs of {tenant} could not be counted: {failed}") from failed

    def going_on(self, tenant: str | None, limit: int, after: Any = None) -> Page[Loaded | Unread]:
        """Return jobs that go on, of a tenant or all (None), `limit` after a page's last. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        jobs: Any = self._clients.firestore.collection("jobs")
        theirs = jobs if tenant is None else jobs.where(filter=FieldFilter("tenant", "==", tenant))
        query = theirs.where(filter=FieldFilter("due_at", ">", EPOCH)).order_by("due_at").limit(limit)
        snapshots = list(self._stream(query.start_after(after) if after else query, QUERY_SECONDS))
        return Page(tuple(map(self._readable, snapshots)), snapshots[-1] if len(snapshots) == limit else None)

    def ahead(self, code: int) -> int:
        """Count the live jobs that code of this schema may not write: a roll-back to it waits until there are none."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        newer = self._clients.firestore.collection("jobs").where(filter=FieldFilter("reads", ">", code))
        counted: Any = newer.where(filter=FieldFilter("due_at", ">", EPOCH)).count(alias="ahead")
        try:
            return int(counted.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)[0][0].value)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the jobs of newer code could not be counted: {failed}") from failed

    def overdue(self, now: datetime, limit: int, after: Any = None) -> Page[Loaded | Unread]:
        """Return the most overdue jobs, at most `limit`, after a page's last; what cannot be read comes as Unread."""
        from google.cloud.firestore import FieldFilter

        query = (
            self._clients.firestore.collection("jobs")
            .where(filter=FieldFilter("due_at", "<=", now))
            .order_by("due_at")
            .limit(limit)
        )
        snapshots = list(self._stream(query.start_after(after) if after else query, QUERY_SECONDS))
        return Page(tuple(map(self._readable, snapshots)), snapshots[-1] if len(snapshots) == limit else None)

    def _readable(self, snapshot: Any) -> Loaded | Unread:
        try:
            return self._loaded(snapshot, snapshot.to_dict())
        except Exception as broken:  # noqa: BLE001  # poison must not stop the sweep or a list; whatever it raises
            born, moved = moment_in(snapshot, "created_at"), moment_in(snapshot, "updated_at")
            newer = isinstance(broken, NewerSchema)
            return Unread(snapshot.id, snapshot.update_time, str(broken), born or EPOCH, moved or born, newer)

    def postpone(self, job_id: str, revision: Any, due_at: datetime) -> None:
        """Move the due of a job nobody can move as it is, so that others come first.

        Raises Conflict when it was written since, StoreUnreachable.
        """
        self._touch(job_id, revision, {"due_at": due_at})

    def _touch(self, job_id: str, revision: Any, fields: Mapping[str, Any]) -> None:
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        store = self._clients.firestore
        option = store.write_option(last_update_time=revision)
        document = store.collection("jobs").document(job_id)
        try:
            document.update(dict(fields), option=option, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (FailedPrecondition, NotFound) as moved:
            raise Conflict(f"job {job_id} was written by somebody else") from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{', '.join(fields)} of job {job_id} could not be moved: {failed}") from failed

    def page(
        self, tenant: str, filters: Filters, limit: int, after: tuple[datetime, str] | None
    ) -> tuple[Job | Unread, ...]:
        """Return a tenant's jobs, newest first, at most `limit`, after a cursor; the unreadable come as Unread."""
        jobs = self._clients.firestore.collection("jobs")
        query = filters.narrow(jobs, tenant)
        if after:
            query = query.start_after({"created_at": after[0], "__name__": jobs.document(after[1])})
        found = map(self._readable, self._stream(query.limit(limit)))
        return tuple(each.job if isinstance(each, Loaded) else each for each in found)

    def _loaded(self, snapshot: Any, data: Mapping[str, Any]) -> Loaded:
        job, read_time = read(snapshot.id, data), plain_time(snapshot.read_time)
        return Loaded(job, snapshot.update_time, read_time, self._monotonic(), outdated(data))

    def _get(self, reference: Any) -> Any:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            return reference.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{reference.path} could not be read: {failed}") from failed

    def _stream(self, query: Any, seconds: float = 30.0) -> Iterator[Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            yield from query.stream(retry=retry_for(seconds), timeout=seconds)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"jobs could not be queried: {failed}") from failed
