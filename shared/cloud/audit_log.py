"""The audit log of a tenant, as it is read; its lines are written beside the changes they tell of (audit.py)."""

from dataclasses import replace
from datetime import datetime

from shared.cloud.audit import AuditLine
from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.moments import plain_time
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import from_plain


class AuditLog:
    """The collections `tenants/{tenant}/audit`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def page(self, tenant: str, limit: int, after: tuple[datetime, str] | None) -> tuple[AuditLine, ...]:
        """Return a tenant's lines, newest first, at most `limit`, after a cursor. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import firestore

        lines = self._clients.firestore.collection("tenants").document(tenant).collection("audit")
        query = lines.order_by("at", direction=firestore.Query.DESCENDING)
        query = query.order_by("__name__", direction=firestore.Query.DESCENDING).limit(limit)
        if after:
            query = query.start_after({"at": after[0], "__name__": lines.document(after[1])})
        try:
            found = list(query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the audit log of {tenant} could not be read: {failed}") from failed
        read = [from_plain(AuditLine, {**(each.to_dict() or {}), "id": each.id}) for each in found]
        return tuple(replace(line, at=plain_time(line.at)) for line in read)
