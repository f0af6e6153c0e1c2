"""Serves a WSGI application on a loopback port in a thread of its own, one thread a request."""

import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_LINGER = struct.Struct("ii")


class Serving:
    """A running HTTP server; the port is taken when it is made."""

    def __init__(self, host: str, port: int, app: "WSGIApplication") -> None:
        self._server = _Server(host, port, app, handler=_Silent)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"http://{host}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and close the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Silent(WSGIRequestHandler):
    """Writes no access log, the demo's terminal belongs to the demo.

    One request a connection, so that stopping is prompt.
    """

    protocol_version = "HTTP/1.0"
    disable_nagle_algorithm = True  # head and body are two writes: no waiting for the first one's ACK

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's own signature
        """Say nothing."""


class _Server(ThreadedWSGIServer):
    """Closes a connection that lingers for 0 s without a polite FIN first, so that its client sees a reset."""

    def shutdown_request(self, request: Any) -> None:
        """Close one connection."""
        try:
            raw = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.size)
        except OSError:
            raw = _LINGER.pack(0, 0)
        if _LINGER.unpack(raw) == (1, 0):
            self.close_request(request)
        else:
            super().shutdown_request(request)
