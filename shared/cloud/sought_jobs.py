"""Jobs found by what a vendor calls a part of them, whosever they are; for the operator alone."""

from dataclasses import dataclass
from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.job.ledger import bare_id

FIELDS = ("tenant", "product_title", "status", "summary", "created_at")
MOST_FOUND = 20  # regenerated films adopt takes: one id may stand in several


@dataclass(frozen=True, slots=True)
class SoughtJob:
    """One job, by the scalars of its document: also what this code cannot read is found."""

    id: str
    tenant: str
    title: str
    status: str
    summary: str
    created_at: datetime | None


class SoughtJobs:
    """The collection `jobs`, by its field `provider_ids`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def by_provider_id(self, provider_id: str) -> tuple[SoughtJob, ...]:
        """Return the jobs one of whose attempts a vendor calls so; a read each. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        if not (wanted := bare_id(provider_id)):
            return ()
        named = FieldFilter("provider_ids", "array_contains", wanted)
        query = self._clients.firestore.collection("jobs").where(filter=named).select(FIELDS).limit(MOST_FOUND)
        try:
            found = list(query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"jobs could not be found by a vendor's id: {failed}") from failed
        return tuple(_found(each.id, each.to_dict() or {}) for each in found)


def _found(job_id: str, data: dict[str, object]) -> SoughtJob:
    texts = {name: value if isinstance(value := data.get(name), str) else "" for name in FIELDS}
    born = data.get("created_at")
    return SoughtJob(
        job_id,
        texts["tenant"],
        texts["product_title"],
        texts["status"],
        texts["summary"],
        born if isinstance(born, datetime) else None,
    )
