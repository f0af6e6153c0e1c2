"""The few moves that transitions share: queued again, under another attempt, at the vendor, failed; a push by hand."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.codes import Code
from shared.pipeline.job.consequences import tell, wake, want
from shared.pipeline.job.job import AWAKE, Job, Node, State
from shared.pipeline.job.ledger import name_line
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.turns import is_parked


def scheduled(node: Node, now: datetime) -> bool:
    """Tell whether the next task is scheduled for later, or its turn awaited: the event is a duplicate then."""
    return (node.at is not None and node.at > now) or is_parked(node)


def running(node: Node, take: int, attempt: int, provider_id: str, now: datetime, timeouts: Timeouts) -> Node:
    """Let the vendor work on it, under the name it gave."""
    named = name_line(node, take, attempt, provider_id, now)
    due = now + timeouts.of(node.provider).backstop * SECOND
    return replace(
        named,
        state=State.RUNNING,
        provider_id=provider_id,
        at=None,
        due=due,
        held_since=None,
        waits_since=None,
        why=None,
    )


def next_attempt(job: Job, node: Node, after: timedelta, now: datetime, timeouts: Timeouts) -> Node:
    """Queue the take under another attempt; nothing of the last one is left but its ledger line."""
    fresh = replace(
        node,
        attempt=node.attempt + 1,
        failures=node.failures + 1,
        refusals=0,
        polls=0,
        fresh_links=0,
        claim=None,
        provider_id=None,
        waits_since=None,
    )
    return requeue(job, fresh, after, now, timeouts)


def tries_of(node: Node, timeouts: Timeouts) -> int:
    """Return how many generations a take may have at its present vendor; one that took over has fewer."""
    return min(timeouts.tries, timeouts.tries_after) if node.choice else timeouts.tries


def requeue(job: Job, node: Node, after: timedelta, now: datetime, timeouts: Timeouts) -> Node:
    """Queue the node again, behind its tenant's others; cancel it where another node's failure stops what is unsent."""
    return _held(job, node, now) or want(job, replace(node, state=State.QUEUED), now, timeouts, after=after)


def queued_again(job: Job, node: Node, after: timedelta, now: datetime, timeouts: Timeouts) -> Node:
    """Do the same without letting go of the tenant's turn."""
    return _held(job, node, now) or wake(replace(node, state=State.QUEUED), now, timeouts, after=after)


def _held(job: Job, node: Node, now: datetime) -> Node | None:
    if not any(other.state is State.FAILED for other in job.nodes.values()):
        return None
    return replace(node, state=State.CANCELLED, due=None, ended_at=now, why="held: another part of the job failed")


def failed(node: Node, now: datetime, code: Code, why: str, next_move: str) -> Node:
    """End the node, saying why and what a person can do."""
    return replace(node, state=State.FAILED, due=None, ended_at=now, code=code, why=why, next_move=next_move)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A person asked that a job is gone on with now."""

    by: str = ""


def hurried(job: Job, event: Pushed, now: datetime, timeouts: Timeouts) -> Job:
    """Give each node that can be pushed a task for now; the very job where there is none.

    No nudge is counted: whoever pushes often must not bring a job to its end.
    """
    moved = {node.key: wake(node, now, timeouts) for node in pushable(job, now)}
    told = job
    for key in moved:
        told = tell(told, now, key, "pushed", event.by)
    return replace(told, nodes={**job.nodes, **moved}) if moved else job


def pushable(job: Job, now: datetime) -> tuple[Node, ...]:
    """Return the nodes a push moves: what is to be sent at a later moment, and whatever is overdue.

    What waits for its tenant's turn is left to the turn. What was sent is looked at when it is due and never earlier: a
    look that comes too early finds nothing, and would be paid for once more.
    """
    if job.ending:
        return ()
    awake = (node for node in job.nodes.values() if node.state in AWAKE and not is_parked(node))
    return tuple(node for node in awake if is_later(node, now) or (node.due is not None and node.due <= now))


def is_later(node: Node, now: datetime) -> bool:
    """Tell whether a node is to be sent at a later moment."""
    return node.state is State.QUEUED and node.at is not None and node.at > now
