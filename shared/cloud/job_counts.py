"""How many jobs a list has: one read for each thousand that are counted, however the list is narrowed."""

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Filters
from shared.cloud.retry import CALL_SECONDS, retry_for


class JobCounts:
    """The collection `jobs`, counted."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def __call__(self, tenant: str, filters: Filters, most: int) -> int:
        """Count a tenant's jobs; where there are more than `most`, return that. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        asked = filters.narrow(self._clients.firestore.collection("jobs"), tenant).limit(most)
        try:
            rows = asked.count(alias="found").get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"jobs could not be counted: {failed}") from failed
        return int(rows[0][0].value or 0)
