"""What a tenant keeps by name and in versions: the newest of each in one collection, the last versions in another.

A version never changes: it stands as `tenants/{tenant}/{versions}/{name}@{number}`, written together with the newest as
`tenants/{tenant}/{newest}/{name}`. So an order may name a version, and films of a season look alike whatever is tried
meanwhile.
"""

from typing import Generic, Protocol, TypeVar

from shared.cloud.audit import AuditLine, add_line
from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import from_plain, to_stored

KEPT_VERSIONS = 20  # of a name, the newest


class Named(Protocol):
    """A version of something that has a name."""

    @property
    def name(self) -> str:
        """What orders name it by."""

    @property
    def version(self) -> int:
        """Its number, from 1."""


Versioned = TypeVar("Versioned", bound=Named)


class VersionTaken(Exception):
    """Somebody else wrote the next version since the last one was read."""


def kept_versions(newest: Named) -> range:
    """Return the numbers of the versions there are, by the newest of a name."""
    return range(max(1, newest.version - KEPT_VERSIONS + 1), newest.version + 1)


class NamedVersions(Generic[Versioned]):
    """The two collections, always read as they stand: an order may come right after what it names was put."""

    def __init__(self, clients: Clients, kind: type[Versioned], newest: str, versions: str) -> None:
        self._clients = clients
        self._kind = kind
        self._newest_of, self._versions_of = newest, versions

    def get(self, tenant: str, name: str, version: int | None = None) -> Versioned | None:
        """Return the newest version, or the one of that number; None where there is none.

        Raises StoreUnreachable, Unreadable.
        """
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        path = self._newest(tenant, name) if version is None else self._version(tenant, name, version)
        document = self._clients.firestore.document(path)
        try:
            found = document.get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be read: {failed}") from failed
        return from_plain(self._kind, found.to_dict() or {}) if found.exists else None

    def list(self, tenant: str, most: int) -> tuple[Versioned, ...]:
        """Return the newest of each name, by name, at most so many. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        collection = self._clients.firestore.collection("tenants").document(tenant).collection(self._newest_of)
        query = collection.order_by("__name__").limit(most)
        try:
            found = [each.to_dict() for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)]
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the {self._newest_of} of {tenant} could not be listed: {failed}") from failed
        return tuple(from_plain(self._kind, data or {}) for data in found)

    def versions(self, tenant: str, most: int, after: str = "") -> tuple[Versioned, ...]:
        """Return at most so many versions of all names, by `name@version`, after one. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        collection = self._clients.firestore.collection("tenants").document(tenant).collection(self._versions_of)
        query = collection.order_by("__name__").limit(most)
        if after:
            query = query.start_after({"__name__": collection.document(after)})
        try:
            found = [each.to_dict() for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)]
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the {self._versions_of} of {tenant} could not be listed: {failed}") from failed
        return tuple(from_plain(self._kind, data or {}) for data in found)

    def put(self, tenant: str, wanted: Versioned, line: AuditLine | None = None) -> None:
        """Write a version, let it be the newest, and log that; the one that grew too old goes.

        Raises:
            VersionTaken: there is that version already.
            StoreUnreachable: it may have been written, or not.
        """
        from google.api_core.exceptions import AlreadyExists, Conflict, GoogleAPICallError, RetryError

        store, plain = self._clients.firestore, to_stored(wanted)
        path = self._version(tenant, wanted.name, wanted.version)
        batch = store.batch()
        batch.create(store.document(path), plain)
        batch.set(store.document(self._newest(tenant, wanted.name)), plain)
        if wanted.version > KEPT_VERSIONS:
            batch.delete(store.document(self._version(tenant, wanted.name, wanted.version - KEPT_VERSIONS)))
        add_line(store, batch, tenant, line)
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (AlreadyExists, Conflict) as raced:
            raise VersionTaken(path) from raced
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be written: {failed}") from failed

    def delete(self, tenant: str, newest: Versioned, line: AuditLine | None = None) -> None:
        """Forget a name and its versions, and log that. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        path = self._newest(tenant, newest.name)
        batch = store.batch()
        batch.delete(store.document(path))
        for version in kept_versions(newest):
            batch.delete(store.document(self._version(tenant, newest.name, version)))
        add_line(store, batch, tenant, line)
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be deleted: {failed}") from failed

    def _newest(self, tenant: str, name: str) -> str:
        return f"tenants/{tenant}/{self._newest_of}/{name}"

    def _version(self, tenant: str, name: str, version: int) -> str:
        return f"tenants/{tenant}/{self._versions_of}/{name}@{version}"
