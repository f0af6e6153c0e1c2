"""Films are ordered while lightning kills processes and gusts break calls; then the books must balance.

Run `python -m tests.storm.storm --jobs 300`. It starts a laptop whose functions reach Google and the vendors through
fault proxies, orders films of every kind, kills on, and at the end holds jobs, ledgers, months, queues and the
vendors' bills against each other. Exit code 0 when there is nothing to complain about.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.laptop import Laptop
from infra.local.world import Places, World
from shared.pipeline.nodes import Ending, Job, Outcome
from tests.storm.books import Audit, audited, months_settled
from tests.storm.customers import Customers, Order, mixed
from tests.storm.findings import Findings, facts, found, nudges, open_tenants, recoveries
from tests.storm.gusts import Gusts, Proxies
from tests.storm.killer import Killer
from tests.storm.worlds import world

TENANTS = ("acme", "bolt")
DRY = 60.0  # seconds the queues may take to run dry once every job has ended


@dataclass(frozen=True, slots=True)
class Options:
    """How strong the storm is."""

    jobs: int = 300
    seconds: float = 300.0  # it ends with the last job, or after this
    kill_every: float = 3.0  # seconds, on the average
    faults: float = 0.05  # of all calls
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
    orders = mixed(options.jobs, options.seed, TENANTS)
    gusts = Gusts(share=0.0, chance=random.Random(options.seed))
    started = time.monotonic()
    with ExitStack() as held:
        laptop = held.enter_context(_laptop(folder, gusts))
        keys = open_tenants(laptop, TENANTS)
        customers = held.enter_context(closing(Customers(laptop.places.front_url, keys)))
        killer = Killer(laptop, options.kill_every, random.Random(options.seed + 1), lambda: len(customers.finished))
        gusts.share = options.faults
        done, calm = _weathered(options, orders, customers, killer, gusts)
        findings = found(laptop, TENANTS, [job for job, _ in done.values() if job], DRY)
        heard = facts(laptop.places.data / "functions.log")
    took = time.monotonic() - started
    audit = audited(findings.jobs, (*findings.veo, *findings.heygen))
    complaints = (*_promises(orders, done, findings), *audit.complaints)
    table = _table(options, orders, findings, audit, gusts, killer, customers, heard, took, calm)
    return Outcomes(complaints, table)


def _weathered(
    options: Options, orders: list[Order], customers: Customers, killer: Killer, gusts: Gusts
) -> tuple[dict[str, tuple[str, str]], float]:
    """Serve all orders in the storm, and in the calm after it; return what became of them and when the calm began."""
    began = time.monotonic()
    lightning = threading.Thread(target=killer.run, name="killer")
    lightning.start()

    def clear() -> None:
        killer.over.set()
        gusts.calm()

    calm = threading.Timer(options.seconds, clear)
    last = threading.Timer(options.seconds + options.limit, customers.over.set)
    calm.start()
    last.start()
    try:
        done = customers.serve(orders, options.at_once)
    finally:
        for timer in (calm, last):
            timer.cancel()
        clear()
        lightning.join()
    return done, min(options.seconds, time.monotonic() - began)


@contextmanager
def _laptop(folder: Path, gusts: Gusts) -> Iterator[Laptop]:
    """Start a laptop whose functions speak through proxies."""
    path = folder / "world.json"
    places = Places.of(folder / "data", World.read(world(path)))
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    proxies = Proxies(gusts)
    with ExitStack() as held:
        held.callback(proxies.stop)
        world(path, environment=proxies.start(places) | {"TMPDIR": str(scratch)})
        laptop = Laptop(folder / "data", path)
        laptop.start()
        held.callback(laptop.stop)
        yield laptop


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
    yield from (f"a task is left: {task}" for task in findings.queued)
    films = Counter(order.tenant for order in orders)
    yield from months_settled(findings.jobs, findings.months, films)


def _as_it_had_to(order: Order, job: Job) -> bool:
    code = job.trouble.code if job.trouble else ""
    wanted = (Ending.FAILED, "safety") if order.refusable else (Ending.COMPLETED, "")
    return (job.ending, code) == wanted or _unlucky(job)


def _unlucky(job: Job) -> bool:
    """Say whether a clip's call went unanswered twice: the job has reached its ceiling, and may fail, by contract."""
    given_up = sum(line.outcome is Outcome.GIVEN_UP for node in job.nodes.values() for line in node.attempts)
    return given_up > 1 and job.trouble is not None and job.trouble.code in ("spend_ceiling", "unanswered")


def _table(
    options: Options,
    orders: list[Order],
    findings: Findings,
    audit: Audit,
    gusts: Gusts,
    killer: Killer,
    customers: Customers,
    heard: Counter[str],
    took: float,
    calm: float,
) -> str:
    endings = Counter(job.ending.value if job.ending else "live" for job in findings.jobs)
    unlucky = sum(map(_unlucky, findings.jobs))
    written = heard["committed"] + heard["job_created"]
    rows = {
        "jobs": f"{len(orders)} ordered, {dict(endings)}, {sum(o.refusable for o in orders)} refused on purpose, "
        f"{unlucky} given up after two unanswered calls",
        "storm": f"seed {options.seed}, {calm:.0f} s of it; {took:.0f} s in all",
        "kills": f"{sum(killer.kills.values())}: {dict(killer.kills)}; longest dark "
        + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sorted(killer.dark.items())),
        "calls": f"{gusts.passed.total()} by the proxies, {gusts.tally.total()} went wrong",
        "faults": "; ".join(f"{service}: {_listed(gusts, service)}" for service in _services(gusts)),
        "customers": f"{len(customers.waits)} orders taken; sent again after {dict(customers.answers) or 'nothing'}",
        "commits": f"{gusts.passed['firestore Commit']} sent, {written} logged as new: "
        f"{gusts.passed['firestore Commit'] - written} were conflicts, faults, other documents or lost by a kill",
        "503 to a task": f"{heard['store_failed']}; crashed {heard['crashed']}; alarms {heard['alarm']}",
        "reconciles": f"{heard['submit_ended Unclear']} unclear submits, {heard['committed Reclaimed']} repeated keys, "
        f"{heard['committed NothingFound']} looks under a prefix that found nothing",
        "at risk": f"{audit.unbilled} attempts given up that no vendor billed, ${audit.unbilled_cost / 1e6:.2f} of "
        f"${audit.paid / 1e6:.2f} in the ledgers: counted as paid, as the protocol has it",
        "nudges": str(nudges(findings.jobs)),
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
        "longest recovery": ", ".join(f"{name} {s:.1f} s" for name, s in recoveries(findings.jobs).items()),
    }
    wide = max(map(len, rows))
    return "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())


def _services(gusts: Gusts) -> list[str]:
    return sorted({service for service, _ in gusts.tally})


def _listed(gusts: Gusts, service: str) -> str:
    return ", ".join(f"{kind} {n}" for (which, kind), n in sorted(gusts.tally.items()) if which == service)


def main() -> None:
    """Run one storm and say what it left."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    parser.add_argument("--kill-every", type=float, default=usual.kill_every)
    parser.add_argument("--faults", type=float, default=usual.faults)
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
