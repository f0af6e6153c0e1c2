"""A Secret Manager over the test's own folder, and Google's unmodified client of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.local.google.secrets.server import SecretsServer
from tests.google.secrets.world import Clock, Vault, connect

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


@pytest.fixture
def vault(start_vault: StartVault) -> Vault:
    """An empty Secret Manager."""
    return start_vault()
