"""A storage server on loopback, Google's unmodified client for it, and a function that hears its events."""

from collections.abc import Iterator

import httpx
import pytest
from google.cloud.storage import Bucket as Remote
from google.cloud.storage import Client

from infra.local.google.storage.server import Bucket, StorageServer
from tests.google.elsewhere import FILMS, TAKES, TOKEN, skip_elsewhere
from tests.google.elsewhere import endpoint as elsewhere_at
from tests.google.storage.world import Function, client_of


@pytest.fixture(scope="session")
def empty_elsewhere() -> None:
    """Refuse buckets that hold something before the first test: every test deletes all it finds."""
    if url := elsewhere_at("storage"):
        with pytest.MonkeyPatch.context() as monkeypatch, client_of(url, monkeypatch) as client:
            if full := [name for name in (TAKES, FILMS) if any(client.list_blobs(name, max_results=1))]:
                pytest.exit(f"{full} at {url} is not empty; this suite needs two buckets of its own", 2)


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a server with the buckets `takes` and `films`."""
    if elsewhere := elsewhere_at("storage"):
        request.getfixturevalue("empty_elsewhere")
        yield elsewhere
        return
    server = StorageServer(request.getfixturevalue("tmp_path"), buckets=[Bucket(TAKES), Bucket(FILMS, location="US")])
    url = server.start()
    yield url
    server.stop()


@pytest.fixture
def client(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Google's client, constructed as the product does it; elsewhere it leaves the buckets as it found them."""
    with client_of(endpoint, monkeypatch) as made:
        yield made
        if elsewhere_at("storage"):
            for blob in [blob for name in (TAKES, FILMS) for blob in made.list_blobs(name)]:
                blob.delete()


@pytest.fixture
def takes(client: Client) -> Remote:
    """The bucket `takes`."""
    return client.bucket(TAKES)


@pytest.fixture
def http(endpoint: str, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Plain HTTP with an accepted bearer token, for what Google's client never sends."""
    if elsewhere_at("storage"):
        request.getfixturevalue("client")  # it tidies up

    def rename(asked: httpx.Request) -> None:
        path = asked.url.raw_path.replace(b"/takes", f"/{TAKES}".encode()).replace(b"/films", f"/{FILMS}".encode())
        asked.url = asked.url.copy_with(raw_path=path)

    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=endpoint, headers=headers, trust_env=False, event_hooks={"request": [rename]}) as made:
        yield made


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest) -> None:
    """Skip what elsewhere can't be done."""
    skip_elsewhere("storage", request, through="endpoint")


@pytest.fixture
def function() -> Iterator[Function]:
    """A Cloud Function that hears events."""
    made = Function()
    yield made
    made.close()
