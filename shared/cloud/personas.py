"""A tenant's personas, a small document each: `tenants/{tenant}/personas/{name}`."""

from typing import Any

from shared.cloud.audit import AuditLine, add_line
from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import from_plain, to_stored
from shared.pipeline.plan.personas import Persona


class Personas:
    """The collection, always read as it stands: an order may come right after its persona was made."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def get(self, tenant: str, name: str) -> Persona | None:
        """Return one persona, None where there is none. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        document = self._clients.firestore.document(_path(tenant, name))
        try:
            found = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be read: {failed}") from failed
        return from_plain(Persona, {**(found.to_dict() or {}), "name": name}) if found.exists else None

    def list(self, tenant: str, most: int) -> tuple[Persona, ...]:
        """Return a tenant's personas by name, at most so many. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        collection = self._clients.firestore.collection("tenants").document(tenant).collection("personas")
        query = collection.order_by("__name__").limit(most)
        try:
            found = [
                (each.id, each.to_dict() or {})
                for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            ]
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the personas of {tenant} could not be listed: {failed}") from failed
        return tuple(from_plain(Persona, {**data, "name": name}) for name, data in found)

    def put(self, tenant: str, persona: Persona, line: AuditLine | None = None) -> None:
        """Write a persona, whatever stood there. Raises StoreUnreachable."""
        self._write(tenant, persona.name, to_stored(persona), line)

    def note_gone(self, tenant: str, name: str, gone: tuple[str, ...]) -> None:
        """Write who of a persona is gone, nothing else of it; a persona that is gone itself is fine.

        Raises StoreUnreachable.
        """
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        document = self._clients.firestore.document(_path(tenant, name))
        try:
            document.update({"gone": list(gone) or None}, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except NotFound:
            return
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be written: {failed}") from failed

    def delete(self, tenant: str, name: str, line: AuditLine | None = None) -> None:
        """Forget a persona; one that is gone is fine. Raises StoreUnreachable."""
        self._write(tenant, name, None, line)

    def _write(self, tenant: str, name: str, fields: dict[str, Any] | None, line: AuditLine | None) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        document, batch = store.document(_path(tenant, name)), store.batch()
        if fields is None:
            batch.delete(document)
        else:
            batch.set(document, fields)
        add_line(store, batch, tenant, line)
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be written: {failed}") from failed


def _path(tenant: str, name: str) -> str:
    return f"tenants/{tenant}/personas/{name}"
