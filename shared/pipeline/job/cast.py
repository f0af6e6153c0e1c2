"""Casts: the takes of one persona show one face, so they are filmed by one avatar service, or none of them moves.

Where a cast of several takes has an understudy, its first take leads: the others wait until it is running or done, so
that a service that is dead is found out by one order, and the whole cast can still go to the next one.
"""

from collections.abc import Collection, Mapping

from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.vendors import VENDORS, Vendor
from shared.pipeline.plan.plan import Kind, Plan, Speech, Understudy
from shared.pipeline.plan.understudies import cast_of, take_at, understudies_of

ASKED = frozenset({State.STARTING, State.RUNNING, State.DONE})


def speech_of(job: Job, node: Node) -> Speech | None:
    """Return a take as the service films it whose turn it is; None for what is no take."""
    return take_at(job.plan, node.key, node.choice)


def next_understudy(job: Job, node: Node) -> Understudy | None:
    """Return who takes over a node from its present service, None when nobody is left."""
    others = understudies_of(job.plan, node.key) if node.kind is Kind.PRESENTER else ()
    return others[node.choice] if node.choice < len(others) else None


def mates(job: Job, node: Node) -> tuple[Node, ...]:
    """Return the other takes of a node's cast."""
    return tuple(job.nodes[key] for key in cast_of(job.plan, node.key) if key != node.key and key in job.nodes)


def leads(job: Job, node: Node) -> bool:
    """Tell whether a take is the first of its cast."""
    return cast_of(job.plan, node.key)[0] == node.key


def led(job: Job, node: Node) -> bool:
    """Tell whether a take need not wait for the lead of its cast (any more)."""
    if node.kind is not Kind.PRESENTER or leads(job, node):
        return True
    lead = job.nodes[cast_of(job.plan, node.key)[0]]
    return lead.state in (State.RUNNING, State.DONE) or lead.waived_at is not None


def bound(job: Job, node: Node) -> Node | None:
    """Return a mate that a service is making or has made: then the cast stays there (hole 77)."""
    return next((mate for mate in mates(job, node) if mate.state in ASKED), None)


def pinned(job: Job, node: Node, remake: Collection[str]) -> int:
    """Return which service a take made anew begins at: the first, or the one whose face a kept take shows (hole 77)."""
    kept = (mate for mate in mates(job, node) if mate.state is State.DONE and mate.key not in remake)
    return next((mate.choice for mate in kept), 0)


def dearest(plan: Plan, vendors: Mapping[str, Vendor] = VENDORS) -> int:
    """Return what the takes of a plan cost at most, micro-dollars, whichever service ends up making each.

    A service that bills what it fails, or is paid though nobody can tell, adds to the one that follows.
    """
    return sum(_dearest(plan, take, vendors) for take in plan.speeches)


def _dearest(plan: Plan, take: Speech, vendors: Mapping[str, Vendor]) -> int:
    most = paid = 0
    path = (
        (plan.provider, take),
        *((each.provider, _take(each, take.key)) for each in understudies_of(plan, take.key)),
    )
    for provider, asked in path:
        most = max(most, paid + asked.cost)
        paid += asked.cost if plan.pay_again or not vendors[provider].failed_is_free else 0
    return most


def _take(understudy: Understudy, key: str) -> Speech:
    return next(take for take in understudy.takes if take.key == key)
