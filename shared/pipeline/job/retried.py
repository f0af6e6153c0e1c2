"""A job that is tried again: what is finished is kept, the rest begins another take, paid by the present month."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.pipeline.job import events as on
from shared.pipeline.job.entries import next_entry
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.portions import place_of
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.plan.plan import COMPOSE_KEY, Plan


def reopened(job: Job, event: on.RetryAsked, now: datetime, timeouts: Timeouts) -> Job:
    """Return an ended job with its unfinished and unwanted nodes as new, and another reservation."""
    unfinished = (State.FAILED, State.CANCELLED)
    nodes = {
        key: _fresh(node, job.plan, event.plan or job.plan) if node.state in unfinished or key in event.remake else node
        for key, node in job.nodes.items()
    }
    return replace(
        job,
        nodes=nodes,
        request=event.request or job.request,
        plan=event.plan or job.plan,
        purchases=(*job.purchases, event.purchase) if event.purchase else job.purchases,
        warnings=_warned_anew(job.warnings if event.warnings is None else event.warnings, nodes.values()),
        money=next_entry(
            job.money, event.usage_doc or job.money.usage_doc, event.reserved, event.ceiling or 2 * event.reserved
        ),
        ending=None,
        ended_at=None,
        trouble=None,
        barred_at=None,
        give_up_at=now + timeouts.give_up * SECOND,
        place=place_of(job.id, job.tenant, job.plan.mode, nodes, event.left),
    )


def _warned_anew(known: Iterable[str], nodes: Iterable[Node]) -> tuple[str, ...]:
    """Say what is known before paying, then what was found in the files that are kept."""
    return tuple(dict.fromkeys((*known, *(warning for node in nodes for warning in node.warnings))))


def _fresh(node: Node, before: Plan, plan: Plan) -> Node:
    """Begin another take: its numbers only grow; the ledger is kept, and the cut-out that works for the same look."""
    costs = {clip.key: clip.cost for clip in plan.clips} | {speech.key: speech.cost for speech in plan.speeches}
    expected = {clip.key: clip.wait for clip in plan.clips} | {speech.key: speech.wait for speech in plan.speeches}
    expected[COMPOSE_KEY] = plan.compose_wait
    same_look = _look(node.key, before) == _look(node.key, plan)
    return Node(
        key=node.key,
        kind=node.kind,
        needs=node.needs,
        cost=costs.get(node.key, node.cost),
        payer=node.payer,
        provider=node.provider,
        expected=expected.get(node.key, node.expected),
        take=node.take + 1,
        attempt=node.attempt + 1,
        wake=node.wake,
        cutout=node.cutout if same_look else None,
        attempts=node.attempts,
        unknown=node.unknown,
    )


def _look(key: str, plan: Plan) -> str | None:
    return next((speech.avatar_id for speech in plan.speeches if speech.key == key), None)
