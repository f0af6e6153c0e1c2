"""Customers' webhooks on their way: a document each, with a due of its own, so that none is ever forgotten."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.again import for_seconds
from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Unread

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
            snapshot = self._document(delivery).get(retry=for_seconds(TIMEOUT), timeout=TIMEOUT)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {delivery} could not be read: {failed}") from failed
        return _due(snapshot) if snapshot.exists else None

    def overdue(self, now: datetime, limit: int) -> Iterator[Due | Unread]:
        """Yield the most overdue deliveries; one that cannot be read comes as Unread."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection("webhook_deliveries").where(filter=FieldFilter("due_at", "<=", now))
        try:
            for snapshot in late.order_by("due_at").limit(limit).stream(retry=for_seconds(30.0), timeout=30.0):
                try:
                    due: Due | Unread = _due(snapshot)
                except Exception as broken:  # noqa: BLE001  # poison must not stop the sweep; whatever it raises
                    due = Unread(snapshot.id, snapshot.update_time, repr(broken))
                yield due
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"deliveries could not be queried: {failed}") from failed

    def push(self, due: Due, now: datetime) -> Due:
        """Want the delivery's task under a new name. Raises StoreUnreachable, as all that writes here."""
        self._write(due.id, {"wake": due.wake + 1, "due_at": now + NUDGE})
        return replace(due, wake=due.wake + 1)

    def again(self, due: Due, at: datetime, status: int | None) -> Due:
        """Note a failed attempt and when the next one is due."""
        fields = {"attempts": due.attempts + 1, "wake": due.wake + 1, "due_at": at + NUDGE, "last_status": status or 0}
        self._write(due.id, fields)
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
        self._write(due.id, fields)

    def postpone(self, unread: Unread, due_at: datetime) -> None:
        """Move an unreadable delivery's due forward, so that it does not stand before the others."""
        self._write(unread.id, {"due_at": due_at})

    def _write(self, delivery: str, fields: Mapping[str, Any]) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            self._document(delivery).update(dict(fields), retry=for_seconds(TIMEOUT), timeout=TIMEOUT)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {delivery} could not be written: {failed}") from failed

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
