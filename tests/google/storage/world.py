"""What the storage suite plays with: a standing clock, a client as the product builds it, a function that hears."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.cloud.storage import Client
from google.oauth2.credentials import Credentials

from tests.google.elsewhere import PROJECT, is_google
from tests.patience import PATIENCE

_credentials: Callable[[str], object] = Credentials  # the library publishes no types


def client_of(endpoint: str, monkeypatch: pytest.MonkeyPatch, token: str = "token") -> Client:
    """Build Google's client against an endpoint, with real credentials so that it sends Authorization."""
    if is_google("storage"):
        return Client(project=PROJECT)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", endpoint)
    # Otherwise the first call on a bucket also fetches its metadata, on a daemon thread, for traces nobody records.
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    return Client(project="abroll", credentials=_credentials(token))


class Clock:
    """A clock that moves when told."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, str]

    @property
    def name(self) -> str:
        """The object it speaks of."""
        return self.body["name"]

    @property
    def kind(self) -> str:
        """The last word of its type."""
        return self.headers["ce-type"].rpartition(".")[2]


class Function:
    """An HTTP server that keeps what it hears; `answers` are the next statuses, `before` runs ahead of each answer."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self.before: Callable[[], object] = int
        self._news = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/veo_output"

    def wait(self, count: int) -> list[Heard]:
        """Wait until that many events were heard."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.heard) >= count, timeout=PATIENCE):
                raise AssertionError(f"heard {len(self.heard)} of {count} events")
            return list(self.heard)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _hear(self, heard: Heard) -> int:
        self.before()
        with self._news:
            self.heard.append(heard)
            self._news.notify_all()
            return self.answers.pop(0) if self.answers else 204

    def _handler(function: "Function") -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's below
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                self.send_response(function._hear(Heard(self.path, headers, json.loads(body))))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


def noise(size: int) -> bytes:
    """Bytes that no checksum confuses with others."""
    return os.urandom(size)
