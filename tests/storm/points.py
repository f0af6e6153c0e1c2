"""The functions' process is killed, as a power cut would, at each of its external calls in turn; no film is lost.

The service that takes over films with the platform's account.

Run `python -m tests.storm.points` (half an hour; `--sample 8` for a few of them). Of each kind of film one is made
undisturbed and recorded: every call it makes is a point. Then, on one laptop, a film is ordered for each point and the
process is killed as that call comes by, once before it reached the service and once after the service had done it.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.local.laptop import Laptop
from infra.local.world import Places, World
from tests.faults.wire import Kind, Wire
from tests.storm.books import audited
from tests.storm.customers import ANA, BROKE, PERSONA, SAID, Customers, Order, scene
from tests.storm.findings import Findings, found, open_tenants
from tests.storm.gusts import Proxies
from tests.storm.worlds import world

TENANT = "acme"
NUMBERED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}|\d{10,}")
LIMIT = 120.0  # seconds a film may take, on a busy machine; all of one kind together
DRY = 30.0  # seconds the queues may take to run dry at the end
FILMS: Mapping[str, Mapping[str, Any]] = {
    "HeyGen's": {"avatar_id": ANA, "avatar_script": SAID},
    "taken over by D-ID": {"persona": PERSONA, "avatar_script": BROKE},
}


@dataclass(frozen=True, slots=True)
class Point:
    """The `nth` call that looks like this, before it is done or after."""

    call: str
    nth: int
    done: bool

    def __str__(self) -> str:
        return f"{'after' if self.done else 'before'} {self.call} #{self.nth}"

    @property
    def pattern(self) -> str:
        """The rule's pattern: the line with its ids open."""
        return "^" + re.escape(self.call).replace(r"\*", "[^/]+") + "$"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the kills left behind."""

    complaints: tuple[str, ...]
    table: str
    kills: int


def points(calls: Sequence[str]) -> Iterator[Point]:
    """Yield every call of a journey, twice."""
    seen: Counter[str] = Counter()
    for call in (NUMBERED.sub("*", line) for line in calls):
        seen[call] += 1
        yield Point(call, seen[call], done=False)
        yield Point(call, seen[call], done=True)


def killed_at_points(folder: Path, sample: int = 0) -> Outcomes:
    """Kill at every point, or at `sample` of them, evenly spread."""
    wire = Wire()
    with ExitStack() as held:
        laptop = held.enter_context(_laptop(folder, wire))
        keys = open_tenants(laptop, [TENANT], second=True, lent={TENANT: "did"})
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        jobs: list[tuple[str, str]] = []
        rows: list[str] = []
        missed: list[str] = []
        all_points = kills = 0
        for film in FILMS:
            every = _points(customers, wire, film, jobs)
            part = sample // len(FILMS)
            chosen = every[:: max(1, len(every) // part)] if part else every
            all_points += len(every)
            last = threading.Timer(LIMIT * len(chosen), customers.over.set)
            last.start()
            for number, point in enumerate(chosen):
                for at in _nearest(point):
                    order = _order(f"{film}-{number}-{at.nth}", film)
                    job, took, met = _killed(laptop, wire, customers, at, order)
                    jobs.append(job)
                    rows.append(f"{took:>6.1f} s  {job[1]}  {at}{'' if met else ': a quicker film, without it'}")
                    if met:
                        kills += 1
                        break
                else:
                    missed.append(f"{point}: the call never came")
            last.cancel()
        findings = found(laptop, [TENANT], [job for job, _ in jobs if job], DRY)
    complaints = [*missed, *_wrong(jobs, findings)]
    rows.append(f"{kills + len(missed)} of {all_points} points, {kills} kills")
    return Outcomes(tuple(complaints), "\n".join(rows), kills)


def _points(customers: Customers, wire: Wire, film: str, jobs: list[tuple[str, str]]) -> list[Point]:
    """Make a film undisturbed, after one whose calls only a process's first film makes; return its points."""
    for key in (f"{film}-warm", f"{film}-calm"):
        wire.calls.clear()
        jobs.append(customers.serve([_order(key, film)], 1)[key])
    return list(points(wire.calls))


def _nearest(point: Point) -> Iterator[Point]:
    """Yield a point, then earlier ones to the first: what looks by the clock comes less often in a quicker film."""
    nth = point.nth
    while nth:
        yield replace(point, nth=nth)
        nth //= 2


def _killed(
    laptop: Laptop, wire: Wire, customers: Customers, point: Point, order: Order
) -> tuple[tuple[str, str], float, bool]:
    """Order a film, kill at its point, and wait for its end."""

    def lightning() -> None:
        laptop.kill("functions")

    rule = wire.on(point.pattern, Kind.PASS if point.done else Kind.RESET, nth=point.nth, meanwhile=lightning)
    started = time.monotonic()
    job = customers.serve([order], 1)[order.key]
    took = time.monotonic() - started
    wire.mend()
    return job, took, rule.struck


def _order(key: str, film: str) -> Order:
    return Order(key, TENANT, {"product_title": "Mug", "scenes": [scene(1, 4)], **FILMS[film]})


def _wrong(jobs: Sequence[tuple[str, str]], findings: Findings) -> Iterator[str]:
    yield from (f"{job}: {status}" for job, status in jobs if status != "completed")
    yield from audited(findings.jobs, findings.made).complaints
    yield from (f"a task is left: {task}" for task in findings.queued)


@contextmanager
def _laptop(folder: Path, wire: Wire) -> Iterator[Laptop]:
    """Start a laptop whose functions speak through proxies."""
    path = folder / "world.json"
    places = Places.of(folder / "data", World.read(world(path)))
    proxies = Proxies(wire)
    with ExitStack() as held:
        held.callback(proxies.stop)
        world(path, environment=proxies.start(places))
        laptop = Laptop(folder / "data", path)
        laptop.start()
        held.callback(laptop.stop)
        yield laptop


def main() -> None:
    """Kill at every point and say what it left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many of all films' points; 0: all")
    with tempfile.TemporaryDirectory(prefix="points-") as folder:
        left = killed_at_points(Path(folder), parser.parse_args().sample)
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
