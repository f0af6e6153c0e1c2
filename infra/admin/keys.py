"""The noun `keys`: made, listed, revoked; a key's text is told once and never stored."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from infra.admin.told import Told, done, moment, open_tenant_of, tenant_of
from shared.cloud.tenants import ApiKey
from shared.door.asked import OPERATOR, OPERATOR_ACTS, READ, is_key_id
from shared.door.keys import KEY_BEGINS, KEY_ID_LENGTH, new_key
from shared.steps.audited import THE_OPERATOR, Audited
from shared.wiring import Wiring

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")
LONGEST_NAME = 60  # characters
LONGEST_LIFE = 3650  # days


def add(
    wiring: Wiring,
    tenant: str,
    *,
    name: str = "",
    scopes: tuple[str, ...] = SCOPES,
    days: int | None = None,
    operator: bool = False,
    acts: bool = False,
) -> dict[str, Any]:
    """Make another key for a tenant; an operator's reads across all tenants, and only one that acts changes something.

    Raises SystemExit.
    """
    open_tenant_of(wiring, tenant)
    if acts and not operator:
        raise SystemExit("--acts is said of an operator's key: give --operator too")
    if strange := sorted(set(scopes) - set(SCOPES)):
        raise SystemExit(f"{', '.join(strange)}: no scope; {', '.join(SCOPES)} are, and --operator is one of its own")
    if len(name) > LONGEST_NAME:
        raise SystemExit(f"a key's name has at most {LONGEST_NAME} characters")
    if days is not None and not 1 <= days <= LONGEST_LIFE:
        raise SystemExit(f"a key lives 1 to {LONGEST_LIFE} days")
    reach = (OPERATOR, OPERATOR_ACTS, READ) if acts else (OPERATOR, READ)
    key = made(wiring, tenant, reach if operator else scopes, name=name, days=days)
    return done(f"another key of {tenant} is made", dry_run=False, **key)


def made(
    wiring: Wiring, tenant: str, scopes: tuple[str, ...] = SCOPES, *, name: str = "", days: int | None = None
) -> dict[str, Any]:
    """Write a new key and return it with its text, which stands nowhere else."""
    now = wiring.now()
    text, record = new_key(tenant, scopes, now)
    key = replace(record, name=name, expires_at=now + timedelta(days=days) if days else None)
    line = THE_OPERATOR.line(Audited.KEY_MADE, key.id, now, ("name", "scopes", "expires_at"))
    wiring.tenants.put_api_key(key, line)
    return {"key": text, "id": record.id, "scopes": list(scopes), "note": "the key is told this once"}


def listed(wiring: Wiring, tenant: str) -> Told:
    """Return a tenant's keys by their beginnings: what each may do, since when, until when. Raises SystemExit."""
    tenant_of(wiring, tenant)
    return {"tenant": tenant, "keys": [_row(each) for each in wiring.revocations.keys(tenant)]}


def revoke(wiring: Wiring, key: str, *, dry_run: bool = False) -> Told:
    """Revoke one key, named by its id or its beginning; every instance has heard of it five seconds later.

    Raises SystemExit when there is none.
    """
    key_id = key.removeprefix(KEY_BEGINS)[:KEY_ID_LENGTH]
    found = wiring.revocations.key(key_id) if is_key_id(key_id) else None
    if found is None:
        raise SystemExit(f"there is no key {key_id}; python -m infra.admin keys list TENANT lists them")
    if dry_run:
        return done(f"key {found.id} of {found.tenant} is revoked", dry_run=True, key=_row(found))
    line = THE_OPERATOR.line(Audited.KEY_REVOKED, found.id, wiring.now())
    since = wiring.revocations.revoke(found, wiring.now(), line)
    return done(f"key {found.id} of {found.tenant} is revoked since {moment(since)}", dry_run=False)


def revoke_all(wiring: Wiring, tenant: str, *, dry_run: bool = False) -> Told:
    """Revoke all keys of a tenant; say how many. Raises SystemExit."""
    tenant_of(wiring, tenant)
    if dry_run:
        working = [each.id for each in wiring.revocations.keys(tenant) if each.revoked_at is None]
        return done(f"{len(working)} keys of {tenant} revoked", dry_run=True, keys=working)
    line = THE_OPERATOR.line(Audited.KEYS_REVOKED, tenant, wiring.now())
    count = wiring.revocations.revoke_all(tenant, wiring.now(), line)
    return done(f"{count} keys of {tenant} revoked", dry_run=False, revoked=count)


def _row(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "begins": f"{KEY_BEGINS}{key.id}_",
        "name": key.name,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
