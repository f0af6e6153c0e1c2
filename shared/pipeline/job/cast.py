"""Casts: the takes of one persona show one face, so they are filmed by one avatar service, or none of them moves.

Where a cast of several takes has an understudy, its first take leads: the others wait until it is running or done, so
that a service that is dead is found out by one order, and the whole cast can still go to the next one.
"""

from collections.abc import Collection, Mapping

from shared.pipeline.job.job import Job, Node, Payer, State
from shared.pipeline.job.ledger import Bill
from shared.pipeline.job.vendors import VENDORS, Vendor, payer_of
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


def dearest(plan: Plan, vendors: Mapping[str, Vendor] = VENDORS) -> Bill:
    """Return what the takes of a plan cost at most, whichever service ends up making each, by who pays on that way.

    A service that bills what it fails, or is paid though nobody can tell, adds to the one that follows.
    """
    ways = [max(_ways(plan, take.key, 0, vendors), key=_whole) for take in plan.speeches]
    return Bill(sum(way.paid_by_us for way in ways), sum(way.billed_by_provider for way in ways))


def at_most(plan: Plan, key: str, choice: int = 0, vendors: Mapping[str, Vendor] = VENDORS) -> Bill:
    """Return the most a take may cost in either column, from its `choice`-th service on: what is reserved of it."""
    ways = _ways(plan, key, choice, vendors)
    ours, theirs = ([getattr(way, column) for way in ways] for column in ("paid_by_us", "billed_by_provider"))
    return Bill(max(ours, default=0), max(theirs, default=0))


def _ways(plan: Plan, key: str, choice: int, vendors: Mapping[str, Vendor]) -> tuple[Bill, ...]:
    """Return what a take costs whom when its first service makes it, its second, and so on."""
    found: list[Bill] = []
    paid = Bill(0, 0)
    asked = [(plan.provider, take) for take in plan.speeches if take.key == key]
    asked += [(each.provider, take) for each in understudies_of(plan, key) for take in each.takes if take.key == key]
    for provider, take in asked[choice:]:
        row = vendors[provider]
        ours = payer_of(plan, provider, row) is Payer.US
        with_it = Bill(
            paid.paid_by_us + (take.cost if ours else 0), paid.billed_by_provider + (0 if ours else take.cost)
        )
        found.append(with_it)
        paid = with_it if plan.pay_again or not row.failed_is_free else paid
    return tuple(found)


def _whole(way: Bill) -> int:
    return way.paid_by_us + way.billed_by_provider
