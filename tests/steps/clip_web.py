"""A customer's server with a clip on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from shared.pipeline.plan.plan import Size
from tests.media.makers import RED, film


@contextmanager
def web(clip: bytes) -> Iterator[str]:
    """Serve a clip, a page, and a way into somebody's network; yield the server's address."""

    @Request.application
    def answered(request: Request) -> Response:
        match request.path:
            case "/clip":
                return Response(clip)
            case "/inside":
                return Response(status=302, headers={"Location": "http://169.254.169.254/clip"})
            case "/short":
                return Response("a page")
        return Response(status=404)

    server = make_server("127.0.0.1", 0, answered, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def small_clip(folder: Path) -> bytes:
    """Return a second of red."""
    return film(folder / "red.mp4", RED, size=Size(192, 144)).read_bytes()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        """Say nothing."""
