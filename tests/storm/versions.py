"""Two releases make films together, each call going to one of them by chance; then the older one is alone again.

Run `python -m tests.storm.versions --jobs 200`. Beside the present code runs the next release (`releases.py`), or with
`--other REVISION` an older one. The older instance is killed now and then. When a third of the films have ended the
gate goes up and jobs are born in the newer form; then it goes down, what bars a roll-back ends, the newer instance
dies, and the older one finishes everything. While both work with the gate up, films are ordered whose presenters have
to change the avatar service. Exit code 0 when there is nothing to complain about.
"""

import argparse
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import httpx

from infra.local.laptop import Laptop
from shared.cloud.forms import FORM_SECONDS
from shared.pipeline.job.job import Ending
from shared.pipeline.job.schema import SCHEMA
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import Quality
from tests.storm.books import audited
from tests.storm.customers import Customers, Order, mixed
from tests.storm.findings import Findings, all_completed, facts, found, open_tenants, operator
from tests.storm.gateway import Call, Gateway, HandOn, open_gated
from tests.storm.releases import NEXT, WORD, dead, next_release, places_of, revision, tables_of, world_of
from tests.storm.twin import Twin, answers

TENANT = "acme"
AT_ONCE = 4
DRY = 90.0  # seconds the queues may take to run dry once every job has ended
LOOK = 1.0  # seconds
SWITCHING = {"switched": 2, "cast": 1}  # films by persona whose first service has no credits, of each kind
BETWEEN = (5.0, 10.0)  # seconds between two kills


@dataclass(frozen=True, slots=True)
class Options:
    """How many films, how many kills, and which code is the other one."""

    jobs: int = 12
    kills: int = 2
    seed: int = 1
    limit: float = 400.0
    other: str = ""  # a revision; "" = the next release


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of it."""

    complaints: tuple[str, ...]
    table: str
    newer: int  # jobs born in the next release's form
    put_off: int  # tasks and documents the present code left to the next release
    commits: tuple[int, int]  # by the present code, by the other
    switching: tuple[int, int]  # of these, about films that changed the avatar service


@dataclass(slots=True)
class Watch:
    """Hands calls on, and keeps each 5xx an instance answers."""

    broken: list[tuple[Call, int]] = field(default_factory=list)

    def __call__(self, call: Call, hand_on: HandOn) -> httpx.Response | None:
        """Hand one call on."""
        answer = hand_on(call)
        if answer.status_code >= 500:  # HTTP's line between theirs and ours
            self.broken.append((call, answer.status_code))
        return answer

    def unplanted(self, words: Mapping[str, str]) -> Iterator[str]:
        """Name each 5xx that is not about a job with a word the older code cannot read; `words` by job, its order."""
        for call, status in self.broken:
            told = f"{call.path} {call.body.decode(errors='replace')} {dict(call.headers)}"
            if not any(job in told or order in told for job, order in words.items()):
                yield f"{status} from {call.function}: {call.method} {call.path[:80]}"


def versions(options: Options, folder: Path) -> Outcomes:
    """Let two releases make films together, roll back, and audit what is left."""
    late = [] if options.other else _switching(options.seed)
    early = [each for each in mixed(2 * options.jobs, options.seed, [TENANT]) if each.plain][: options.jobs - len(late)]
    orders = [*early, *late]
    code = folder / "other"
    code.mkdir(parents=True)
    code = revision(options.other, code) if options.other else next_release(code)
    watch, over = Watch(), threading.Event()
    with ExitStack() as held:
        laptop, gateway = open_gated(held, folder, weather=watch)
        tables = tables_of(code, folder / "world.json", folder / "tables-of-the-other.json")
        settings = {**gateway.environment, "ABROLL_TABLES": str(tables)}
        places = places_of(code, folder / "data", folder / "places-of-the-other")
        world = world_of(code, folder / "world.json", folder / "world-of-the-other.json")
        twin = held.enter_context(Twin(folder, settings, code=code, places=places, world=world))
        keys = open_tenants(laptop, [TENANT], second=bool(late))
        gateway.chance = random.Random(options.seed)
        gateway.instances = (laptop.places.front_url, twin.url)
        customers = held.enter_context(closing(Customers(gateway.url, keys)))
        change = Change(options, laptop, gateway, twin, customers)
        threads = [
            threading.Thread(target=_lightning, args=(options, laptop, over), name="lightning"),
            threading.Thread(target=change.run, name="change"),
            threading.Timer(options.limit, customers.over.set),
        ]
        for thread in threads:
            thread.start()
        try:
            with ThreadPoolExecutor(1) as others:
                switched = others.submit(change.serve, late)
                done = customers.serve(early, AT_ONCE) | switched.result()
        finally:
            over.set()
            customers.over.set()
            threads[-1].cancel()  # type: ignore[attr-defined]  # the timer
            for thread in threads:
                thread.join()
        documents = _documents(laptop)
        findings = found(laptop, [TENANT], [job for job, _ in done.values() if job], DRY)
        logs = laptop.places.data / "functions.log", twin.log
        present, other = map(facts, logs)
        moved = {done[order.key][0] for order in late}
        about = [sum(_about(log, job) for job in moved) for log in logs]
    words = {done[order.key][0]: order.key for order in orders if done[order.key][0] in change.words}
    audit = audited(findings.jobs, findings.made, older=bool(options.other))
    newer = sum(each["schema"] == NEXT for each in documents.values())
    rows = {
        "jobs": f"{len(orders)} ordered, {sum(job.ending is Ending.COMPLETED for job in findings.jobs)} completed",
        "newer form": f"{newer} born in it, {len(words)} of them with a word the older code cannot read",
        "commits": f"{present['committed']} by the present code, {other['committed']} by the other",
        "switched": f"{len(moved)} films, {about[0]} and {about[1]} of these commits",
        "left to newer code": f"{present['newer']} times",
        "rolled back": f"with {change.left} films still to be ended by the older code alone",
        "5xx": f"{len(watch.broken)}, all about those words" if watch.broken else "none",
        "takes billed": f"{audit.takes}, each once" if not audit.complaints else f"{audit.takes}, see the complaints",
    }
    wide = max(map(len, rows))
    lost = (f"{job}: the seed was lost in {path}" for job, each in documents.items() for path in dead(each))
    complaints = (
        *all_completed(findings, TENANT, len(orders)),
        *_unswitched(late, done, findings),
        *audit.complaints,
        *lost,
        *watch.unplanted(words),
        *change.wrong,
    )
    table = "\n".join(f"{name:<{wide}}  {text}" for name, text in rows.items())
    commits = present["committed"], other["committed"]
    return Outcomes(complaints, table, newer, present["newer"], commits, (about[0], about[1]))


@dataclass(slots=True)
class Change:
    """The operator of a roll-out and a roll-back."""

    options: Options
    laptop: Laptop
    gateway: Gateway
    twin: Twin
    customers: Customers
    words: set[str] = field(default_factory=set)  # jobs that hold the word
    left: int = 0  # films not ended when the older code was alone
    opened: bool = False  # every instance knows that the gate is up
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Gate up, gate down, wait until nothing bars the way, roll back."""
        third, count = self.options.jobs // 3, self.options.jobs
        self._until(lambda: len(self.customers.finished) >= third)
        if not self.options.other:
            self._set(NEXT)
            older, newer = self.laptop.places.front_url, self.twin.url
            self.gateway.instances = (older, newer, newer, newer)
            self.customers.over.wait(FORM_SECONDS + LOOK)
            self.opened = True
            self._until(lambda: self._born() >= third or len(self.customers.taken) >= count)
            self._set(SCHEMA)
            self.gateway.instances = (older, newer)
        self._until(lambda: len(self.customers.finished) >= 2 * third and not self._bars())
        self._readable()
        self.left = count - len(self.customers.finished)
        if self.options.other:
            self.gateway.instances = (self.twin.url,)
            return
        self.gateway.instances = (self.laptop.places.front_url,)
        self.twin.kill()

    def serve(self, orders: Sequence[Order]) -> dict[str, tuple[str, str]]:
        """Order films that must change the avatar service, as soon as every instance may let them."""
        self._until(lambda: self.opened or not orders)
        return self.customers.serve(orders, AT_ONCE)

    def _until(self, reached: Callable[[], bool]) -> None:
        while not self.customers.over.wait(LOOK) and not reached():
            continue

    def _set(self, form: int) -> None:
        with operator(self.laptop) as wiring:
            wiring.jobs.forms.set(form)

    def _born(self) -> int:
        return sum(each["schema"] == NEXT for each in _documents(self.laptop).values())

    def _bars(self) -> bool:
        """Tell whether a live job holds the word."""
        held = {
            job: each for job, each in _documents(self.laptop).items() if each["request"]["b_roll"]["model"] == WORD
        }
        self.words |= set(held)
        return any("ending" not in each for each in held.values())

    def _readable(self) -> None:
        """Take the word out of what has ended: its customer asks the older code, and so does the audit."""
        with operator(self.laptop) as wiring:
            for job in self.words:
                wiring.clients.firestore.document(f"jobs/{job}").update(
                    {"request.b_roll.model": Quality.STANDARD.value}
                )


def _lightning(options: Options, laptop: Laptop, over: threading.Event) -> None:
    chance = random.Random(options.seed)
    for _ in range(options.kills):
        if over.wait(chance.uniform(*BETWEEN)):
            return
        if answers(laptop.places.front):
            laptop.kill("functions")


def _switching(seed: int) -> list[Order]:
    """Return films whose presenters have to change the avatar service."""
    made = (mixed(count, seed, [TENANT], {kind: 1}) for kind, count in SWITCHING.items())
    return [replace(order, key=f"switching-{number}") for number, order in enumerate(chain.from_iterable(made))]


def _about(log: Path, job: str) -> int:
    """Count the commits of an instance about a job."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return sum(bool(job) and job in line and '"committed"' in line for line in lines)


def _unswitched(orders: Sequence[Order], done: Mapping[str, tuple[str, str]], findings: Findings) -> Iterator[str]:
    """Name the films that had to change the avatar service and did not."""
    jobs = {job.id: job for job in findings.jobs}
    for order in orders:
        job = jobs.get(done[order.key][0])
        spoken = [node for node in job.nodes.values() if node.kind is Kind.PRESENTER] if job else []
        if not spoken or any(node.provider != "did" or not node.switches for node in spoken):
            yield f"{order.key}: its presenters did not change the service"


def _documents(laptop: Laptop) -> dict[str, dict[str, Any]]:
    with operator(laptop) as wiring:
        return {each.id: each.to_dict() or {} for each in wiring.clients.firestore.collection("jobs").stream()}


def main() -> None:
    """Run one and say what came of it."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--limit", type=float, default=usual.limit)
    parser.add_argument("--other", default=usual.other, help="a revision to run beside this one")
    parser.add_argument("--keep", type=Path, help="an empty folder for data and logs, kept")
    given = vars(parser.parse_args())
    keep: Path | None = given.pop("keep")
    with tempfile.TemporaryDirectory(prefix="versions-") as temporary:
        left = versions(Options(**given), keep or Path(temporary))
    print(left.table)
    for complaint in left.complaints:
        print("WRONG", complaint)
    sys.exit(1 if left.complaints else 0)


if __name__ == "__main__":
    main()
