"""Lists of avatar services as they were last read: `tenants/{tenant}/catalog/…`, a head and chunks of a few hundred.

The chunks of a reading have its stamp in their names and are written before the head that names them, so that nobody
reads half of one and half of another; those of the reading before are deleted after it. An instance remembers a few.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Stored, from_plain, to_stored

CHUNK_ITEMS = 150  # of at most 6 KiB each: a document holds 1 MiB
KEPT_FOR = timedelta(days=30)  # then the store deletes what nobody asks for
MOST_REMEMBERED = 40  # lists
Item = TypeVar("Item", bound=Stored)


@dataclass(frozen=True, slots=True)
class Head(Stored):
    """When a list was read, with which version of the key, and in how many chunks it lies."""

    stamp: str
    read_at: datetime
    parts: int
    account: str  # the secret's name and version
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Read(Generic[Item]):
    """A list as it was last read."""

    head: Head
    items: tuple[Item, ...]


class Catalogs:
    """The lists of tenants' accounts."""

    def __init__(self, clients: Clients, stamp: Callable[[], str]) -> None:
        self._clients = clients
        self._stamp = stamp
        self._kept: dict[str, Read[Any]] = {}

    def get(self, tenant: str, name: str, kind: type[Item]) -> Read[Item] | None:
        """Return a list, None where it was never read or has gone. Raises StoreUnreachable, Unreadable."""
        path = _path(tenant, name)
        found = self._read([path])[0]
        if found is None:
            return None
        head = from_plain(Head, found)
        kept = self._kept.get(path)
        if kept and kept.head.stamp == head.stamp:
            return Read(head, kept.items)
        chunks = self._read([f"{path}-{head.stamp}-{part}" for part in range(head.parts)])
        if None in chunks:
            return None  # another reading took its place in between, or its time is over
        items = tuple(from_plain(kind, each) for chunk in chunks if chunk for each in chunk["items"])
        return self._remembered(path, Read(head, items))

    def put(
        self, tenant: str, name: str, items: tuple[Item, ...], *, now: datetime, account: str, whole: bool
    ) -> Read[Item]:
        """Write a list in the place of the one before. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        path, store = _path(tenant, name), self._clients.firestore
        before = self._read([path])[0]
        chunks = [items[at : at + CHUNK_ITEMS] for at in range(0, len(items), CHUNK_ITEMS)]
        head = Head(self._stamp(), now, len(chunks), account, whole)
        given: dict[str, Any] = {"retry": retry_for(CALL_SECONDS), "timeout": CALL_SECONDS}
        try:
            for part, chunk in enumerate(chunks):
                told = {"items": [to_stored(each) for each in chunk], "expire_at": now + KEPT_FOR}
                store.document(f"{path}-{head.stamp}-{part}").set(told, **given)
            store.document(path).set({**to_stored(head), "expire_at": now + KEPT_FOR}, **given)
            if before:
                for part in range(int(before.get("parts", 0))):
                    store.document(f"{path}-{before.get('stamp')}-{part}").delete(**given)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be written: {failed}") from failed
        return self._remembered(path, Read(head, items))

    def _remembered(self, path: str, read: Read[Item]) -> Read[Item]:
        self._kept.pop(path, None)
        self._kept[path] = read
        while len(self._kept) > MOST_REMEMBERED:
            self._kept.pop(next(iter(self._kept)), None)
        return read

    def _read(self, paths: list[str]) -> list[dict[str, Any] | None]:
        """Return documents in the order of their paths, None for what is not there."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        store = self._clients.firestore
        if not paths:
            return []
        try:
            found = store.get_all(
                [store.document(path) for path in paths], retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
            there = {each.reference.path: each.to_dict() for each in found if each.exists}
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{paths[0]} could not be read: {failed}") from failed
        return [there.get(path) for path in paths]


def _path(tenant: str, name: str) -> str:
    return f"tenants/{tenant}/catalog/{name}"
