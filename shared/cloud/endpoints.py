"""Where a tenant's webhooks go: a few endpoints in its own document, each with the events it wants.

An order keeps the names of those there are when it is made, so that a film's end reads nothing for them; a delivery
reads its endpoint anew, so that a changed address, a pause or a deletion counts for what is on its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Stored, from_plain, to_stored

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

MOST_ENDPOINTS = 5  # of a tenant


@dataclass(frozen=True, slots=True)
class Endpoint(Stored):
    """One address a tenant's webhooks go to."""

    id: str
    url: str
    created_at: datetime
    events: tuple[str, ...] = ()
    name: str = ""
    paused: bool = False
    failing_since: datetime | None = None  # the first of its deliveries that was given up, none having been taken since
    disabled_at: datetime | None = None
    reason: str | None = None  # why it was disabled, for the person who reads it

    @property
    def active(self) -> bool:
        """Whether anything is sent there."""
        return not self.paused and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class EndpointRead:
    """An endpoint as it was read, and the revision of its tenant that a note must name."""

    endpoint: Endpoint
    revision: Any


class Endpoints:
    """The field `webhooks` of `tenants`."""

    def __init__(self, clients: Clients, epochs: Epochs) -> None:
        self._clients = clients
        self._epochs = epochs

    def all(self, tenant: str) -> Mapping[str, Endpoint]:
        """Return a tenant's endpoints as they stand, by id. Raises StoreUnreachable, Unreadable."""
        return {each: standing.endpoint for each, standing in self._standing(tenant).items()}

    def one(self, tenant: str, endpoint: str) -> EndpointRead | None:
        """Return one endpoint as it stands; None when there is none. Raises StoreUnreachable, Unreadable."""
        return self._standing(tenant).get(endpoint)

    def put(self, tenant: str, endpoint: Endpoint, line: "AuditLine | None" = None) -> None:
        """Make or change an endpoint, and let every instance hear of it. Raises StoreUnreachable."""
        fields = {_field(endpoint.id): to_stored(endpoint)}
        self._epochs.revoke({f"tenants/{tenant}": fields}, tenants=(tenant,), lines={tenant: line})

    def delete(self, tenant: str, endpoint: str, line: "AuditLine | None" = None) -> None:
        """Forget an endpoint, and let every instance hear of it. Raises StoreUnreachable."""
        from google.cloud.firestore import DELETE_FIELD

        fields = {_field(endpoint): DELETE_FIELD}
        self._epochs.revoke({f"tenants/{tenant}": fields}, tenants=(tenant,), lines={tenant: line})

    def note(self, tenant: str, standing: EndpointRead, endpoint: Endpoint) -> None:
        """Write how an endpoint does, unless its tenant was written since: then the next delivery notes it.

        Raises StoreUnreachable.
        """
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        store = self._clients.firestore
        option = store.write_option(last_update_time=standing.revision)
        try:
            store.document(f"tenants/{tenant}").update(
                {_field(endpoint.id): to_stored(endpoint)},
                option=option,
                retry=retry_for(CALL_SECONDS),
                timeout=CALL_SECONDS,
            )
        except (FailedPrecondition, NotFound):
            return
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"endpoint {endpoint.id} of {tenant} could not be written: {failed}") from failed

    def _standing(self, tenant: str) -> dict[str, EndpointRead]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        document = self._clients.firestore.document(f"tenants/{tenant}")
        try:
            found = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the endpoints of {tenant} could not be read: {failed}") from failed
        kept = (found.to_dict() or {}).get("webhooks") or {} if found.exists else {}
        return {each: EndpointRead(from_plain(Endpoint, fields), found.update_time) for each, fields in kept.items()}


def _field(endpoint: str) -> str:
    """Return where an endpoint stands in its tenant's document; its id is a letter and letters or digits."""
    return f"webhooks.{endpoint}"
