"""A storage server on loopback, Google's unmodified client for it, and a function that hears its events."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from google.cloud.storage import Bucket as Remote
from google.cloud.storage import Client

from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.storage.world import Function, client_of


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[str]:
    """The URL of a server with the buckets `takes` and `films`."""
    server = StorageServer(tmp_path, buckets=[Bucket("takes"), Bucket("films", location="US")])
    url = server.start()
    yield url
    server.stop()


@pytest.fixture
def client(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Google's client, constructed as the product does it."""
    with client_of(endpoint, monkeypatch) as made:
        yield made


@pytest.fixture
def takes(client: Client) -> Remote:
    """The bucket `takes`."""
    return client.bucket("takes")


@pytest.fixture
def http(endpoint: str) -> Iterator[httpx.Client]:
    """Plain HTTP with an accepted bearer token, for what Google's client never sends."""
    with httpx.Client(base_url=endpoint, headers={"Authorization": "Bearer token"}, trust_env=False) as made:
        yield made


@pytest.fixture
def function() -> Iterator[Function]:
    """A Cloud Function that hears events."""
    made = Function()
    yield made
    made.close()
