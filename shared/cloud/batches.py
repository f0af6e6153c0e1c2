"""Batches, `batches/{id}`, driven as jobs are: compare-and-set, a due that the sweep finds, commit first, task second.

What a refused row was told stands in `batch_rows/{batch}-{row}`, written in the commit that passes it by. Both say
their tenant in the field `tenant`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cloud.audit import AuditLine, add_line
from shared.cloud.batch_documents import BATCHES, ReadBatch, move_batch, whole_batch
from shared.cloud.clients import Clients
from shared.cloud.jobs import EPOCH, QUERY_SECONDS, StoreUnreachable
from shared.cloud.records import NewDelivery, Page, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Unreadable, from_plain, to_stored
from shared.pipeline.job.batch import FilmBatch, RefusedRow

REFUSED_ROWS = "batch_rows"
OF_NO_TENANT = ""  # the tenant of a batch that was deleted: no list and no call finds it, older code's neither
DELETED_AT_ONCE = 200  # documents


@dataclass(frozen=True, slots=True)
class ForgottenBatch:
    """A batch that was deleted, of which something is left."""

    id: str
    tenant: str
    rows_uri: str  # gs:// of its orders


class BatchMoved(Exception):
    """Somebody else wrote the batch since it was read, or it is gone: read it again."""


class BatchExists(Exception):
    """There is a batch of this id already."""


class Batches:
    """The collections `batches` and `batch_rows`. Every method raises StoreUnreachable."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def load(self, batch: str) -> ReadBatch | None:
        """Read one; None where there is none. Raises Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._document(batch).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"batch {batch} could not be read: {failed}") from failed
        return _read(snapshot) if snapshot.exists else None

    def create(self, batch: FilmBatch) -> None:
        """Write a new batch. Raises BatchExists."""
        from google.api_core.exceptions import AlreadyExists, GoogleAPICallError, RetryError

        try:
            self._document(batch.id).create(whole_batch(batch), retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except AlreadyExists as twice:
            raise BatchExists(f"batch {batch.id} exists") from twice
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"batch {batch.id} could not be stored: {failed}") from failed

    def move(
        self,
        seen: ReadBatch,
        batch: FilmBatch,
        *,
        refused: RefusedRow | None = None,
        deliver: tuple[NewDelivery, ...] = (),
    ) -> ReadBatch:
        """Write what moved if nobody has written since, and what belongs to it. Raises BatchMoved."""
        from google.api_core import exceptions as google

        store = self._clients.firestore
        commit = store.batch()
        move_batch(store, commit, seen, batch)
        if refused:
            commit.create(store.collection(REFUSED_ROWS).document(f"{batch.id}-{refused.row}"), to_stored(refused))
        for each in deliver:
            commit.create(store.collection("webhook_deliveries").document(each.id), each.fields)
        try:
            written = commit.commit(retry=None, timeout=CALL_SECONDS)
        except (google.AlreadyExists, google.FailedPrecondition, google.Aborted, google.NotFound) as lost:
            raise BatchMoved(
                f"batch {batch.id} was written by somebody else, or by us, the answer being lost"
            ) from lost
        except (google.GoogleAPICallError, google.RetryError) as unknown:
            raise StoreUnreachable(f"batch {batch.id}: the commit's end is not known: {unknown}") from unknown
        return ReadBatch(batch, written[0].update_time)

    def forget(self, seen: ReadBatch, now: datetime, line: AuditLine) -> None:
        """Let nobody find an ended batch any more; the reaper ends what is left of it. Raises BatchMoved."""
        from google.api_core import exceptions as google

        store, batch = self._clients.firestore, seen.batch
        commit, same = store.batch(), store.write_option(last_update_time=seen.revision)
        commit.update(
            self._document(batch.id), {"tenant": OF_NO_TENANT, "deleted_of": batch.tenant, "reap_at": now}, same
        )
        add_line(store, commit, batch.tenant, line)
        try:
            commit.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (google.FailedPrecondition, google.Aborted, google.NotFound) as lost:
            raise BatchMoved(f"batch {batch.id} was written by somebody else, or by us") from lost
        except (google.GoogleAPICallError, google.RetryError) as failed:
            raise StoreUnreachable(f"batch {batch.id} could not be deleted: {failed}") from failed

    def forgotten(self, now: datetime, limit: int) -> tuple[ForgottenBatch, ...]:
        """Return batches that were deleted, at most `limit`, the longest deleted first."""
        from google.cloud.firestore import FieldFilter

        gone = self._clients.firestore.collection(BATCHES).where(filter=FieldFilter("reap_at", "<=", now))
        found = ((each.id, each.to_dict() or {}) for each in self._stream(gone.order_by("reap_at").limit(limit)))
        return tuple(ForgottenBatch(name, str(data["deleted_of"]), str(data["rows_uri"])) for name, data in found)

    def end(self, batch: str) -> None:
        """Delete a batch's document, after what its refused rows were told; what is gone already is fine."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        store = self._clients.firestore
        refused = store.collection(REFUSED_ROWS).where(filter=FieldFilter("batch", "==", batch)).select([])
        rows = [each.reference for each in self._stream(refused)]
        for start in range(0, len(rows), DELETED_AT_ONCE):
            commit = store.batch()
            for each in rows[start : start + DELETED_AT_ONCE]:
                commit.delete(each)
            try:
                commit.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            except (GoogleAPICallError, RetryError) as failed:
                raise StoreUnreachable(f"rows of batch {batch} could not be deleted: {failed}") from failed
        try:
            self._document(batch).delete(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"batch {batch} could not be deleted: {failed}") from failed

    def page(
        self, tenant: str, limit: int, after: tuple[datetime, str] | None = None
    ) -> tuple[FilmBatch | Unread, ...]:
        """Return a tenant's batches, newest first, at most `limit`, after a cursor; the unreadable come as Unread."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        batches = self._clients.firestore.collection(BATCHES)
        query = batches.where(filter=FieldFilter("tenant", "==", tenant))
        query = query.order_by("created_at", direction=firestore.Query.DESCENDING)
        query = query.order_by("__name__", direction=firestore.Query.DESCENDING)
        if after:
            query = query.start_after({"created_at": after[0], "__name__": batches.document(after[1])})
        found = map(_readable, self._stream(query.limit(limit)))
        return tuple(each.batch if isinstance(each, ReadBatch) else each for each in found)

    def unended(self, tenant: str, limit: int) -> tuple[ReadBatch | Unread, ...]:
        """Return a tenant's batches that have not ended, at most `limit`."""
        from google.cloud.firestore import FieldFilter

        theirs = self._clients.firestore.collection(BATCHES).where(filter=FieldFilter("tenant", "==", tenant))
        query = theirs.where(filter=FieldFilter("due_at", ">", EPOCH)).order_by("due_at").limit(limit)
        return tuple(map(_readable, self._stream(query)))

    def refusals(self, batch: FilmBatch) -> Iterator[RefusedRow]:
        """Yield the rows that were refused, of which an ended batch has at most as many as it has rows."""
        from google.cloud.firestore import FieldFilter

        refused = self._clients.firestore.collection(REFUSED_ROWS).where(filter=FieldFilter("batch", "==", batch.id))
        for each in self._stream(refused):
            yield from_plain(RefusedRow, each.to_dict() or {}, each.id)

    def overdue(self, now: datetime, limit: int, after: Any = None) -> Page[ReadBatch | Unread]:
        """Return the most overdue batches, at most `limit`, after a page's last; the unreadable come as Unread."""
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection(BATCHES).where(filter=FieldFilter("due_at", "<=", now))
        query = late.order_by("due_at").limit(limit)
        found = list(self._stream(query.start_after(after) if after else query))
        return Page(tuple(map(_readable, found)), found[-1] if len(found) == limit else None)

    def postpone(self, batch: str, revision: Any, due_at: datetime) -> None:
        """Move the due of a batch nobody can push as it is, unless it was written since. Raises BatchMoved."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        option = self._clients.firestore.write_option(last_update_time=revision)
        try:
            self._document(batch).update(
                {"due_at": due_at}, option=option, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except (FailedPrecondition, NotFound) as moved:
            raise BatchMoved(f"batch {batch} was written by somebody else") from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the due of batch {batch} could not be moved: {failed}") from failed

    def _stream(self, query: Any) -> Iterator[Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            yield from query.stream(retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"batches could not be queried: {failed}") from failed

    def _document(self, batch: str) -> Any:
        return self._clients.firestore.collection(BATCHES).document(batch)


def _readable(snapshot: Any) -> ReadBatch | Unread:
    try:
        return _read(snapshot)
    except Unreadable as poison:
        born = (snapshot.to_dict() or {}).get("created_at")
        return Unread(snapshot.id, snapshot.update_time, str(poison), born if isinstance(born, datetime) else EPOCH)


def _read(snapshot: Any) -> ReadBatch:
    data = snapshot.to_dict() or {}
    return ReadBatch(from_plain(FilmBatch, {**data, "id": snapshot.id}), snapshot.update_time)
