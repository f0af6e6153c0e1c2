"""Tenants, their API keys and their integrations, as Firestore keeps them; a provider's key itself never stands here.

Reads that every request needs are kept in memory for at most a minute per instance; a key or a tenant that was revoked
meanwhile is forgotten within seconds (epochs.py).
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from shared.cloud.clients import Clients
from shared.cloud.endpoints import Endpoint
from shared.cloud.epochs import Epochs, Revoked
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.log import Fact, log
from shared.pipeline.codec import Stored, from_plain, to_stored
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.request import VoiceSettings
from shared.pipeline.vendors.names import PLATFORM

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

T = TypeVar("T")

RECORD_LIFE = 60.0
LENDER = f"tenants/{PLATFORM}/"
MOST_INTEGRATIONS = 50  # of a tenant that are listed: a handful of services in two modes


class AccountStatus(StrEnum):
    """Whether a tenant or an integration may be used."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ERROR = "error"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Tenant(Stored):
    """A customer of ours."""

    id: str
    name: str
    status: AccountStatus = AccountStatus.ACTIVE
    plan: str = ""  # its limits stand in the tables; none, or one they do not know: their default
    avatar_id: str | None = None  # default of its requests
    voice_id: str | None = None
    heygen_footage: bool = False  # the operator has turned on footage by its own HeyGen account
    live_jobs: int = 50  # at most so many at once: admission keeps one tenant from delaying the others
    monthly_cap: int | None = None  # micro-dollars of ours a month; None = its plan's
    monthly_films: int | None = None  # films a month; None = its plan's
    template: str | None = None  # JSON: what its orders have where they are silent
    brand: str | None = None  # the kit of orders that name none
    billing_customer: str | None = None  # what the operator's billing knows it by; None = its id
    webhooks: Mapping[str, Endpoint] = field(default_factory=dict)  # by id (endpoints.py)
    closing_since: datetime | None = None
    closed_at: datetime | None = None  # nothing is left of it but this document (closings.py)


@dataclass(frozen=True, slots=True)
class ApiKey(Stored):
    """A caller's key: only its hash is kept."""

    id: str
    tenant: str
    hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    name: str = ""
    last_used_at: datetime | None = None  # to the hour


@dataclass(frozen=True, slots=True)
class Integration(Stored):
    """A tenant's account at an avatar service."""

    provider: str
    mode: str
    secret: str  # the secret's name in Secret Manager
    version: str
    status: AccountStatus = AccountStatus.ACTIVE
    validated_at: datetime | None = None
    billing: str | None = None
    avatar_id: str | None = None
    voice_id: str | None = None
    webhook_id: str | None = None
    webhook_secret: str | None = None  # the name of the secret that signs its webhooks
    webhook_asked_at: datetime | None = None  # a new secret was asked for then, and has not come
    webhook_rotated_at: datetime | None = None
    webhooks_left: Mapping[str, str] | None = None  # versions of `secret`, and the endpoint each may still have
    busy_until: datetime | None = None  # the vendor said 429: starters do not even try
    down_until: datetime | None = None  # it failed again and again for this account alone: starters wait
    down_times: int = 0  # in a row: the next rest is twice as long
    looks: Mapping[str, Cutout] | None = None  # what each look was found to be able to do
    gone: tuple[str, ...] | None = None  # whom its orders name, and the service does not know any more
    refused_at: datetime | None = None  # when the vendor refused its key; None since it took it again
    last_synced_at: datetime | None = None  # when the vendor was last asked about it
    balance: int | None = None  # micro-dollars it could spend then; None = the vendor does not say
    provider_config: VoiceSettings | None = None  # how its presenters speak where an order does not say


class TenantExists(Exception):
    """There is a tenant of this id already, and it was not touched."""


class Tenants:
    """The collections `tenants` and `api_keys`."""

    def __init__(self, clients: Clients, epochs: Epochs, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._epochs = epochs
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Any]] = {}

    def tenant(self, tenant_id: str) -> Tenant | None:
        """Return a tenant; kept for a minute, or until it is revoked."""
        return self._trusted(f"tenants/{tenant_id}", lambda data: from_plain(Tenant, {**data, "id": tenant_id}))

    def api_key(self, key_id: str) -> ApiKey | None:
        """Return a key's record; kept for a minute, or until it is revoked."""
        return self._trusted(f"api_keys/{key_id}", lambda data: read_key(key_id, data))

    def integration(self, tenant_id: str, provider: str, mode: str, *, fresh: bool = False) -> Integration | None:
        """Return a tenant's integration; kept for a minute unless asked fresh."""
        path = _integration(tenant_id, provider, mode)
        return self._remember(path, lambda data: from_plain(Integration, data), fresh=fresh)

    def integrations(self, tenant_id: str) -> tuple[Integration, ...]:
        """Return a tenant's integrations as they stand, by name. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        accounts = self._clients.firestore.collection("tenants").document(tenant_id).collection("integrations")
        query = accounts.order_by("__name__").limit(MOST_INTEGRATIONS)
        try:
            found = [each.to_dict() or {} for each in query.stream(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)]
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the integrations of {tenant_id} could not be listed: {failed}") from failed
        return tuple(from_plain(Integration, each) for each in found)

    def create_tenant(self, tenant: Tenant, line: "AuditLine | None" = None) -> None:
        """Write a new tenant; one that is there stays as it is. Raises TenantExists, StoreUnreachable."""
        from google.api_core.exceptions import AlreadyExists

        try:
            self._write(f"tenants/{tenant.id}", "create", to_stored(tenant), tenant.id, line)
        except StoreUnreachable as failed:
            if isinstance(failed.__cause__, AlreadyExists):
                raise TenantExists(f"there is a tenant {tenant.id}") from failed
            raise

    def put_tenant(self, tenant: Tenant) -> None:
        """Write a tenant's own fields, whatever stood there."""
        self._write(f"tenants/{tenant.id}", "set", to_stored(tenant), tenant.id)

    def put_limits(self, tenant: Tenant, line: "AuditLine | None" = None) -> None:
        """Write a tenant's plan and caps, and touch nothing else. Raises StoreUnreachable, also where it is gone."""
        self.change_tenant(tenant, ("plan", "monthly_films", "monthly_cap"), line)

    def change_tenant(self, tenant: Tenant, names: Iterable[str], line: "AuditLine | None" = None) -> None:
        """Write a tenant's named fields, and touch nothing else. Raises StoreUnreachable, also where it is gone."""
        fields = to_stored(tenant)
        self._write(f"tenants/{tenant.id}", "update", {name: fields.get(name) for name in names}, tenant.id, line)

    def put_template(self, tenant_id: str, template: str | None, line: "AuditLine | None" = None) -> None:
        """Write a tenant's template, and touch nothing else. Raises StoreUnreachable, also where it is gone."""
        self._write(f"tenants/{tenant_id}", "update", {"template": template}, tenant_id, line)

    def put_api_key(self, key: ApiKey, line: "AuditLine | None" = None) -> None:
        """Write a key's record."""
        self._write(f"api_keys/{key.id}", "set", to_stored(key), key.tenant, line)

    def put_integration(self, tenant_id: str, integration: Integration, line: "AuditLine | None" = None) -> None:
        """Write an integration."""
        path = _integration(tenant_id, integration.provider, integration.mode)
        self._write(path, "set", to_stored(integration), tenant_id, line)

    def change_integration(
        self, tenant_id: str, integration: Integration, names: Iterable[str], line: "AuditLine | None" = None
    ) -> None:
        """Write the named fields of an integration, and touch nothing else. Raises StoreUnreachable, also if gone."""
        fields = to_stored(integration)
        path = _integration(tenant_id, integration.provider, integration.mode)
        self._write(path, "update", {name: fields.get(name) for name in names}, tenant_id, line)

    def delete_integration(self, tenant_id: str, provider: str, mode: str, line: "AuditLine | None" = None) -> None:
        """Forget an integration."""
        self._write(_integration(tenant_id, provider, mode), "delete", None, tenant_id, line)

    def busy(self, tenant_id: str, provider: str, mode: str, until: datetime) -> None:
        """Note that a vendor refuses this account for now: a blind write, the last one wins."""
        self._note(_integration(tenant_id, provider, mode), {"busy_until": until})

    def down(self, tenant_id: str, provider: str, mode: str, until: datetime, times: int) -> None:
        """Note that a vendor fails for this account: a blind write, the last one wins."""
        self._note(_integration(tenant_id, provider, mode), {"down_until": until, "down_times": times})

    def key_used(self, key: ApiKey, now: datetime) -> None:
        """Note when a caller's key was used."""
        self._note(f"api_keys/{key.id}", {"last_used_at": now}, forget=False)

    def key_refused(self, tenant_id: str, integration: Integration, *, refused: bool) -> None:
        """Note that a vendor refused the account's key, or takes it again; a write only where that is news."""
        from google.cloud.firestore import SERVER_TIMESTAMP

        if refused is (integration.refused_at is None):
            path = _integration(tenant_id, integration.provider, integration.mode)
            self._note(path, {"refused_at": SERVER_TIMESTAMP if refused else None})

    def learn(self, tenant_id: str, integration: Integration, look: str, cutout: Cutout) -> None:
        """Remember what a look can do, and touch nothing else: what we hold of the integration may be a minute old."""
        from google.cloud.firestore_v1.field_path import FieldPath

        path = _integration(tenant_id, integration.provider, integration.mode)
        self._note(path, {FieldPath("looks", look).to_api_repr(): cutout.value})

    def _write(
        self, path: str, how: str, fields: Mapping[str, Any] | None, tenant: str, line: "AuditLine | None" = None
    ) -> None:
        """Create, set, update or delete a document, and write the line of that beside it. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        self._kept.pop(path, None)
        store = self._clients.firestore
        batch = store.batch()
        given = () if fields is None else (dict(fields),)
        getattr(batch, how)(store.document(path), *given)
        if line:
            from shared.cloud.audit import add_line

            add_line(store, batch, tenant, line)
        try:
            batch.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be written: {failed}") from failed

    def _note(self, path: str, fields: Mapping[str, Any], *, forget: bool = True) -> None:
        """Change fields of a document that is still there; losing that costs a call to a vendor, never a claim."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        if forget:
            self._kept.pop(path, None)
        try:
            self._clients.firestore.document(path).update(
                dict(fields), retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except NotFound:
            return  # the account was deleted meanwhile: half of it must not come back
        except (GoogleAPICallError, RetryError) as failed:
            log(Fact.STORE_FAILED, f"{path}: {failed}")

    def _trusted(self, path: str, build: Callable[[Mapping[str, Any]], T]) -> T | None:
        """Return a record from memory only where nobody can have revoked it since."""
        return self._remember(path, build, fresh=not self._epochs.catch_up(self._forget))

    def _forget(self, revoked: tuple[Revoked, ...] | None) -> None:
        """Forget what was revoked, a tenant with its keys; everything for None."""
        if revoked is None:
            self._kept.clear()
            return
        tenants = {each.tenant for each in revoked}
        gone = {f"api_keys/{each.key}" for each in revoked} | {f"tenants/{tenant}" for tenant in tenants}
        for path, (_, kept) in tuple(self._kept.items()):
            if path in gone or (isinstance(kept, ApiKey) and kept.tenant in tenants):
                self._kept.pop(path, None)

    def _remember(self, path: str, build: Callable[[Mapping[str, Any]], T], *, fresh: bool = False) -> T | None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        kept = self._kept.get(path)
        if kept and kept[0] > self._monotonic() and not fresh:
            found: T | None = kept[1]
            return found
        heard = self._epochs.known
        try:
            snapshot = self._clients.firestore.document(path).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{path} could not be read: {failed}") from failed
        read = build(snapshot.to_dict() or {}) if snapshot.exists else None
        keeps = snapshot.exists or path.startswith(LENDER)  # each order asks that lacks an own account
        if keeps and heard == self._epochs.known:  # else it may have been revoked while it was read
            self._kept[path] = (self._monotonic() + RECORD_LIFE, read)
        return read


def read_key(key_id: str, data: Mapping[str, Any]) -> ApiKey:
    """Build a key's record from its document. Raises Unreadable."""
    return from_plain(ApiKey, {**data, "id": key_id})


def _integration(tenant_id: str, provider: str, mode: str) -> str:
    return f"tenants/{tenant_id}/integrations/{provider}-{mode}"
