"""Everything a tenant has in Firestore that goes when it is closed: found by kind, deleted by name.

What stays stands nowhere here: `usage` (its months), `audit`, the receipts of its jobs, and its own document.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.job.line import COMPOSE
from shared.pipeline.job.vendors import VENDORS

OWN_KINDS: Mapping[str, str] = {  # a kind of its own documents -> the collection below `tenants/{tenant}`
    "integrations": "integrations",
    "personas": "personas",
    "templates": "templates",
    "template_versions": "template_versions",
    "brand_kits": "brands",
    "brand_kit_versions": "brand_versions",
    "lists_of_presenters_and_voices": "catalog",
}
_BEHIND_ALL = "\uf8ff"  # no document's name goes on with a letter behind this one


class Belongings:
    """Names are documents' paths; a call finds or deletes as many as one batch may hold."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def own(self, tenant: str, kind: str, most: int) -> tuple[str, ...]:
        """Return some of a tenant's own documents of a kind of `OWN_KINDS`. Raises StoreUnreachable."""
        collection = self._clients.firestore.collection("tenants").document(tenant).collection(OWN_KINDS[kind])
        return self._names(collection.order_by("__name__"), most)

    def deliveries(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of a tenant's webhooks, delivered or not. Raises StoreUnreachable."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        deliveries = self._clients.firestore.collection("webhook_deliveries")
        query = deliveries.where(filter=FieldFilter("tenant", "==", tenant))
        return self._names(query.order_by("created_at", direction=firestore.Query.DESCENDING), most)

    def batches(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of a tenant's batches, ended or not. Raises StoreUnreachable."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        query = self._clients.firestore.collection("batches").where(filter=FieldFilter("tenant", "==", tenant))
        return self._names(query.order_by("created_at", direction=firestore.Query.DESCENDING), most)

    def refused_rows(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of what the refused rows of a tenant's batches were told. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        rows = self._clients.firestore.collection("batch_rows")
        return self._names(rows.where(filter=FieldFilter("tenant", "==", tenant)), most)

    def keys(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of a tenant's API keys, ended or not. Raises StoreUnreachable."""
        from google.cloud.firestore import FieldFilter

        keys = self._clients.firestore.collection("api_keys")
        return self._names(keys.where(filter=FieldFilter("tenant", "==", tenant)), most)

    def rates(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of what was counted of a tenant's calls. Raises StoreUnreachable."""
        return self._beginning("rates", f"{tenant}.", most)

    def lanes(self, tenant: str, most: int) -> tuple[str, ...]:
        """Return some of the lanes a tenant's jobs have waited in. Raises StoreUnreachable."""
        queues = sorted({str(COMPOSE.queue), *(row.queue for row in VENDORS.values())})
        found = (name for queue in queues for name in self._beginning("lanes", f"{queue}.{tenant}.", most))
        return tuple(islice(found, most))

    def there(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return which of these documents there are. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        wanted = [store.document(path) for path in paths]
        try:
            found = store.get_all(wanted, ["__name__"], retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            return tuple(sorted(each.reference.path for each in found if each.exists))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"documents could not be read: {failed}") from failed

    def delete(self, paths: Iterable[str]) -> None:
        """Delete documents in one batch; those that are gone are fine. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        batch = store.batch()
        for path in paths:
            batch.delete(store.document(path))
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"documents could not be deleted: {failed}") from failed

    def _beginning(self, collection: str, begins: str, most: int) -> tuple[str, ...]:
        found = self._clients.firestore.collection(collection)
        query = found.order_by("__name__").start_at({"__name__": found.document(begins)})
        return self._names(query.end_before({"__name__": found.document(begins + _BEHIND_ALL)}), most)

    def _names(self, query: Any, most: int) -> tuple[str, ...]:
        return tuple(self._stream(query.select(["__name__"]).limit(most)))

    def _stream(self, query: Any) -> Iterator[str]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            yield from (
                each.reference.path for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            )
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"documents could not be listed: {failed}") from failed
