"""The operator's first steps, on the laptop and in the cloud alike: the platform's secret, a tenant, its first key.

Run with the functions' settings in the environment: `python -m infra.admin tenant acme "Acme Ltd"` prints the key once.
"""

import argparse
import os
import re
import secrets

from shared.cloud.secret_names import CALLBACK_KEY
from shared.cloud.secrets import NoSecret
from shared.cloud.tenants import Tenant
from shared.config import settings
from shared.door.keys import new_key
from shared.wiring import Wiring

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")
TENANT = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")


def bootstrap(wiring: Wiring) -> None:
    """Make the secret under which callback paths are signed, unless it is there."""
    try:
        wiring.secrets.get(CALLBACK_KEY)
    except NoSecret:
        wiring.secrets.put(CALLBACK_KEY, secrets.token_urlsafe(32), {"of": "platform"})


def new_tenant(wiring: Wiring, tenant: str, name: str) -> str:
    """Make a tenant and its first key; return the key's text, which nobody can read again."""
    if not TENANT.fullmatch(tenant):
        raise SystemExit(f"{tenant!r} is no tenant id: 3 to 40 of a-z, 0-9 and -, a letter first")
    text, record = new_key(tenant, SCOPES, wiring.now())
    wiring.tenants.put_tenant(Tenant(tenant, name))
    wiring.tenants.put_api_key(record)
    return text


def main() -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("bootstrap", help="make the platform's secret")
    tenant = commands.add_parser("tenant", help="make a tenant and print its first key")
    tenant.add_argument("id")
    tenant.add_argument("name")
    given = parser.parse_args()
    wiring = Wiring(settings(os.environ))
    if given.command == "bootstrap":
        bootstrap(wiring)
    else:
        print(new_tenant(wiring, given.id, given.name))  # noqa: T201  # its one purpose


if __name__ == "__main__":
    main()
