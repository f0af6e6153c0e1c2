"""Cloud Tasks on one machine: the gRPC API, a SQLite file, and a dispatcher that calls handlers over HTTP.

Tasks are kept before CreateTask answers and delivered at least once. A real clock drives the background dispatcher; a
handed-in one is driven by `run_due` and `next_due`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from ..identity.issuer import Issuer
from ..rpc import GrpcServer
from .delivery import Courier
from .dispatcher import Dispatcher
from .model import Queue, QueueConfig
from .names import check_queue_name
from .service import SERVICE, Service
from .settings import check
from .store import Store
from .tally import Counts, Tally

__all__ = ["Counts", "QueueConfig", "TaskFacts", "TasksServer"]

NO_QUEUES: Mapping[str, QueueConfig] = MappingProxyType({})
HANDLERS_TIMEOUT = 5.0  # seconds stop() waits for handlers


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a test or an operator wants to know of a waiting task; `attempts` counts dispatches so far."""

    name: str
    url: str
    schedule_time: datetime
    attempts: int


class TasksServer:
    """One project's Cloud Tasks in one location.

    `queues` are created, or given these settings, at construction. `duplicate` is asked for each task handed out, by
    its full name, whether to deliver it twice. `time_scale` is how many real seconds a second of `clock` lasts: below 1
    for a clock that runs fast; it shortens the waits for the next due task and for a slow handler.
    """

    def __init__(
        self,
        data: Path,
        *,
        issuer: Issuer,
        project: str,
        location: str,
        queues: Mapping[str, QueueConfig] = NO_QUEUES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        host: str = "127.0.0.1",
        port: int = 0,
        duplicate: Callable[[str], bool] = lambda _: False,
        time_scale: float = 1.0,
    ) -> None:
        self._parent = f"projects/{project}/locations/{location}"
        self._store = Store(data / "tasks.sqlite")
        self._tally = Tally()
        self._courier = Courier(
            lambda email, audience: issuer.mint(email=email, audience=audience),
            clock=clock,
            time_scale=time_scale,
        )
        self._dispatcher = Dispatcher(
            self._store,
            self._courier,
            clock=clock,
            duplicate=duplicate,
            time_scale=time_scale,
            on_dispatch=self._tally.dispatched,
        )
        service = Service(
            self._store, location=self._parent, clock=clock, tally=self._tally, changed=self._dispatcher.wake
        )
        self._grpc = GrpcServer(SERVICE, service.methods(), host=host, port=port)
        for queue_id, config in queues.items():
            check(config)
            name = check_queue_name(f"{self._parent}/queues/{queue_id}")
            kept = self._store.queue(name) or Queue(name, config)
            self._store.save_queue(Queue(name, config, kept.state, kept.purged))

    def start(self, *, dispatch: bool = True) -> str:
        """Serve, and return "host:port"; with `dispatch` due tasks are delivered in the background, by real time."""
        address = self._grpc.start()
        if dispatch:
            self._dispatcher.start()
        return address

    def stop(self) -> None:
        """Stop serving and delivering; what is not delivered is kept for the next start."""
        self._grpc.stop()
        self._dispatcher.stop(timeout=HANDLERS_TIMEOUT)
        self._courier.close()
        self._store.close()

    def run_due(self) -> int:
        """Deliver, one after the other, all that may go out at clock() now, and return the number of requests made.

        What handlers enqueue meanwhile goes out too when it is due and the queue's rate allows it.
        """
        return self._dispatcher.run_due()

    def next_due(self) -> datetime | None:
        """Return when a task may go out next, in the past when overdue; None when none waits in a running queue."""
        return self._dispatcher.next_due()

    @property
    def counts(self) -> Counts:
        """Operations since construction."""
        return self._tally.counts

    def pending(self, queue: str | None = None) -> list[TaskFacts]:
        """Return the tasks that wait or run, by schedule time, of one queue (its short id) or of all."""
        names = [kept.name for kept in self._store.queues()]
        wanted = [name for name in names if queue is None or name == f"{self._parent}/queues/{queue}"]
        tasks = sorted((task for name in wanted for task in self._store.tasks(name)), key=lambda task: task.scheduled)
        return [TaskFacts(task.name, task.call.url, task.scheduled, task.dispatches) for task in tasks]
