"""Servers, clients and handlers, every one of them closed at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from infra.local.google.identity.issuer import Issuer
from infra.local.google.tasks.server import QueueConfig, TasksServer
from tests.google.tasks.world import LOCATION, PROJECT, Clock, Cloud, Handler, connect

VEO: Mapping[str, QueueConfig] = {"veo": QueueConfig()}


class StartCloud(Protocol):
    """Starts a server over the test's own data folder."""

    def __call__(
        self,
        queues: Mapping[str, QueueConfig] = ...,
        *,
        dispatch: bool = ...,
        duplicate: Callable[[str], bool] = ...,
        time_scale: float = ...,
    ) -> Cloud:
        """Return the running server with its client."""
        ...


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose key is made once: making one takes a tenth of a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def issuer(keys: Path, clock: Clock) -> Issuer:
    """The issuer of the tokens tasks carry."""
    return Issuer(keys, clock=clock)


@pytest.fixture
def handler(clock: Clock) -> Iterator[Handler]:
    """A task handler that answers 200 unless told otherwise."""
    handler = Handler(clock)
    handler.start()
    yield handler
    handler.stop()


@pytest.fixture
def start_cloud(tmp_path: Path, issuer: Issuer, handler: Handler, clock: Clock) -> Iterator[StartCloud]:
    """Start servers; without a background dispatcher they follow the clock that stands still."""
    with ExitStack() as closing:

        def start(
            queues: Mapping[str, QueueConfig] = VEO,
            *,
            dispatch: bool = False,
            duplicate: Callable[[str], bool] = lambda _: False,
            time_scale: float = 1.0,
        ) -> Cloud:
            server = TasksServer(
                tmp_path,
                issuer=issuer,
                project=PROJECT,
                location=LOCATION,
                queues=queues,
                clock=(lambda: datetime.now(UTC)) if dispatch else clock,
                duplicate=duplicate,
                time_scale=time_scale,
            )
            address = server.start(dispatch=dispatch)
            closing.callback(server.stop)
            channel, client = connect(address)
            closing.callback(channel.close)
            return Cloud(server, address, channel, client, handler, clock)

        yield start


@pytest.fixture
def cloud(start_cloud: StartCloud) -> Cloud:
    """One queue, `veo`, with Google's default settings."""
    return start_cloud()
