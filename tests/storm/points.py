"""The functions' process is killed, as a power cut would, at each of its external calls in turn; no film is lost.

Run `python -m tests.storm.points` (a quarter of an hour; `--sample 8` for a few of them). One undisturbed film with a
presenter is recorded: every call it makes is a point. Then, on one laptop, a film is ordered for each point and the
process is killed as that call comes by, once before it reached the service and once after the service had done it.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from infra.local.laptop import Laptop
from infra.local.world import Places, World
from tests.faults.wire import Kind, Wire
from tests.storm.books import audited
from tests.storm.customers import ANA, Customers, Order, scene
from tests.storm.findings import Findings, found, open_tenants
from tests.storm.gusts import Proxies
from tests.storm.worlds import world

TENANT = "acme"
NUMBERED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\d{10,}")
LIMIT = 60.0  # seconds a film may take, all films together
NEAREST = 6  # points tried, from the chosen one down, until one comes
DRY = 30.0  # seconds the queues may take to run dry at the end


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
        keys = open_tenants(laptop, [TENANT])
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        jobs = [customers.serve([_order("warm")], 1)["warm"]]  # what only a process's first film asks for comes with it
        wire.calls.clear()
        jobs.append(customers.serve([_order("calm")], 1)["calm"])
        every = list(points(wire.calls))
        chosen = every[:: max(1, len(every) // sample)] if sample else every
        last = threading.Timer(LIMIT * len(chosen), customers.over.set)
        last.start()
        held.callback(last.cancel)
        rows: list[str] = []
        missed: list[str] = []
        for number, point in enumerate(chosen):
            for at in _nearest(point):
                job, took, met = _killed(laptop, wire, customers, at, f"film-{number}-{at.nth}")
                jobs.append(job)
                rows.append(f"{took:>6.1f} s  {job[1]}  {at}{'' if met else ': a quicker film, without it'}")
                if met:
                    break
            else:
                missed.append(f"{point}: the call never came")
        findings = found(laptop, [TENANT], [job for job, _ in jobs], DRY)
    complaints = [*missed, *_wrong(jobs, findings)]
    rows.append(f"{len(chosen)} of {len(every)} points, {len(chosen) - len(missed)} kills")
    return Outcomes(tuple(complaints), "\n".join(rows), len(chosen) - len(missed))


def _nearest(point: Point) -> Iterator[Point]:
    """Yield a point and the few before it: what looks by the clock comes less often in a quicker film."""
    for nth in range(point.nth, max(0, point.nth - NEAREST), -1):
        yield replace(point, nth=nth)


def _killed(
    laptop: Laptop, wire: Wire, customers: Customers, point: Point, key: str
) -> tuple[tuple[str, str], float, bool]:
    """Order a film, kill at its point, and wait for its end."""

    def lightning() -> None:
        laptop.kill("functions")

    rule = wire.on(point.pattern, Kind.PASS if point.done else Kind.RESET, nth=point.nth, meanwhile=lightning)
    started = time.monotonic()
    job = customers.serve([_order(key)], 1)[key]
    took = time.monotonic() - started
    wire.mend()
    return job, took, rule.struck


def _order(key: str) -> Order:
    request = {"product_title": "Mug", "scenes": [scene(1, 4)], "avatar_id": ANA, "avatar_script": "Good coffee."}
    return Order(key, TENANT, request)


def _wrong(jobs: Sequence[tuple[str, str]], findings: Findings) -> Iterator[str]:
    yield from (f"{job}: {status}" for job, status in jobs if status != "completed")
    yield from audited(findings.jobs, (*findings.veo, *findings.heygen)).complaints
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
    parser.add_argument("--sample", type=int, default=0, help="so many of the points; 0: all")
    with tempfile.TemporaryDirectory(prefix="points-") as folder:
        left = killed_at_points(Path(folder), parser.parse_args().sample)
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
