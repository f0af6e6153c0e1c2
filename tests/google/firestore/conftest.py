"""One embedded Firestore a test, on a loopback port, and Google's own clients against it."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from infra.local.google.firestore.server import FirestoreServer
from tests.google import elsewhere

PROJECT = "demo"
SERVICE = "firestore"


@dataclass(slots=True)
class Clock:
    """The server's time: it stands until a test moves it."""

    now: datetime = field(default=datetime(2026, 11, 21, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the server's present."""
        return self.now

    def advance(self, **by: float) -> None:
        """Move on, in timedelta's terms."""
        self.now += timedelta(**by)


Connect = Callable[[str], Any]
ServeIndexed = Callable[[dict[str, Any]], Any]


@pytest.fixture
def clock() -> Clock:
    """Give the test the server's time, which only a server of its own has."""
    if elsewhere.endpoint(SERVICE):
        elsewhere.not_here()
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[FirestoreServer]:
    """Make an embedded Firestore without an index list; `endpoint` starts it."""
    server = FirestoreServer(tmp_path / "firestore", clock=clock)
    yield server
    server.stop()


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> str:
    """Return the address the suite speaks to: of its own server, or of the one ABROLL_TEST_FIRESTORE names."""
    found = elsewhere.endpoint(SERVICE)
    if found:
        return found
    server: FirestoreServer = request.getfixturevalue("server")
    return server.start()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Connect Google's unmodified client to an address, as its documentation says: by FIRESTORE_EMULATOR_HOST."""
    clients: list[Any] = []

    def connect(address: str) -> Any:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)
        project = f"demo-{uuid.uuid4().hex[:12]}" if elsewhere.endpoint(SERVICE) else PROJECT  # empty for each test
        clients.append(firestore.Client(project=project))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client(endpoint: str, connect: Connect) -> Any:
    """Return a client of the embedded Firestore."""
    return connect(endpoint)


@pytest.fixture
def serve_indexed(tmp_path: Path, clock: Clock, connect: Connect) -> Iterator[ServeIndexed]:
    """Start an embedded Firestore with a given index list and return a client of it."""
    servers = []

    def serve(listed: dict[str, Any]) -> Any:
        path = tmp_path / "firestore.indexes.json"
        path.write_text(json.dumps(listed), encoding="utf-8")
        servers.append(FirestoreServer(tmp_path / "indexed", indexes=path, clock=clock))
        return connect(servers[-1].start())

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def raw(client: Any) -> Any:
    """Return the generated client, for what the hand-written one never sends."""
    return client._firestore_api


@pytest.fixture
def database(client: Any) -> str:
    """Return the database's name."""
    return str(client._database_string)


@pytest.fixture
def documents(database: str) -> str:
    """Return the parent of the root collections."""
    return f"{database}/documents"


def commit(raw: Any, documents: str, *writes: dict[str, Any], **rest: Any) -> Any:
    """Send one Commit of hand-made writes."""
    return raw.commit(request={"database": documents.removesuffix("/documents"), "writes": list(writes), **rest})
