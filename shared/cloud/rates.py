"""What a tenant's busy instances have served in a minute, added up: `rates/{tenant}.{minute}`, gone by itself later."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for

SYNC_SECONDS = 1.0  # a request waits for it; without an answer the instance goes by what it knows
KEPT = timedelta(hours=1)


class RateCounts:
    """The collection `rates`."""

    def __init__(self, clients: Clients, sync_seconds: float = SYNC_SECONDS) -> None:
        self._clients = clients
        self._sync_seconds = sync_seconds

    def add(self, tenant: str, at: datetime, counts: Mapping[str, int]) -> Mapping[str, int]:
        """Add an instance's counts to a minute's; return the sums of all. One write, one read.

        Raises StoreUnreachable: the counts may have been added or not.
        """
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore

        document = self._clients.firestore.collection("rates").document(f"{tenant}.{at:%Y%m%d%H%M}")
        growth = {kind: firestore.Increment(count) for kind, count in counts.items()}
        again, seconds = retry_for(self._sync_seconds), self._sync_seconds
        try:
            document.set({**growth, "expire_at": at + KEPT}, merge=True, retry=None, timeout=seconds)
            found = document.get(retry=again, timeout=seconds).to_dict() or {}
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be counted: {failed}") from failed
        return {kind: int(found.get(kind, 0)) for kind in counts}

    def once_more(self, tenant: str, what: str, expire_at: datetime) -> int:
        """Count one more of something; return how many there are now, exactly. One write. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore

        document = self._clients.firestore.collection("rates").document(f"{tenant}.{what}")
        fields = {"count": firestore.Increment(1), "expire_at": expire_at}
        try:
            written = document.set(fields, merge=True, retry=None, timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be counted: {failed}") from failed
        return int(written.transform_results[0].integer_value)
