"""The functions' process is stopped in the middle of its paid calls for longer than its claims live, then goes on.

Run `python -m tests.journey.frozen --moment claimed`. Cloud Run takes the CPU from an instance that has no request and
gives it back minutes later; what it was about to send must not be sent then. Meanwhile another instance does the work,
or nobody does (`--alone`). The timeouts are the laptop's: what takes 20 minutes in the cloud takes 22 seconds.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.laptop import Laptop
from shared.pipeline.job.job import Claim, Ending, Reconcile, State
from shared.pipeline.job.names import AttemptName, attempt_name
from shared.pipeline.job.timeouts import Timeouts, read_timeouts
from shared.pipeline.plan.plan import Kind
from tests.faults.wire import Wire
from tests.journey.gate import Gate, Moment, gated
from tests.storm.books import audited, months_settled
from tests.storm.customers import ANA, PERSONA, Customers, Order, scene
from tests.storm.findings import Findings, facts, found, live, open_tenants, operator
from tests.storm.gateway import open_gated
from tests.storm.twin import Twin

TENANT = "acme"
HANDS = 8  # callers who order at the same time
SLOW: Mapping[str, Any] = {
    "veo": {"seconds_per_clip": 6},
    "heygen": {"seconds_per_video": 3},
    "did": {"seconds_per_clip": 3},
}
SETTLE, DRY, LIMIT, LOOK = 5.0, 60.0, 240.0, 0.5  # seconds
ORDER = r"predictLongRunning|heygen POST /v3/videos$|did POST /clips$"


@dataclass(frozen=True, slots=True)
class Options:
    """When, and beside whom."""

    moment: Moment = Moment.CLAIMED
    alone: bool = False
    jobs: int = 12
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A claim whose worker stands still."""

    name: AttemptName
    kind: Kind
    claim: Claim

    @property
    def keyed(self) -> bool:
        """Whether a repeat of its call makes nothing new."""
        return self.claim.reconcile is Reconcile.IDEMPOTENCY_KEY


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of it."""

    stopped: tuple[Stopped, ...]
    complaints: tuple[str, ...]
    table: str


def frozen(options: Options, folder: Path) -> Outcomes:
    """Order films, stop the functions amid their claims, let them go on, and audit what is left."""
    wire = Wire()
    orders = [_order(number) for number in range(options.jobs)]
    with ExitStack() as held:
        gate = Gate(lambda: laptop.freeze("functions"))
        laptop, gateway = open_gated(
            held, folder, before=lambda places: gated(held, places, wire, gate, options.moment), over=SLOW
        )
        keys = open_tenants(laptop, [TENANT], second=True)
        twin = None if options.alone else held.enter_context(Twin(folder, gateway.environment))
        customers = held.enter_context(closing(Customers(twin.url if twin else gateway.url, keys)))
        held.callback(customers.over.set)
        taken: dict[str, str] = {}
        ordering = threading.Thread(target=lambda: taken.update(customers.order_all(orders, HANDS)), name="ordering")
        ordering.start()
        assert gate.closed.wait(LIMIT), "no call came to the gate"
        began = time.monotonic()
        stopped = _standing(laptop, gate.gathered)
        gateway.instances = (twin.url,) if twin else gateway.instances
        timeouts = read_timeouts(laptop.world.all_tables()["timeouts"])
        _until_over(laptop, stopped, timeouts, again=twin is not None and options.moment is Moment.CLAIMED)
        sent, slept = wire.count(ORDER), time.monotonic() - began
        laptop.thaw("functions")
        ordering.join(LIMIT)
        until = time.monotonic() + LIMIT
        while live(laptop, [TENANT]) and time.monotonic() < until:
            time.sleep(LOOK)
        findings = found(laptop, [TENANT], list(taken.values()), DRY)
        heard = facts(laptop.places.data / "functions.log")
        woken = wire.count(ORDER) - sent
    audit = audited(findings.jobs, findings.made)
    promises = _promises(options, stopped, findings, woken, len(orders))
    veo = timeouts.of("veo")
    rows = {
        "stopped": f"{len(stopped)} workers, {options.moment}: {_kinds(stopped)}; "
        + ("nobody else there" if options.alone else "another instance beside them"),
        "for": f"{slept:.1f} s; a claim lives {veo.claim:g} s, Veo's longest time {veo.unknown:g} s "
        f"(in the cloud {slept / veo.unknown * Timeouts().of('veo').unknown / 60:.0f} min)",
        "woken": f"{heard['window_over']} found their window over, {heard['claim_lost']} their claim lost, "
        f"{heard['store_failed']} answered 503; {woken} orders sent by the woken process",
        "completed": f"{sum(job.ending is Ending.COMPLETED for job in findings.jobs)} of {len(orders)}",
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
        "given up": f"{audit.unbilled} attempts no vendor billed, counted as paid",
    }
    wide = max(map(len, rows))
    table = "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())
    return Outcomes(tuple(stopped), (*promises, *audit.complaints), table)


def _order(number: int) -> Order:
    """Order one paid call a film: a clip, or a presenter before a wall, of one service or the other."""
    wall = {"type": "color", "color": "#2050a0"}
    asked: Mapping[int, Mapping[str, Any]] = {
        0: {"avatar_id": ANA, "avatar_script": "Hello.", "background": wall},
        1: {"persona": PERSONA, "provider": "did", "avatar_script": "Hello.", "background": wall},
        2: {"scenes": [scene(number, 4)]},
    }
    return Order(f"order-{number}", TENANT, {"product_title": f"Film {number}", **asked[number % len(asked)]})


def _standing(laptop: Laptop, least: int) -> list[Stopped]:
    """Read whose claims stand, once those that came to the gate have arrived."""
    until = time.monotonic() + SETTLE
    with operator(laptop) as wiring:
        while True:
            ids = [each.id for each in wiring.clients.firestore.collection("jobs").list_documents()]
            jobs = [loaded.job for loaded in map(wiring.jobs.load, ids) if loaded]
            stopped = [
                Stopped(attempt_name(job.id, node), node.kind, node.claim)
                for job in jobs
                for node in job.nodes.values()
                if node.state is State.STARTING and node.claim
            ]
            if len(stopped) >= least or time.monotonic() > until:
                return stopped


def _until_over(laptop: Laptop, stopped: Sequence[Stopped], timeouts: Timeouts, *, again: bool) -> None:
    """Wait until every claim's timeout is over and, if `again`, another instance has sent what was not sent."""
    keyless = [each.name for each in stopped if not each.keyed]
    with operator(laptop) as wiring:
        oldest = (wiring.now() - min(each.claim.at for each in stopped)).total_seconds()
    time.sleep(max(0.0, timeouts.of("veo").unknown + SETTLE - oldest))
    until = time.monotonic() + LIMIT
    while again and time.monotonic() < until:
        with operator(laptop) as wiring:
            now = {name: loaded.job.nodes[name.node] for name in keyless if (loaded := wiring.jobs.load(name.job))}
        if all(node.attempt > name.attempt and node.state is State.RUNNING for name, node in now.items()):
            return
        if all(node.state is State.DONE for node in now.values()):
            return
        time.sleep(LOOK)
    assert not again, "the other instance did not take over what stood still"


def _promises(
    options: Options, stopped: Sequence[Stopped], findings: Findings, woken: int, ordered: int
) -> Iterator[str]:
    """All is completed, and what stood still unsent was never sent by the one who had claimed it."""
    if not ordered == findings.counted == len(findings.jobs):
        yield f"{ordered} ordered, {findings.counted} stored, {len(findings.jobs)} found"
    for job in findings.jobs:
        if job.ending is not Ending.COMPLETED:
            yield f"{job.id}: {job.ending}: {job.trouble}"
    yield from (f"a task is left: {task}" for task in findings.queued)
    yield from months_settled(findings.jobs, findings.months, {TENANT: ordered})
    asked = Counter(each.name for each in findings.made)
    if options.moment is Moment.CLAIMED and not options.alone:
        if woken:
            yield f"the woken process sent {woken} orders"
        yield from (f"{each.name} was sent" for each in stopped if not each.keyed and asked[each.name])
    if options.moment is Moment.SENT:
        last = {(job.id, node.key): node.attempt for job in findings.jobs for node in job.nodes.values()}
        for each in stopped:
            if asked[each.name] and last[each.name.job, each.name.node] != each.name.attempt:
                yield f"{each.name} was sent, and ordered again"


def _kinds(stopped: Sequence[Stopped]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(map(_kind, stopped)).items())


def _kind(each: Stopped) -> str:
    how = each.claim.reconcile.value if each.claim.reconcile else "of older code"
    return f"{each.kind.value} ({how})"


def main() -> None:
    """Run one and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moment", type=Moment, choices=list(Moment), default=Moment.CLAIMED)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--jobs", type=int, default=Options().jobs)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    options = Options(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="frozen-") as temporary:
        left = frozen(options, options.keep or Path(temporary))
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
