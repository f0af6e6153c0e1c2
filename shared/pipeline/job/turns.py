"""Whose turn it is in a lane, judged without any clock or store.

A tenant that wants more than its free share has lanes. In a lane one node at a time holds the turn: it alone has a
task, the others are parked in their jobs. A turn names the wake its task has, so that a node which is parked again is
not taken for one that still holds it (pipeline README, "Turns", holes 160-162).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.pipeline.codec import Stored
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.line import start_queue


@dataclass(frozen=True, slots=True)
class Turn(Stored):
    """A node's permission to have a task, and the number of the first wake it was given for."""

    job: str
    node: str
    wake: int


class TurnState(StrEnum):
    """How far a turn is."""

    COMING = "coming"  # it was given; its node is parked still and must be told
    HELD = "held"  # its node has a task
    OVER = "over"  # its node was claimed, was parked again or has ended


@dataclass(frozen=True, slots=True)
class Handing:
    """A lane a commit has moved something in, and the nodes that are known not to hold its turn any more."""

    queue: str
    lane: str
    left: tuple[Turn, ...]


def is_parked(node: Node) -> bool:
    """Tell whether a node waits for a turn, without a task: code that knows no turns may have given it one."""
    return node.state is State.QUEUED and node.parked_at is not None and node.at is None


def has_task(node: Node) -> bool:
    """Tell whether a node may be started now: it is queued and does not wait for a turn."""
    return node.state is State.QUEUED and not is_parked(node)


def standing(node: Node | None, turn: Turn) -> TurnState:
    """Tell how far a turn is by the node it was given to."""
    if node is None or node.state is not State.QUEUED:
        return TurnState.OVER
    if has_task(node):
        return TurnState.HELD if node.wake >= turn.wake else TurnState.OVER
    return TurnState.COMING if node.wake + 1 == turn.wake else TurnState.OVER


def passes(holder: Turn | None, left: Turn | None) -> bool:
    """Tell whether a lane's turn may be given on, by one who knows of `left` that it no longer holds it."""
    if holder is None:
        return True
    return left is not None and (holder.job, holder.node) == (left.job, left.node) and holder.wake <= left.wake


def next_turn(job: Job, queue: str, until: datetime) -> Turn | None:
    """Return the turn of the job's node that has been parked longest for a queue; None where none is, or only later."""
    parked = [node for node in _parked(job, queue) if node.parked_at is not None and node.parked_at <= until]
    first = min(parked, key=lambda node: node.parked_at or until, default=None)
    return Turn(job.id, first.key, first.wake + 1) if first else None


def oldest_parked(job: Job) -> dict[str, datetime]:
    """Return by queue since when the job's longest parked node waits; an ended job has none."""
    found: dict[str, datetime] = {}
    for node in () if job.ending else job.nodes.values():
        queue = start_queue(node)
        if queue and is_parked(node) and node.parked_at:
            found[queue] = min(found.get(queue, node.parked_at), node.parked_at)
    return found


def queued(job: Job) -> dict[str, int]:
    """Count by queue the job's nodes that wait to be started, with a task or parked; an ended job has none."""
    found: dict[str, int] = {}
    for node in () if job.ending else job.nodes.values():
        queue = start_queue(node)
        if queue and node.state is State.QUEUED:
            found[queue] = found.get(queue, 0) + 1
    return found


def handings(before: Job | None, after: Job) -> tuple[Handing, ...]:
    """Return what a commit leaves to do in lanes: turns it has ended are passed, what it has parked knocks.

    Without a `before`, after a commit that somebody may have left half done, all are seen to that hold no turn.
    """
    left: dict[str, list[Turn]] = {}
    for key, node in after.nodes.items():
        old = before.nodes.get(key) if before else None
        for queue in sorted({start_queue(each) or "" for each in (old or node, node)} & after.place.lanes.keys()):
            waits_on = start_queue(node) == queue and (has_task(node) or node.state is State.BLOCKED)
            if not waits_on and (old is None or has_task(old) or (is_parked(node) and not is_parked(old))):
                left.setdefault(queue, []).append(Turn(after.id, key, node.wake))
    return tuple(Handing(queue, after.place.lanes[queue], tuple(turns)) for queue, turns in left.items())


def may_pass(holder: Turn | None, left: Iterable[Turn]) -> bool:
    """Tell whether a lane's turn may be given on, by one who knows of all in `left` that they do not hold it."""
    return passes(holder, None) or any(passes(holder, turn) for turn in left)


def _parked(job: Job, queue: str) -> Iterator[Node]:
    return (node for node in job.nodes.values() if is_parked(node) and start_queue(node) == queue)
