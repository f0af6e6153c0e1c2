"""The public doors of a stage as an attacker and its victims reach them, without sockets; what it costs is counted."""

import json
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.test import EnvironBuilder

from shared.cloud.tenants import Integration, Tenant
from shared.door.keys import new_key
from tests.faults.cloud import StagedWiring
from tests.steps.stage import TENANT, Stage

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")
ATTACKER, VICTIM = "203.0.113.7", "198.51.100.9"


@dataclass(frozen=True, slots=True)
class Doors:
    """One instance's doors."""

    wiring: StagedWiring

    def ask(
        self, function: str, method: str, path: str, key: str = "", body: Any = None, address: str = ATTACKER
    ) -> flask.Response:
        """Send one request."""
        headers = [("X-Forwarded-For", address), *([("X-Api-Key", key)] if key else [])]
        data = b"" if body is None else json.dumps(body).encode()
        environ = EnvironBuilder(path=path, method=method, headers=headers, data=data).get_environ()
        response: flask.Response = self.wiring.door(function)(flask.Request(environ))
        return response


def opened(stage: Stage, tenant: str, plan: str) -> str:
    """Make a tenant that shares the stage's avatar account; return its key's text."""
    wiring = stage.cloud.eyes
    text, key = new_key(tenant, SCOPES, stage.clock())
    wiring.tenants.put_tenant(Tenant(tenant, tenant, plan=plan))
    wiring.tenants.put_api_key(key)
    account = wiring.tenants.integration(TENANT.id, "heygen", "production")
    assert isinstance(account, Integration)
    wiring.tenants.put_integration(tenant, account)
    return text
