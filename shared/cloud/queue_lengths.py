"""How much of the whole house waits in each queue: sums over the jobs that have not ended, one read a thousand."""

from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import EPOCH, StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for


class QueueLengths:
    """What the documents of `jobs` say that they wait for."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def unfinished(self) -> int:
        """Count the jobs of all tenants that have not ended. Raises StoreUnreachable."""
        return self._asked(self._live().count(alias="found"))

    def starts(self, queue: str) -> int:
        """Return how many of their starts wait in a queue, with a task or parked. Raises StoreUnreachable."""
        from google.cloud.firestore_v1.field_path import FieldPath

        return self._asked(self._live().sum(FieldPath("queued", queue).to_api_repr(), alias="found"))

    def _live(self) -> Any:
        from google.cloud.firestore import FieldFilter

        return self._clients.firestore.collection("jobs").where(filter=FieldFilter("due_at", ">", EPOCH))

    def _asked(self, figure: Any) -> int:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            rows = figure.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"what waits could not be counted: {failed}") from failed
        return int(rows[0][0].value or 0)
