"""How much of each queue a tenant may fill: a free part that no film notices, and lanes for all beyond it.

Counted is work, not jobs: the nodes of unfinished jobs that may want a task at once, a chain of clips once, and a take
in the queue of each service that may be asked for it: when one goes down, all its takes may want tasks of another
in the same second. The count stands in the tenant's month and moves only in the commits that reserve and settle there,
so that no two orders can be judged by the same count (pipeline README, "Turns", holes 158, 159, 168, 303).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.pipeline.codec import Unreadable, from_plain
from shared.pipeline.job.job import Job, Node, Payer, State
from shared.pipeline.job.line import start_queue
from shared.pipeline.job.place import Place
from shared.pipeline.job.vendors import VENDORS, on_platform, payer_of
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.plan.understudies import understudies_of
from shared.pipeline.vendors.names import PLATFORM

FREE_SECONDS = 5.0  # of a queue's rate are one tenant's at most
LANE_SECONDS = 0.5  # in which a turn is surely handed on

Open = Mapping[str, int]  # startable nodes by queue


class WrongPortions(ValueError):
    """The tables' portions cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One tenant's part of one queue: it never has more than `free + lanes` tasks there."""

    free: int  # startable nodes that get their tasks at once
    lanes: int  # beyond them: so many nodes at a time, each when the one before it was started

    @classmethod
    def of_rate(cls, per_second: float) -> "Portion":
        """Return the portion in a queue that one vendor's rate bounds."""
        lanes = max(1, -int(-per_second * LANE_SECONDS // 1))
        return cls(max(1, int(per_second * FREE_SECONDS) - lanes), lanes)


Portions = Mapping[str, Portion]  # by queue; a queue without one is nobody's to fill or spare


def read_portions(data: Mapping[str, object]) -> Portions:
    """Read the tables' portions by queue. Raises WrongPortions."""
    try:
        read = {queue: from_plain(Portion, portion, queue) for queue, portion in data.items()}
    except Unreadable as wrong:
        raise WrongPortions(str(wrong)) from wrong
    for queue, portion in read.items():
        if portion.free < 0 or portion.lanes < 1:
            raise WrongPortions(f"{queue}: free {portion.free} and lanes {portion.lanes} leave no turn")
    return read


def left_of(portions: Portions, taken: Open, shards: int) -> Portions:
    """Return what a tenant has left whose unfinished jobs want so many nodes.

    A month counted in several documents has no free part: an order sees what one of them counts (hole 159).
    """
    return {
        queue: Portion(0 if shards > 1 else max(0, portion.free - max(0, taken.get(queue, 0))), portion.lanes)
        for queue, portion in portions.items()
    }


def startable(nodes: Mapping[str, Node], plan: Plan) -> Open:
    """Count by queue the unfinished nodes that may want a task at once."""
    return Counter(queue for queue, _ in _starts(nodes, plan))


def place_of(job_id: str, tenant: str, plan: Plan, nodes: Mapping[str, Node], left: Portions) -> Place:
    """Return the place of a job with such nodes, by what its tenant has left."""
    lanes, wanted = {}, startable(nodes, plan)
    accounts = dict(_starts(nodes, plan))
    for queue, count in wanted.items():
        portion = left.get(queue)
        if portion is None or count <= portion.free:
            continue
        number = int(hashlib.sha256(job_id.encode()).hexdigest(), 16) % portion.lanes
        lanes[queue] = f"{queue}.{tenant}{accounts[queue] and '.' + accounts[queue]}.{number}"
    return Place(dict(wanted), lanes)


def opened(before: Job | None, after: Job) -> Open:
    """Return by how much a commit moves its tenant's counts: up with an order or a retry, down with an ending."""
    if before is None or (before.ending and not after.ending):
        return after.place.open
    if after.ending and not before.ending:
        return {queue: -count for queue, count in before.place.open.items()}
    return {}


def _starts(nodes: Mapping[str, Node], plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield in which queues the unfinished nodes may want a task, each once a queue, and the account that starts there.

    Two accounts do not wait for each other: a tenant's in both modes, and the platform's beside them.
    """
    for key, node in nodes.items():
        queue = start_queue(node)
        link = any(nodes[need].kind is Kind.CLIP and nodes[need].state is not State.DONE for need in node.needs)
        if not queue or node.state is State.DONE or (node.kind is Kind.CLIP and link):
            continue
        others = understudies_of(plan, key)[node.choice :] if node.kind is Kind.PRESENTER else ()
        asked = {queue: _account(plan, node.provider, node.payer)}
        for each in others:
            row = VENDORS[each.provider]
            asked[row.queue] = _account(plan, each.provider, payer_of(plan, each.provider, row))
        yield from asked.items()


def _account(plan: Plan, vendor: str, payer: Payer) -> str:
    """Return the name of an account beside our own at Google, whose name is none."""
    if on_platform(vendor, payer):
        return f"{PLATFORM}.{plan.mode}"
    return plan.mode if payer is Payer.PROVIDER_ACCOUNT else ""
