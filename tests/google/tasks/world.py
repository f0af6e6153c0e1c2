"""What every case of the Cloud Tasks suite stands on: a clock, a handler that can be told what to answer, a client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import grpc
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.cloud.tasks_v2.types import Queue, Task
from werkzeug.wrappers import Request, Response

from infra.local.google.identity.loopback import LoopbackServer
from infra.local.google.tasks.server import TasksServer
from tests.google.elsewhere import LOCATION, PROJECT, is_google, not_here

PARENT = f"projects/{PROJECT}/locations/{LOCATION}"
QUEUE = f"{PARENT}/queues/veo"
OTHER = f"{PARENT}/queues/other"
ACCOUNT = f"tasks@{PROJECT}.iam.gserviceaccount.com"


@dataclass(slots=True)
class Clock:
    """Stands still until told."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let so many seconds, minutes or days pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Heard:
    """One request a handler received."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def tasks_header(self, name: str) -> str | None:
        """Return an X-CloudTasks- header, or None."""
        return self.headers.get(f"X-Cloudtasks-{name}".title())


@dataclass(slots=True)
class Handler:
    """A task handler on loopback; `respond` decides its answers and may be replaced at any time."""

    clock: Callable[[], datetime]
    respond: Callable[[Heard], Response] = field(default=lambda _: Response("done"))
    heard: list[Heard] = field(default_factory=list)
    url: str = ""
    _lock: Lock = field(default_factory=Lock)
    _server: LoopbackServer | None = None

    def start(self) -> None:
        """Serve, and learn the own URL."""
        self._server = LoopbackServer(Request.application(self._serve), host="127.0.0.1", port=0)
        self.url = f"http://{self._server.start()}"

    def stop(self) -> None:
        """Stop serving."""
        if self._server:
            self._server.stop()

    def answers(self, *statuses: int, **headers: str) -> None:
        """Answer with these statuses in turn, then 200 for ever."""
        waiting = list(statuses)

        def respond(_: Heard) -> Response:
            return Response(status=waiting.pop(0), headers=headers) if waiting else Response("done")

        self.respond = respond

    def always(self, status: int) -> None:
        """Answer with this status for ever."""
        self.respond = lambda _: Response(status=status)

    def _serve(self, request: Request) -> Response:
        heard = Heard(request.method, request.full_path, dict(request.headers), request.get_data(), self.clock())
        with self._lock:
            self.heard.append(heard)
        return self.respond(heard)


@dataclass(frozen=True, slots=True)
class Cloud:
    """Google's client of a server, which may be our own: then `server` and `clock` are at hand."""

    own: TasksServer | None
    address: str
    channel: grpc.Channel
    client: CloudTasksClient
    handler: Handler
    hand: Clock
    queue: str = QUEUE
    other: str = OTHER

    @property
    def server(self) -> TasksServer:
        """Return our own server; elsewhere the test is skipped."""
        return self.own or not_here()

    @property
    def clock(self) -> Clock:
        """Return our own server's clock; elsewhere the test is skipped."""
        return self.hand if self.own else not_here()

    def create(self, name: str = "", *, queue: str = "", path: str = "/", **fields: Any) -> Task:
        """Create a task for the handler; `fields` override what a Task says."""
        task: dict[str, Any] = {"http_request": {"url": self.handler.url + path}} | fields
        if name:
            task["name"] = f"{queue or self.queue}/tasks/{name}"
        return self.submit(task, queue=queue)

    def submit(self, task: dict[str, Any], *, queue: str = "") -> Task:
        """Create a task just as it is written."""
        return self.client.create_task(request={"parent": queue or self.queue, "task": task})

    def make_queue(self, name: str, **settings: Any) -> Queue:
        """Create a queue by its full name."""
        return self.client.create_queue(
            request={"parent": name.rsplit("/queues/", 1)[0], "queue": {"name": name} | settings}
        )

    def change_queue(self, name: str, *paths: str, **settings: Any) -> Queue:
        """Update a queue, by a mask of `paths`, or without one."""
        request: dict[str, Any] = {"queue": {"name": name} | settings}
        return self.client.update_queue(request=request | ({"update_mask": {"paths": list(paths)}} if paths else {}))

    def get(self, name: str, *, queue: str = "") -> Task:
        """Read a task by its short id."""
        return self.client.get_task(name=f"{queue or self.queue}/tasks/{name}")

    def drain(self, *, most: int = 1000) -> list[datetime]:
        """Go from due time to due time until nothing waits; return when each request was heard."""
        for _ in range(most):
            due = self.server.next_due()
            if due is None:
                break
            self.clock.now = max(self.clock.now, due)
            self.server.run_due()
        return [heard.at for heard in self.handler.heard]


def connect(address: str) -> tuple[grpc.Channel, CloudTasksClient]:
    """Return Google's unmodified client, and the channel to close after it."""
    if is_google("tasks"):
        channel = CloudTasksGrpcTransport.create_channel(f"{address}:443")
    else:
        channel = grpc.insecure_channel(address)
    return channel, CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
