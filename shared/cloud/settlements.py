"""What settled on a day, as metered billing reads it: the jobs that ended then, and those that were tried again since.

First by when a job ended, then by the days of its closed reservations: a job that is tried again in between is moved
from the first to the second by the commit that does it, so that it is found by one of them, or by both.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.deletions import Found, found_in
from shared.cloud.jobs import QUERY_SECONDS, StoreUnreachable
from shared.cloud.retry import retry_for

SETTLED_A_PAGE = 200  # documents of one query


class Settlements:
    """The collection `jobs`, receipts among them, by what settled when."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def ended(self, since: datetime, until: datetime) -> Iterator[Found]:
        """Yield the jobs, and what is left of those, that ended in a time. Raises StoreUnreachable."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs").where(filter=FieldFilter("completed_at", ">=", since))
        query = jobs.where(filter=FieldFilter("completed_at", "<", until))
        yield from self._paged(query.order_by("completed_at", direction=firestore.Query.DESCENDING))

    def closed(self, day: str) -> Iterator[Found]:
        """Yield those of which a reservation settled on a day and is closed. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs")
        yield from self._paged(jobs.where(filter=FieldFilter("settled_on", "array_contains", day)).order_by("__name__"))

    def _paged(self, query: Any) -> Iterator[Found]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        after: Any = None
        while True:
            page = (query.start_after(after) if after else query).limit(SETTLED_A_PAGE)
            try:
                found = list(page.stream(retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS))
            except (GoogleAPICallError, RetryError) as failed:
                raise StoreUnreachable(f"settlements could not be queried: {failed}") from failed
            yield from map(found_in, found)
            if len(found) < SETTLED_A_PAGE:
                return
            after = found[-1]
