"""How a job's money looks from outside: what it costs, line by line and in two columns, as decimal dollars."""

from collections.abc import Mapping
from typing import Any

from shared.door.money import cost
from shared.pipeline.job.job import AT_RISK, Attempt, Job, Node, Outcome, Payer, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.price import priced_at
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import Plan

COLUMNS = {
    "paid_by_us": (
        "What abroll pays: Google for footage and computing, an avatar service where abroll's own account films. It "
        "counts towards your month's cap."
    ),
    "billed_by_provider": "What your own account at a vendor bills you; abroll never charges it.",
}
PRICE_EXPLAINED = (
    "What abroll charges you: paid_by_us times the price_factor of the plan you ordered under; your own accounts at "
    "vendors bill you beside it."
)
BILL_WORDS = {
    "lines": "The cost of all lines adds up to the two columns, by payer (us, provider_account).",
    "per_second": (
        "A take: what a second costs with the engine that films it, known when the take is asked for, never more than "
        "the order was told; null where its look could not be asked until then, and for what is no take."
    ),
    "charged": "A line: whether it counts. The bill: what of the reservation the ended job was charged.",
    "not_charged": "What the line would have cost; no vendor billed it.",
    "final": "False while nobody knows whether the vendor billed the line: until then it counts as charged.",
    "refunded": "What of the reservation went back when the job ended.",
    "price": PRICE_EXPLAINED,
}


def priced(plan: Plan) -> dict[str, str]:
    """Return what a plan costs, in both columns."""
    return cost(plan.cost_to_us, plan.cost_to_provider_account)


def price(job: Job) -> str:
    """Return what a tenant is charged for a job so far, dollars."""
    return priced_at(bill(job.nodes.values()).paid_by_us, job.money.price_factor)


def costs(job: Job) -> dict[str, str]:
    """Return what a job has cost so far, in both columns."""
    columns = bill(job.nodes.values())
    return cost(columns.paid_by_us, columns.billed_by_provider)


def saved(job: Job) -> dict[str, Any]:
    """Return what cancelling a job gave back, and what of its cost a vendor may still bill or not."""
    risk = dict.fromkeys(Payer, 0)
    for node in job.nodes.values():
        for line in node.attempts:
            risk[line.payer or node.payer] += line.cost if line.outcome in AT_RISK else 0
    return {
        "refunded": dollars(job.money.refunded),
        "at_risk": cost(risk[Payer.US], risk[Payer.PROVIDER_ACCOUNT]),
    }


def billed(job: Job) -> dict[str, Any]:
    """Return the bill: a line an attempt, charged or not, in two columns, and their sums."""
    columns = bill(job.nodes.values())
    factor = job.money.price_factor
    lines = [_line(node, line, factor) for node in job.nodes.values() for line in node.attempts]
    films = (job.nodes[film.key] for film in job.plan.films)
    lines += [_composed(film, factor) for film in films if film.state is State.DONE]
    return {
        "id": job.id,
        **cost(columns.paid_by_us, columns.billed_by_provider),
        "price": priced_at(columns.paid_by_us, factor),
        "reserved": dollars(job.money.reserved),
        "charged": dollars(job.money.charged),
        "refunded": dollars(job.money.refunded),
        "lines": lines,
        "explained": {**COLUMNS, **BILL_WORDS},
    }


def _line(node: Node, line: Attempt, factor: int | None) -> Mapping[str, Any]:
    payer = line.payer or node.payer
    return {
        "node": node.key,
        "provider": line.vendor or node.provider,
        "payer": payer.value,
        "take": line.take,
        "attempt": line.attempt,
        "claimed_at": line.claimed_at,
        "sent_at": line.sent_at,
        "ended_at": line.ended_at,
        "provider_id": line.provider_id,
        "outcome": line.outcome.value,
        **_charge(line.cost, charged=line.charged, final=line.outcome not in AT_RISK),
        "price": _price(line.cost if line.charged else 0, payer, factor),
        "per_second": None if line.rate is None else dollars(line.rate),
        "why": line.why,
    }


def _composed(film: Node, factor: int | None) -> Mapping[str, Any]:
    return {
        "node": film.key,
        "provider": "abroll",
        "payer": film.payer.value,
        "ended_at": film.ended_at,
        "outcome": Outcome.DONE.value,
        **_charge(film.cost, charged=True, final=True),
        "price": _price(film.cost, film.payer, factor),
    }


def _price(spent: int, payer: Payer, factor: int | None) -> str:
    return priced_at(spent if payer is Payer.US else 0, factor)


def _charge(price: int, *, charged: bool, final: bool) -> dict[str, Any]:
    return {
        "charged": charged,
        "final": final,
        "cost": dollars(price if charged else 0),
        "not_charged": dollars(0 if charged else price),
    }
