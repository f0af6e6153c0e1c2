"""A server on loopback that answers what a test tells it to, call by call, and keeps what it heard."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import httpx
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from shared.client import Abroll, Patience

KEY = "abr_live_k1.secret"


@dataclass
class Canned:
    """What is answered next, and what was asked."""

    url: str = ""
    answers: list[Response] = field(default_factory=list)
    heard: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def answer(self, *answers: Response) -> None:
        """Answer these, one a call; the last one for ever."""
        self.answers.extend(answers)

    def abroll(self, seconds: float = 60.0, **more: Any) -> Abroll:
        """Return a client whose clock only moves when it sleeps."""

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        patience = Patience(seconds, sleep=sleep, now=lambda: sum(self.slept), chance=lambda: 1.0)
        return Abroll(KEY, self.url, patience=patience, http=httpx.Client(trust_env=False), **more)

    def _hear(self, request: Request) -> Response:
        self.heard.append((request.method, request.full_path.rstrip("?"), dict(request.headers), request.get_data()))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def plain(body: str, status: int = 200, **headers: str) -> Response:
    """Return an answer of JSON text."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, headers=named, content_type="application/json")


def refusal(status: int, code: str, **headers: str) -> Response:
    """Return a refusal as abroll words them."""
    body = (
        f'{{"error": "{code}", "message": "no", "details": {{"scenes.0": ["is wrong"]}}, "next_move": "mend it", '
        '"request_id": "r1"}'
    )
    return plain(body, status, **headers)


@contextmanager
def canned() -> Iterator[Canned]:
    """Serve until the block ends."""
    made = Canned()
    server = make_server("127.0.0.1", 0, Request.application(made._hear), threaded=True, request_handler=_Quiet)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # werkzeug's name
        """Say nothing."""
