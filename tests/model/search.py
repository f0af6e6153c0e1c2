"""Visit every state once, the nearest first, and tell the shortest way to one that breaks a law."""

import time
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import chain

from shared.pipeline.job.job import Reconcile
from tests.model.around import Around
from tests.model.desk import Desk
from tests.model.instants import ANSWERS, FROZEN
from tests.model.laws import broken
from tests.model.remembered import Remembered
from tests.model.rules import ALL, Rule
from tests.model.state import Budget, World
from tests.model.workers import Workers
from tests.pipeline.machine.laws import LawBroken

Way = dict[World, tuple[World, str] | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a search found."""

    law: str  # the broken law; empty when all hold
    trace: tuple[str, ...]  # the shortest way there
    states: int
    seconds: float
    whole: bool  # every state within the budget was visited

    def __str__(self) -> str:
        if self.law == "LIVE":
            return f"LIVE broken, never ends after: {'; '.join(self.trace)}"
        if self.law:
            return f"{self.law} broken by: {'; '.join(self.trace)}"
        return "holds in all states" if self.whole else "no breach found, not all states visited"


def search(
    node: str,
    budget: Budget,
    rules: frozenset[Rule] = ALL,
    *,
    only: str = "",
    way: Reconcile | None = None,
    second: bool = False,
    workers: int = 2,
    most: int = 3_000_000,
) -> Verdict:
    """Explore all interleavings within the budget, at most `most` states; `only` one law is looked at, if named.

    `way` is how the vendor lets lost answers be found out, where it is not the node's usual one. A `second` vendor,
    which takes no keys, may be asked when the first is dead.
    """
    started = time.perf_counter()
    machine = _machine(node, rules, FROZEN if budget.freeze else ANSWERS, way, second)
    desk = Desk(machine)
    hands = Workers(desk, workers)
    around = Around(hands)
    first = desk.enqueued(World(machine.born, budget=budget))
    ways: Way = {first: None}
    fairly: dict[World, list[World]] = {}
    queue = deque([first])
    law, end = "", first
    while queue and not law and len(ways) < most:
        world = queue.popleft()
        try:
            for what, fair, then in chain(hands.steps(world), around.steps(world)):
                if fair:
                    fairly.setdefault(then, []).append(world)
                if then in ways:
                    continue
                ways[then] = (world, what)
                queue.append(then)
                found = broken(then, machine)
                if found and only in ("", found) and not law:
                    law, end = found, then
        except LawBroken as refused:
            law, end = str(refused), world
    whole = not queue
    if not law and whole and only in ("", "LIVE") and (lost := _lost(ways, fairly, desk)):
        law, end = "LIVE", lost[0]
    return Verdict(law, _trace(ways, end) if law else (), len(ways), time.perf_counter() - started, whole)


@cache
def _machine(node: str, rules: frozenset[Rule], latest: int, way: Reconcile | None, second: bool) -> Remembered:
    """Keep what the machine said from one search to the next."""
    return Remembered(node, rules, latest, way, second=second)


def _lost(ways: Way, fairly: dict[World, list[World]], desk: Desk) -> list[World]:
    """Return the states from which no end can be reached fairly, the nearest first."""
    saved = {world for world in ways if desk.ended(world)}
    queue = deque(saved)
    while queue:
        for before in fairly.get(queue.popleft(), ()):
            if before not in saved:
                saved.add(before)
                queue.append(before)
    return [world for world in ways if world not in saved]


def _trace(ways: Way, end: World) -> tuple[str, ...]:
    steps = []
    while (way := ways[end]) is not None:
        end, what = way
        steps.append(what)
    return tuple(reversed(steps))
