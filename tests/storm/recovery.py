"""How long a node stood where only a recovery helps it on, beside the timeouts that bound it, here and as shipped.

| class | from, to | bound |
|---|---|---|
| queued | enqueued, claimed | the queue repeats a failed call with ever longer waits, then the sweep looks for it |
| HeyGen starting | claimed, its id known | a dead worker's call is repeated under its key when its claim has expired |
| Veo unknown | claimed, film or given up | Veo's longest time, then the next look |

A tick of the sweep comes on top of each. What the recovery itself meets, another kill or fault, the bounds do not hold.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from infra.local.world import FUNCTIONS, SHIPPED_TABLES, World
from shared.pipeline.job.job import Job, Node, Outcome
from shared.pipeline.job.timeouts import Timeouts, read_timeouts
from shared.pipeline.plan.plan import Kind

SHIPPED_TICK = 60.0  # seconds
MINUTE = 60.0
QUEUED, STARTING, UNKNOWN = "queued", "HeyGen starting", "Veo unknown"
NEVER_NAMED = (Outcome.DONE, Outcome.GIVEN_UP, Outcome.NOTHING_MADE)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a recovery may take at most, seconds: the timeouts that apply, and a tick of the sweep."""

    timeouts: tuple[float, ...]
    tick: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return sum(self.timeouts) + self.tick

    def __str__(self) -> str:
        return f"{' + '.join(f'{wait:g}' for wait in self.timeouts)} + {self.tick:g} sweep"


def bounds(timeouts: Timeouts, tick: float) -> dict[str, Bound]:
    """Return what each class may take under these timeouts."""
    queue = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["queues"]["veo"]
    waits = (queue["min_backoff"] * 2**doubled for doubled in range(queue["max_attempts"] - 1))
    backoffs = sum(min(wait, queue["max_backoff"]) for wait in waits)  # 1, 2, 4, 8, 16, 30, 30 s
    return {
        QUEUED: Bound((backoffs, timeouts.queue_slack), tick),
        STARTING: Bound((timeouts.of("heygen").claim,), tick),
        UNKNOWN: Bound((timeouts.of("veo").unknown, timeouts.found_nothing), tick),
    }


def here(world_file: Path) -> dict[str, Bound]:
    """Return the bounds of a laptop's world."""
    world = World.read(world_file)
    return bounds(read_timeouts(world.all_tables()["timeouts"]), world.sweep_seconds)


def shipped() -> dict[str, Bound]:
    """Return the bounds of the cloud, where the sweep comes by each minute."""
    tables = json.loads(SHIPPED_TABLES.read_text(encoding="utf-8"))
    return bounds(read_timeouts(tables.get("timeouts", {})), SHIPPED_TICK)


def recoveries(jobs: Sequence[Job]) -> dict[str, tuple[float, ...]]:
    """Return how long each node stood in each class, seconds."""
    found: dict[str, list[float]] = {QUEUED: [], STARTING: [], UNKNOWN: []}
    for node in (node for job in jobs for node in job.nodes.values()):
        for name, span in _spans(node):
            found[name].append(span.total_seconds())
    return {name: tuple(spans) for name, spans in found.items()}


def said(spans: Mapping[str, Sequence[float]], most: Mapping[str, Bound]) -> str:
    """Write the longest of each class beside its bound, and what that is at the vendors' own pace."""
    pace = shipped()
    return "; ".join(_said(name, each, most[name], pace[name]) for name, each in spans.items())


def _said(name: str, spans: Sequence[float], most: Bound, pace: Bound) -> str:
    longest = max(spans, default=0.0)
    beyond = sum(span > most.seconds for span in spans)
    minutes = longest / most.seconds * pace.seconds / MINUTE
    late = f", {beyond} of {len(spans)} beyond" if beyond else ""
    cloud = f"in the cloud {minutes:.1f} of {pace.seconds / MINUTE:.1f} min"
    return f"{name} {longest:.1f} s of at most {most}{late} ({cloud})"


def _spans(node: Node) -> Iterator[tuple[str, timedelta]]:
    if node.kind in (Kind.CLIP, Kind.PRESENTER) and node.queued_at and node.started_at:
        yield QUEUED, node.started_at - node.queued_at
    for line in node.attempts:
        known: datetime | None = line.sent_at or line.ended_at
        if node.kind is Kind.PRESENTER and known:
            yield STARTING, known - line.claimed_at
        if node.kind is Kind.CLIP and line.sent_at is None and line.ended_at and line.outcome in NEVER_NAMED:
            yield UNKNOWN, line.ended_at - line.claimed_at
