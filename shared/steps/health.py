"""health: asks every service abroll cannot work without, side by side and within seconds, and names those that fail.

A check that hangs is told as one that gives no answer, and none is begun anew while it hangs: however often health
is asked, a frozen service holds one thread for each check. What is found is told for half a minute; what is not well,
for five seconds.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.cloud.blobs import Blobs
from shared.cloud.jobs import Jobs
from shared.cloud.secret_names import CALLBACK_KEY
from shared.cloud.secrets import Secrets
from shared.cloud.tasks import Tasks
from shared.cloud.ticks import Ticks

CHECK_LIFE = 30.0
UNWELL_LIFE = 5.0
ANSWER_SECONDS = 4.0  # for all checks together: who asks health waits five
SWEEP_SILENT = timedelta(minutes=5)  # after as long the alarm of a silent sweep rings
OK = "ok"
NOBODY = "00000000-0000-0000-0000-000000000000"


class SweepNeverSeen(Exception):
    """No tick of the sweep has ended yet."""


class SweepSilent(Exception):
    """The last tick of the sweep is minutes ago: nothing late is pushed."""


@dataclass(slots=True)
class Health:
    """The checks by name, each a call that raises when something is wrong."""

    checks: Mapping[str, Callable[[], object]]
    monotonic: Callable[[], float]
    seconds: float = ANSWER_SECONDS
    _asking: threading.Lock = field(default_factory=threading.Lock, init=False)
    _running: dict[str, Future[str]] = field(default_factory=dict, init=False)
    _kept: tuple[float, dict[str, str]] | None = field(default=None, init=False)

    def __call__(self) -> dict[str, str]:
        """Return "ok" or the reason for each check."""
        with self._asking:
            if self._kept and self._kept[0] > self.monotonic():
                return self._kept[1]
            for name, check in self.checks.items():
                if name not in self._running:
                    self._running[name] = _begun(name, check)
            done, _ = wait(self._running.values(), timeout=self.seconds)
            found = {name: self._running[name].result() if self._running[name] in done else "" for name in self.checks}
            self._running = {name: asked for name, asked in self._running.items() if asked not in done}
            told = {name: state or f"no answer in {self.seconds:g} seconds" for name, state in found.items()}
            life = CHECK_LIFE if all(state == OK for state in told.values()) else UNWELL_LIFE
            self._kept = (self.monotonic() + life, told)
            return told


def services(
    jobs: Jobs,
    tasks: Tasks,
    blobs: Blobs,
    secrets: Secrets,
    ticks: Ticks,
    films_bucket: str,
    now: Callable[[], datetime],
) -> dict[str, Callable[[], object]]:
    """Return the cheapest question to each of Google's services, and to the sweep: two reads and three calls."""
    return {
        "firestore": lambda: jobs.load(NOBODY),
        "tasks": lambda: tasks.waiting("watch", NOBODY),
        "storage": lambda: blobs.list(f"gs://{films_bucket}/health/"),
        "secrets": lambda: secrets.get(CALLBACK_KEY),
        "sweep": lambda: sweeping(ticks.last(), now()),
    }


def sweeping(last: datetime | None, now: datetime) -> None:
    """Require that the sweep has come by lately. Raises SweepNeverSeen, SweepSilent."""
    if last is None:
        raise SweepNeverSeen
    if now - last > SWEEP_SILENT:
        raise SweepSilent


def _begun(name: str, check: Callable[[], object]) -> Future[str]:
    """Begin a check in a thread that keeps no process alive."""
    asked: Future[str] = Future()
    threading.Thread(target=lambda: asked.set_result(_one(check)), name=f"health-{name}", daemon=True).start()
    return asked


def _one(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as failed:  # noqa: BLE001  # whatever is wrong is the answer
        return type(failed).__name__
    return OK
