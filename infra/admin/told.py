"""How the operator's command speaks: JSON for what it has found and done, one sentence for what it refuses."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from shared.cloud.tenants import Tenant
from shared.steps.problems import Problem
from shared.wiring import Wiring

TENANT = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
Told = Mapping[str, Any]


def text_of(value: Told | str) -> str:
    """Return JSON that people read too; a text, such as a table, as it stands."""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False, default=_time)


def done(did: str, *, dry_run: bool, **fields: Any) -> dict[str, Any]:
    """Return what a command has changed, or what it would change."""
    return {"would" if dry_run else "did": did, **fields}


def tenant_of(wiring: Wiring, tenant: str) -> Tenant:
    """Return a tenant. Raises SystemExit where there is none."""
    found = wiring.tenants.tenant(tenant) if TENANT.fullmatch(tenant) else None
    if found is None:
        raise SystemExit(f"there is no tenant {tenant}; python -m infra.admin tenants add {tenant} NAME makes it")
    return found


def open_tenant_of(wiring: Wiring, tenant: str) -> Tenant:
    """Return a tenant that can be given something. Raises SystemExit where it is being closed, or there is none."""
    found = tenant_of(wiring, tenant)
    if found.closing_since:
        raise SystemExit(
            f"tenant {tenant} is being closed since {moment(found.closing_since)} and is given nothing more; "
            f"python -m infra.admin tenants close {tenant} --status tells how far that is"
        )
    return found


def refuse(problem: Problem) -> NoReturn:
    """End with what a step refuses. Raises SystemExit."""
    raise SystemExit(f"{problem.message}; {problem.next_move}") from problem


def moment(at: datetime) -> str:
    """Return a time as a sentence says it."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not told")
