"""What of a tenant's has ended, jobs and batches, in the order it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cloud.batch_documents import BATCHES
from shared.cloud.clients import Clients
from shared.cloud.documents import NewerSchema, read
from shared.cloud.jobs import EPOCH, StoreUnreachable
from shared.cloud.moments import moment_in
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Unreadable, from_plain
from shared.pipeline.job.batch import FilmBatch
from shared.pipeline.job.job import Job

Place = tuple[datetime, str]  # when something ended, and its id; "" stands before all that ended then


@dataclass(frozen=True, slots=True)
class EndedThing:
    """A job or a batch that has ended; None where this code cannot read it."""

    at: datetime
    id: str
    what: Job | FilmBatch | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class Endings:
    """The collections `jobs` and `batches`, by when what stands there ended last."""

    clients: Clients

    def after(self, tenant: str, place: Place, limit: int) -> tuple[tuple[EndedThing, ...], bool]:
        """Return what ended after a place, the oldest first, at most `limit`, and whether there may be more.

        Raises StoreUnreachable.
        """
        kinds = self._kind("jobs", "completed_at", _job), self._kind(BATCHES, "ended_at", _batch)
        pages = [kind(tenant, place, limit) for kind in kinds]
        found = sorted((each for page in pages for each in page), key=lambda each: each.place)
        return tuple(found[:limit]), any(len(page) == limit for page in pages) or len(found) > limit

    def _kind(
        self, collection: str, field: str, build: Callable[[Any], Job | FilmBatch]
    ) -> Callable[[str, Place, int], list[EndedThing]]:
        def page(tenant: str, place: Place, limit: int) -> list[EndedThing]:
            return [_ended(each, field, build) for each in self._snapshots(collection, field, tenant, place, limit)]

        return page

    def _snapshots(self, collection: str, field: str, tenant: str, place: Place, limit: int) -> list[Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        at, name = place
        documents = self.clients.firestore.collection(collection)
        query = documents.where(filter=FieldFilter("tenant", "==", tenant))
        query = query.where(filter=FieldFilter(field, ">=", at)).order_by(field).order_by("__name__")
        if name:
            query = query.start_after({field: at, "__name__": documents.document(name)})
        try:
            return list(query.limit(limit).stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"what has ended of {tenant} could not be listed: {failed}") from failed


def _ended(snapshot: Any, field: str, build: Callable[[Any], Job | FilmBatch]) -> EndedThing:
    try:
        what: Job | FilmBatch | None = build(snapshot)
    except (NewerSchema, Unreadable):
        what = None
    return EndedThing(moment_in(snapshot, field) or EPOCH, snapshot.id, what)


def _job(snapshot: Any) -> Job:
    return read(snapshot.id, snapshot.to_dict() or {})


def _batch(snapshot: Any) -> FilmBatch:
    return from_plain(FilmBatch, {**(snapshot.to_dict() or {}), "id": snapshot.id})
