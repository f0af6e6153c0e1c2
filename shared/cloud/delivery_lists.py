"""Webhooks that were sent or are on their way: listed newest first, sent anew, and a test's made."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.deliveries import NUDGE, Delivery, DeliveryConflict, readable
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import NewDelivery, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine


@dataclass(frozen=True, slots=True)
class DeliveryLists:
    """The collection `webhook_deliveries` as its tenants, and the operator, see it."""

    clients: Clients

    def page(
        self,
        tenant: str,
        limit: int,
        *,
        job: str | None = None,
        since: datetime | None = None,
        after: tuple[datetime, str] | None = None,
    ) -> tuple[Delivery | Unread, ...]:
        """Return a tenant's deliveries, newest first, at most `limit`, after a cursor; the unreadable come as Unread.

        Raises StoreUnreachable.
        """
        from google.cloud.firestore import FieldFilter

        query = self._deliveries.where(filter=FieldFilter("tenant", "==", tenant))
        if job is not None:
            query = query.where(filter=FieldFilter("job", "==", job))
        if since is not None:
            query = query.where(filter=FieldFilter("created_at", ">=", since))
        return self._newest(query, limit, after)

    def everybodys(
        self, limit: int, *, state: str | None = None, after: tuple[datetime, str] | None = None
    ) -> tuple[Delivery | Unread, ...]:
        """Return the deliveries of all tenants as `page` does, all or those in one state. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        query = self._deliveries
        if state is not None:
            query = query.where(filter=FieldFilter("state", "==", state))
        return self._newest(query, limit, after)

    def _newest(self, query: Any, limit: int, after: tuple[datetime, str] | None) -> tuple[Delivery | Unread, ...]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore

        query = query.order_by("created_at", direction=firestore.Query.DESCENDING)
        query = query.order_by("__name__", direction=firestore.Query.DESCENDING)
        if after:
            query = query.start_after({"created_at": after[0], "__name__": self._document(after[1])})
        try:
            found = query.limit(limit).stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            return tuple(map(readable, found))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"deliveries could not be listed: {failed}") from failed

    def create(self, new: NewDelivery) -> None:
        """Store a delivery of its own. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            self._document(new.id).create(new.fields, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {new.id} could not be stored: {failed}") from failed

    def again(self, ended: Delivery, now: datetime, line: "AuditLine | None" = None) -> int:
        """Open an ended delivery for as many attempts as a new one has, with a line of the audit log; return its wake.

        Raises DeliveryConflict, StoreUnreachable.
        """
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError
        from google.cloud import firestore

        wake = ended.wake + 1
        gone = dict.fromkeys(("not_before", "ended_at", "expire_at"), firestore.DELETE_FIELD)
        fields = {
            **gone,
            "state": "queued",
            "attempts": 0,
            "put_off": 0,
            "wake": wake,
            "begun": wake,
            "replays": ended.replays + 1,
            "due_at": now + NUDGE,
        }
        store = self.clients.firestore
        batch = store.batch()
        batch.update(self._document(ended.id), fields, option=store.write_option(last_update_time=ended.revision))
        if line:
            from shared.cloud.audit import add_line

            add_line(store, batch, ended.tenant, line)
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (FailedPrecondition, NotFound) as moved:
            raise DeliveryConflict(f"delivery {ended.id} was written or deleted meanwhile") from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"delivery {ended.id} could not be written: {failed}") from failed
        return wake

    @property
    def _deliveries(self) -> Any:
        return self.clients.firestore.collection("webhook_deliveries")

    def _document(self, delivery: str) -> Any:
        return self._deliveries.document(delivery)
