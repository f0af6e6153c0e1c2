"""An HTTP proxy that forwards requests byte for byte and lets a call go wrong where its `Wire` says so.

The upstream's own address in JSON answers becomes the proxy's, so that links lead through it too; the Host header is
passed on, so that signatures over it hold.
"""

import http.client
import socket
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from infra.local.vendors.faults import broken
from infra.local.vendors.serving import Serving
from tests.faults.wire import Fault, Kind, Wire

LIMIT = 60.0  # seconds a forwarded call may take, and a hanging one is held
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"}
USUAL = 503


class WebProxy:
    """Stands before one HTTP server; `name` begins the lines of its calls. The port is taken when it is made."""

    def __init__(self, name: str, wire: Wire) -> None:
        self._name = name
        self._wire = wire
        self._upstream = ""
        self._serving = Serving("127.0.0.1", 0, self._answer)
        self.url = self._serving.url
        self._held: socket.socket | None = None

    def start(self, upstream: str) -> str:
        """Serve before `upstream` (a base URL) and return the proxy's own."""
        self._upstream = upstream
        self._serving.start()
        return self.url

    def stop(self) -> None:
        """Let go of what hangs and close the port; harmless when never started."""
        self._wire.released.set()
        self._serving.stop()
        if self._held is not None:
            self._held.close()

    def refuse(self) -> None:
        """Refuse every connection from now on, keeping the port: a neighbour's server must not answer in its place."""
        self._serving.stop()
        host, port = urlsplit(self.url).hostname, urlsplit(self.url).port
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind((host, port))

    def accept(self) -> None:
        """Answer again after `refuse`, under the same address; harmless when it never refused."""
        if self._held is None:
            return
        self._held.close()
        self._held = None
        where = urlsplit(self.url)
        self._serving = Serving(where.hostname or "", where.port or 0, self._answer)
        self._serving.start()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        fault = self._wire.comes(f"{self._name} {request.method} {request.path}")
        if fault is None:
            return self._forward(request, body)(environ, start_response)
        if fault.kind in (Kind.LOSE, Kind.HANG, Kind.TWICE):
            self._forward(request, body)
        match fault.kind:
            case Kind.TWICE:
                return self._forward(request, body)(environ, start_response)
            case Kind.HANG:
                self._wire.released.wait(LIMIT)
                raise broken(environ)
            case Kind.RESET:
                raise broken(environ)
            case Kind.LOSE if not fault.status:
                raise broken(environ)
            case _:
                return refusal(fault)(environ, start_response)

    def _forward(self, request: Request, body: bytes) -> Response:
        target = urlsplit(self._upstream)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=LIMIT)
        try:
            connection.putrequest(
                request.method, request.environ["REQUEST_URI"], skip_host=True, skip_accept_encoding=True
            )
            for key, value in request.headers:
                if key.lower() not in HOP | {"content-length"}:
                    connection.putheader(key, value)
            if body or "content-length" in request.headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            data = answer.read()
            headers = [(key, value) for key, value in answer.getheaders() if key.lower() not in HOP]
        finally:
            connection.close()
        if "json" in (answer.getheader("Content-Type") or ""):
            data = data.replace(self._upstream.encode(), self.url.encode())
        return _response(data, answer.status, headers, bodiless=request.method == "HEAD")


def _response(data: bytes, status: int, headers: list[tuple[str, str]], *, bodiless: bool) -> Response:
    kept = [(key, value) for key, value in headers if bodiless or key.lower() != "content-length"]
    response = Response(data, status)
    response.headers.clear()
    response.headers.extend(kept)
    if not bodiless:
        response.headers["Content-Length"] = str(len(data))
    return response


def refusal(fault: Fault) -> Response:
    """Return the answer of a call that was refused."""
    response = Response(fault.body or "injected\n", int(fault.status or USUAL), content_type="application/json")
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response
