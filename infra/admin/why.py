"""Why a job is where it is, in one plain sentence: what it waits for, since when, and what frees it.

A pure function of the job, what is known of vendors and queues, and a moment. The part that is told is the one the
film waits for first: what a vendor makes before what waits to be sent, what waits longest before the others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.admin.told import Told, moment
from shared.cloud.tenants import AccountStatus, Tenant
from shared.pipeline.job.job import AWAKE, Ending, Job, Node, State
from shared.pipeline.job.ledger import find
from shared.pipeline.job.line import queue_of, reconcile_of
from shared.pipeline.job.status import status
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.job.turns import is_parked
from shared.pipeline.vendors.breaker import Circuit, asked_again_at, circuit
from shared.pipeline.vendors.names import called
from shared.pipeline.vendors.pressure import Pressure
from shared.pipeline.vendors.state import Breaker, VendorsState

FIRST = (State.STARTING, State.RUNNING, State.QUEUED)  # what is told before what


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job stands in, at a moment."""

    state: VendorsState
    pressure: Pressure
    tenant: Tenant | None
    timeouts: Timeouts
    now: datetime


def why_of(job: Job, around: Surroundings) -> Told:
    """Return the sentence, and what it follows from: each part that waits, with its vendor's id and next moment."""
    waiting = [node for node in job.nodes.values() if node.state in AWAKE] if job.ending is None else []
    waiting.sort(key=lambda node: (FIRST.index(node.state), node.started_at or node.queued_at or around.now))
    told = {"job": job.id, "tenant": job.tenant, "status": status(job).value}
    sentence = _ended(job) or _sentence(job, waiting, around)
    shut = around.tenant is None or around.tenant.status is not AccountStatus.ACTIVE
    rest = {"barred_at": job.barred_at, "tenant_is_open": not shut, "orders": _orders(around.state)}
    return {**told, "why": sentence, "waits": [_facts(node, around) for node in waiting], **rest}


def _ended(job: Job) -> str:
    at = moment(job.ended_at) if job.ended_at else "some time"
    match job.ending:
        case None:
            return ""
        case Ending.COMPLETED:
            return f"It waits for nothing: the film is ready since {at}."
        case Ending.CANCELLED:
            return f"It waits for nothing: it was cancelled at {at}; `jobs retry {job.id}` makes what is missing."
        case Ending.FAILED:
            cause = job.trouble
            said = f"{cause.message.rstrip('.')} ({cause.code})" if cause else "it failed"
            where = f" of {cause.node}" if cause and cause.node else ""
            return f"It waits for nothing: it failed at {at} because{where} {said}; {_move(job)}"


def _move(job: Job) -> str:
    said = job.trouble.next_move.rstrip(".") if job.trouble else ""
    return f"{said[:1].lower()}{said[1:]}." if said else f"`jobs retry {job.id}` tries it again."


def _sentence(job: Job, waiting: list[Node], around: Surroundings) -> str:
    if not waiting:
        return "It waits for the sweep, which looks at it within the minute: no part of it is queued or being made."
    node = waiting[0]
    beside = len(waiting) - 1
    rest = f"; {beside} more part{'s wait' if beside > 1 else ' waits'} beside it" if beside else ""
    barred = f"; its tenant was shut at {moment(job.barred_at)}, so it buys nothing more" if job.barred_at else ""
    return f"It waits for {_of(node, around)}{rest}{barred}."


def _of(node: Node, around: Surroundings) -> str:
    """Say what one part waits for, since when, and what frees it."""
    who = called(node.provider)
    since = moment(node.started_at or node.queued_at or around.now)
    attempt = f"attempt {node.attempt} of take {node.take}"
    match node.state:
        case State.RUNNING:
            usual = f"which usually takes {node.expected:.0f} seconds"
            freed = f"freed by {who}'s word or file, and looked at {_when(node.at or node.due, around.now)}"
            return f"{who} to finish {node.key} ({attempt}, id {node.provider_id}) since {since}, {usual}; {freed}"
        case State.STARTING if node.claim and node.claim.unclear_at:
            how = reconcile_of(node).value.replace("_", " ")
            unclear = f"what became of {node.key} at {who} ({attempt}), unclear since {moment(node.claim.unclear_at)}"
            found = f"it is found out by {how} {_when(node.at or node.due, around.now)}"
            return f"{unclear}; {found}, and nothing is paid again until then"
        case State.STARTING:
            until = _when(node.due, around.now)
            return (
                f"the worker that asks {who} for {node.key} ({attempt}) since {since}; it answers, or is judged {until}"
            )
    return f"{_start(node, who, since, around)}{_vendor(node, who, around)}{_pressed(node, around)}"


def _start(node: Node, who: str, since: str, around: Surroundings) -> str:
    """Say what keeps a part from being sent."""
    if is_parked(node) and node.parked_at:
        parked = moment(node.parked_at)
        return f"its tenant's turn to send {node.key} to {who}, since {parked}; the film before it frees it"
    tried = _when(node.at, around.now)
    if node.why and node.waits_since:
        said = node.why.removeprefix("waiting for ")
        return f"{said}: {node.key} is not sent since {moment(node.waits_since)}, and is tried again {tried}"
    said = f" ({node.why})" if node.why else ""
    return f"a worker to start {node.key}{said}, queued since {since} in {queue_of(node)}; its task runs {tried}"


def _vendor(node: Node, who: str, around: Surroundings) -> str:
    """Say what keeps its vendor from being asked at all."""
    breaker = around.state.breakers.get(node.provider, Breaker())
    if breaker.paused:
        why = f" ({breaker.paused.why})" if breaker.paused.why else ""
        return f"; {who} is paused since {moment(breaker.paused.at)}{why}: `vendor resume {node.provider}` frees it"
    if circuit(breaker, around.now) is Circuit.CLOSED:
        return ""
    again = asked_again_at(breaker, around.now)
    return f"; {who} fails for everybody and is asked again {_when(again, around.now)}"


def _pressed(node: Node, around: Surroundings) -> str:
    queue = queue_of(node) or ""
    starts = around.pressure.starts(queue)
    if not starts:
        return ""
    minutes = around.pressure.wait(queue).total_seconds() / 60
    return f"; {starts} starts of the whole house wait in {queue}, which takes about {minutes:.0f} minutes"


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "by the sweep"
    return f"at {moment(at)}" if at > now else "now"


def _orders(state: VendorsState) -> str:
    return f"draining since {moment(state.drained.at)}" if state.drained else "taken"


def _facts(node: Node, around: Surroundings) -> dict[str, Any]:
    line = find(node, node.take, node.attempt)
    breaker = around.state.breakers.get(node.provider, Breaker())
    return {
        "node": node.key,
        "state": node.state.value,
        "vendor": node.provider,
        "vendor_id": node.provider_id,
        "attempt": node.attempt,
        "take": node.take,
        "since": node.started_at or node.queued_at,
        "waits_since": node.waits_since,
        "parked_at": node.parked_at,
        "task_at": node.at,
        "sweep_at": node.due,
        "outcome": line.outcome.value if line else None,
        "why": node.why,
        "next_move": node.next_move,
        "breaker": "paused" if breaker.paused else circuit(breaker, around.now).value,
        "starts_waiting": around.pressure.starts(queue_of(node) or ""),
    }
