"""A Secret Manager over the test's own folder, and Google's unmodified client of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local.google.secrets.server import SecretsServer
from tests.google.elsewhere import endpoint, skip_elsewhere
from tests.google.secrets.world import PROJECT, Clock, Vault, connect

StartVault = Callable[[], Vault]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def start_vault(tmp_path: Path, clock: Clock) -> Iterator[StartVault]:
    """Start servers, one after the other, over the same folder."""
    with ExitStack() as closing:

        def start() -> Vault:
            server = SecretsServer(tmp_path, clock=clock)
            address = server.start()
            closing.callback(server.stop)
            channel, client = connect(address)
            closing.callback(channel.close)
            return Vault(server, channel, client, clock)

        yield start


@pytest.fixture(scope="session")
def empty_elsewhere() -> None:
    """Refuse a project that has secrets already: every test deletes all it finds."""
    if address := endpoint("secrets"):
        channel, client = connect(address)
        kept = [secret.name for secret in client.list_secrets(parent=PROJECT)]
        channel.close()
        if kept:
            pytest.exit(f"{PROJECT} at {address} has {len(kept)} secrets; this suite needs a project without any", 2)


@pytest.fixture
def vault(request: pytest.FixtureRequest) -> Iterator[Vault]:
    """An empty Secret Manager."""
    address = endpoint("secrets")
    if address is None:
        start: StartVault = request.getfixturevalue("start_vault")
        yield start()
        return
    request.getfixturevalue("empty_elsewhere")
    channel, client = connect(address)
    yield Vault(None, channel, client, Clock())
    for secret in list(client.list_secrets(parent=PROJECT)):
        client.delete_secret(name=secret.name)
    channel.close()


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest) -> None:
    """Skip what elsewhere can't be done."""
    skip_elsewhere("secrets", request, through="vault")
