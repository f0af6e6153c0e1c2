"""When the sweep last came to its end: one small document, written each minute, read by health."""

from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for

PATH = "settings/sweep"


class Ticks:
    """The document `settings/sweep`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def note(self, at: datetime) -> None:
        """Write when a tick ended. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            document = self._clients.firestore.document(PATH)
            document.set({"ended_at": at}, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{PATH} could not be written: {failed}") from failed

    def last(self) -> datetime | None:
        """Return when the last tick ended; None before the first. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            document = self._clients.firestore.document(PATH)
            snapshot = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{PATH} could not be read: {failed}") from failed
        ended = (snapshot.to_dict() or {}).get("ended_at")
        return ended if isinstance(ended, datetime) else None
