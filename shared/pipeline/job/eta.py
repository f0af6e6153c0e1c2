"""When a film is expected: the longest way through what is still to be done, from what has happened so far.

A part that has ended counts with its end. One that is being worked on takes as long as its vendor and model usually do,
from its own beginning; one that waits takes that long from when it can begin: its needs are there, its task is due, and
the avatar account has room for one more take. What is later than usual is expected soon, never in the past: so the
answer only moves earlier when something was finished, and stands still while all goes as usual.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.pipeline.job.job import AT_VENDOR, Job, Node, State
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.plan.plan import COMPOSE_KEY, Kind

OVERDUE = 0.1  # of its usual time: how much longer a part is given that has taken longer already
SHORTEST_REST = 1.0  # seconds


def estimated_completion_at(job: Job, now: datetime) -> datetime | None:
    """Return when the film is expected, after `now`; None when the job has ended, or will end without a film."""
    if job.ending or any(node.state in (State.FAILED, State.CANCELLED) for node in job.nodes.values()):
        return None
    ends: dict[str, datetime] = {}
    takes = _at_account(job, now)
    for key, node in job.nodes.items():  # in the order of the graph: needs come first
        ends[key] = takes[key] if key in takes else _end(node, ends, now)
    return ends[COMPOSE_KEY]


def _end(node: Node, ends: Mapping[str, datetime], now: datetime) -> datetime:
    if node.state is State.DONE:
        return node.ended_at or now
    if began := _began(node):
        return max(began + node.expected * SECOND, now + _rest(node))
    ready = max((now, *(ends[key] for key in node.needs)))
    return max(ready, node.at or ready) + node.expected * SECOND


def _began(node: Node) -> datetime | None:
    """Return since when a vendor, or our own machine, is at it; None when it waits."""
    if node.state in AT_VENDOR and node.claim:
        return node.claim.first_at or node.claim.at
    composing = node.kind is Kind.COMPOSE and node.state is State.QUEUED
    return node.queued_at if composing else None


def _rest(node: Node) -> timedelta:
    return max(OVERDUE * node.expected, SHORTEST_REST) * SECOND


def _at_account(job: Job, now: datetime) -> dict[str, datetime]:
    """Return the end of every take: an avatar account makes only so many at once, the others wait for a place."""
    takes = [node for node in job.nodes.values() if node.kind is Kind.PRESENTER]
    ends = {node.key: _end(node, {}, now) for node in takes}
    places: list[datetime] = []  # when each of the account's places is free again
    going_on = [node for node in takes if node.state is not State.DONE]
    for node in sorted(going_on, key=lambda node: _began(node) is None):
        if job.plan.takes_at_once is None or len(places) < job.plan.takes_at_once:
            places.append(ends[node.key])
        else:
            free = min(places)
            ends[node.key] = max(ends[node.key], free + node.expected * SECOND)
            places[places.index(free)] = ends[node.key]
    return ends
