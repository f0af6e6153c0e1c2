"""Veo on Vertex AI as a loopback server: predictLongRunning and fetchPredictOperation, written from Veo's page.

An operation is accepted at once, films behind the scenes, puts its MP4 into Cloud Storage when its time has come and
then answers polls with its name. It bills like the vendor (`GET /_stand_in/bill`) and misbehaves on request: by
markers in the prompt (`contract.Markers`) and by faults on the wire (`faults`).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from infra.local.vendors.faults import Faults
from infra.local.vendors.routing import Route, routed
from infra.local.vendors.serving import Serving
from infra.local.vendors.veo.contract import Markers, parse
from infra.local.vendors.veo.inputs import RefusedError, invalid
from infra.local.vendors.veo.operations import Operation, Operations
from infra.local.vendors.veo.settings import VeoSettings
from infra.local.vendors.veo.storage import Bucket
from infra.local.vendors.veo.studio import Studio

_LOCATION = "us-central1"
_BROKEN = 500
_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
_NOT_AUTHENTICATED = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid "
    "authentication credential."
)
_QUOTA = (
    "Quota exceeded for aiplatform.googleapis.com/long_running_online_prediction_requests_per_base_model "
    "with base model: {model}. Please submit a quota increase request."
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class VeoServer:
    """The stand-in.

    `storage` is the Cloud Storage it reads inputs from and writes films to, `token` its service agent's.
    """

    def __init__(
        self,
        data: Path,
        *,
        storage: str,
        token: Callable[[], str] = lambda: "stand-in",
        settings: VeoSettings | None = None,
        clock: Callable[[], datetime] = _utc_now,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._settings = settings or VeoSettings()
        self._clock = clock
        self._operations = Operations(data)
        self._bucket = Bucket(storage, token)
        self._studio = Studio(self._operations, self._bucket, data, self._settings, clock)
        self._faults = Faults(
            self._app().wsgi_app,
            self._operations.journal,
            lambda code: _error(code, "The service is currently unavailable."),
        )
        self._serving = Serving(host, port, self._faults)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._serving.url

    def start(self) -> str:
        """Begin to answer and to film; return the base URL."""
        self._studio.start()
        self._serving.start()
        return self.url

    def stop(self) -> None:
        """Stop answering; what is unfinished goes on with the next server on the same folder."""
        self._faults.release()
        self._serving.stop()
        self._studio.stop()
        self._bucket.close()
        self._operations.journal.close()

    def complete_due(self) -> None:
        """Complete, in this thread, every operation that is due by the handed-in clock."""
        self._studio.complete_due()

    def bill(self) -> dict[str, Any]:
        """Return what `GET /_stand_in/bill` answers."""
        return self._operations.bill()

    def _app(self) -> Flask:
        models = "/v1/projects/<project>/locations/<location>/publishers/google/models/<model>"
        routes: tuple[Route, ...] = (
            (f"{models}:predictLongRunning", self._submit, "POST"),
            (f"{models}:fetchPredictOperation", self._fetch, "POST"),
            ("/v1beta1/<path:rest>", _beta, "POST"),
            ("/_stand_in/bill", lambda: jsonify(self.bill()), "GET"),
        )
        app = routed("veo", routes)
        app.register_error_handler(RefusedError, _refuse)
        app.register_error_handler(HTTPException, _unrouted)
        return app

    def _submit(self, project: str, location: str, model: str) -> Response:
        self._operations.count("submits")
        _admit()
        if location != _LOCATION or model not in self._settings.models:
            raise _unknown_model(project, location, model)
        now = self._clock()
        if self._operations.recent(project, model, now) >= self._settings.per_minute:
            raise RefusedError(429, "RESOURCE_EXHAUSTED", _QUOTA.format(model=model))
        body: Any = request.get_json(force=True, silent=True)
        order = parse(body, model, self._settings)
        ready = now + timedelta(seconds=self._settings.seconds_per_clip + Markers.of(order.prompt).slow)
        operation = self._operations.accept(
            project, model, order, body, now, ready, cold=self._settings.service_agent_cold
        )
        self._studio.wake()
        return jsonify({"name": operation.name})

    def _fetch(self, project: str, location: str, model: str) -> Response:
        self._operations.count("polls")
        _admit()
        body = request.get_json(force=True, silent=True)
        name = body.get("operationName") if isinstance(body, dict) else None
        prefix = f"projects/{project}/locations/{location}/publishers/google/models/{model}/operations/"
        if not isinstance(name, str) or not name.startswith(prefix):
            raise invalid(f"operationName must begin with {prefix}")
        since = self._clock() - timedelta(hours=self._settings.operation_life_hours)
        operation = self._operations.find(name.removeprefix(prefix), since=since)
        if operation is None or operation.name != name or _is_lost(operation):
            raise RefusedError(404, "NOT_FOUND", f"Operation not found: {name}")
        self._operations.looked(operation.id)
        if operation.answer is not None:
            return jsonify({"name": name, "done": True, **operation.answer})
        return jsonify({"name": name, "done": False} if operation.looks % 2 else {"name": name})


def _is_lost(operation: Operation) -> bool:
    return Markers.of(str(operation.request["instances"][0].get("prompt", ""))).lost


def _admit() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RefusedError(401, "UNAUTHENTICATED", _NOT_AUTHENTICATED)


def _unknown_model(project: str, location: str, model: str) -> RefusedError:
    name = f"projects/{project}/locations/{location}/publishers/google/models/{model}"
    return RefusedError(
        404,
        "NOT_FOUND",
        f"Publisher Model `{name}` was not found or your project does not have access to it, "
        "or it is no longer available.",
    )


def _beta(rest: str) -> Response:
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RESOURCE_PROJECT_INVALID",
            "domain": "googleapis.com",
        }
    ]
    answer = jsonify(
        {
            "error": {
                "code": 400,
                "message": f"Invalid resource field value in the request: {rest}",
                "status": "INVALID_ARGUMENT",
                "details": details,
            }
        }
    )
    answer.status_code = 400
    return answer


def _refuse(refused: RefusedError) -> Response:
    answer = jsonify({"error": {"code": refused.code, "message": str(refused), "status": refused.status}})
    answer.status_code = refused.code
    return answer


def _unrouted(error: HTTPException) -> Response:
    code = error.code or _BROKEN
    words = "failed in" if code == _BROKEN else "is not served by"
    answer = jsonify(_error(code, f"{request.method} {request.path} {words} the Veo stand-in."))
    answer.status_code = code
    return answer


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": _STATUS.get(code, "UNKNOWN")}}
