"""The jobs of a batch's rows, read many at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.documents import NewerSchema, is_receipt, read
from shared.cloud.jobs import QUERY_SECONDS, StoreUnreachable
from shared.cloud.retry import retry_for
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.batch import RowEnd
from shared.pipeline.job.job import Job

READ_AT_ONCE = 50  # documents of one call: a job's is some tens of kilobytes
END_FIELDS = ("ending", "paid_by_us", "billed_by_provider", "deleted_at")
DELETED = "deleted"  # in place of an ending: the job was deleted, so it had ended


class BatchJobs:
    """Documents of the collection `jobs`. Every method raises StoreUnreachable."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def ended(self, rows: Mapping[int, str]) -> tuple[RowEnd, ...]:
        """Return how those of these rows' jobs ended that have."""
        found = self._documents(list(rows.values()), END_FIELDS)
        ends = ((row, found.get(job)) for row, job in rows.items())
        return tuple(_end(row, data) for row, data in ends if data is None or _over(data))

    def each(self, jobs: Sequence[str]) -> Iterator[tuple[str, Job | None]]:
        """Yield each of these jobs that there is, None for one that was deleted or cannot be read now."""
        for start in range(0, len(jobs), READ_AT_ONCE):
            for job, data in self._documents(jobs[start : start + READ_AT_ONCE], None).items():
                yield job, _job(job, data)

    def _documents(self, jobs: Sequence[str], names: Sequence[str] | None) -> dict[str, dict[str, Any]]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        if not jobs:
            return {}
        store = self._clients.firestore
        references = [store.collection("jobs").document(job) for job in jobs]
        retry = retry_for(QUERY_SECONDS)
        try:
            found = list(store.get_all(references, names, retry=retry, timeout=QUERY_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the jobs of a batch could not be read: {failed}") from failed
        return {each.id: each.to_dict() or {} for each in found if each.exists}


def _over(data: Mapping[str, Any]) -> bool:
    return is_receipt(data) or data.get("ending") is not None


def _end(row: int, data: Mapping[str, Any] | None) -> RowEnd:
    """Return an end; what is left of a deleted job says nothing of its cost here."""
    if data is None or is_receipt(data):
        return RowEnd(row, DELETED, 0, 0)
    return RowEnd(row, str(data["ending"]), int(data.get("paid_by_us", 0)), int(data.get("billed_by_provider", 0)))


def _job(job: str, data: Mapping[str, Any]) -> Job | None:
    try:
        return None if is_receipt(data) else read(job, data)
    except (NewerSchema, Unreadable):
        return None
