"""The queue `notify` and its instances by a clock of their own: no call takes real time, and each takes its own.

The step, its receivers and the deliveries in Firestore are the product's. What is simulated is what passes time: the
network, on which a tarpit holds a call as long as it may last, and the queue, which hands out tasks in order, so many a
second and so many at once, to instances that take so many each (infra/functions.json). One thread runs at a time, so
the same seed gives the same figures on any machine.
"""

import heapq
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Self

import httpx

from infra.local.world import ROOT
from shared.cloud.tasks import Task, Tasks
from shared.egress.client import Egress
from shared.steps.receivers import Receiver, Receivers
from tests.faults.cloud import Clock
from tests.steps.stage import Stage

TARPIT, HONEST = "tarpit", "honest"  # how the names of receivers begin
_LAID_OUT = json.loads((ROOT / "infra" / "functions.json").read_text("utf-8"))
QUEUE = _LAID_OUT["queues"]["notify"]
FUNCTION = _LAID_OUT["functions"]["notify"]


UNGUARDED = {"max_dispatches_per_second": 50, "max_concurrent_dispatches": 50}  # as it was before the account
UNGUARDED_SECONDS = 20.0  # that a call could last


class Anybody(Receivers):
    """An account that keeps nobody waiting: as before there was one."""

    def enter(self, receiver: Receiver, now: datetime) -> bool:  # noqa: ARG002  # it asks nothing
        """Let it in."""
        return True

    def leave(self, receiver: Receiver, now: datetime, *, answered: bool | None) -> None:
        """Remember nothing."""


class Slowed:
    """Threads that sleep by the stage's clock, one awake at a time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._asleep: list[tuple[datetime, int, threading.Event]] = []
        self._numbers = count()
        self._still = threading.Semaphore(0)

    def begin(self, work: Callable[[], None]) -> None:
        """Run a thread until it sleeps or has ended."""

        def run() -> None:
            try:
                work()
            finally:
                self._still.release()

        threading.Thread(target=run, name="slowed", daemon=True).start()
        self._still.acquire()

    def sleep(self, seconds: float) -> None:
        """Sleep, in a thread that was begun here."""
        woken = threading.Event()
        heapq.heappush(self._asleep, (self.clock() + timedelta(seconds=seconds), next(self._numbers), woken))
        self._still.release()
        woken.wait()

    @property
    def next(self) -> datetime | None:
        """When the next sleeper wakes."""
        return self._asleep[0][0] if self._asleep else None

    def end(self) -> None:
        """Let every sleeper go on to its end, whenever it would have woken: no thread outlives its test."""
        while self._asleep:
            self.wake()

    def wake(self) -> None:
        """Let the next sleeper go on until it sleeps or has ended."""
        _, _, woken = heapq.heappop(self._asleep)
        woken.set()
        self._still.acquire()


@dataclass(slots=True)
class Network(httpx.BaseTransport):
    """Receivers that answer at once, and tarpits that never do."""

    slowed: Slowed
    heard: Callable[[str], None]
    seconds: float

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one call."""
        self.heard(str(request.url))
        if request.url.host.startswith(TARPIT):
            self.slowed.sleep(self.seconds)
            raise httpx.ReadTimeout("nothing came", request=request)
        return httpx.Response(200)


class WayOut(Egress):
    """A way out into that network; `seconds` bounds each call, None: as the step says."""

    def __init__(self, slowed: Slowed, heard: Callable[[str], None], seconds: float | None) -> None:
        super().__init__()
        self._network = slowed, heard
        self._seconds = seconds

    def client(self, *, total_seconds: float, **_: object) -> httpx.Client:
        """Return a client."""
        return httpx.Client(transport=Network(*self._network, self._seconds or total_seconds))


class Line(Tasks):
    """The queue: tasks by the time they may be handed out, a name once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._names: set[str] = set()
        self.waiting_tasks: list[tuple[datetime, int, Task]] = []

    def enqueue(self, task: Task) -> bool:
        """Put a task in."""
        if task.name in self._names:
            return False
        self._names.add(task.name)
        heapq.heappush(self.waiting_tasks, (task.at or self._clock(), next(self._numbers), task))
        return True


@dataclass
class Office:
    """Everything that delivers webhooks."""

    stage: Stage
    guarded: bool = True
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    calls: Counter[str] = field(default_factory=Counter)
    came: dict[str, float] = field(default_factory=dict)  # honest receivers' addresses: seconds they waited
    most_held: int = 0  # places of the queue at one time
    dispatched: int = 0

    def __post_init__(self) -> None:
        self.slowed = Slowed(self.stage.clock)
        self.line = Line(self.stage.clock)
        self._queue = QUEUE if self.guarded else UNGUARDED
        self._sent: dict[str, datetime] = {}
        self._busy: Counter[int] = Counter()
        way_out = WayOut(self.slowed, self._heard, None if self.guarded else UNGUARDED_SECONDS)
        step = replace(self.stage.wiring.notify, tasks=self.line, egress=way_out)
        kind = Receivers if self.guarded else Anybody
        self._instances = [replace(step, receivers=kind()) for _ in range(FUNCTION["max_instances"])]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.slowed.end()

    def sends(self, tenant: str, name: str, url: str) -> None:
        """Let a job of a tenant end now."""
        self._sent[url] = self.stage.clock()
        fields = {"tenant": tenant, "job": name, "url": url, "event": "job.completed", "attempts": 0, "wake": 1}
        document = self.stage.cloud.eyes.clients.firestore.document(f"webhook_deliveries/{name}")
        document.create({**fields, "state": "queued", "due_at": self.stage.clock() + timedelta(minutes=2)})
        self.line.enqueue(Task(f"d-{name}-1", "notify", "notify", {"delivery": name, "wake": 1}, None, 90))

    def until(self, end: datetime) -> None:
        """Hand out tasks and let calls take their time."""
        pace, free_at = timedelta(seconds=1 / self._queue["max_dispatches_per_second"]), self.stage.clock()
        while True:
            held = self._busy.total()
            at = max(self.line.waiting_tasks[0][0], free_at) if self.line.waiting_tasks else None
            if at is None or held >= self._queue["max_concurrent_dispatches"] or self._instance() is None:
                at = None
            first = min((each for each in (at, self.slowed.next) if each), default=None)
            if first is None or first > end:
                break
            self.stage.clock.now = max(self.stage.clock(), first)
            if at == first:
                free_at = first + pace
                self._hand_out()
            else:
                self.slowed.wake()
        self.stage.clock.now = end

    def _hand_out(self) -> None:
        _, _, task = heapq.heappop(self.line.waiting_tasks)
        number = self._instance()
        assert number is not None
        self._busy[number] += 1
        self.dispatched += 1
        self.most_held = max(self.most_held, self._busy.total())

        def deliver() -> None:
            try:
                self._instances[number](str(task.body["delivery"]))
            finally:
                self._busy[number] -= 1

        self.slowed.begin(deliver)

    def _instance(self) -> int | None:
        """Return an instance with a place, any of them."""
        free = [each for each in range(FUNCTION["max_instances"]) if self._busy[each] < FUNCTION["concurrency"]]
        return self.rng.choice(free) if free else None

    def _heard(self, url: str) -> None:
        self.calls[httpx.URL(url).host] += 1
        if httpx.URL(url).host.startswith(HONEST):
            self.came.setdefault(url, (self.stage.clock() - self._sent[url]).total_seconds())
