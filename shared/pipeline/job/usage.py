"""What a job used: seconds of film, credits, and what each vendor's work cost whom; adds up to the job's bill."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.pipeline.job.credits import credits_used
from shared.pipeline.job.job import Ending, Job, Payer, State
from shared.pipeline.job.ledger import OUR_WORK, Bill
from shared.pipeline.plan.plan import COMPOSE_KEY

OURSELVES = "abroll"


@dataclass(frozen=True, slots=True)
class Usage:
    """One job's share of a tenant's usage."""

    seconds: float  # of finished film
    credits: float
    by_vendor: dict[str, Bill]  # micro-dollars in both columns


def usage_of(job: Job) -> Usage:
    """Return what a job has used so far."""
    sums: dict[str, dict[Payer, int]] = {}
    for vendor, payer, price in _charged(job):
        sums.setdefault(vendor, dict.fromkeys(Payer, 0))[payer] += price
    film = job.nodes[COMPOSE_KEY].output if job.ending is Ending.COMPLETED else None
    seconds = (film.seconds or job.plan.planned_seconds) if film else 0.0
    bills = {name: Bill(sum_[Payer.US], sum_[Payer.PROVIDER_ACCOUNT]) for name, sum_ in sorted(sums.items())}
    return Usage(seconds, credits_used(job), bills)


def _charged(job: Job) -> Iterator[tuple[str, Payer, int]]:
    """Yield whose work was charged to whom, and what it cost, as the ledger counts it."""
    for node in job.nodes.values():
        if node.kind in OUR_WORK and node.state is State.DONE:
            yield OURSELVES, node.payer, node.cost
        for line in node.attempts:
            if line.charged:
                yield line.vendor or node.provider, line.payer or node.payer, line.cost
