"""HeyGen's v3 API as a loopback server, written from HeyGen's page.

Orders of presenters and of footage, polls, lists, looks, voices, wallet, webhooks.

A video is accepted at once, spoken and drawn behind the scenes, and when its time has come it is billed, offered
under a link that dies, and told to every receiver. It misbehaves on request: by markers in the script
(`contract.Markers`) and by faults on the wire (`faults`). What it does not serve it refuses by name.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from infra.local.vendors.faults import SCHEMA as FAULTS_SCHEMA
from infra.local.vendors.faults import Faults
from infra.local.vendors.heygen import refusals, videos, webhooks
from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.catalogue import Catalogue
from infra.local.vendors.heygen.catalogue_routes import CatalogueRoutes
from infra.local.vendors.heygen.desk import Desk
from infra.local.vendors.heygen.footage_routes import FootageRoutes
from infra.local.vendors.heygen.refusals import RefusedError
from infra.local.vendors.heygen.settings import HeyGenSettings
from infra.local.vendors.heygen.studio import Studio
from infra.local.vendors.heygen.video_routes import VideoRoutes
from infra.local.vendors.heygen.videos import Videos
from infra.local.vendors.heygen.webhook_routes import WebhookRoutes
from infra.local.vendors.heygen.webhooks import Webhooks
from infra.local.vendors.journal import Journal
from infra.local.vendors.routing import routed
from infra.local.vendors.serving import Serving

_NOT_FOUND, _WRONG_METHOD, _BROKEN = 404, 405, 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class HeyGenServer:
    """The stand-in."""

    def __init__(
        self,
        data: Path,
        *,
        settings: HeyGenSettings | None = None,
        clock: Callable[[], datetime] = _utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        settings = settings or HeyGenSettings()
        self._journal = journal = Journal(data / "heygen.sqlite", FAULTS_SCHEMA + videos.SCHEMA + webhooks.SCHEMA)
        self._videos = Videos(journal)
        self._webhooks = Webhooks(journal, settings, clock)
        self._assets = Assets(journal, data, clock)
        self._studio = Studio(self._videos, self._assets, self._webhooks, data, settings, clock)
        self._shelf = Catalogue(settings)
        desk = Desk(self._videos, self._assets, settings, clock)
        self._routes = (
            VideoRoutes(settings, self._videos, self._assets, self._studio, desk, clock),
            FootageRoutes(settings, self._videos, self._studio, desk),
            CatalogueRoutes(settings, self._shelf),
            WebhookRoutes(settings, self._webhooks, desk),
        )
        self._faults = Faults(self._app().wsgi_app, journal, refusals.by_status)
        self._serving = Serving(host, port, self._faults)
        self._shelf.base_url = self.url

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._serving.url

    def start(self) -> str:
        """Begin to answer, to film and to call back; return the base URL."""
        self._studio.start(self.url)
        self._webhooks.start()
        self._serving.start()
        return self.url

    def stop(self) -> None:
        """Stop answering; what is unfinished goes on with the next server on the same folder."""
        self._faults.release()
        self._serving.stop()
        self._studio.stop()
        self._webhooks.stop()
        self._journal.close()

    def complete_due(self) -> None:
        """Complete, in this thread, every video that is due by the handed-in clock, and deliver what is due then."""
        self._studio.complete_due()
        self._webhooks.deliver_due()

    def bill(self) -> dict[str, Any]:
        """Return what `GET /_stand_in/bill` answers."""
        return self._videos.bill()

    def _app(self) -> Flask:
        app = routed("heygen", chain.from_iterable(each.routes() for each in self._routes))
        app.json.sort_keys = False  # type: ignore[attr-defined] # DefaultJSONProvider has it
        app.register_error_handler(RefusedError, _refuse)
        app.register_error_handler(HTTPException, _unrouted)
        app.after_request(_numbered)
        return app


def _refuse(refused: RefusedError) -> Response:
    answer = jsonify(refused.body())
    answer.status_code = refused.status
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer


def _unrouted(error: HTTPException) -> Response:
    code = error.code or _BROKEN
    name = {_NOT_FOUND: "not_found", _WRONG_METHOD: "method_not_allowed", _BROKEN: "internal_error"}.get(code)
    words = "failed in" if code == _BROKEN else "is not served by"
    told = f"{request.method} {request.path} {words} the HeyGen stand-in"
    answer = jsonify(refusals.envelope(name or "invalid_parameter", told))
    answer.status_code = code
    return answer


def _numbered(answer: Response) -> Response:
    answer.headers["X-Request-Id"] = secrets.token_hex(8)
    return answer
