"""Customers' webhooks on their way: a document each, with a due of its own, so that none is ever forgotten."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import QUERY_SECONDS, StoreUnreachable
from shared.cloud.records import BatchFacts, JobFacts, Page, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import from_plain

NUDGE = timedelta(minutes=2)
CLOSE_TRIES = 5  # beside an end only the sweep writes, once a minute


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as it stands."""

    id: str
    tenant: str
    job: str
    url: str
    event: str
    attempts: int
    wake: int
    state: str
    revision: Any
    not_before: datetime | None = None  # no call may be made earlier: an attempt may still run, or has failed
    put_off: int = 0  # how often it found no place at its receiver
    metadata: Mapping[str, str] = field(default_factory=dict)  # the customer's own words about the job
    degraded: tuple[str, ...] = ()  # the takes its film is made without
    endpoint: str | None = None  # which of the tenant's endpoints it goes to
    facts: JobFacts | None = None  # how the job stood at the event
    created_at: datetime | None = None
    ended_at: datetime | None = None
    last_status: int = 0  # HTTP's, of the last answer; 0 where there was none
    last_answer: str = ""  # the first bytes of an answer that was no success
    begun: int = 1  # its wake when it was made, or sent anew
    replays: int = 0  # how often it was sent anew
    batch: BatchFacts | None = None  # what it tells of a batch; then `job` is empty

    @property
    def pushes(self) -> int:
        """How often the sweep enqueued it anew: the wakes that no creation, attempt or putting off has made."""
        return max(0, self.wake - self.begun - self.attempts - self.put_off)


class DeliveryConflict(Exception):
    """Somebody else wrote the delivery since it was read, or it is gone."""


class Deliveries:
    """The collection `webhook_deliveries`."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._monotonic = monotonic

    def load(self, delivery: str) -> Delivery | None:
        """Read one; None when there is none. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._document(delivery).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {delivery} could not be read: {failed}") from failed
        return _delivery(snapshot) if snapshot.exists else None

    def overdue(self, now: datetime, limit: int, after: Any = None) -> Page[Delivery | Unread]:
        """Return the most overdue deliveries, at most `limit`, after a page's last; the unreadable come as Unread."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection("webhook_deliveries").where(filter=FieldFilter("due_at", "<=", now))
        query = late.order_by("due_at").limit(limit)
        try:
            found = (query.start_after(after) if after else query).stream(
                retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS
            )
            snapshots = list(found)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"deliveries could not be queried: {failed}") from failed
        return Page(tuple(map(readable, snapshots)), snapshots[-1] if len(snapshots) == limit else None)

    def push(self, delivery: Delivery, due_at: datetime) -> Delivery:
        """Enqueue it under a new task name. Raises DeliveryConflict, StoreUnreachable, as all that writes here."""
        self._write(delivery.id, {"wake": delivery.wake + 1, "due_at": due_at}, delivery.revision)
        return replace(delivery, wake=delivery.wake + 1)

    def rest(self, delivery: Delivery, now: datetime) -> None:
        """Look again later: its task still waits in the queue."""
        self._write(delivery.id, {"due_at": now + NUDGE}, delivery.revision)

    def begin(self, delivery: Delivery, next_at: datetime) -> Delivery:
        """Count an attempt before its call, as one that failed: nobody makes another one before `next_at`."""
        return self._counted(replace(delivery, attempts=delivery.attempts + 1), next_at)

    def put_off(self, delivery: Delivery, at: datetime) -> Delivery:
        """Note that its receiver had no place for it, and when it comes again; no attempt is counted."""
        return self._counted(replace(delivery, put_off=delivery.put_off + 1), at)

    def retry_at(self, begun: Delivery, at: datetime, status: int | None, said: str = "") -> Delivery:
        """Note how a begun attempt failed and when the next one is due; one that has ended meanwhile stays ended."""
        fields = {"not_before": at, "due_at": at + NUDGE, "last_status": status or 0, "last_answer": said}
        revision = self._write(begun.id, fields, begun.revision)
        return replace(begun, not_before=at, revision=revision)

    def _counted(self, counted: Delivery, at: datetime) -> Delivery:
        moved = replace(counted, wake=counted.wake + 1, not_before=at)
        fields = {
            "attempts": moved.attempts,
            "put_off": moved.put_off,
            "wake": moved.wake,
            "not_before": at,
            "due_at": at + NUDGE,
        }
        return replace(moved, revision=self._write(moved.id, fields, moved.revision))

    def close(self, delivery: Delivery, state: str, now: datetime, status: int | None, said: str = "") -> None:
        """End a delivery, `delivered`, `given_up` or `unwanted`, though its due or its wake moved meanwhile.

        One that has ended, or is gone, stays as it is (hole 184). Raises DeliveryConflict when it keeps moving.
        """
        current: Delivery | None = delivery
        for left in reversed(range(CLOSE_TRIES)):
            if current is None or current.state != "queued":
                return
            try:
                told = {"last_status": status or 0, "last_answer": said}
                self._write(delivery.id, {**_ended(state, now), **told}, current.revision)
            except DeliveryConflict:
                if not left:
                    raise
                current = self.load(delivery.id)
            else:
                return

    def give_up(self, delivery: Delivery, now: datetime) -> None:
        """End a delivery that no task has ended, unless it was written since."""
        self._write(delivery.id, _ended("given_up", now), delivery.revision)

    def postpone(self, delivery: str, revision: Any, due_at: datetime) -> None:
        """Move the due of a delivery nobody can push as it is, unless it was written since; then others come first."""
        self._write(delivery, {"due_at": due_at}, revision)

    def _write(self, delivery: str, fields: Mapping[str, Any], revision: Any) -> Any:
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        option = self._clients.firestore.write_option(last_update_time=revision)
        try:
            written = self._document(delivery).update(
                dict(fields), option=option, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except (FailedPrecondition, NotFound) as moved:
            raise DeliveryConflict(
                f"delivery {delivery} was written or deleted by somebody else, or by us, the answer being lost"
            ) from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {delivery} could not be written: {failed}") from failed
        return written.update_time

    def _document(self, delivery: str) -> Any:
        return self._clients.firestore.collection("webhook_deliveries").document(delivery)


def _ended(state: str, now: datetime) -> dict[str, Any]:
    from google.cloud import firestore

    return {
        "state": state,
        "due_at": firestore.DELETE_FIELD,
        "ended_at": now,
        "expire_at": now + timedelta(days=30),
    }


def readable(snapshot: Any) -> Delivery | Unread:
    """Read a delivery's document; one that cannot be read comes as Unread, in its place of a list."""
    try:
        return _delivery(snapshot)
    except Exception as broken:  # noqa: BLE001  # poison must not stop the sweep or a list; whatever it raises
        born = (snapshot.to_dict() or {}).get("created_at")
        unread = Unread(snapshot.id, snapshot.update_time, repr(broken))
        return replace(unread, created_at=born) if isinstance(born, datetime) else unread


def _delivery(snapshot: Any) -> Delivery:
    data = snapshot.to_dict()
    return Delivery(
        id=snapshot.id,
        tenant=data["tenant"],
        job=data["job"],
        url=data["url"],
        event=data["event"],
        attempts=data["attempts"],
        wake=data["wake"],
        state=data["state"],
        revision=snapshot.update_time,
        not_before=data.get("not_before"),
        put_off=data.get("put_off", 0),
        metadata=data.get("metadata", {}),
        degraded=tuple(data.get("degraded", ())),
        endpoint=data.get("endpoint"),
        facts=from_plain(JobFacts, data["facts"]) if data.get("facts") else None,
        created_at=data.get("created_at"),
        ended_at=data.get("ended_at"),
        last_status=data.get("last_status", 0),
        last_answer=data.get("last_answer", ""),
        begun=data.get("begun", 1),
        replays=data.get("replays", 0),
        batch=from_plain(BatchFacts, data["batch"]) if data.get("batch") else None,
    )
