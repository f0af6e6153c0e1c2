"""Two instances make films together, and one of them has a wall clock that steps: nothing is lost or billed twice.

Run `python -m tests.journey.clocks --jobs 24`; it needs Linux and a C compiler. No decision of abroll's compares two
machines' clocks: what has expired is told by Firestore's time, and how long a worker has been at it by the larger of
its own two clocks.
"""

import argparse
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from shared.pipeline.job.job import Ending
from tests.storm.books import audited
from tests.storm.customers import Customers, mixed
from tests.storm.findings import Findings, all_completed, facts, found, nudges, open_tenants
from tests.storm.gateway import open_gated
from tests.storm.twin import Twin

SOURCE = Path(__file__).with_name("wrong_clock.c")
TENANT = "acme"
STEPS = (-600, -40, -5, 5, 60, 600)  # seconds ahead
EVERY = 0.2  # seconds between two steps, on the average
AT_ONCE = 8
DRY = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    """How many films, and how long they may take."""

    jobs: int = 24
    seed: int = 1
    limit: float = 600.0
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of it."""

    steps: int
    complaints: tuple[str, ...]
    table: str


@dataclass(slots=True)
class Clock:
    """A process's wall clock, stepped at random moments; `environment` is what the process must be started with."""

    folder: Path
    chance: random.Random
    steps: list[int] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def environment(self) -> dict[str, str]:
        """Compile what makes the clock wrong, and set it right for now."""
        made, ahead = self.folder / "wrong_clock.so", self.folder / "ahead"
        compiler = shutil.which("cc")
        assert compiler, "there is no C compiler"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE], check=True)
        ahead.write_bytes(struct.pack("l", 0))
        return {"LD_PRELOAD": str(made), "WRONG_CLOCK": str(ahead)}

    def run(self) -> None:
        """Step until told to stop."""
        with (self.folder / "ahead").open("r+b", buffering=0) as file:
            while not self.over.wait(EVERY * self.chance.uniform(0.5, 1.5)):
                self.steps.append(self.chance.choice(STEPS))
                file.seek(0)
                file.write(struct.pack("l", self.steps[-1]))


def possible() -> bool:
    """Tell whether a process's clock can be made wrong on this machine."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def clocks(options: Options, folder: Path) -> Outcomes:
    """Let two instances make films, step one's clock, and audit what is left."""
    chance = random.Random(options.seed)
    orders = [order for order in mixed(2 * options.jobs, options.seed, [TENANT]) if order.plain][: options.jobs]
    clock = Clock(folder, chance)
    with ExitStack() as held:
        laptop, gateway = open_gated(held, folder)
        twin = held.enter_context(Twin(folder, gateway.environment, clock.environment()))
        keys = open_tenants(laptop, [TENANT])
        gateway.instances = (laptop.places.front_url, twin.url)
        customers = held.enter_context(closing(Customers(gateway.url, keys)))
        stepping = threading.Thread(target=clock.run, name="clock")
        last = threading.Timer(options.limit, customers.over.set)
        for thread in (stepping, last):
            thread.start()
        try:
            done = customers.serve(orders, AT_ONCE)
        finally:
            last.cancel()
            clock.over.set()
            stepping.join()
        findings = found(laptop, [TENANT], [job for job, _ in done.values() if job], DRY)
        right, wrong = facts(laptop.places.data / "functions.log"), facts(twin.log)
    audit = audited(findings.jobs, findings.made)
    rows = {
        "jobs": f"{len(orders)} ordered, {sum(job.ending is Ending.COMPLETED for job in findings.jobs)} completed",
        "steps": f"{len(clock.steps)}: {_said(clock.steps)}",
        "commits": f"{right['committed']} by the instance with the right clock, {wrong['committed']} by the other",
        "window over": f"{right['window_over']} and {wrong['window_over']} submits not sent and wanted again",
        "unclear": f"{right['submit_ended Unclear'] + wrong['submit_ended Unclear']}, nudges {nudges(findings.jobs)}",
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
        "slowest film": f"{max(_seconds(findings), default=0.0):.1f} s from its first claim to its end",
    }
    wide = max(map(len, rows))
    table = "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())
    return Outcomes(len(clock.steps), (*all_completed(findings, TENANT, len(orders)), *audit.complaints), table)


def _seconds(findings: Findings) -> Iterator[float]:
    """Yield how long each film took by Firestore's clock, from its first claim."""
    for job in findings.jobs:
        began = [node.started_at for node in job.nodes.values() if node.started_at]
        if began and job.ended_at:
            yield (job.ended_at - min(began)).total_seconds()


def _said(steps: Sequence[int]) -> str:
    return ", ".join(f"{count} x {step:+d} s" for step, count in sorted(Counter(steps).items()))


def main() -> None:
    """Run one and say what came of it."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--limit", type=float, default=usual.limit)
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    options = Options(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="clocks-") as temporary:
        left = clocks(options, options.keep or Path(temporary))
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
