"""The operator's first steps, on the laptop and in the cloud alike: the platform's secret, a tenant, its keys.

Run with the functions' settings in the environment. `python -m infra.admin tenant acme "Acme Ltd"` makes a tenant and
prints its first key once, `--plan pro` on another plan than the tables' default; a tenant that is there is never
written again. `python -m infra.admin key acme` makes it
another key. `python -m infra.admin schema 3` lets new jobs be born in form 3 (CONTRIBUTING, "Expand, then contract").
"""

import argparse
import os
import re
import secrets

from shared.cloud.secret_names import CALLBACK_KEY
from shared.cloud.secrets import NoSecret
from shared.cloud.tenants import Tenant, TenantExists
from shared.config import settings
from shared.door.keys import new_key
from shared.pipeline.job.schema import OLDEST, WRITES
from shared.wiring import Wiring

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")
TENANT = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")


def bootstrap(wiring: Wiring) -> None:
    """Make the secret under which callback paths are signed, unless it is there."""
    try:
        wiring.secrets.get(CALLBACK_KEY)
    except NoSecret:
        wiring.secrets.put(CALLBACK_KEY, secrets.token_urlsafe(32), {"of": "platform"})


def add_tenant(wiring: Wiring, tenant: str, name: str, plan: str = "") -> str:
    """Make a tenant and its first key; return the key's text, which nobody can read again. Raises SystemExit.

    Without a plan it is on the default one of the tables.
    """
    if not TENANT.fullmatch(tenant):
        raise SystemExit(f"{tenant!r} is no tenant id: 3 to 40 of a-z, 0-9 and -, a letter first")
    if plan and plan not in wiring.plans.plans:
        raise SystemExit(f"there is no plan {plan!r}; the tables know {', '.join(wiring.plans.plans)}")
    try:
        wiring.tenants.create_tenant(Tenant(tenant, name, plan=plan))
    except TenantExists as there:
        known = wiring.tenants.tenant(tenant)
        stands = f"{known.name}, {known.status.value}" if known else "being made or deleted"
        raise SystemExit(
            f"tenant {tenant} is there already ({stands}) and was not touched; "
            f"python -m infra.admin key {tenant} makes it another key"
        ) from there
    return _key(wiring, tenant)


def add_key(wiring: Wiring, tenant: str) -> str:
    """Make another key for a tenant; return its text. Raises SystemExit when there is no such tenant."""
    if not TENANT.fullmatch(tenant) or wiring.tenants.tenant(tenant) is None:
        raise SystemExit(f"there is no tenant {tenant}; python -m infra.admin tenant {tenant} NAME makes it")
    return _key(wiring, tenant)


def _key(wiring: Wiring, tenant: str) -> str:
    text, record = new_key(tenant, SCOPES, wiring.now())
    wiring.tenants.put_api_key(record)
    return text


def forms(wiring: Wiring, form: int | None = None) -> str:
    """Set the form new jobs are born in, if one is given; say it, and how many live jobs bar the code before it."""
    if form is not None:
        wiring.jobs.forms.set(form)
    bars = wiring.jobs.ahead(OLDEST)
    return (
        f"new jobs are born in form {wiring.jobs.forms.form()}; this code writes {', '.join(map(str, WRITES))}; "
        f"{bars} live jobs bar a roll-back to code of schema {OLDEST}"
    )


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("bootstrap", help="make the platform's secret; harmless to repeat")
    tenant = commands.add_parser("tenant", help="make a tenant and print its first key; never changes one")
    tenant.add_argument("id")
    tenant.add_argument("name")
    tenant.add_argument("--plan", default="", help="how much it may ask for (shared/tables.json)")
    key = commands.add_parser("key", help="print another key for a tenant")
    key.add_argument("id")
    schema = commands.add_parser("schema", help="say or set the form of new jobs, and what bars a roll-back")
    schema.add_argument("form", nargs="?", type=int, help="the newest form new jobs may be born in")
    given = parser.parse_args()
    wiring = Wiring(settings(os.environ))
    match given.command:
        case "bootstrap":
            bootstrap(wiring)
        case "tenant":
            print(add_tenant(wiring, given.id, given.name, given.plan))  # noqa: T201  # its one purpose
        case "key":
            print(add_key(wiring, given.id))  # noqa: T201  # its one purpose
        case "schema":
            print(forms(wiring, given.form))  # noqa: T201  # its one purpose


if __name__ == "__main__":
    main()
