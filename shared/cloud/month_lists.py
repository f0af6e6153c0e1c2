"""A tenant's months as they are listed: the oldest first, each document that a month is counted in."""

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.month_documents import month
from shared.cloud.records import Month
from shared.cloud.retry import CALL_SECONDS, retry_for


class MonthLists:
    """The collections `tenants/{tenant}/usage`, by name."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def page(self, tenant: str, limit: int, after: str = "") -> tuple[Month, ...]:
        """Return at most so many of a tenant's documents, after one of that name. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        months = self._clients.firestore.collection("tenants").document(tenant).collection("usage")
        query = months.order_by("__name__").limit(limit)
        if after:
            query = query.start_after({"__name__": months.document(after)})
        try:
            return tuple(map(month, query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the months of {tenant} could not be listed: {failed}") from failed
