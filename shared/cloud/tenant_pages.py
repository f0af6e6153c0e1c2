"""Tenants by id, a page at a time or those named: for what goes round all of them, and lists beside their names."""

from collections.abc import Iterable, Mapping

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.cloud.tenants import Tenant
from shared.pipeline.codec import from_plain


class TenantPages:
    """The collection `tenants`, in the order of ids."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def after(self, tenant_id: str, most: int) -> tuple[Tenant, ...]:
        """Return the tenants that follow this id, "" for the first ones. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        query = self._clients.firestore.collection("tenants").order_by("__name__").limit(most)
        if tenant_id:
            query = query.start_after({"__name__": self._clients.firestore.document(f"tenants/{tenant_id}")})
        try:
            found = list(query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"tenants could not be listed: {failed}") from failed
        return tuple(from_plain(Tenant, {**(each.to_dict() or {}), "id": each.id}) for each in found)

    def named(self, tenant_ids: Iterable[str]) -> Mapping[str, Tenant]:
        """Return those of these tenants that are there, by id, in one call. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        wanted = [store.document(f"tenants/{each}") for each in sorted(set(tenant_ids))]
        if not wanted:
            return {}
        try:
            read = list(store.get_all(wanted, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"tenants could not be read: {failed}") from failed
        return {each.id: from_plain(Tenant, {**(each.to_dict() or {}), "id": each.id}) for each in read if each.exists}
