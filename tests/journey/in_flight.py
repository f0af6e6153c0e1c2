"""Films in flight when `kill -9` hits the functions' process: all are completed, and no take is generated twice.

Run `python -m tests.journey.in_flight --jobs 100`, and with `--kills 5` for more strikes than one, at random moments.
The process is stopped for the count just before it is killed, so that what it is killed in is read and not guessed.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from infra.local.laptop import Laptop
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.status import status
from tests.patience import PATIENCE
from tests.storm.books import Audit, audited
from tests.storm.customers import ANA, Customers, Order, scene
from tests.storm.findings import Findings, all_completed, facts, found, live, nudges, open_tenants, operator, processes
from tests.storm.twin import answers
from tests.storm.worlds import world

TENANT = "acme"
HANDS = 8  # callers who order at the same time
DRY = 60.0  # seconds the queues may take to run dry once every job has ended
GAP = (0.5, 4.0)  # seconds from a process that answers again to the next strike
THOUGHT = 4.0  # seconds a vendor thinks before it answers an order
LOOK = 1.0  # seconds between two looks at what is left


@dataclass(frozen=True, slots=True)
class Options:
    """How many films, how many strikes."""

    jobs: int = 100
    kills: int = 1
    seed: int = 1
    limit: float = 600.0  # seconds the films may take after the last strike


@dataclass(frozen=True, slots=True)
class Strike:
    """What stood at one kill, and when the process answered again."""

    ended: int
    statuses: Counter[str]
    nodes: Counter[str]
    back: datetime

    @property
    def in_flight(self) -> int:
        """Count the jobs that had not ended."""
        return self.statuses.total() - self.ended


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the kills left behind."""

    strikes: tuple[Strike, ...]
    completed: int
    takes: int
    complaints: tuple[str, ...]
    table: str


def in_flight(options: Options, folder: Path) -> Outcomes:
    """Order films on a laptop in `folder`, kill its functions, wait for the films and audit them."""
    chance = random.Random(options.seed)
    orders = [_order(number) for number in range(options.jobs)]
    with ExitStack() as held:
        laptop = Laptop(folder / "data", world(folder / "world.json", **_slow(options.jobs)))
        held.callback(laptop.stop)
        laptop.start()
        keys = open_tenants(laptop, [TENANT], live_jobs=options.jobs)
        _think(laptop)
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        last = threading.Timer(options.limit, customers.over.set)
        last.start()
        held.callback(last.cancel)
        jobs = [job for job in customers.order_all(orders, HANDS).values() if job]
        strikes = [_struck(laptop, jobs)]
        while len(strikes) < options.kills and live(laptop, [TENANT]):
            time.sleep(chance.uniform(*GAP))
            strikes.append(_struck(laptop, jobs))
        until = time.monotonic() + options.limit
        while live(laptop, [TENANT]) and time.monotonic() < until:
            time.sleep(LOOK)
        findings = found(laptop, [TENANT], jobs, DRY)
        heard = facts(laptop.places.data / "functions.log")
    audit = audited(findings.jobs, findings.made)
    completed = sum(job.ending is Ending.COMPLETED for job in findings.jobs)
    complaints = (*all_completed(findings, TENANT, len(orders)), *audit.complaints)
    return Outcomes(
        tuple(strikes), completed, audit.takes, complaints, _table(orders, strikes, findings, audit, completed, heard)
    )


def _slow(jobs: int) -> dict[str, Any]:
    """Let a clip take longer than all orders need to be accepted, so that none is finished at the first strike."""
    clip = 5 + jobs / 4
    waits = {"backstop": clip + 8, "unknown": clip + 90}  # beyond the longest time of a clip, however busy the machine
    tables = {"timeouts": {"vendors": {"veo": waits}}}
    return {"veo": {"seconds_per_clip": clip}, "heygen": {"seconds_per_video": 3}, "tables": tables}


def _think(laptop: Laptop) -> None:
    """Let the vendors think before they answer an order: whoever is killed meanwhile has paid and does not know it."""
    for port, route in ((laptop.places.veo, "predictLongRunning"), (laptop.places.heygen, "POST /v3/videos$")):
        thought = {"route": route, "times": 10_000, "do": "delay", "seconds": THOUGHT}
        url = f"http://127.0.0.1:{port}/_stand_in/faults"
        httpx.post(url, json=[thought], timeout=PATIENCE, trust_env=False).raise_for_status()


def _order(number: int) -> Order:
    request: dict[str, Any] = {"product_title": f"Film {number}", "scenes": [scene(number, 4)]}
    if number % 10 == 0:
        request |= {"scenes": [scene(number, 8), scene(number + 1, 8)]}  # a chain: its second clip comes after the kill
    elif number % 3 == 0:
        request |= {"avatar_id": ANA, "avatar_script": "Good coffee."}
    elif number % 3 == 1:
        request |= {"scenes": [scene(number, 4), scene(number + 1, 4)], "b_roll": {"join": "cut"}}
    return Order(f"order-{number}", TENANT, request)


def _struck(laptop: Laptop, jobs: Sequence[str]) -> Strike:
    """Stop the functions, read what stands, kill them, and wait until new ones answer."""
    pid = processes(laptop)["functions"]
    laptop.freeze("functions")
    with operator(laptop) as wiring:
        stood = [loaded.job for loaded in map(wiring.jobs.load, jobs) if loaded]
    laptop.kill("functions")
    while processes(laptop)["functions"] == pid or not answers(laptop.places.front):
        time.sleep(0.02)
    return Strike(
        sum(job.ending is not None for job in stood),
        Counter(status(job).value for job in stood),
        Counter(f"{node.kind.value} {node.state.value}" for job in stood for node in job.nodes.values()),
        datetime.now(UTC),
    )


def _table(
    orders: Sequence[Order],
    strikes: Sequence[Strike],
    findings: Findings,
    audit: Audit,
    completed: int,
    heard: Counter[str],
) -> str:
    first, last = strikes[0], max((job.ended_at for job in findings.jobs if job.ended_at), default=strikes[-1].back)
    clip = _slow(len(orders))["veo"]["seconds_per_clip"]
    rows = {
        "jobs": f"{len(orders)} accepted; a clip takes {clip:g} s, and {THOUGHT:g} s until its order is answered",
        "in flight at the kill": f"{first.in_flight}, {first.statuses['completed']} completed: {_said(first.statuses)}",
        "nodes at the kill": _said(first.nodes),
        "kills": f"{len(strikes)}; in flight at each: {', '.join(str(strike.in_flight) for strike in strikes)}",
        "completed": f"{completed} of {len(orders)}",
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
        "given up": f"{audit.unbilled} attempts no vendor billed, counted as paid (${audit.unbilled_cost / 1e6:.2f})",
        "time": f"{(last - strikes[-1].back).total_seconds():.1f} s from the last restart to the last film",
        "nudges": f"{nudges(findings.jobs)}, in {sum(_nudged(job) for job in findings.jobs)} jobs",
        "reconciles": f"{heard['submit_ended Unclear']} unclear submits, {heard['committed Reclaimed']} repeated keys, "
        f"{heard['committed NothingFound']} looks under a prefix that found nothing",
    }
    wide = max(map(len, rows))
    return "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())


def _nudged(job: Job) -> bool:
    return nudges([job]) > 0


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def main() -> None:
    """Run one and say what it left."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("jobs", "kills", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    parser.add_argument("--limit", type=float, default=usual.limit)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    given = vars(parser.parse_args())
    keep: Path | None = given.pop("keep")
    with tempfile.TemporaryDirectory(prefix="in-flight-") as temporary:
        left = in_flight(Options(**given), keep or Path(temporary))
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
