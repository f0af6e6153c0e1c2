"""The front: all functions on one port under the cloud's very paths, admitting whom the platform would admit.

Who may call what is the table `infra/functions.json`, which Terraform reads too. In the cloud IAM checks a task's
token before our code runs; here this does, and tells the function nothing of it.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import functions_framework
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from infra.local.google.identity.issuer import InvalidToken, Issuer
from infra.local.world import FUNCTIONS, INVOKER, ROOT

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
ANYONE = "anyone"


def front(issuer: Issuer, front_url: str, functions: Path = FUNCTIONS) -> Wsgi:
    """Return the WSGI application of all functions."""
    rows = json.loads(functions.read_text(encoding="utf-8"))["functions"]
    mounts: dict[str, Any] = {}
    for name, row in rows.items():
        loaded = _loaded(ROOT / "functions" / name / "main.py")
        rooted = _rooted(loaded)
        mounts[f"/{name}"] = rooted if row["caller"] == ANYONE else _guarded(rooted, issuer, f"{front_url}/{name}")
    open_to_all = sorted(name for name, row in rows.items() if row["caller"] == ANYONE)
    return DispatcherMiddleware(_nothing(open_to_all), mounts)


def _nothing(functions: list[str]) -> Wsgi:
    """Answer for names no function has in the shape of all refusals; in the cloud Google's own page stands here."""
    body = {
        "error": "not_found",
        "message": f"there is no such function; there are {', '.join(functions)}",
        "details": {},
        "next_move": "GET /health/openapi.json lists every call",
        "request_id": "",
    }
    return Response(json.dumps(body) + "\n", status=404, mimetype="application/json")


def _loaded(source: Path) -> Wsgi:
    app: Wsgi = functions_framework.create_app("main", str(source))  # type: ignore[no-untyped-call]  # it has no types
    return app


def _rooted(app: Wsgi) -> Wsgi:
    """The platform hands a function the path after its name, at least a slash, and writes down who has connected."""

    def rooted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        sent = environ.get("HTTP_X_FORWARDED_FOR")
        forwarded = f"{sent}, {environ['REMOTE_ADDR']}" if sent else environ["REMOTE_ADDR"]
        seen = {"PATH_INFO": environ.get("PATH_INFO") or "/", "HTTP_X_FORWARDED_FOR": forwarded}
        return app({**environ, **seen}, start_response)

    return rooted


def _guarded(app: Wsgi, issuer: Issuer, audience: str) -> Wsgi:
    def admit(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        try:
            caller = issuer.verify(token, audience=audience) if scheme == "Bearer" else ""
        except InvalidToken:
            caller = ""
        if not caller:
            return Response("Unauthorized\n", status=401)(environ, start_response)
        if caller != INVOKER:
            return Response("Forbidden\n", status=403)(environ, start_response)
        return app(environ, start_response)

    return admit


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        if type == "error":
            sys.stderr.write(message % args + "\n")


def serving(app: Wsgi, port: int) -> BaseWSGIServer:
    """Return a server of the front on loopback; a thread a request."""
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
