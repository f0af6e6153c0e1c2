"""Taking rights away: keys revoked one by one or all of a tenant's, tenants suspended; every instance hears of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.cloud.tenants import AccountStatus, ApiKey, read_key

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

MOST_KEYS = 200  # of a tenant that are listed, and that one batch revokes


class Revocations:
    """The fields of `tenants` and `api_keys` that end a right, each written together with `settings/epochs`."""

    def __init__(self, clients: Clients, epochs: Epochs) -> None:
        self._clients = clients
        self._epochs = epochs

    def keys(self, tenant: str) -> tuple[ApiKey, ...]:
        """Return a tenant's keys, those that work first, the newest of them first; at most MOST_KEYS.

        Raises StoreUnreachable, Unreadable.
        """
        keys = [read_key(each.id, each.to_dict()) for each in islice(self._theirs(tenant), MOST_KEYS)]
        return tuple(sorted(keys, key=lambda key: (key.revoked_at is not None, -key.created_at.timestamp())))

    def key(self, key_id: str) -> ApiKey | None:
        """Read a key as it stands; None when there is none. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        document = self._clients.firestore.collection("api_keys").document(key_id)
        try:
            found = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"api_keys/{key_id} could not be read: {failed}") from failed
        return read_key(key_id, found.to_dict() or {}) if found.exists else None

    def revoke(self, key: ApiKey, now: datetime, line: "AuditLine | None" = None) -> datetime:
        """Revoke a key and return since when it is; one that is revoked stays so. Raises StoreUnreachable."""
        if key.revoked_at is None:
            self._epochs.revoke({f"api_keys/{key.id}": {"revoked_at": now}}, keys=(key.id,), lines={key.tenant: line})
        return key.revoked_at or now

    def end(self, key: ApiKey, at: datetime, line: "AuditLine | None" = None) -> None:
        """Let a key expire at a time, and let every instance hear of it. Raises StoreUnreachable."""
        self._epochs.revoke({f"api_keys/{key.id}": {"expires_at": at}}, keys=(key.id,), lines={key.tenant: line})

    def forget(self, keys: Iterable[ApiKey]) -> None:
        """Delete records of keys that ended long ago. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        batch = store.batch()
        for key in islice(keys, MOST_KEYS):
            batch.delete(store.document(f"api_keys/{key.id}"))
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"ended keys could not be deleted: {failed}") from failed

    def revoke_all(self, tenant: str, now: datetime, line: "AuditLine | None" = None) -> int:
        """Revoke every key of a tenant; return how many worked until now. Raises StoreUnreachable."""
        working = (each.id for each in self._theirs(tenant) if each.to_dict().get("revoked_at") is None)
        done = 0
        while page := {f"api_keys/{key}": {"revoked_at": now} for key in islice(working, MOST_KEYS)}:
            self._epochs.revoke(page, tenants=(tenant,), lines={tenant: line})
            done += len(page)
        return done

    def set_status(self, tenant: str, status: AccountStatus, line: "AuditLine | None" = None) -> None:
        """Suspend a tenant, or let it go on. Raises StoreUnreachable."""
        self._epochs.revoke({f"tenants/{tenant}": {"status": status.value}}, tenants=(tenant,), lines={tenant: line})

    def set_footage(self, tenant: str, *, on: bool, line: "AuditLine | None" = None) -> None:
        """Turn footage by a tenant's own HeyGen account on or off. Raises StoreUnreachable."""
        self._epochs.revoke({f"tenants/{tenant}": {"heygen_footage": on}}, tenants=(tenant,), lines={tenant: line})

    def _theirs(self, tenant: str) -> Iterator[Any]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        query = self._clients.firestore.collection("api_keys").where(filter=FieldFilter("tenant", "==", tenant))
        try:
            yield from query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the keys of {tenant} could not be listed: {failed}") from failed
