"""The ledger: what every attempt cost, who pays it, and how a job's reservation settles.

Cost is booked at risk at the claim. A line stops being charged only by proof that no vendor bills it: it was never
sent, it was refused, the vendor said that it failed, or its outcome was unclear and nothing of it was there when the
vendor's longest time was over. Should its film come after all, the line is charged from then on. A job settles once,
when it ends: what is at risk then stays charged, and no later news moves settled money, so that no later correction
can be lost (holes 45-47); a film that comes later is in the ledger and at our expense.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.pipeline.job.entries import covered, settled
from shared.pipeline.job.job import FINAL, OPEN, Attempt, Claim, Job, Node, Outcome, Payer, State
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Kind

DETAILED = 5
OUR_WORK = (Kind.IMAGE, Kind.COMPOSE)
MOST_IDS = 100  # by which a job is found; the newest attempts'
LONGEST_NAMED = 200  # characters of one


@dataclass(frozen=True, slots=True)
class Bill:
    """A job's cost in micro-dollars, in the two columns of the people who pay."""

    paid_by_us: int
    billed_by_provider: int


def bill(nodes: Iterable[Node]) -> Bill:
    """Add up all nodes; equals the ledger by construction."""
    columns = {Payer.US: 0, Payer.PROVIDER_ACCOUNT: 0}
    for node in nodes:
        for payer, cost in by_payer(node).items():
            columns[payer] += cost
    return Bill(columns[Payer.US], columns[Payer.PROVIDER_ACCOUNT])


def by_payer(node: Node) -> Mapping[Payer, int]:
    """Return what a node cost or may yet cost whom, micro-dollars: its charged lines, each in its own vendor's column.

    What is made by another vendor now does not move what an earlier one has billed.
    """
    sums = dict.fromkeys(Payer, 0)
    if node.kind in OUR_WORK and node.state is State.DONE:
        sums[node.payer] += node.cost
    for line in node.attempts:
        sums[line.payer or node.payer] += line.cost if line.charged else 0
    return sums


def spent(node: Node) -> int:
    """Return what a node cost or may yet cost, micro-dollars, whoever pays."""
    return sum(by_payer(node).values())


def at_risk(job: Job) -> int:
    """Return what a job has cost or may yet cost, micro-dollars, whoever pays.

    What left no trace is counted here, though it is not charged: its film may still come.
    """
    lost = Outcome.NOTHING_MADE
    untraced = sum(line.cost for each in job.nodes.values() for line in each.attempts if line.outcome is lost)
    columns = bill(job.nodes.values())
    return columns.paid_by_us + columns.billed_by_provider + untraced


def affordable(job: Job, price: int) -> bool:
    """Tell whether one more attempt at this price, micro-dollars, stays under the job's ceiling."""
    return at_risk(job) + price <= job.money.ceiling


def open_line(node: Node, claim: Claim, cost: int, rate: int | None = None) -> Node:
    """Book the current attempt at risk; a released attempt's line is opened again, at what it costs now."""
    last = find(node, node.take, node.attempt) or Attempt(node.take, node.attempt, claim.at, cost, Outcome.CLAIMED)
    line = replace(
        last,
        cost=cost,
        rate=rate,
        outcome=Outcome.CLAIMED,
        claimed_at=claim.at,
        why=None,
        ended_at=None,
        vendor=node.provider,
        payer=node.payer,
        secret=claim.secret,
        secret_version=claim.secret_version,
        key_fingerprint=claim.key_fingerprint,
    )
    return put(node, line)


def find(node: Node, take: int, attempt: int) -> Attempt | None:
    """Return the ledger line of an attempt, None when there never was one."""
    return next((line for line in node.attempts if (line.take, line.attempt) == (take, attempt)), None)


def put(node: Node, line: Attempt) -> Node:
    """Write a line in its place; of what nobody bills, only the bill's words are kept beyond the last five."""
    others = tuple(old for old in node.attempts if (old.take, old.attempt) != (line.take, line.attempt))
    lines = tuple(sorted((*others, line), key=lambda each: each.attempt))
    return replace(node, attempts=(*map(_in_short, lines[:-DETAILED]), *lines[-DETAILED:]))


def _in_short(line: Attempt) -> Attempt:
    if line.outcome not in FINAL:  # its film may still come, and be asked for with its own key
        return line
    return Attempt(
        line.take,
        line.attempt,
        line.claimed_at,
        line.cost,
        line.outcome,
        vendor=line.vendor,
        payer=line.payer,
        rate=line.rate,
        unknown=line.unknown,
    )


def close_line(
    node: Node, take: int, attempt: int, outcome: Outcome, at: datetime, why: str | None = None, cost: int | None = None
) -> Node:
    """Write how an attempt ended, and what it cost where that is known better than it was at the claim."""
    line = find(node, take, attempt)
    if line is None:
        return node
    return put(node, replace(line, outcome=outcome, ended_at=at, why=why, cost=line.cost if cost is None else cost))


def close_dead(
    node: Node, take: int, attempt: int, timeouts: Timeouts, at: datetime, why: str, *, paid: bool = False
) -> Node:
    """Close an attempt that its vendor says has failed: free only where that vendor bills no failure.

    What may be billed is given up, an outcome that every release knows, and dead (hole 271).
    """
    line = find(node, take, attempt)
    if line is None:
        return node
    if paid:
        return close_line(node, take, attempt, Outcome.GIVEN_UP, at, why)
    if timeouts.vendor(line.vendor or node.provider).failed_is_free:
        return close_line(node, take, attempt, Outcome.FAILED, at, why)
    return put(node, replace(line, outcome=Outcome.GIVEN_UP, ended_at=at, dead_at=at, why=why))


def still_open(node: Node, but: tuple[int, int]) -> Attempt | None:
    """Return a line of another attempt than `but` (take, attempt) that may still deliver; None when there is none."""
    others = (line for line in node.attempts if (line.take, line.attempt) != but)
    return next((line for line in others if line.outcome in OPEN), None)


def died(node: Node, take: int, attempt: int) -> bool:
    """Tell whether an attempt's vendor has said as its final word that no film will come of it."""
    line = find(node, take, attempt)
    return line is not None and (line.outcome is Outcome.FAILED or line.dead_at is not None)


def refuted(node: Node, take: int, attempt: int) -> bool:
    """Tell whether an attempt's film comes after that word, now or once before: it is never accepted (hole 284)."""
    line = find(node, take, attempt)
    return died(node, take, attempt) or (line is not None and line.outcome is Outcome.LATE)


def name_line(node: Node, take: int, attempt: int, provider_id: str, at: datetime) -> Node:
    """Note the vendor's id of an attempt."""
    line = find(node, take, attempt)
    if line is None or line.provider_id == provider_id:
        return node
    outcome = line.outcome
    if outcome in (Outcome.CLAIMED, Outcome.UNCLEAR):
        outcome = Outcome.SENT
    elif outcome is Outcome.NOTHING_MADE and node.kind is Kind.PRESENTER:
        outcome = Outcome.GIVEN_UP  # it was accepted after all; of a clip we would have found the film
    return put(node, replace(line, provider_id=provider_id, sent_at=line.sent_at or at, outcome=outcome))


def give_up(node: Node, at: datetime, why: str) -> Node:
    """Close the line of an attempt whose news no longer counts; it stays counted as paid."""
    line = find(node, node.take, node.attempt)
    waited_for = line is not None and line.outcome in OPEN
    return close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, at, why) if waited_for else node


def note_late(node: Node, take: int, attempt: int, film: str, at: datetime, cost: int | None = None) -> Node:
    """Note a film that came too late or second, once; where the attempt is the accepted one, its line stays DONE."""
    line = find(node, take, attempt)
    if line is None or line.why == film:
        return node
    outcome = Outcome.DONE if line.outcome is Outcome.DONE else Outcome.LATE
    billed = line.cost if cost is None else cost
    return put(node, replace(line, outcome=outcome, ended_at=line.ended_at or at, why=film, cost=billed))


def booked(job: Job) -> Job:
    """Reserve what was claimed beyond the price; an ended job's money is settled and stays."""
    if job.ending:
        return job
    money = covered(job.money, bill(job.nodes.values()).paid_by_us)
    return job if money is job.money else replace(job, money=money)


def settle(job: Job) -> Job:
    """Close the books of a job that ends: what the vendors bill us is charged, all that was never made goes back.

    Settling twice moves nothing.
    """
    columns = bill(job.nodes.values())
    spent = columns.paid_by_us + columns.billed_by_provider > 0
    return replace(job, money=settled(job.money, columns.paid_by_us, spent=spent))


def bare_id(provider_id: str) -> str:
    """Return an id as people pass it on: of a resource's name its last part, a Veo operation's without its project."""
    return provider_id.strip().rpartition("/")[2][:LONGEST_NAMED]


def provider_ids(job: Job) -> tuple[str, ...]:
    """Return what vendors call a job's attempts, bare, each once, at most `MOST_IDS`: people look it up by these."""
    lines = [line for node in job.nodes.values() for line in node.attempts]
    named = sorted((line for line in lines if line.provider_id), key=lambda line: line.claimed_at)
    found = dict.fromkeys(bare_id(line.provider_id or "") for line in named)
    return tuple(each for each in found if each)[-MOST_IDS:]
