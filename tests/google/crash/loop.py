"""`python -m tests.google.crash.loop`: kill the servers again and again while writers write, and count what is lost.

Three writers make acknowledged writes with Google's clients; at a random moment (seeded) the server gets SIGKILL and is
started again on the same files and port, sometimes to be killed once more while it starts; then everything is read back
and compared with what was acknowledged. At the end whatever was still owed (tasks, events) must have arrived.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

from tests.google.crash.firestore import Firestore
from tests.google.crash.process import Victim
from tests.google.crash.secrets import Secrets
from tests.google.crash.storage import Storage
from tests.google.crash.tasks import Tasks
from tests.google.crash.trial import DIED, Trial

TRIALS: Mapping[str, Callable[[], Trial]] = {
    "firestore": Firestore,
    "tasks": Tasks,
    "secrets": Secrets,
    "storage": Storage,
}
WRITERS = 3
LONGEST_LIFE = 0.6  # seconds of writing between two kills
WHILE_STARTING = 0.2  # the share of kills that hit a server before it serves
NOTICED = 10.0  # seconds after which a writer that lost its server without a kill is a failure
HEAD = ("service", "kills", "acknowledged", "lost", "worst restart ms")
FROM_ENVIRONMENT = (
    "FIRESTORE_EMULATOR_HOST",
    "STORAGE_EMULATOR_HOST",
    "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA",
)


@dataclass(frozen=True, slots=True)
class Result:
    """One service's row."""

    service: str
    kills: int
    acknowledged: int
    lost: tuple[str, ...]
    worst_restart: float

    def row(self) -> tuple[str, ...]:
        """Return it as text, in the order of HEAD."""
        numbers = (self.kills, self.acknowledged, len(self.lost), round(self.worst_restart))
        return (self.service, *map(str, numbers))


def torture(service: str, data: Path, *, kills: int, seconds: float, seed: int) -> Result:
    """Kill one service at most so often and for at most so long; answer what it lost."""
    rng = Random(f"{service}-{seed}")
    until = time.monotonic() + seconds
    with contextlib.ExitStack() as closing:
        closing.enter_context(environment_kept())
        trial = TRIALS[service]()
        closing.callback(trial.close)
        victim = Victim(service, data, *trial.extra())
        closing.callback(victim.kill)
        address = victim.start()
        trial.prepare(address)
        killed, lost = 0, list[str]()
        while killed < kills and time.monotonic() < until:
            _write_until_killed(trial, victim, address, rng, round_name=f"r{killed}")
            killed += 1
            if killed < kills and rng.random() < WHILE_STARTING:
                victim.spawn()
                time.sleep(rng.uniform(0, max(victim.slowest, 500) / 1000))
                victim.kill()
                killed += 1
            address = victim.start()
            lost += trial.check(address)
            if not victim.alive():
                lost.append("the server died by itself")
        lost += trial.settle()
        lost += trial.check(address)
        if status := victim.end():
            lost.append(f"the server ended with status {status} at SIGTERM")
        return Result(service, killed, trial.ledger.acknowledged, tuple(lost), victim.slowest)


def _write_until_killed(trial: Trial, victim: Victim, address: str, rng: Random, *, round_name: str) -> None:
    dead = Event()

    def write(number: int, own: Random) -> None:
        with trial.writer(address, f"{round_name}-{number}", own) as step:
            while not dead.is_set():
                try:
                    step()
                except DIED:
                    if not dead.wait(NOTICED):
                        raise
                    return

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(write, number, Random(rng.random())) for number in range(WRITERS)]
        time.sleep(rng.uniform(0.02, LONGEST_LIFE))
        victim.kill()
        dead.set()
        for writer in writing:
            writer.result()


@contextlib.contextmanager
def environment_kept() -> Iterator[None]:
    """Put back the variables that point Google's clients at a server."""
    before = {name: os.environ.get(name) for name in FROM_ENVIRONMENT}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def table(results: list[Result]) -> str:
    """Lay the rows out in columns."""
    rows = [HEAD, *(result.row() for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    """Torture the services asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", choices=("all", *TRIALS), default="all")
    parser.add_argument("--kills", type=int, default=40, help="per service")
    parser.add_argument("--seconds", type=float, default=300, help="per service, until the last kill")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # by way of every `finally`
    results = []
    for service in TRIALS if given.service == "all" else (given.service,):
        with TemporaryDirectory() as folder:
            results.append(torture(service, Path(folder), kills=given.kills, seconds=given.seconds, seed=given.seed))
    print(table(results))
    for trouble in (trouble for result in results for trouble in result.lost):
        print("lost:", trouble, file=sys.stderr)
    sys.exit(any(result.lost for result in results))


if __name__ == "__main__":
    main()
