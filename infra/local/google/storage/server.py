"""An embedded Cloud Storage: Google's unmodified Python client talks to it through STORAGE_EMULATOR_HOST.

Metadata lies in one SQLite file, bytes in files beside it; what was acknowledged survives kill -9. The README in this
folder says what it answers and what it refuses by name.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler, make_server

from .app import App
from .database import Database
from .events import Backoff, Courier
from .files import Files
from .outbox import Happening, Outbox
from .resumable import Uploads
from .rules import check_bucket_name
from .signatures import load_accounts
from .state import State, Wanted
from .wire import Refused

_POLL = 0.05  # seconds until a stop is noticed
ALL_KINDS = (Happening.FINALIZED, Happening.DELETED)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that exists when the server starts; `age_days` deletes objects under a prefix at that age."""

    name: str
    location: str = "US-CENTRAL1"
    age_days: tuple[tuple[str, int], ...] = ()


def _any_bearer(token: str) -> bool:
    return bool(token)


def _now() -> datetime:
    return datetime.now(UTC)


class StorageServer:
    """One Cloud Storage in one folder.

    `accounts` maps service accounts to their public keys (PEM) for signed URLs; `notify` maps buckets to the URL their
    events of these `kinds` go to, with `Bearer token_for(url)` if given, retried with `backoff`; `access` says whether
    a bearer token is accepted; `clock` answers aware UTC; port 0 takes a free one.
    """

    def __init__(
        self,
        data: Path,
        *,
        buckets: Sequence[Bucket] = (),
        accounts: Mapping[str, bytes] = {},
        notify: Mapping[str, str] = {},
        token_for: Callable[[str], str] | None = None,
        access: Callable[[str], bool] = _any_bearer,
        clock: Callable[[], datetime] = _now,
        host: str = "127.0.0.1",
        port: int = 0,
        kinds: Sequence[Happening] = ALL_KINDS,
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
    ) -> None:
        self.replaces = True  # whether writers may replace objects, or have the right to create them only
        keys = load_accounts(accounts)
        for bucket in buckets:
            check_bucket_name(bucket.name)
        data.mkdir(parents=True, exist_ok=True)
        self._address = (host, port)
        self._database = Database(data / "storage.sqlite3")
        outbox = Outbox(self._database, frozenset(notify), frozenset(kinds))
        self._courier = Courier(outbox, dict(notify), token_for, clock, backoff)
        outbox.wake = self._courier.wake
        self._state = State(self._database, Files(data), outbox, clock, lambda: self.replaces)
        self._uploads = Uploads(data, self._database, self._state)
        self._state.sweep()
        self._uploads.sweep()
        for bucket in buckets:
            self._state.declare_bucket(bucket.name, bucket.location, bucket.age_days)
        self._app = App(self._state, self._uploads, keys, access)
        self._listener: _Listener | None = None

    def start(self, *, deliver: bool = True) -> str:
        """Serve on a thread and answer the URL; with `deliver`, events go out as they happen."""
        self._listener = _Listener(*self._address, self._app)
        if deliver:
            self._courier.start()
        return self._listener.url

    def stop(self) -> None:
        """Stop serving and delivering and close every file; the folder can be served again."""
        if self._listener:
            self._listener.stop()
        self._courier.stop()
        self._database.close()

    def run_lifecycle(self) -> int:
        """Delete what is as old as its bucket's rule says, by the clock; answer how many objects went."""
        now, gone = self._state.clock(), 0
        self._uploads.forget_old()
        for bucket in self._state.buckets():
            for stored in list(self._state.walk(bucket.name)):
                ages = [days for prefix, days in bucket.age_days if stored.name.startswith(prefix)]
                if ages and now - stored.created >= timedelta(days=min(ages)):
                    with contextlib.suppress(Refused):  # somebody overwrote or deleted it just now
                        generation = stored.version.generation
                        self._state.delete(Wanted(bucket.name, stored.name, generation))
                        gone += 1
        return gone

    def deliver_events(self) -> int:
        """Deliver the events due by the clock and answer how many were accepted."""
        return self._courier.deliver_due()


class _Connections:
    """What is connected right now; once cut, whoever still comes is cut at the door."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._over = False

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
            if self._over:
                _shut(connection)

    def discard(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def cut(self) -> None:
        with self._lock:
            self._over = True
            for connection in self._open:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client may have gone by itself
        connection.shutdown(socket.SHUT_RDWR)


def _handler(connections: _Connections) -> type[WSGIRequestHandler]:
    """Make a quiet request handler whose connections can be cut off."""

    class Handler(WSGIRequestHandler):
        disable_nagle_algorithm = True  # header and body are two writes; waiting for an ACK between them costs 40 ms

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing about requests that went as they should."""

        def setup(self) -> None:
            super().setup()
            connections.add(self.connection)

        def finish(self) -> None:
            connections.discard(self.connection)
            super().finish()

    return Handler


class _Listener:
    """A threaded HTTP server that, once stopped, has no thread and no socket left."""

    def __init__(self, host: str, port: int, app: App) -> None:
        self._connections = _Connections()
        self._server = make_server(host, port, app, threaded=True, request_handler=_handler(self._connections))
        if isinstance(self._server, ThreadedWSGIServer):
            self._server.daemon_threads = False  # stop() waits for them
        self.url = f"http://{host}:{self._server.server_port}"
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(_POLL,), name="storage", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, cut what is open, wait for the threads."""
        self._server.shutdown()
        self._connections.cut()
        self._server.server_close()
        self._thread.join()
