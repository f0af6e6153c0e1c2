"""D-ID's API as a loopback server, written from D-ID's page: clips, presenters, voices, credits.

A clip is accepted at once, spoken and drawn behind the scenes, and when its time has come it is billed, offered under a
link that dies, and told once to its order's own address. Nothing makes a repeated order harmless: each is a clip. It
misbehaves on request: by markers in the script (`contract.Markers`) and by faults on the wire (`faults`).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from infra.local.vendors.did import clips, courier, refusals
from infra.local.vendors.did.clips import Clips
from infra.local.vendors.did.courier import Courier
from infra.local.vendors.did.desk import Desk
from infra.local.vendors.did.refusals import RefusedError
from infra.local.vendors.did.routes import Routes
from infra.local.vendors.did.settings import DEFAULT_PRESENTER, DidSettings
from infra.local.vendors.did.studio import Studio
from infra.local.vendors.faults import SCHEMA as FAULTS_SCHEMA
from infra.local.vendors.faults import Faults
from infra.local.vendors.journal import Journal
from infra.local.vendors.routing import routed
from infra.local.vendors.serving import Serving


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DidServer:
    """The stand-in."""

    def __init__(
        self,
        data: Path,
        *,
        settings: DidSettings | None = None,
        clock: Callable[[], datetime] = _utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        settings = settings or DidSettings()
        self._journal = journal = Journal(data / "did.sqlite", FAULTS_SCHEMA + clips.SCHEMA + courier.SCHEMA)
        self._clips = Clips(journal)
        self._courier = Courier(journal, clock, background=settings.background)
        self._studio = Studio(self._clips, self._courier, data, settings, clock)
        desk = Desk(self._clips, settings, clock)
        self._routes = Routes(settings, self._clips, self._studio, desk, clock)
        self._faults = Faults(self._app().wsgi_app, journal, refusals.by_status)
        self._serving = Serving(host, port, self._faults)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._serving.url

    def start(self) -> str:
        """Begin to answer, to film and to call back; return the base URL."""
        self._studio.start(self.url)
        self._courier.start()
        self._serving.start()
        return self.url

    def stop(self) -> None:
        """Stop answering; what is unfinished goes on with the next server on the same folder."""
        self._faults.release()
        self._serving.stop()
        self._studio.stop()
        self._courier.stop()
        self._journal.close()

    def complete_due(self) -> None:
        """Complete, in this thread, every clip that is due by the handed-in clock, and call back what is due then."""
        self._studio.complete_due()
        self._courier.call_due()

    def made_in_studio(self, account: str, made_at: Iterable[datetime]) -> None:
        """Let an account's people make clips of their own at these times."""
        self._clips.made_in_studio(account, DEFAULT_PRESENTER, made_at)

    def bill(self) -> dict[str, Any]:
        """Return what `GET /_stand_in/bill` answers."""
        return self._clips.bill()

    def _app(self) -> Flask:
        app = routed("did", self._routes.routes())
        app.json.sort_keys = False  # type: ignore[attr-defined] # DefaultJSONProvider has it
        app.register_error_handler(RefusedError, _refuse)
        app.register_error_handler(HTTPException, _unrouted)
        return app


def _refuse(refused: RefusedError) -> Response:
    answer = jsonify(refused.body())
    answer.status_code = refused.status
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer


def _unrouted(error: HTTPException) -> Response:
    """Name what is not served, in the gateway's words: it knows no kinds."""
    answer = jsonify({"message": f"{request.method} {request.path} is not served by the D-ID stand-in"})
    answer.status_code = error.code or refusals.STATUS["InternalError"]
    return answer
