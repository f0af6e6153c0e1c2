"""What an ended job teaches of the vendors that made it: a sample for each attempt that came to an end.

Nothing is learnt of a cancelled job, of test mode, and of calls that were never sent or were refused: how long those
took says nothing of the vendor. A job that was retried teaches what it did since.
"""

from collections.abc import Iterator
from datetime import datetime

from shared.pipeline.job.eta import maker
from shared.pipeline.job.job import Attempt, Ending, Job, Node, Outcome, State
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.plan.plan import Kind
from shared.pipeline.plan.request import Mode
from shared.pipeline.plan.understudies import take_by
from shared.pipeline.vendors.figures import Sample

IN_VAIN = frozenset({Outcome.GIVEN_UP, Outcome.NOTHING_MADE, Outcome.LATE})  # waited for, and not used
NO_FILM = IN_VAIN | {Outcome.FAILED}


def samples(job: Job) -> tuple[Sample, ...]:
    """Return what an ended job teaches, in the order of its graph."""
    if job.ending not in (Ending.COMPLETED, Ending.FAILED) or job.plan.mode == Mode.TEST:
        return ()
    since = max(purchase.at for purchase in job.purchases)
    return tuple(one for node in job.nodes.values() for one in _of(job, node, since))


def _of(job: Job, node: Node, since: datetime) -> Iterator[Sample]:
    vendor, model = maker(job, node)
    if node.kind is Kind.COMPOSE and node.state is State.DONE and node.queued_at and node.ended_at:
        took = _share(node.expected, node.queued_at, node.ended_at)
        yield Sample(vendor, model, made=True, took=took, cost=node.cost)
    ended = [line for line in node.attempts if line.claimed_at >= since and line.outcome in NO_FILM | {Outcome.DONE}]
    for line in ended:
        made = line.outcome is Outcome.DONE
        timed = (made or line.outcome in IN_VAIN) and line.ended_at is not None
        last = line is node.attempts[-1] and node.state is State.FAILED
        asked = take_by(job.plan, node.key, line.vendor) if line.vendor not in (None, node.provider) else None
        yield Sample(
            line.vendor or vendor if asked else vendor,
            asked.engine or "" if asked else model,
            made=made,
            took=_share(asked.wait if asked else node.expected, line.claimed_at, line.ended_at)
            if timed and line.ended_at
            else None,
            queued=_queued(job, node) if line is ended[0] else None,
            code=None if made else (node.code if last and node.code else line.outcome.value),
            cost=_cost(line),
        )


def _share(expected: float, began: datetime, ended: datetime) -> float:
    return max((ended - began) / SECOND, 0.0) / max(expected, 1.0)


def _queued(job: Job, node: Node) -> float | None:
    """Return how long a node waited in its queue; not where it waited for a place of its own job's takes."""
    takes = sum(each.kind is Kind.PRESENTER for each in job.nodes.values())
    crowded = node.kind is Kind.PRESENTER and takes > (job.plan.takes_at_once or takes)
    if len(job.purchases) > 1 or crowded or node.started_at is None or node.queued_at is None:
        return None
    return max((node.started_at - node.queued_at) / SECOND, 0.0)


def _cost(line: Attempt) -> int:
    return line.cost if line.charged else 0
