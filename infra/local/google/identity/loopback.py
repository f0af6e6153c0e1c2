"""A WSGI application served on loopback by a thread, between start() and stop()."""

from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class LoopbackServer:
    """Serves `application` with a thread a request."""

    def __init__(self, application: "WSGIApplication", *, host: str, port: int) -> None:
        self._application = application
        self._host = host
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def start(self) -> str:
        """Bind, serve in a thread and return "host:port"."""
        self._server = make_server(
            self._host, self._port, self._application, threaded=True, request_handler=_QuietHandler
        )
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return f"{self._host}:{self._server.server_port}"

    def stop(self) -> None:
        """Stop serving and give the port back; harmless when never started."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: a client asks for tokens all day."""
