"""The `health` function: whether everything abroll needs answers, and the OpenAPI description of all of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import flask

from shared.cloud.vendor_states import VendorStates
from shared.codes import MEANINGS, Code
from shared.door.answers import answer, request_id
from shared.door.public import Route, serve
from shared.door.statuses import STATUS
from shared.pipeline.vendors.breaker import Circuit, circuit
from shared.pipeline.vendors.state import Breaker, VendorsState

OPENAPI = Path(__file__).with_name("openapi.json")
STANDINGS = {Circuit.CLOSED: "ok", Circuit.OPEN: "down", Circuit.HALF_OPEN: "recovering"}


@dataclass(frozen=True, slots=True)
class HealthDoor:
    """The routes and what they need."""

    check: Callable[[], Mapping[str, str]]
    vendors: Sequence[str]
    states: VendorStates
    now: Callable[[], datetime]
    public_url: str

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer one request."""
        return serve(request, self.routes)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What is answered, for the router and for the OpenAPI description."""
        return (
            Route(
                "GET",
                "/",
                self._health,
                "Say within five seconds what answers, which vendors are asked, whether orders are taken.",
                open=True,
            ),
            Route("GET", "/openapi.json", self._described, "Read this description.", open=True),
        )

    def _health(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        found = self.check()
        well = all(state == "ok" for state in found.values())
        known = self.states.read() if found.get("firestore") == "ok" else None
        said = {
            "status": "ok" if well else "unwell",
            "checks": dict(found),
            "vendors": {vendor: vendor_standing(known, vendor, self.now()) for vendor in self.vendors},
            "orders": "unknown" if known is None else "draining" if known.drained else "taken",
            "message": "the status is that of the checks; vendors are as films have met them lately",
        }
        if well:
            return answer(200, said)
        problem = {
            "error": Code.UNAVAILABLE.value,
            "message": "not well: " + ", ".join(f"{name} ({state})" for name, state in found.items() if state != "ok"),
            "details": {name: [state] for name, state in found.items() if state != "ok"},
            "next_move": MEANINGS[Code.UNAVAILABLE].next_move,
            "request_id": request_id(request),
        }
        return answer(STATUS[Code.UNAVAILABLE], said | problem, {"Retry-After": "5"})

    def _described(self, _request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        shipped = json.loads(OPENAPI.read_text(encoding="utf-8"))
        return answer(200, {**shipped, "servers": [{"url": self.public_url}]})


def vendor_standing(known: VendorsState | None, vendor: str, now: datetime) -> str:
    """Return whether a vendor is asked: ok, down, recovering, paused by the operator, or unknown."""
    if known is None:
        return "unknown"
    breaker = known.breakers.get(vendor, Breaker())
    return "paused" if breaker.paused else STANDINGS[circuit(breaker, now)]
