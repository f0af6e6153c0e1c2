"""An issuer with a handed-in clock, and its servers on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.google.identity.issuer import Issuer
from infra.local.google.identity.metadata import MetadataServer
from infra.local.google.identity.signblob import SignBlobServer
from tests.google.elsewhere import EMAIL, PROJECT, endpoint, not_here, skip_elsewhere


@dataclass(slots=True)
class Clock:
    """Stands still until told."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose key is made once: making one takes a tenth of a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def issuer(keys: Path, clock: Clock) -> Issuer:
    """The issuer the servers share."""
    return Issuer(keys, clock=clock)


@pytest.fixture
def metadata(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a metadata server."""
    if address := endpoint("metadata"):
        yield address
        return
    server = MetadataServer(request.getfixturevalue("issuer"), project=PROJECT, email=EMAIL)
    yield server.start()
    server.stop()


@pytest.fixture
def signblob(issuer: Issuer) -> Iterator[str]:
    """The address of a signBlob server."""
    server = SignBlobServer(issuer)
    yield server.start()
    server.stop()


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest) -> None:
    """Skip what elsewhere can't be done: signing, and what only our own issuer's key can tell."""
    skip_elsewhere("metadata", request, through="metadata")
    if endpoint("metadata") and "issuer" in request.fixturenames:
        not_here()
