"""A customer's endpoint on loopback: keeps what it hears."""

import json
import queue
import threading
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.patience import PATIENCE


class Listener:
    """Answers every POST with 200 and remembers its headers and JSON."""

    def __init__(self) -> None:
        self._heard: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        app = Request.application(self._hear)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self) -> dict[str, Any]:
        """Return the next message's body."""
        body: dict[str, Any] = json.loads(self.message()[1])
        return body

    def message(self) -> tuple[dict[str, str], bytes]:
        """Return the next message's headers, in lower case, and its raw body."""
        return self._heard.get(timeout=PATIENCE)

    def _hear(self, request: Request) -> Response:
        self._heard.put(({name.lower(): value for name, value in request.headers.items()}, request.get_data()))
        return Response("thanks\n")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        """Say nothing."""
