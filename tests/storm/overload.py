"""Far more films are ordered than can be made at once; none may be lost, and nobody may push the others aside.

Run `python -m tests.storm.overload --jobs 2000`. First one tenant's single film is timed alone, then beside a tenant
that floods its share; then many tenants order as fast as the API takes it. It states how long POST /create_job took,
the memory of the functions' process, and how often the vendors had to refuse.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.laptop import Laptop
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.timeouts import Timeouts
from tests.storm.books import audited, months_settled
from tests.storm.customers import TOO_MANY, Customers, Order, scene
from tests.storm.findings import Findings, found, live, open_tenants, processes
from tests.storm.worlds import BRISK, world

FLOODS = 3  # times its share is what the flood wants
LONE, FLOOD = "lone", "flood"
RATE = 20.0  # clips a second that the queue hands out
QUOTA = 1500  # clips a minute that Veo takes: the queue's rate is a fifth below it
HANDS = 8  # customers who order at the same time
SPOKEN = 8  # one film in so many has a presenter
SPEAKERS = 2  # takes the one HeyGen account makes at once; more are 429
SAMPLE = 0.5  # seconds between two looks at the memory
MEGABYTE = 1024  # of /proc's kB
# The shipped timeouts: nothing is killed here, and a vendor of two cores has a backlog of minutes.
SHIPPED = Timeouts()
PATIENT = ("claim", "unknown", "backstop", "longest", "silence")
AS_SHIPPED = {wait: getattr(SHIPPED, wait) for wait in BRISK if wait != "vendors"} | {
    "vendors": {name: {wait: getattr(row.waits, wait) for wait in PATIENT} for name, row in SHIPPED.vendors.items()}
}
FAST_ENOUGH: dict[str, Any] = {
    "tables": {"timeouts": AS_SHIPPED},
    "queues": {"veo": {"max_dispatches_per_second": RATE}, "compose": {"max_concurrent_dispatches": 2}},
    "veo": {"per_minute": QUOTA},
    "heygen": {"concurrency": SPEAKERS, "retry_after_seconds": 3},
}


@dataclass(frozen=True, slots=True)
class Options:
    """How much is ordered."""

    jobs: int = 2000
    share: int = 50  # live jobs of one tenant
    limit: float = 3000.0  # seconds everything may take to end


@dataclass(slots=True)
class Fairness:
    """What a flood did to a tenant's single film."""

    alone: float = 0.0  # seconds
    beside: float = 0.0  # seconds, the flood being at its share
    refused: int = 0  # orders of the flood beyond its share, 429
    ahead: int = 0  # the flood's films that were finished while the lone one waited


@dataclass(slots=True)
class Memory:
    """The functions' process, MB."""

    before: float = 0.0
    peak: float = 0.0
    after: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def watch(self, laptop: Laptop) -> None:
        """Note the peak until told to stop."""
        while not self.over.wait(SAMPLE):
            self.peak = max(self.peak, _resident(laptop))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What an overload left behind."""

    complaints: tuple[str, ...]
    table: str
    fairness: Fairness
    too_fast: int  # times Veo answered 429


def overload(options: Options, folder: Path) -> Outcomes:
    """Overload a laptop in `folder` and audit what is left."""
    tenants = [f"tenant-{k}" for k in range(-(-options.jobs // options.share))]
    orders = [_order(k, tenants[k % len(tenants)]) for k in range(options.jobs)]
    memory = Memory()
    started = time.monotonic()
    with ExitStack() as held:
        laptop = held.enter_context(_laptop(folder))
        names = [LONE, FLOOD, *tenants]
        keys = open_tenants(laptop, names, options.share)
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        last = threading.Timer(options.limit, customers.over.set)
        last.start()
        fairness, fair_jobs = _fair(customers, laptop, options.share)
        memory.before = memory.peak = _resident(laptop)
        watching = threading.Thread(target=memory.watch, args=(laptop,), name="memory")
        watching.start()
        try:
            customers.timeouts.clear()
            began = time.monotonic()
            taken = customers.order_all(orders, HANDS)
            accepting = time.monotonic() - began
            ended = _all_ended(customers, laptop, names)
            drained = time.monotonic() - began
        finally:
            last.cancel()
            memory.over.set()
            watching.join()
        memory.after = _resident(laptop)
        findings = found(laptop, names, [*fair_jobs.values(), *taken.values()], 60)
    films = Counter({FLOOD: len(fair_jobs) - 2, LONE: 2}) + Counter(order.tenant for order in orders)
    audit = audited(findings.jobs, findings.made)
    promises = _promises(len(orders) + len(fair_jobs), findings, ended=ended)
    complaints = (*promises, *months_settled(findings.jobs, findings.months, films), *audit.complaints)
    fairness.ahead = _ahead(findings.jobs, fair_jobs["beside"])
    too_fast = findings.submits["veo"] - len(findings.veo)
    rows = {
        "jobs": f"{len(orders)} of {len(tenants)} tenants, {audit.takes} takes billed; {len(findings.jobs)} stored",
        "POST /create_job": f"{_percentiles(customers.timeouts)}; all taken in {accepting:.1f} s "
        f"({len(orders) / accepting:.0f}/s) by {HANDS} callers; sent again after "
        f"{dict(customers.answers) or 'nothing'}",
        "all ended": f"{drained:.1f} s after the first order; {time.monotonic() - started:.0f} s in all",
        "memory": f"functions {memory.before:.0f} MB before, {memory.peak:.0f} MB peak, {memory.after:.0f} MB after",
        "Veo": f"{findings.submits['veo']} asked, {too_fast} answered 429; queue {RATE:g}/s, quota {QUOTA}/min",
        "HeyGen": f"{findings.submits['heygen']} asked, {len(findings.heygen)} made; else 429 ({SPEAKERS} at a time)",
        "fairness": f"a lone film: {fairness.alone:.1f} s alone, {fairness.beside:.1f} s beside a flood at its share "
        f"of {options.share} ({fairness.ahead} of its films went first, "
        f"{fairness.refused} times it was answered 429)",
    }
    wide = max(map(len, rows))
    return Outcomes(complaints, "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items()), fairness, too_fast)


def _order(number: int, tenant: str) -> Order:
    request: dict[str, Any] = {"product_title": f"Film {number}", "scenes": [scene(number, 4)]}
    if number % SPOKEN == 0:
        request |= {"avatar_id": "look_ana_studio", "avatar_script": "Good coffee."}
    return Order(f"order-{number}", tenant, request)


@contextmanager
def _laptop(folder: Path) -> Iterator[Laptop]:
    laptop = Laptop(folder / "data", world(folder / "world.json", **FAST_ENOUGH))
    laptop.start()
    try:
        yield laptop
    finally:
        laptop.stop()


def _fair(customers: Customers, laptop: Laptop, share: int) -> tuple[Fairness, dict[str, str]]:
    """Time one film alone and beside a flood that does not stop at its share; return that, and the jobs made for it."""
    fair = Fairness()
    fair.alone, alone = _timed(customers, "alone")
    flooding = Customers(customers.url, customers.keys)
    orders = [
        Order(f"flood-{k}", FLOOD, {"product_title": "Flood", "scenes": [scene(k, 4)]}) for k in range(FLOODS * share)
    ]
    taken: dict[str, str] = {}
    flood = threading.Thread(target=lambda: taken.update(flooding.order_all(orders, HANDS)), name="flood")
    flood.start()
    while flood.is_alive() and not flooding.answers[str(TOO_MANY)]:
        time.sleep(SAMPLE / 10)  # until its share is full
    fair.beside, beside = _timed(customers, "beside")
    flooding.over.set()
    flood.join()
    flooding.close()
    jobs = {"alone": alone, "beside": beside} | {key: job for key, job in taken.items() if job}
    fair.refused = flooding.answers[str(TOO_MANY)]
    while live(laptop, [FLOOD]) and not customers.over.wait(SAMPLE):
        continue
    return fair, jobs


def _timed(customers: Customers, key: str) -> tuple[float, str]:
    began = time.monotonic()
    order = Order(key, LONE, {"product_title": key, "scenes": [scene(1, 4)]})
    job = customers.order_all([order], 1)[key]
    customers.ended(LONE, job)
    return time.monotonic() - began, job


def _ahead(jobs: Sequence[Job], lone: str) -> int:
    """Count the flood's films that were finished while the lone one waited."""
    mine = next(job for job in jobs if job.id == lone)
    if mine.ended_at is None:
        return len(jobs)
    theirs = [job.ended_at for job in jobs if job.tenant == FLOOD and job.ended_at]
    return sum(mine.created_at < ended < mine.ended_at for ended in theirs)


def _all_ended(customers: Customers, laptop: Laptop, tenants: Sequence[str]) -> bool:
    """Wait until no tenant has a live job; say whether that came about in time."""
    while not customers.over.wait(1.0):
        if not live(laptop, tenants):
            return True
    return False


def _promises(ordered: int, findings: Findings, *, ended: bool) -> Iterator[str]:
    if not ended:
        yield "not all jobs ended in time"
    if findings.counted != ordered or len(findings.jobs) != ordered:
        yield f"{ordered} jobs were taken, {findings.counted} are stored"
    for job in findings.jobs:
        if job.ending is not Ending.COMPLETED:
            yield f"{job.id}: {job.ending}: {job.trouble}"
    yield from (f"a task is left: {task}" for task in findings.queued)


def _resident(laptop: Laptop) -> float:
    status = Path(f"/proc/{processes(laptop)['functions']}/status").read_text(encoding="ascii")
    found_size = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found_size[1]) / MEGABYTE if found_size else 0.0


def _percentiles(timeouts: Sequence[float]) -> str:
    row = sorted(timeouts) or [0.0]
    at = [row[min(len(row) - 1, int(len(row) * share))] for share in (0.5, 0.99)]
    return f"p50 {1000 * at[0]:.0f} ms, p99 {1000 * at[1]:.0f} ms, longest {1000 * row[-1]:.0f} ms"


def main() -> None:
    """Run one overload and say what it left."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--share", type=int, default=usual.share)
    parser.add_argument("--limit", type=float, default=usual.limit)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    given = vars(parser.parse_args())
    keep: Path | None = given.pop("keep")
    with tempfile.TemporaryDirectory(prefix="overload-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        left = overload(Options(**given), folder)
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    print("the books balance" if not left.complaints else f"{len(left.complaints)} complaints")
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
