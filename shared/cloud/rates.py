"""What a tenant's busy instances have served in a minute, added up: `rates/{tenant}.{minute}`, gone by itself later."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import retry_for

SYNC_SECONDS = 1.0  # a request waits for it; without an answer the instance goes by what it knows
KEPT = timedelta(hours=1)


class RateCounts:
    """The collection `rates`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def add(self, tenant: str, at: datetime, counts: Mapping[str, int]) -> Mapping[str, int]:
        """Add an instance's counts to a minute's; return the sums of all. One write, one read.

        Raises StoreUnreachable: the counts may have been added or not.
        """
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore

        document = self._clients.firestore.collection("rates").document(f"{tenant}.{at:%Y%m%d%H%M}")
        growth = {kind: firestore.Increment(count) for kind, count in counts.items()}
        again = retry_for(SYNC_SECONDS)
        try:
            document.set({**growth, "expire_at": at + KEPT}, merge=True, retry=None, timeout=SYNC_SECONDS)
            found = document.get(retry=again, timeout=SYNC_SECONDS).to_dict() or {}
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be counted: {failed}") from failed
        return {kind: int(found.get(kind, 0)) for kind in counts}
