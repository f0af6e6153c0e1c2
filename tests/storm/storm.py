"""Films are ordered while lightning kills processes, gusts break calls and people forge; then the books must balance.

Run `python -m tests.storm.storm --jobs 300`. It starts a laptop whose functions reach Google and the vendors through
fault proxies, and are reached by them through a gateway that drops, doubles, delays and repeats; orders films of every
kind, kills on, and at the end holds jobs, ledgers, months, queues and the vendors' bills against each other. Exit code
0 when there is nothing to complain about.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from infra.local.google.identity.issuer import Issuer
from infra.local.google_cloud import now
from infra.local.laptop import Laptop
from shared.codes import Code
from shared.pipeline.job.job import Ending, Job, Outcome
from shared.steps.callbacks import callback_key
from tests import spoiled
from tests.storm.books import audited, months_settled
from tests.storm.customers import SECOND, Customers, Order, mixed
from tests.storm.findings import Findings, facts, found, open_tenants, operator
from tests.storm.gateway import Gateway, open_gated
from tests.storm.gusts import Gusts, Proxies
from tests.storm.hints import Hints, Kind
from tests.storm.killer import Killer
from tests.storm.mischief import Mischief, swapped
from tests.storm.recovery import here
from tests.storm.table import Weather, given_up_twice, table

TENANTS = ("acme", "bolt")
BORROWS = {"acme": "did", "bolt": "heygen"}  # where a tenant is filmed with the platform's account
WRITTEN_DOWN = (("guessed path", "404"), ("another attempt's mark", "404"), ("wrong signature", "401"))
DRY = 60.0  # seconds the queues may take to run dry once every job has ended


@dataclass(frozen=True, slots=True)
class Options:
    """How strong the storm is."""

    jobs: int = 300
    seconds: float = 300.0  # it ends with the last job, or after this
    kill_every: float = 3.0  # seconds, on the average
    faults: float = 0.05  # of all calls
    hints: float = 0.2  # of all object events and webhooks
    prank_every: float = 0.3  # seconds, on the average
    seed: int = 1
    at_once: int = 20  # films being made at a time
    limit: float = 900.0  # seconds the jobs may take to end once the storm is over


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a storm left behind."""

    complaints: tuple[str, ...]
    table: str


def storm(options: Options, folder: Path) -> Outcomes:
    """Let it storm over a laptop in `folder` and audit what is left."""
    orders = mixed(options.jobs, options.seed, TENANTS, SECOND)
    gusts = Gusts(chance=random.Random(options.seed))
    hints = Hints(chance=random.Random(options.seed + 2))
    started = time.monotonic()
    with ExitStack() as held:
        laptop, gateway = _laptop(held, folder, gusts, hints)
        keys = open_tenants(laptop, TENANTS, second=True, lent=BORROWS)
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        killer = Killer(laptop, options.kill_every, random.Random(options.seed + 1), lambda: len(customers.finished))
        mischief = _mischief(options, laptop, gateway, hints, customers)
        gusts.share, hints.hints, hints.calls = options.faults, options.hints, options.faults
        weather = Weather(gusts, hints, killer, mischief)
        done, calm = _weathered(options, orders, customers, weather)
        findings = found(laptop, TENANTS, [job for job, _ in done.values() if job], DRY)
        heard = facts(laptop.places.data / "functions.log")
    took = time.monotonic() - started
    audit = audited(findings.jobs, findings.made)
    silent = (f"no {kind.value} came by the gateway" for kind in Kind if not hints.came[kind])
    complaints = (*_promises(orders, done, findings), *_unmoved(mischief, findings, heard), *audit.complaints, *silent)
    said = {"storm": f"seed {options.seed}, {calm:.0f} s of it; {took:.0f} s in all"}
    text = table(orders, findings, audit, weather, customers, heard, here(folder / "world.json"), said)
    return Outcomes(complaints, text)


def _weathered(
    options: Options, orders: list[Order], customers: Customers, weather: Weather
) -> tuple[dict[str, tuple[str, str]], float]:
    """Serve all orders in the storm, and in the calm after it; return what became of them and when the calm began."""
    began = time.monotonic()
    lightning = threading.Thread(target=weather.killer.run, name="killer")
    trouble = threading.Thread(target=weather.mischief.run, name="mischief")
    calm = threading.Timer(options.seconds, weather.clear)
    last = threading.Timer(options.seconds + options.limit, customers.over.set)
    for thread in (lightning, trouble, calm, last):
        thread.start()
    try:
        done = customers.serve(orders, options.at_once)
    finally:
        for timer in (calm, last):
            timer.cancel()
        weather.clear()
        weather.mischief.over.set()
        for thread in (lightning, trouble):
            thread.join()
    return done, min(options.seconds, time.monotonic() - began)


def _mischief(options: Options, laptop: Laptop, gateway: Gateway, hints: Hints, customers: Customers) -> Mischief:
    with operator(laptop) as wiring:
        key = callback_key(wiring.secrets)
    return Mischief(
        laptop.places.front_url,
        f"http://127.0.0.1:{laptop.places.heygen}",
        gateway.hand_on,
        Issuer(laptop.places.data / "google", clock=now),
        key,
        hints.caught,
        customers.taken,
        customers.finished,
        TENANTS,
        options.prank_every,
        random.Random(options.seed + 3),
    )


def _laptop(held: ExitStack, folder: Path, gusts: Gusts, hints: Hints) -> tuple[Laptop, Gateway]:
    """Start a laptop whose functions speak through proxies, and are spoken to through a gateway."""
    proxies = Proxies(gusts)
    held.callback(proxies.stop)
    held.callback(hints.stop)
    return open_gated(held, folder, before=proxies.start, weather=hints)


def _promises(orders: list[Order], done: dict[str, tuple[str, str]], findings: Findings) -> Iterator[str]:
    """Every job ended, as it had to; nothing is reserved, nothing queued, nothing made that nobody ordered."""
    jobs = {job.id: job for job in findings.jobs}
    for order in orders:
        job_id, status = done[order.key]
        job = jobs.get(job_id)
        if job is None:
            yield f"{order.key}: {status}, and there is no job {job_id!r}"
        elif not _as_it_had_to(order, job):
            yield f"{job_id}: {status}: {job.trouble}"
    if findings.counted != len(orders):
        yield f"{findings.counted} jobs are stored, {len(orders)} were ordered"
    yield from (wrong for job in findings.jobs for wrong in spoiled.wrongs(job))
    yield from (f"a task is left: {task}" for task in findings.queued)
    films = Counter(order.tenant for order in orders)
    yield from months_settled(findings.jobs, findings.months, films)


def _unmoved(mischief: Mischief, findings: Findings, heard: Counter[str]) -> Iterator[str]:
    """Whatever was forged was refused and written down, and no take is another's."""
    yield from mischief.wrong
    yield from swapped(findings.jobs, findings.videos)
    written = sum(mischief.tally[name] for name in WRITTEN_DOWN)
    if heard["forged"] < written:
        yield f"{written} forged webhooks were refused, and {heard['forged']} written down"


def _as_it_had_to(order: Order, job: Job) -> bool:
    if given_up_twice(job):
        return True
    if order.fails and order.retry is None:
        return job.ending is Ending.FAILED and job.trouble is not None and job.trouble.code == order.fails
    return job.ending is Ending.COMPLETED and (order.retry is None or _made_anew(order, job))


def _made_anew(order: Order, job: Job) -> bool:
    """Tell whether a take whose file was no film was paid, told so, and ordered again in one retry."""
    if len(job.purchases) != 2:
        return False
    lines = [line for node in job.nodes.values() for line in node.attempts if line.take < node.take]
    if order.fails is Code.NOT_A_FILM:
        return any(line.outcome is Outcome.GIVEN_UP and spoiled.PAID in (line.why or "") for line in lines)
    return any(line.outcome is Outcome.DONE for line in lines)


def main() -> None:
    """Run one storm and say what it left."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    parser.add_argument("--kill-every", type=float, default=usual.kill_every)
    parser.add_argument("--faults", type=float, default=usual.faults)
    parser.add_argument("--hints", type=float, default=usual.hints)
    parser.add_argument("--prank-every", type=float, default=usual.prank_every)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--at-once", type=int, default=usual.at_once)
    parser.add_argument("--limit", type=float, default=usual.limit)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    given = vars(parser.parse_args())
    keep: Path | None = given.pop("keep")
    with tempfile.TemporaryDirectory(prefix="storm-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        left = storm(Options(**given), folder)
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    print("the books balance" if not left.complaints else f"{len(left.complaints)} complaints")
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
