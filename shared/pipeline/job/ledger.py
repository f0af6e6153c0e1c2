"""The ledger: what every attempt cost, who pays it, and how a job's reservation settles.

Cost is booked at risk at the claim; an ending refunds only what was certainly never made (holes 45-47).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.pipeline.job.job import FREE, Attempt, Job, Node, Outcome, Payer, State
from shared.pipeline.plan.plan import Kind

DETAILED = 5


@dataclass(frozen=True, slots=True)
class Bill:
    """A job's cost in micro-dollars, in the two columns of the people who pay."""

    paid_by_us: int
    billed_by_provider: int


def bill(nodes: Iterable[Node]) -> Bill:
    """Add up all nodes; equals the ledger by construction."""
    columns = {Payer.US: 0, Payer.PROVIDER_ACCOUNT: 0}
    for node in nodes:
        columns[node.payer] += spent(node)
    return Bill(columns[Payer.US], columns[Payer.PROVIDER_ACCOUNT])


def spent(node: Node) -> int:
    """Return what a node cost or may yet cost, micro-dollars."""
    if node.kind in (Kind.IMAGE, Kind.COMPOSE):
        return node.cost if node.state is State.DONE else 0
    return node.folded_cost + sum(line.cost for line in node.attempts if line.outcome not in FREE)


def affordable(job: Job, node: Node) -> bool:
    """Tell whether one more attempt of this node stays under the job's ceiling."""
    columns = bill(job.nodes.values())
    return columns.paid_by_us + columns.billed_by_provider + node.cost <= job.money.ceiling


def open_line(node: Node, at: datetime) -> Node:
    """Book the current attempt at risk; a released attempt's line is opened again."""
    last = find(node, node.take, node.attempt)
    line = replace(last, outcome=Outcome.CLAIMED, claimed_at=at, why=None, ended_at=None) if last else None
    return put(node, line or Attempt(node.take, node.attempt, at, node.cost, Outcome.CLAIMED))


def find(node: Node, take: int, attempt: int) -> Attempt | None:
    """Return the ledger line of an attempt, None when it was folded or never was."""
    return next((line for line in node.attempts if (line.take, line.attempt) == (take, attempt)), None)


def put(node: Node, line: Attempt) -> Node:
    """Write a line in its place; the oldest beyond five are folded into a sum."""
    others = tuple(old for old in node.attempts if (old.take, old.attempt) != (line.take, line.attempt))
    lines = tuple(sorted((*others, line), key=lambda each: each.attempt))
    folded, kept = lines[:-DETAILED], lines[-DETAILED:]
    more = sum(old.cost for old in folded if old.outcome not in FREE)
    return replace(node, attempts=kept, folded_cost=node.folded_cost + more)


def close_line(node: Node, take: int, attempt: int, outcome: Outcome, at: datetime, why: str | None = None) -> Node:
    """Write how an attempt ended."""
    line = find(node, take, attempt)
    return put(node, replace(line, outcome=outcome, ended_at=at, why=why)) if line else node


def name_line(node: Node, take: int, attempt: int, provider_id: str, at: datetime) -> Node:
    """Note the vendor's id of an attempt."""
    line = find(node, take, attempt)
    if line is None or line.provider_id == provider_id:
        return node
    outcome = Outcome.SENT if line.outcome in (Outcome.CLAIMED, Outcome.UNCLEAR) else line.outcome
    return put(node, replace(line, provider_id=provider_id, sent_at=line.sent_at or at, outcome=outcome))


def give_up(node: Node, at: datetime, why: str) -> Node:
    """Close the line of an attempt nobody listens to any more; it stays counted as paid."""
    line = find(node, node.take, node.attempt)
    still_open = line is not None and line.outcome in (Outcome.CLAIMED, Outcome.SENT, Outcome.UNCLEAR)
    return close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, at, why) if still_open else node


def note_late(node: Node, take: int, attempt: int, film: str, at: datetime) -> Node:
    """Remember a film nobody waits for, once; under the winner's own name it is told beside the winner."""
    line = find(node, take, attempt)
    if line is None or line.why == film:
        return node
    outcome = Outcome.DONE if line.outcome is Outcome.DONE else Outcome.LATE
    return put(node, replace(line, outcome=outcome, ended_at=line.ended_at or at, why=film))


def settle(job: Job) -> Job:
    """Close the books of a job that ends: all that was never made goes back; settling twice moves nothing."""
    charged = min(bill(job.nodes.values()).paid_by_us, job.money.reserved)
    return replace(job, money=replace(job.money, charged=charged, refunded=job.money.reserved - charged))
