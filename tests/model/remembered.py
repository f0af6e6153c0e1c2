"""The product's own machine with a memory: a job it has seen is a number, and what an event did to it is looked up.

The machine is a pure function, so asking it once for each job, event and instant is asking it every time.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from shared.pipeline.job import events as on
from shared.pipeline.job.job import Attempt, Job, Node, Outcome, Payer, Reconcile, State
from shared.pipeline.job.machine import Transition, apply
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.understudies import take_by
from tests.model.instants import FROZEN, NOW, TICK, WAITS, stripped
from tests.model.rules import ALL, Rule, heard
from tests.pipeline.films import film, spoken
from tests.pipeline.machine.casts import guess, recast
from tests.pipeline.machine.laws import LawBroken, judge
from tests.pipeline.machine.story import CLIP, FOOTAGE, PRESENTER, job

RATE = 16_700  # micro-dollars a second of the engine that films the take, a quarter of what its order was told
SECONDS = 8.0  # of each film here
MADE = (Outcome.DONE, Outcome.LATE)
FILMS = {CLIP: FOOTAGE, PRESENTER: film(spoken())}


class Told(NamedTuple):
    """What an event did."""

    job: int
    changed: bool
    woken: bool  # a task must be enqueued
    taken: bool  # the claim is now that of the event's own new token
    claimed: bool  # somebody holds a claim


class Books(NamedTuple):
    """What the laws ask of a job."""

    ended: bool
    film: int  # the operation whose film was accepted; -1 without
    ids: frozenset[str | None]  # the ledger's
    covered: int  # how many operations the ledger, and at an ending the charge, pays for
    films: int  # how many films the ledger says were made
    settled: bool
    dear: bool  # a film is charged at more than its vendor bills


class Remembered:
    """The machine of one model."""

    def __init__(
        self,
        node: str,
        rules: frozenset[Rule] = ALL,
        latest: int = FROZEN,
        way: Reconcile | None = None,
        *,
        second: bool = False,
    ) -> None:
        self.key = node
        self.way = way or (Reconcile.OBJECT if node == CLIP else Reconcile.IDEMPOTENCY_KEY)
        self.rules = rules
        self.books: list[Books] = []
        self._latest = latest
        self.jobs: list[Job] = []
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._told: dict[tuple[int, on.Event, int], Told] = {}
        self._later: dict[int, int] = {}
        whole = job(FILMS[node], WAITS, NOW)
        hero = whole.nodes[node]
        if self.way in (Reconcile.OBJECT, Reconcile.IDEMPOTENCY_KEY):
            vendors = (name for name, row in VENDORS.items() if (row.kind, row.reconcile) == (hero.kind, self.way))
            films = next(vendors)
            hero = replace(hero, provider=films, payer=VENDORS[films].payer)
        self.guessed = hero.kind is Kind.PRESENTER  # its look could not be asked when it was ordered
        plan = guess(whole.plan) if self.guessed else whole.plan
        if second:  # the first is asked with the platform's account, the one that may follow with the tenant's
            plan = recast(plan, cost=hero.cost, platform_accounts=(hero.provider,))
            hero = replace(hero, payer=Payer.US)
        self.born = self.number(replace(whole, plan=plan, nodes={node: hero}))

    def number(self, found: Job, passed: int = 0) -> int:
        """Return the number under which a job is known."""
        seen = stripped(found, passed, self._latest)
        node = seen.nodes[self.key]
        untimed = replace(seen.money, closed=tuple(replace(entry, settled_at=None) for entry in seen.money.closed))
        seen = replace(seen, money=untimed)
        identity = (node, seen.ending, seen.money, seen.trouble is None)
        if identity not in self._numbers:
            self._numbers[identity] = len(self.jobs)
            self.jobs.append(seen)
            self.books.append(_books(seen, node, guessed=self.guessed))
        return self._numbers[identity]

    def node(self, number: int) -> Node:
        """Return the one node of a job."""
        return self.jobs[number].nodes[self.key]

    def later(self, number: int) -> int:
        """Return the same job one tick later."""
        if number not in self._later:
            self._later[number] = self.number(self.jobs[number], passed=1)
        return self._later[number]

    def hear(self, number: int, event: on.Event, ago: int = 0) -> Told:
        """Apply an event as of `ago` ticks."""
        asked = (number, event, ago)
        if asked not in self._told:
            self._told[asked] = self._hear(*asked)
        return self._told[asked]

    def _hear(self, number: int, event: on.Event, ago: int) -> Told:
        before = self.jobs[number]
        now = NOW - ago * TICK
        moved = heard(self.rules, before, event, now, WAITS)
        if self.rules == ALL:
            _judged(before, moved, event, ago)
        claim = moved.job.nodes[self.key].claim
        taken = claim is not None and claim.token == "new"
        then = self.number(moved.job) if moved.changed else number
        return Told(then, moved.changed, bool(moved.woken(before)), taken, self.node(then).claim is not None)


def _books(job: Job, node: Node, *, guessed: bool) -> Books:
    film = int(node.output.uri.rpartition("op")[2]) if node.output and node.state is State.DONE else -1
    lines = [(line, _price(job, node, line, guessed=guessed)) for line in node.attempts if line.charged]
    booked = [(line.payer, price) for line, price in lines if line.cost >= price]
    ours = sum(payer is Payer.US for payer, _ in booked)
    least = min((price for payer, price in booked if payer is Payer.US), default=1)
    covered = len(booked) - ours + (min(ours, job.money.charged // least) if job.ending else ours)
    settled = not job.ending or job.money.reserved == job.money.charged + job.money.refunded
    ids = frozenset(line.provider_id for line in node.attempts)
    films = sum(line.outcome in MADE for line in node.attempts)
    told = [(line, price) for line, price in lines if guessed and line.vendor == job.plan.provider]
    dear = any(line.cost > (round(SECONDS * RATE) if line.outcome in MADE else price) for line, price in told)
    return Books(job.ending is not None, film, ids, covered, films, settled, dear)


def _price(job: Job, node: Node, line: Attempt, *, guessed: bool) -> int:
    """Return what a line is booked at, micro-dollars: by the engine its look told, else as it was ordered."""
    take = take_by(job.plan, node.key, line.vendor or "") if guessed else None
    return round(take.seconds * RATE) if take and line.vendor == job.plan.provider else node.cost


def _judged(before: Job, moved: Transition, event: on.Event, ago: int) -> None:
    """Hold one commit of the whole protocol to the laws of every commit, and to hearing news twice."""
    if not moved.changed:
        return
    judge(before, moved.job, event)
    if apply(moved.job, event, NOW - ago * TICK, WAITS).changed:
        raise LawBroken(f"TWICE: {event} changed something when it was heard again")
