"""What each event does to the node it is about; one small function an event, called only where the table has a row."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.consequences import wake
from shared.pipeline.job.job import Claim, Job, Node, Outcome, State
from shared.pipeline.job.ledger import affordable, close_dead, close_line, find, name_line, open_line, put
from shared.pipeline.job.moves import failed, next_attempt, queued_again, requeue, running, scheduled, tries_of
from shared.pipeline.job.take_price import at_claim, billed
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.unclear import (
    answered,
    id_unknown,
    key_denied,
    nothing_found,
    reclaimed,
    unclear,
    unclear_still,
)
from shared.pipeline.plan.plan import COMPOSE_KEY
from shared.pipeline.vendors.names import called

SHUT_OUT = "ask the operator; when the tenant is open again, retry the job: what is finished is kept"


def claimed(job: Job, node: Node, event: on.Claimed, now: datetime, timeouts: Timeouts) -> Node:
    """Claim the node for one call; fail it where the tenant was shut, or one more attempt would pass the ceiling."""
    if job.barred_at is not None:
        return failed(
            node, now, Code.TENANT_INACTIVE, f"{node.key} was not bought: its tenant was shut before", SHUT_OUT
        )
    cost, rate = at_claim(job, node, event.rate)
    if not affordable(job, cost):
        return failed(
            node,
            now,
            Code.SPEND_CEILING,
            f"{node.key} would take the job over its spending ceiling",
            "read the bill (GET /jobs/{id}/bill), then order a new film",
        )
    claim = Claim(
        event.token,
        now,
        input=event.input,
        secret=event.secret,
        secret_version=event.secret_version,
        key_fingerprint=event.key_fingerprint,
        prefix=event.prefix,
        cutout=event.cutout,
        engine=event.engine,
        reconcile=event.reconcile,
        first_at=now,
    )
    return replace(
        open_line(node, claim, cost, rate),
        state=State.STARTING,
        claim=claim,
        due=now + timeouts.of(node.provider).claim * SECOND,
        started_at=node.started_at or now,
    )


def postponed(job: Job, node: Node, event: on.Postponed, now: datetime, timeouts: Timeouts) -> Node:
    """Queue it again for when the vendor should be free; a duplicate that says the same changes nothing (hole 9).

    It keeps its tenant's turn: nobody behind it would find the vendor free either (hole 163).
    """
    if scheduled(node, now):
        return node
    waiting = replace(node, why=event.why, nudges=0, waits_since=node.waits_since or now)
    return _impatient(waiting, now, timeouts) or queued_again(job, waiting, event.after, now, timeouts)


def unparked(_job: Job, node: Node, event: on.Unparked, now: datetime, timeouts: Timeouts) -> Node:
    """The node's turn has come: it gets its task, for when it may be asked again; its vendor made it wait no longer."""
    if node.parked_at is None or node.wake + 1 != event.wake:
        return node
    waited, ahead = max(now - node.parked_at, timedelta(0)), max(node.parked_at - now, timedelta(0))
    patient = replace(node, waits_since=node.waits_since and node.waits_since + waited)
    in_queue = patient if node.started_at else replace(patient, queued_at=now + ahead)  # what others learn from
    return wake(in_queue, now, timeouts, after=ahead)


def sent(_job: Job, node: Node, event: on.Sent, now: datetime, timeouts: Timeouts) -> Node:
    """The vendor accepted the call: the node runs."""
    return running(node, event.take, event.attempt, event.provider_id, now, timeouts)


def id_heard(_job: Job, node: Node, event: on.IdHeard, now: datetime, timeouts: Timeouts) -> Node:
    """The vendor accepted the call, as a webhook or a list told: the node runs."""
    return running(node, event.take, event.attempt, event.provider_id, now, timeouts)


def released(job: Job, node: Node, event: on.Released, now: datetime, timeouts: Timeouts) -> Node:
    """Nothing was made: queued again for later, unless the job has failed meanwhile."""
    if node.claim and node.claim.repeated and not event.cutout:
        return unclear_still(node, replace(node, why=event.why), event.after, now, timeouts)
    outcome = Outcome.REFUSED if event.refused else Outcome.NOT_SENT
    closed = close_line(node, node.take, node.attempt, outcome, now, event.why)
    line = find(closed, node.take, node.attempt)
    if line:
        closed = put(closed, replace(line, releases=line.releases + 1))
    freed = replace(
        closed,
        claim=None,
        refusals=node.refusals + (1 if event.refused else 0),
        cutout=event.cutout or node.cutout,
        why=event.why,
        waits_since=node.waits_since if event.cutout else node.waits_since or now,
    )
    return _impatient(freed, now, timeouts) or requeue(job, freed, event.after, now, timeouts)


def refused(_job: Job, node: Node, event: on.Rejected, now: datetime, timeouts: Timeouts) -> Node:
    """The vendor refused for good and made nothing: the node fails, unless an unclear call came before it."""
    if node.claim and node.claim.repeated:
        return unclear_still(node, replace(node, why=event.why), timedelta(0), now, timeouts)
    closed = close_line(node, node.take, node.attempt, _refusal(node), now, event.why)
    return failed(closed, now, event.code, event.why, event.next_move)


def misconfigured(job: Job, node: Node, event: on.MisconfigurationFound, now: datetime, timeouts: Timeouts) -> Node:
    """Our set-up is wrong: hold the node for an operator, trying again now and then, until the hold is over."""
    closed = close_line(node, node.take, node.attempt, _refusal(node), now, event.what)
    since = node.held_since or now
    if now >= since + timeouts.hold * SECOND:
        return failed(closed, now, Code.MISCONFIGURED, event.what, event.next_move)
    told = replace(node, held_since=since, why=event.what, next_move=event.next_move)
    if node.claim and node.claim.repeated:
        return unclear_still(node, told, timeouts.hold_step * SECOND, now, timeouts)
    held = replace(told, attempts=closed.attempts, claim=None)
    return requeue(job, held, timeouts.hold_step * SECOND, now, timeouts)


def film_arrived(job: Job, node: Node, event: on.FilmArrived, now: datetime, _waits: Timeouts) -> Node:
    """The first film of the current take is accepted, whichever attempt made it."""
    named = name_line(node, event.take, event.attempt, event.provider_id, now) if event.provider_id else node
    cost = billed(job, node, event.output, find(named, event.take, event.attempt))
    closed = close_line(named, event.take, event.attempt, Outcome.DONE, now, cost=cost)
    return replace(
        closed,
        state=State.DONE,
        output=event.output,
        provider_id=event.provider_id or node.provider_id,
        due=None,
        ended_at=now,
        why=None,
        next_move=None,
        code=None,
    )


def failure_heard(job: Job, node: Node, event: on.FailureHeard, now: datetime, timeouts: Timeouts) -> Node:
    """The vendor failed one attempt: another one follows where that can help, a bounded number of times."""
    closed = close_dead(node, node.take, node.attempt, timeouts, now, event.why, paid=event.paid)
    tries = timeouts.tries_filtered if event.code in (Code.FILTERED, Code.EMPTY) else tries_of(node, timeouts)
    if event.retry_after is None or node.failures + 1 >= tries:
        return failed(closed, now, event.code, event.why, event.next_move)
    told = replace(closed, why=event.why, cutout=event.cutout or node.cutout)
    return next_attempt(job, told, event.retry_after, now, timeouts)


def file_refused(_job: Job, node: Node, event: on.FileRefused, now: datetime, timeouts: Timeouts) -> Node:
    """A fresh link is asked for, a bounded number of times; then the take is lost, and paid."""
    if scheduled(node, now):
        return node
    if node.fresh_links < timeouts.fresh_links:
        after = timeouts.hint_step * 2**node.fresh_links * SECOND
        asked = replace(node, fresh_links=node.fresh_links + 1, nudges=0, why=event.why)
        return wake(asked, now, timeouts, after=after)
    closed = close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, now, event.why)
    return failed(closed, now, event.code, event.why, event.next_move)


def pending_seen(_job: Job, node: Node, event: on.PendingSeen, now: datetime, timeouts: Timeouts) -> Node:
    """Not yet: look again soon after a hint, else at the usual step; an operation that takes too long fails."""
    node = answered(node)
    since = node.claim.at if node.claim else now
    longest = timeouts.of(node.provider).longest
    if now >= since + longest * SECOND:
        minutes = int(longest // 60)
        code, why = (
            Code.TIMEOUT,
            f"{called(node.provider)} has worked on {node.key} for {minutes} minutes without an end",
        )
        if event.unfetched:
            code, why = Code.NOT_FETCHABLE, f"{called(node.provider)} has finished {node.key}, but {event.unfetched}"
        closed = close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, now, event.unfetched or "no end in sight")
        return failed(closed, now, code, why, "retry the job; this attempt counts as paid")
    if (event.hinted or node.polls) and scheduled(node, now):
        return node
    if (event.hinted or node.polls) and node.polls < timeouts.hint_polls:
        after = timeouts.hint_step * 2**node.polls * SECOND
        return wake(replace(node, polls=node.polls + 1, nudges=0), now, timeouts, after=after)
    return replace(node, due=now + timeouts.pending_step * SECOND, nudges=0)


def work_done(_job: Job, node: Node, event: on.WorkDone, now: datetime, _waits: Timeouts) -> Node:
    """The composition is done; its inputs' hash was checked before this is called."""
    return replace(node, state=State.DONE, output=event.output, due=None, ended_at=now, why=None)


def work_failed(job: Job, node: Node, event: on.WorkFailed, now: datetime, timeouts: Timeouts) -> Node:
    """Pure work failed: it is tried again, a bounded number of times; two workers failing at once count once."""
    if scheduled(node, now):
        return node
    if event.retry_after is None or node.failures + 1 >= timeouts.work_tries:
        if node.key != COMPOSE_KEY:
            return _spared(node, event, now)
        blamed = replace(node, culprit=event.culprit)
        return failed(blamed, now, event.code, event.why, event.next_move)
    return requeue(job, replace(node, failures=node.failures + 1, why=event.why), event.retry_after, now, timeouts)


# One handler an event; each is called with exactly its own event type, which a mapping cannot express.
HANDLERS: Mapping[type[on.NodeEvent], Callable[[Job, Node, Any, datetime, Timeouts], Node]] = {
    on.Claimed: claimed,
    on.Reclaimed: reclaimed,
    on.Postponed: postponed,
    on.Unparked: unparked,
    on.Sent: sent,
    on.Released: released,
    on.Rejected: refused,
    on.MisconfigurationFound: misconfigured,
    on.Unclear: unclear,
    on.IdHeard: id_heard,
    on.FilmArrived: film_arrived,
    on.FileRefused: file_refused,
    on.FailureHeard: failure_heard,
    on.PendingSeen: pending_seen,
    on.NothingFound: nothing_found,
    on.KeyDenied: key_denied,
    on.IdUnknown: id_unknown,
    on.WorkDone: work_done,
    on.WorkFailed: work_failed,
}


def _spared(node: Node, event: on.WorkFailed, now: datetime) -> Node:
    """Leave out a film that cannot be composed, so that the others of its job are had all the same."""
    move = "POST /jobs/{id}/edit with this output makes it as a version"
    out = replace(node, state=State.CANCELLED, waived_at=now, ended_at=now, due=None, at=None, parked_at=None)
    return replace(out, code=event.code, why=event.why, next_move=move)


def _impatient(node: Node, now: datetime, timeouts: Timeouts) -> Node | None:
    """End the wait for a vendor that had no room, or could not be reached, for all of its patience (hole 293)."""
    patience = timeouts.of(node.provider).patience
    if node.waits_since is None or now < node.waits_since + patience * SECOND:
        return None
    why = f"{called(node.provider)} could not take {node.key} for {patience / 60:.0f} minutes: {node.why or 'no room'}"
    return failed(node, now, Code.CAPACITY, why, "retry the job later; nothing of it was made or paid")


def _refusal(node: Node) -> Outcome:
    """A refused repeat says nothing about the unclear call before it: that one stays counted as paid."""
    return Outcome.GIVEN_UP if node.claim and node.claim.repeated else Outcome.REFUSED
