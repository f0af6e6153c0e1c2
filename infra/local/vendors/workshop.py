"""Works jobs off in the background.

Each is begun when it appears and finished when its time has come by the handed-in clock.

What there is to do is always read from the record, so a killed process goes on where it stopped.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

_LOG = logging.getLogger(__name__)
_TICK, _IDLE = 0.05, 0.5  # seconds between looks at the record, with work and without
_LONGEST_PAUSE = 1.0


class AgainError(Exception):
    """A job could not get on for now: it is tried again soon."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done: its id, and when it is due."""

    id: str
    due: datetime


class Workshop:
    """Calls `work(id, due)` from a few threads: once early with due False when `early`, and at its time with due True.

    `work` must bring a due job to an end in the record (so that `jobs` no longer lists it) or raise AgainError.
    """

    def __init__(
        self,
        name: str,
        jobs: Callable[[], Iterable[Job]],
        work: Callable[[str, bool], None],
        clock: Callable[[], datetime],
        *,
        early: bool,
        hands: int,
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._clock = clock
        self._early = early
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._prepared: set[str] = set()
        self._tries: dict[str, int] = {}
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix=name)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """Say that there is something new."""
        self._wake.set()

    def complete_due(self) -> None:
        """Bring every due job to its end, now and in this thread."""
        now = self._clock()
        for job in list(self._jobs()):
            if job.due <= now and self._take(job.id):
                self._do(job.id, due=True)

    def _run(self) -> None:
        while not self._closing.is_set():
            now = self._clock()
            jobs = list(self._jobs())
            for job in jobs:
                due = job.due <= now
                if (due or (self._early and job.id not in self._prepared)) and self._take(job.id):
                    self._pool.submit(self._do, job.id, due=due).add_done_callback(_report)
            self._wake.wait(_TICK if jobs else _IDLE)
            self._wake.clear()

    def _take(self, job: str) -> bool:
        with self._lock:
            if job in self._busy or self._closing.is_set():
                return False
            self._busy.add(job)
            return True

    def _do(self, job: str, *, due: bool) -> None:
        done = False
        try:
            self._work(job, due)
            self._prepared.add(job)
            done = True
        except AgainError as error:
            _LOG.info("%s: once more: %s", job, error)
        finally:
            if not done:
                tries = self._tries[job] = self._tries.get(job, 0) + 1
                self._closing.wait(min(_LONGEST_PAUSE, _TICK * 2**tries))
            with self._lock:
                self._busy.discard(job)


def _report(finished: "Future[None]") -> None:
    """Say what went wrong with a job that raised what it must not: nobody waits for these results."""
    if not finished.cancelled() and (error := finished.exception()) is not None:
        _LOG.error("a stand-in's job failed and is tried again", exc_info=error)
