"""Hands out due tasks, each queue at its own pace, and settles what came back.

A task that is out is marked in memory and settled in one transaction: a process killed in between finds it
undelivered and delivers it again (at least once). Without the background thread nothing happens but in `run_due`,
which is how a handed-in clock drives weeks of retries in a moment.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Condition, Thread, current_thread

from .delivery import Courier
from .model import Attempt, Queue, QueueState, Task
from .outcome import Outcome, task_after
from .pace import Pace
from .store import Store

NAME_TAKEN = timedelta(hours=24)
RETENTION = timedelta(days=31)
MOST_IN_FLIGHT = 64  # threads over all queues; a queue's own limit may be lower
LONGEST_NAP = 60.0  # seconds, so that a laptop that slept notices the time
SHORTEST_NAP = 0.001


class Dispatcher:
    """The delivering half of the service, over the same store as the API half."""

    def __init__(
        self,
        store: Store,
        courier: Courier,
        *,
        clock: Callable[[], datetime],
        duplicate: Callable[[str], bool],
        time_scale: float,
        on_dispatch: Callable[[], None],
    ) -> None:
        self._store = store
        self._courier = courier
        self._clock = clock
        self._duplicate = duplicate
        self._time_scale = time_scale
        self._on_dispatch = on_dispatch
        self._changed = Condition()
        self._paces: dict[str, Pace] = {}
        self._in_flight: dict[str, set[str]] = {}
        self._attempts: set[Thread] = set()
        self._thread: Thread | None = None
        self._stopping = False
        self._abandoned = False

    def start(self) -> None:
        """Deliver in the background by real time until stop()."""
        self._thread = Thread(target=self._run, name="cloud-tasks-dispatcher", daemon=True)
        self._thread.start()

    def stop(self, *, timeout: float) -> None:
        """Hand out nothing more and wait at most `timeout` seconds for attempts under way.

        An attempt still out then is never settled: its task is delivered again after the next start.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        with self._changed:
            self._changed.wait_for(lambda: not self._attempts, timeout=timeout)
            self._abandoned = True

    def wake(self) -> None:
        """Look again: a task or a queue has changed."""
        with self._changed:
            self._changed.notify_all()

    def run_due(self) -> int:
        """Deliver, one after the other, what may go out now, also what handlers add meanwhile; count the requests."""
        delivered = 0
        while True:
            with self._changed:
                task = self._take()
            if task is None:
                return delivered
            if self._duplicate(task.name):
                self._send(task)
                delivered += 1
            self._deliver(task)
            delivered += 1

    def next_due(self) -> datetime | None:
        """Return when a task may go out next (in the past when overdue), or None when none waits."""
        with self._changed:
            now = self._clock()
            times = [self._due(queue, task, now) for queue, task in self._heads()]
        return min(times, default=None)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                task = self._take() if len(self._attempts) < MOST_IN_FLIGHT else None
                if task is None:
                    self._changed.wait(self._nap())
                    continue
                ways = [self._deliver, self._send] if self._duplicate(task.name) else [self._deliver]
                threads = [Thread(target=self._in_thread, args=(way, task), daemon=True) for way in ways]
                self._attempts.update(threads)
            for thread in threads:
                thread.start()

    def _in_thread(self, deliver: Callable[[Task], object], task: Task) -> None:
        try:
            deliver(task)
        finally:
            with self._changed:
                self._attempts.discard(current_thread())
                self._changed.notify_all()

    def _nap(self) -> float:
        due = self.next_due()
        if due is None or len(self._attempts) >= MOST_IN_FLIGHT:
            return LONGEST_NAP
        wait = (due - self._clock()).total_seconds() * self._time_scale
        return min(max(wait, SHORTEST_NAP), LONGEST_NAP)

    def _take(self) -> Task | None:
        now = self._clock()
        self._store.expire(created_until=now - RETENTION, entomb_until=now + NAME_TAKEN)
        ready = [task for queue, task in self._heads() if self._due(queue, task, now) <= now]
        if not ready:
            return None
        task = min(ready, key=lambda head: (head.scheduled, head.sequence))
        self._paces[task.queue].spend(now)
        self._in_flight.setdefault(task.queue, set()).add(task.name)
        out = replace(
            task,
            dispatches=task.dispatches + 1,
            first_dispatch=task.first_dispatch or now,
            last=Attempt(task.scheduled, now),
        )
        self._store.update(out)
        return out

    def _heads(self) -> list[tuple[Queue, Task]]:
        """Return the task each running queue with room would hand out next."""
        heads: list[tuple[Queue, Task]] = []
        busy = self._store.busy()
        for queue in (each for each in self._store.queues() if each.name in busy):
            out = self._in_flight.get(queue.name, set())
            if queue.state is QueueState.RUNNING and len(out) < queue.config.max_concurrent_dispatches:
                task = self._store.first(queue.name, besides=out)
                heads += [(queue, task)] if task else []
        return heads

    def _due(self, queue: Queue, task: Task, now: datetime) -> datetime:
        paced = self._pace(queue, now).next_time(now)
        return task.scheduled if paced <= now else max(task.scheduled, paced)

    def _pace(self, queue: Queue, now: datetime) -> Pace:
        pace = self._paces.setdefault(queue.name, Pace.full(queue.config, now))
        if pace.config != queue.config:
            pace.reconfigure(queue.config)
        return pace

    def _send(self, task: Task) -> Outcome:
        self._on_dispatch()
        return self._courier.attempt(task)

    def _deliver(self, task: Task) -> None:
        outcome = Outcome(None)
        try:
            outcome = self._send(task)
        finally:
            self._settle(task, outcome)

    def _settle(self, task: Task, outcome: Outcome) -> None:
        with self._changed:
            self._in_flight[task.queue].discard(task.name)
            self._changed.notify_all()
            queue = None if self._abandoned else self._store.queue(task.queue)
            if queue is None:
                return
            now = self._clock()
            self._heed(queue, task, outcome, now)
            waiting = task_after(task, outcome, queue.config, now)
            if waiting is None:
                self._store.remove(task.name, until=now + NAME_TAKEN)
            else:
                self._store.update(waiting)

    def _heed(self, queue: Queue, task: Task, outcome: Outcome, now: datetime) -> None:
        pace = self._pace(queue, now)
        if outcome.succeeded:
            pace.succeeded()
        elif outcome.overloaded:
            pace.overloaded(now, outcome.retry_after, dispatched=task.last.dispatched if task.last else now)
