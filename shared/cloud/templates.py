"""A tenant's named templates: the newest of each as `tenants/{tenant}/templates/{name}`, and the last versions.

A version never changes: it stands as `tenants/{tenant}/template_versions/{name}@{number}`, written together with the
newest. So an order may name a version, and films of a season look alike whatever is tried meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Stored, from_plain, to_stored

KEPT_VERSIONS = 20  # of a template, the newest


class TemplateChanged(Exception):
    """Somebody else wrote the template since it was read."""


@dataclass(frozen=True, slots=True)
class NamedTemplate(Stored):
    """A version of a template."""

    name: str
    version: int
    order: str  # JSON: fields of an order, variables in their texts
    created_at: datetime
    title: str = ""
    variables: str = "{}"  # JSON: by name, each an `example` an order must replace, or a `default` it may
    made_by: str = ""  # the id of the key that put it

    @property
    def label(self) -> str:
        """What an order names just this version by."""
        return f"{self.name}@{self.version}"


class Templates:
    """The two collections, always read as they stand: an order may come right after its template was put."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def get(self, tenant: str, name: str, version: int | None = None) -> NamedTemplate | None:
        """Return a template, the newest or that version; None where there is none.

        Raises StoreUnreachable, Unreadable.
        """
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        path = _newest(tenant, name) if version is None else _version(tenant, name, version)
        document = self._clients.firestore.document(path)
        try:
            found = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be read: {failed}") from failed
        return from_plain(NamedTemplate, found.to_dict() or {}) if found.exists else None

    def list(self, tenant: str, most: int) -> tuple[NamedTemplate, ...]:
        """Return the newest of a tenant's templates by name, at most so many. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        collection = self._clients.firestore.collection("tenants").document(tenant).collection("templates")
        query = collection.order_by("__name__").limit(most)
        try:
            found = [each.to_dict() for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)]
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the templates of {tenant} could not be listed: {failed}") from failed
        return tuple(from_plain(NamedTemplate, data or {}) for data in found)

    def put(self, tenant: str, wanted: NamedTemplate) -> None:
        """Write a version and let it be the newest; the one that grew too old goes.

        Raises:
            TemplateChanged: there is that version already.
            StoreUnreachable: it may have been written, or not.
        """
        from google.api_core.exceptions import AlreadyExists, Conflict, GoogleAPICallError, RetryError

        store, plain = self._clients.firestore, to_stored(wanted)
        batch = store.batch()
        batch.create(store.document(_version(tenant, wanted.name, wanted.version)), plain)
        batch.set(store.document(_newest(tenant, wanted.name)), plain)
        if wanted.version > KEPT_VERSIONS:
            batch.delete(store.document(_version(tenant, wanted.name, wanted.version - KEPT_VERSIONS)))
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (AlreadyExists, Conflict) as raced:
            raise TemplateChanged(wanted.label) from raced
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"template {wanted.label} of {tenant} could not be written: {failed}") from failed

    def delete(self, tenant: str, newest: NamedTemplate) -> None:
        """Forget a template and its versions. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        batch = store.batch()
        batch.delete(store.document(_newest(tenant, newest.name)))
        for version in range(max(1, newest.version - KEPT_VERSIONS + 1), newest.version + 1):
            batch.delete(store.document(_version(tenant, newest.name, version)))
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"template {newest.name} of {tenant} could not be deleted: {failed}") from failed


def _newest(tenant: str, name: str) -> str:
    return f"tenants/{tenant}/templates/{name}"


def _version(tenant: str, name: str, version: int) -> str:
    return f"tenants/{tenant}/template_versions/{name}@{version}"
