"""The `health` function: whether everything abroll needs answers, and the OpenAPI description of all of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import flask

from shared.codes import MEANINGS, Code
from shared.door.answers import answer, request_id
from shared.door.public import Route, serve
from shared.door.statuses import STATUS

OPENAPI = Path(__file__).with_name("openapi.json")


@dataclass(frozen=True, slots=True)
class HealthDoor:
    """The routes and what they need."""

    check: Callable[[], Mapping[str, str]]
    vendors: Sequence[str]
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
                "Say within five seconds what answers: Google's services, the sweep.",
                open=True,
            ),
            Route("GET", "/openapi.json", self._described, "Read this description.", open=True),
        )

    def _health(self, request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
        found = self.check()
        well = all(state == "ok" for state in found.values())
        said = {
            "status": "ok" if well else "unwell",
            "checks": dict(found),
            "vendors": dict.fromkeys(self.vendors, "unknown"),
            "message": "the status is that of the checks; abroll keeps no record of how vendors answered last",
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
