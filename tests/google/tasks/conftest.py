"""Servers, clients and handlers, every one of them closed at the end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from infra.local.google.identity.issuer import Issuer
from infra.local.google.tasks.server import QueueConfig, TasksServer
from tests.google.elsewhere import LOCATION, PROJECT, endpoint, skip_elsewhere
from tests.google.tasks.world import PARENT, Clock, Cloud, Handler, connect

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
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """One queue with Google's default settings: `veo` on our own server; elsewhere a new one, paused."""
    address = endpoint("tasks")
    if address is None:
        start: StartCloud = request.getfixturevalue("start_cloud")
        yield start()
        return
    channel, client = connect(address)
    mine = f"{PARENT}/queues/abroll-{uuid4().hex}"
    queue, other = f"{mine}-queue", f"{mine}-other"
    cloud = Cloud(None, address, channel, client, Handler(Clock(), url="http://127.0.0.1:9"), Clock(), queue, other)
    cloud.make_queue(queue)
    client.pause_queue(name=queue)
    yield cloud
    for found in list(client.list_queues(parent=PARENT)):
        if found.name.startswith(mine):
            client.delete_queue(name=found.name)
    channel.close()


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest) -> None:
    """Skip what elsewhere can't be done."""
    skip_elsewhere("tasks", request, through="cloud")
