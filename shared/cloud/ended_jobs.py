"""The jobs that ended lately, as the sweep reads them to learn from."""

from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.documents import NewerSchema, read
from shared.cloud.jobs import QUERY_SECONDS, StoreUnreachable
from shared.cloud.retry import retry_for
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.job import Job


class EndedJobs:
    """The collection `jobs`, by when they ended."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def newest(self, after: datetime, until: datetime, limit: int) -> tuple[Job, ...]:
        """Return the newest jobs that ended after one moment and until another; what cannot be read is left out.

        Raises StoreUnreachable.
        """
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        jobs = self._clients.firestore.collection("jobs").where(filter=FieldFilter("completed_at", ">", after))
        query = jobs.where(filter=FieldFilter("completed_at", "<=", until))
        query = query.order_by("completed_at", direction=firestore.Query.DESCENDING).limit(limit)
        found = []
        try:
            for snapshot in query.stream(retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS):
                try:
                    found.append(read(snapshot.id, snapshot.to_dict() or {}))
                except (NewerSchema, Unreadable):
                    continue  # it teaches those who can read it
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"ended jobs could not be queried: {failed}") from failed
        return tuple(found)
