"""Calls of the public functions as a customer makes them, past no network: a door is handed a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
from werkzeug.test import EnvironBuilder

from shared.cloud.tenants import ApiKey, Tenant
from shared.door.keys import new_key
from shared.wiring import Wiring

SCOPES = ("jobs:read", "jobs:write", "tenant:admin")


@dataclass(frozen=True, slots=True)
class Customer:
    """A tenant's key, and the instance that is called with it."""

    wiring: Wiring
    text: str
    key: ApiKey

    def call(self, method: str, path: str, body: object = None, **headers: str) -> flask.Response:
        """Ask a function for a path, such as `/jobs/{id}`."""
        return call(self.wiring, method, path, body, Authorization=f"Bearer {self.text}", **headers)

    def at(self, wiring: Wiring) -> "Customer":
        """Return the same customer before another instance."""
        return Customer(wiring, self.text, self.key)


def customer(wiring: Wiring, tenant: str, scopes: tuple[str, ...] = SCOPES) -> Customer:
    """Make a tenant, unless it is there, and a key for it."""
    if wiring.tenants.tenant(tenant) is None:
        wiring.tenants.put_tenant(Tenant(tenant, tenant.capitalize()))
    text, key = new_key(tenant, scopes, wiring.now())
    wiring.tenants.put_api_key(key)
    return Customer(wiring, text, key)


def call(wiring: Wiring, method: str, path: str, body: object = None, **headers: str) -> flask.Response:
    """Ask a function for a path as anybody may."""
    path, _, query = path.partition("?")
    name, _, rest = path.strip("/").partition("/")
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    built = EnvironBuilder(path=f"/{rest}", query_string=query, method=method, data=raw, headers=[*named.items()])
    with flask.Request(built.get_environ()) as request:
        response: flask.Response = wiring.door(name)(request)
    return response


def told(response: flask.Response) -> Mapping[str, Any]:
    """Return an answer's fields."""
    fields: Mapping[str, Any] = json.loads(response.get_data())
    return fields
