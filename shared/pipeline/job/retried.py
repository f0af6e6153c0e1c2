"""A job that is tried again: what is finished is kept, the rest begins another take, paid by the present month."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.pipeline.job import events as on
from shared.pipeline.job.cast import pinned
from shared.pipeline.job.entries import next_entry
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.portions import place_of
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.vendors import payer_of
from shared.pipeline.plan.understudies import provider_at, take_at


def reopened(job: Job, event: on.RetryAsked, now: datetime, timeouts: Timeouts) -> Job:
    """Return an ended job with its unfinished and unwanted nodes as new, and another reservation."""
    unfinished = (State.FAILED, State.CANCELLED)
    nodes = {
        key: _fresh(job, node, event, timeouts) if node.state in unfinished or key in event.remake else node
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
            job.money,
            event.usage_doc or job.money.usage_doc,
            event.reserved,
            event.ceiling or 2 * event.reserved,
            films_of(job),
            job.ended_at,
        ),
        ending=None,
        ended_at=None,
        trouble=None,
        barred_at=None,
        give_up_at=now + timeouts.give_up * SECOND,
        place=place_of(job.id, job.tenant, event.plan or job.plan, nodes, event.left),
    )


def films_of(job: Job) -> int:
    """Return how many films a job counts in its month: a version is none beside its root."""
    return 0 if job.versions.of else 1


def _warned_anew(known: Iterable[str], nodes: Iterable[Node]) -> tuple[str, ...]:
    """Say what is known before paying, then what was found in the files that are kept."""
    return tuple(dict.fromkeys((*known, *(warning for node in nodes for warning in node.warnings))))


def _fresh(job: Job, node: Node, event: on.RetryAsked, timeouts: Timeouts) -> Node:
    """Begin another take: its numbers only grow; the ledger is kept, and the cut-out that works for the same look.

    A want of its own begins at the first service again, or where a finished take of its cast shows the face already.
    """
    plan = event.plan or job.plan
    choice = pinned(job, node, event.remake)
    speech, before = take_at(plan, node.key, choice), take_at(job.plan, node.key, node.choice)
    clip = next((clip for clip in plan.clips if clip.key == node.key), None)
    film = next((film for film in plan.films if film.key == node.key), None)
    cost = speech.cost if speech else clip.cost if clip else node.cost
    expected = speech.wait if speech else clip.wait if clip else node.expected
    provider = provider_at(plan, node.key, choice) if speech else node.provider
    same_look = (provider, speech and speech.avatar_id) == (node.provider, before and before.avatar_id)
    return Node(
        key=node.key,
        kind=node.kind,
        needs=node.needs,
        cost=cost,
        payer=payer_of(plan, provider, timeouts.vendor(provider)) if speech else node.payer,
        provider=provider,
        expected=film.wait if film else expected,
        take=node.take + 1,
        attempt=node.attempt + 1,
        wake=node.wake,
        cutout=node.cutout if same_look else None,
        attempts=node.attempts,
        choice=choice,
        since=node.take + 1,
        unknown=node.unknown,
    )
