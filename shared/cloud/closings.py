"""Tenants that are being closed: how far that is stands in the tenant's own document, which stays as its tombstone.

Three fields of the document say it to everybody: `status`, `closing_since` and, at the end, `closed_at`. `closing` is
the work as it stands and in the end its report, `close_at` when to go on; without it nothing is left to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.cloud.clients import Clients
from shared.cloud.epochs import Epochs
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.cloud.tenants import AccountStatus
from shared.pipeline.codec import Stored, Unreadable, from_plain, to_stored

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

ON_TOMBSTONES = frozenset({"closing_since", "status"})  # of a tenant's fields that stay as they are


@dataclass(frozen=True, slots=True)
class Doing(Stored):
    """What is being deleted at this moment: who dies amid it leaves word, so that it goes and is counted once."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptThing(Stored):
    """What stays of a closed tenant, why, and until when; None = for good."""

    what: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Closing(Stored):
    """The work as it stands; `deleted` and `left` are its report."""

    quiet_at: datetime | None = None  # since when none of its jobs is live; None = some are, or nobody has looked
    doing: Doing | None = None
    deleted: Mapping[str, int] = field(default_factory=dict)  # by kind
    left: Mapping[str, str] = field(default_factory=dict)  # by name, why: what others would not let go
    kept: tuple[KeptThing, ...] = ()  # told at the end
    waits: str = ""  # for what, in words


@dataclass(frozen=True, slots=True)
class ClosingRead:
    """A closing as it was read, and what a write of it must name."""

    tenant: str
    since: datetime
    closing: Closing
    closed_at: datetime | None
    close_at: datetime | None
    revision: Any
    names: frozenset[str]  # of the document's own fields


class ClosingMoved(Exception):
    """The tenant's document was written since it was read, or nobody knows: read it again."""


class Closings:
    """The fields of `tenants` that a closing is made of."""

    def __init__(self, clients: Clients, epochs: Epochs) -> None:
        self._clients = clients
        self._epochs = epochs

    def look(self, tenant: str) -> ClosingRead | None:
        """Return how far a tenant's closing is; None where it is not closed. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            found = self._document(tenant).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"tenants/{tenant} could not be read: {failed}") from failed
        return _read(found) if found.exists and "closing_since" in (found.to_dict() or {}) else None

    def due(self, now: datetime, limit: int) -> tuple[ClosingRead | Unread, ...]:
        """Return the closings that are to go on, the longest due first. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        late = self._clients.firestore.collection("tenants").where(filter=FieldFilter("close_at", "<=", now))
        query = late.order_by("close_at").limit(limit)
        try:
            return tuple(map(_readable, query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)))
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"tenants that are being closed could not be listed: {failed}") from failed

    def begin(self, tenant: str, now: datetime, line: "AuditLine") -> None:
        """Shut a tenant for good, and let every instance hear of it. Raises StoreUnreachable, also where it is gone."""
        fields = {"status": AccountStatus.CLOSING.value, "closing_since": now, "close_at": now}
        self._epochs.revoke({f"tenants/{tenant}": fields}, tenants=(tenant,), lines={tenant: line})

    def save(self, seen: ClosingRead, closing: Closing, close_at: datetime) -> ClosingRead:
        """Write how far it is and when to go on; return it as it stands now. Raises ClosingMoved, StoreUnreachable."""
        fields = {"closing": to_stored(closing), "close_at": close_at}
        revision = self._write(seen, fields, None)
        names = seen.names | fields.keys()
        return replace(seen, closing=closing, close_at=close_at, revision=revision, names=names)

    def finish(self, seen: ClosingRead, closing: Closing, now: datetime, line: "AuditLine") -> None:
        """Leave the tombstone: whose id it was, when it was closed, and the report.

        Raises ClosingMoved, StoreUnreachable.
        """
        from google.cloud.firestore import DELETE_FIELD

        gone = dict.fromkeys(seen.names - ON_TOMBSTONES, DELETE_FIELD)
        self._write(seen, {**gone, "name": "", "closing": to_stored(closing), "closed_at": now}, line)

    def _write(self, seen: ClosingRead, fields: Mapping[str, Any], line: "AuditLine | None") -> Any:
        """Write fields of the document as it was read, and a line; return its new revision."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        from shared.cloud.audit import add_line

        store = self._clients.firestore
        batch = store.batch()
        same = store.write_option(last_update_time=seen.revision)
        batch.update(self._document(seen.tenant), dict(fields), option=same)
        add_line(store, batch, seen.tenant, line)
        try:
            return batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)[0].update_time
        except (FailedPrecondition, NotFound) as moved:
            raise ClosingMoved(f"tenants/{seen.tenant} was written by somebody else") from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"tenants/{seen.tenant} could not be written: {failed}") from failed

    def _document(self, tenant: str) -> Any:
        return self._clients.firestore.collection("tenants").document(tenant)


def _read(snapshot: Any) -> ClosingRead:
    data = snapshot.to_dict() or {}
    times = from_plain(_Times, data)
    return ClosingRead(
        tenant=snapshot.id,
        since=times.closing_since,
        closing=from_plain(Closing, data.get("closing") or {}, "closing"),
        closed_at=times.closed_at,
        close_at=times.close_at,
        revision=snapshot.update_time,
        names=frozenset(data),
    )


def _readable(snapshot: Any) -> ClosingRead | Unread:
    try:
        return _read(snapshot)
    except Unreadable as broken:
        return Unread(snapshot.id, snapshot.update_time, str(broken))


@dataclass(frozen=True, slots=True)
class _Times:
    closing_since: datetime
    closed_at: datetime | None = None
    close_at: datetime | None = None
