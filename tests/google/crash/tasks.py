"""Cloud Tasks under fire: named tasks due at once, which must reach their handler, and tasks for tomorrow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import grpc
from google.api_core.exceptions import AlreadyExists, NotFound
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.cloud.tasks_v2.types import Task
from werkzeug.wrappers import Request

from tests.google.crash.ledger import Ledger
from tests.google.crash.listener import Listener
from tests.google.crash.trial import OWN_CONNECTION, TIMEOUT, Step

QUEUE = "projects/demo/locations/us-central1/queues/line"
FAIL_FIRST = "7"  # tasks whose names end so are answered 500 the first time: a retry must survive too
RETRIED = 10  # names created a second time after each restart


def _named(request: Request) -> str:
    body = request.get_data(as_text=True)
    task = request.headers["X-CloudTasks-TaskName"]
    return task if body == _body(task) else f"{task} with a torn body"


@dataclass(slots=True)
class Tasks:
    """Tasks for tomorrow are in the ledger; tasks due now are in `due` until they were heard."""

    ledger: Ledger = field(default_factory=Ledger)
    due: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    listener: Listener = field(
        default_factory=lambda: Listener(_named, fail=lambda key: key.endswith(FAIL_FIRST)),
    )
    rng: Random = field(default_factory=lambda: Random(0))

    def extra(self) -> Sequence[str]:
        """Name the queue."""
        return ("--project", "demo", "--location", "us-central1", "--queue", "line")

    def prepare(self, address: str) -> None:
        """Make nothing: the queue is there."""

    @contextmanager
    def writer(self, address: str, name: str, rng: Random) -> Iterator[Step]:
        """Create named tasks, one in three for tomorrow."""
        numbers = count()
        with _client(address) as client:

            def step() -> None:
                if rng.randrange(3) == 0:
                    self._tomorrow(client, f"later-{name}-{next(numbers)}")
                else:
                    self._now(client, f"now-{name}-{next(numbers)}")

            yield step

    def check(self, address: str) -> list[str]:
        """List what waits, then look at what was heard; a task in neither is lost."""
        wrong: list[str] = []
        with _client(address) as client:
            request = {"parent": QUEUE, "response_view": Task.View.FULL, "page_size": 1000}
            waiting = {task.name.rpartition("/")[2]: task for task in client.list_tasks(request=request)}
            heard = self.listener.heard()
            wrong += [f"task {name} vanished before delivery" for name in self.due - waiting.keys() - heard]
            wrong += [f"heard of {name}, which was never sent" for name in heard - self.sent]
            later = {name: task for name, task in waiting.items() if name.startswith("later")}
            wrong += self.ledger.check({name: task.http_request.body.decode() for name, task in later.items()})
            known = sorted(self.due | self.ledger.certain().keys())
            for name in self.rng.sample(known, min(RETRIED, len(known))):
                wrong += self._again(client, name)
        return wrong

    def settle(self) -> list[str]:
        """Wait until all that is due was delivered."""
        return [f"task {name} was never delivered" for name in self.listener.wait(self.due)]

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()

    def _now(self, client: CloudTasksClient, name: str) -> None:
        self.sent.add(name)
        self._create(client, name)
        self.due.add(name)
        self.ledger.count()

    def _tomorrow(self, client: CloudTasksClient, name: str) -> None:
        self.ledger.intend(name, _body(name))
        self._create(client, name, schedule_time=datetime.now(UTC) + timedelta(days=1))
        self.ledger.acknowledge(name, _body(name))
        self.ledger.count()
        try:
            client.get_task(name=f"{QUEUE}/tasks/{name}", retry=None, timeout=TIMEOUT)
        except NotFound as error:
            raise AssertionError(f"task {name} was acknowledged, and is not found a moment later") from error

    def _create(self, client: CloudTasksClient, name: str, **fields: object) -> None:
        call = {"url": self.listener.url, "body": _body(name).encode()}
        task = {"name": f"{QUEUE}/tasks/{name}", "http_request": call} | fields
        client.create_task(request={"parent": QUEUE, "task": task}, retry=None, timeout=TIMEOUT)

    def _again(self, client: CloudTasksClient, name: str) -> list[str]:
        try:
            self._create(client, name)
        except AlreadyExists:
            return []
        return [f"the name {name} was free again after the restart"]


def _body(name: str) -> str:
    return f"{name} " * 50


@contextmanager
def _client(address: str) -> Iterator[CloudTasksClient]:
    with grpc.insecure_channel(address, options=OWN_CONNECTION) as channel:
        yield CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
