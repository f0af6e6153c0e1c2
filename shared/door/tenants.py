"""The part of the `tenant` function that an operator alone may call: which tenants there are, and how one stands."""

from collections.abc import Mapping
from dataclasses import dataclass

import flask

from shared.cloud.tenant_pages import TenantPages
from shared.cloud.tenants import Tenants
from shared.door.answers import answer
from shared.door.asked import OPERATOR, is_tenant_id
from shared.door.entrance import Entrance
from shared.door.public import Route
from shared.pipeline.codec import to_plain
from shared.steps.problems import invalid, not_found

TENANTS_A_PAGE = 100
APART = ("template", "webhooks")  # of a tenant's record: read by calls of their own


@dataclass(frozen=True, slots=True)
class TenantsDoor:
    """The routes and what they need."""

    tenants: Tenants
    pages: TenantPages
    entrance: Entrance

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route(
                "GET",
                "/tenants",
                self._all,
                "List all tenants by id; for keys with the scope operator.",
                reads=("cursor",),
            ),
            Route("GET", "/tenants/{tenant}", self._one, "Read any tenant; for keys with the scope operator."),
        )

    def _all(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        self.entrance(request, OPERATOR)
        after = request.args.get("cursor", "")
        if after and not is_tenant_id(after):
            raise invalid({"cursor": ["is not a cursor of ours: take next_cursor as it is"]})
        found = self.pages.after(after, TENANTS_A_PAGE)
        rows = [{"id": each.id, "name": each.name, "status": each.status.value, "plan": each.plan} for each in found]
        return answer(200, {"tenants": rows, "next_cursor": found[-1].id if len(found) == TENANTS_A_PAGE else None})

    def _one(self, request: flask.Request, found: Mapping[str, str]) -> flask.Response:
        self.entrance(request, OPERATOR)
        known = self.tenants.tenant(found["tenant"]) if is_tenant_id(found["tenant"]) else None
        if known is None:
            raise not_found("tenant")
        return answer(200, {name: value for name, value in to_plain(known).items() if name not in APART})
