"""The gate of a release that can write two forms: which form new jobs are born in (`settings/schema`, hole 212).

Only code that straddles two forms asks, at most each ten seconds of an instance; all other code knows the answer and
reads nothing. Whatever is not known is the older form: every function reads it.
"""

from collections.abc import Callable, Mapping

from shared.cloud.clients import Clients
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.log import Fact, log
from shared.pipeline.job.schema import WRITES, written

FORM_SECONDS = 10.0
SCHEMA_PATH = "settings/schema"


class Forms:
    """The document `settings/schema`, kept in memory for ten seconds."""

    def __init__(self, clients: Clients, monotonic: Callable[[], float], writes: Mapping[int, int] = WRITES) -> None:
        self._clients = clients
        self._monotonic = monotonic
        self._writes = writes
        self._kept: tuple[float, int] | None = None

    def form(self) -> int:
        """Return the form new jobs are born in."""
        if len(self._writes) == 1:
            return max(self._writes)
        if self._kept is None or self._kept[0] <= self._monotonic():
            self._kept = (self._monotonic() + FORM_SECONDS, written(self._allowed(), self._writes))
        return self._kept[1]

    def set(self, form: int) -> None:
        """Let new jobs be born in this form, or in the newest below it that a function can write."""
        document = self._clients.firestore.document(SCHEMA_PATH)
        document.set({"write": form}, merge=True, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        self._kept = None

    def _allowed(self) -> int:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._clients.firestore.document(SCHEMA_PATH).get(
                retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except (GoogleAPICallError, RetryError) as failed:
            log(Fact.STORE_FAILED, f"{SCHEMA_PATH} could not be read, the older form is written: {failed}")
            return min(self._writes)
        told: Mapping[str, object] = snapshot.to_dict() or {}
        form = told.get("write")
        return form if type(form) is int else min(self._writes)
