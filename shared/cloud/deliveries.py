"""Customers' webhooks on their way: a document each, with a due of its own, so that none is ever forgotten."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable

TIMEOUT = 5.0
NUDGE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Due:
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


class Deliveries:
    """The collection `webhook_deliveries`."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._monotonic = monotonic

    def load(self, delivery: str) -> Due | None:
        """Read one; None when there is none. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._document(delivery).get(timeout=TIMEOUT)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {delivery} could not be read: {failed}") from failed
        return _due(snapshot) if snapshot.exists else None

    def overdue(self, now: datetime, limit: int) -> Iterator[Due]:
        """Yield the most overdue deliveries."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection("webhook_deliveries").where(filter=FieldFilter("due_at", "<=", now))
        try:
            for snapshot in late.order_by("due_at").limit(limit).stream(timeout=30.0):
                yield _due(snapshot)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"deliveries could not be queried: {failed}") from failed

    def push(self, due: Due, now: datetime) -> Due:
        """Want the delivery's task under a new name."""
        self._document(due.id).update({"wake": due.wake + 1, "due_at": now + NUDGE}, timeout=TIMEOUT)
        return replace(due, wake=due.wake + 1)

    def again(self, due: Due, at: datetime, status: int | None) -> Due:
        """Note a failed attempt and when the next one is due."""
        fields = {"attempts": due.attempts + 1, "wake": due.wake + 1, "due_at": at + NUDGE, "last_status": status or 0}
        self._document(due.id).update(fields, timeout=TIMEOUT)
        return replace(due, attempts=due.attempts + 1, wake=due.wake + 1)

    def close(self, due: Due, state: str, now: datetime, status: int | None) -> None:
        """End a delivery: `delivered` or `given_up`."""
        from google.cloud import firestore

        fields = {
            "state": state,
            "attempts": due.attempts + 1,
            "due_at": firestore.DELETE_FIELD,
            "ended_at": now,
            "expire_at": now + timedelta(days=30),
            "last_status": status or 0,
        }
        self._document(due.id).update(fields, timeout=TIMEOUT)

    def _document(self, delivery: str) -> Any:
        return self._clients.firestore.collection("webhook_deliveries").document(delivery)


def _due(snapshot: Any) -> Due:
    data = snapshot.to_dict()
    return Due(
        id=snapshot.id,
        tenant=data["tenant"],
        job=data["job"],
        url=data["url"],
        event=data["event"],
        attempts=data["attempts"],
        wake=data["wake"],
        state=data["state"],
        revision=snapshot.update_time,
    )
