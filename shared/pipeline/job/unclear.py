"""What becomes of a call whose outcome nobody knows: asked again under its key, looked for, or heard out.

Each handler is one event's, as in `transitions.py`. Nothing here ever lets a call be made anew but a proof, or the
vendor's longest time (pipeline README, "Reconcile").
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.consequences import wake
from shared.pipeline.job.job import Claim, Job, Node, Outcome, Reconcile, State
from shared.pipeline.job.ledger import close_line
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.moves import failed, next_attempt, tries_of
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.vendors.names import called


def reclaimed(job: Job, node: Node, event: on.Reclaimed, now: datetime, timeouts: Timeouts) -> Node:
    """Take over an unclear call with a key, once its answer is known to be lost or its claim has expired.

    Never for a tenant that was shut: the repeat may be what buys (hole 206).
    """
    claim = node.claim
    if (
        claim is None
        or job.barred_at is not None
        or reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY
        or claim.token == event.token
    ):
        return node
    quiet = claim.unclear_at is not None and now >= claim.unclear_at + timeouts.replay_after * SECOND
    expired = now >= claim.at + timeouts.of(node.provider).claim * SECOND
    if not ((quiet or expired) and replayable(node, now, timeouts)):
        return node
    return replace(
        node,
        claim=replace(claim, token=event.token, at=now, unclear_at=None, absent_at=None, repeats=claim.repeats + 1),
        due=now + timeouts.of(node.provider).claim * SECOND,
    )


def unclear(_job: Job, node: Node, event: on.Unclear, now: datetime, timeouts: Timeouts) -> Node:
    """The outcome is unknown: a call with a key is repeated soon; without one its claim's end is waited for."""
    if node.claim is None or node.claim.unclear_at is not None:
        return node
    closed = close_line(node, node.take, node.attempt, Outcome.UNCLEAR, now, event.why)
    noted = replace(closed, claim=replace(node.claim, unclear_at=now), why=event.why, waits_since=None)
    if reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY:
        noted = replace(noted, why=f"{event.why} {_waits_until(node, node.claim, timeouts)}")
    if reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY:
        return wake(noted, now, timeouts, after=timeouts.replay_after * SECOND)
    return replace(noted, due=node.claim.at + timeouts.of(node.provider).claim * SECOND)


def _waits_until(node: Node, claim: Claim, timeouts: Timeouts) -> str:
    """Say for a customer why nothing is asked again, and until when at most."""
    blind, waits = reconcile_of(node) is Reconcile.NOTHING, timeouts.of(node.provider)
    until = claim.at + (waits.silence if blind else waits.unknown) * SECOND
    what = "waits for it" if blind else "looks for it, and asks again only if nothing was made"
    return f"Until {until:%H:%M} UTC abroll {what}, so that nothing is paid twice."


def nothing_found(job: Job, node: Node, event: on.NothingFound, now: datetime, timeouts: Timeouts) -> Node:
    """An unclear attempt left no trace (yet): it is given up only when the vendor's longest time is over.

    A vendor that shows nobody what it made cannot be asked again, nor one that has stopped answering: its attempt is
    heard out, counted as paid, and left to a person.
    """
    way, waits = looked_for(node, timeouts), timeouts.of(node.provider)
    if event.how is not way:
        return node
    if not event.certain:
        return _unanswered(node, now, timeouts)
    node = answered(node)
    since = node.claim.at if node.claim else now
    blind, looked_at = way is Reconcile.NOTHING, min(now, event.at or now)
    node, twice = _absent(node, looked_at, timeouts) if way is Reconcile.LIST_BY_TITLE else (node, True)
    timeout = waits.silence if blind else waits.unknown
    if looked_at < since + timeout * SECOND or not twice:
        return replace(node, due=now + timeouts.found_nothing * SECOND, nudges=0)
    if blind:
        return _heard_out(
            node, now, f"{called(node.provider)} did not say what became of {node.key}, and cannot be asked"
        )
    # What lies in our bucket is where we look; what had a name was made, and may have been deleted after it was billed.
    made_nothing = reconcile_of(node) is Reconcile.OBJECT or node.state is State.STARTING
    outcome = Outcome.NOTHING_MADE if made_nothing else Outcome.GIVEN_UP
    closed = close_line(node, node.take, node.attempt, outcome, now, "no trace of it")
    if node.failures + 1 >= tries_of(node, timeouts):
        why = f"{called(node.provider)} left {node.failures + 1} calls for {node.key} unanswered"
        return failed(closed, now, Code.UNANSWERED, why, "retry the job in a while; what is finished is kept")
    return next_attempt(job, closed, timedelta(0), now, timeouts)


def _absent(node: Node, looked_at: datetime, timeouts: Timeouts) -> tuple[Node, bool]:
    """Note a list without the attempt; tell whether one a minute before it did not show it either (hole 268).

    A list that was read before the claim had ended is no witness: the call may have been on its way.
    """
    claim = node.claim
    if claim is None or looked_at < claim.at + timeouts.of(node.provider).claim * SECOND:
        return node, False
    if claim.absent_at is None:
        return replace(node, claim=replace(claim, absent_at=looked_at)), False
    return node, looked_at >= claim.absent_at + timeouts.found_nothing * SECOND


def key_denied(_job: Job, node: Node, event: on.KeyDenied, now: datetime, timeouts: Timeouts) -> Node:
    """The key an attempt was made with is refused: a minute later again means that it was revoked.

    Nobody can fetch the take any more. It counts as paid and is never ordered again by us: a person is at that account.
    """
    claim = node.claim
    soon = timeouts.found_nothing * SECOND
    if claim and claim.denied_at is None and not event.gone:
        vendor = called(node.provider)
        why = f"{vendor} refuses the key {node.key} was ordered with; abroll looks once more before it gives up"
        return wake(replace(node, claim=replace(claim, denied_at=now), why=why), now, timeouts, after=soon)
    if claim and claim.denied_at and not event.gone and now < claim.denied_at + soon:
        return node
    why = f"the {called(node.provider)} key {node.key} was ordered with no longer works, so nobody can fetch it"
    move = "look in the provider's account for the take; put a working key, then retry the job"
    closed = close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, now, why)
    return failed(closed, now, Code.KEY_CHANGED, why, move)


def id_unknown(_job: Job, node: Node, _event: on.IdUnknown, now: datetime, timeouts: Timeouts) -> Node:
    """The vendor does not know an id it gave: only after its grace, and twice a minute apart, was the take deleted.

    Just made, an id may be unknown to the machine that is asked. The take counts as paid, and is never ordered again by
    us.
    """
    claim, waits = node.claim, timeouts.of(node.provider)
    soon = timeouts.found_nothing * SECOND
    if claim:
        since = claim.missing_at or now
        final_at = max(since + soon, claim.at + waits.grace * SECOND)
        if now < final_at:
            noted = replace(node, claim=replace(claim, missing_at=since))
            return noted if noted == node else wake(noted, now, timeouts, after=final_at - now)
    why = f"{called(node.provider)} does not know {node.key} any more; somebody deleted it there"
    closed = close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, now, why)
    return failed(closed, now, Code.TAKE_GONE, why, "retry the job: it orders this take again")


def replayable(node: Node, now: datetime, timeouts: Timeouts) -> bool:
    """Tell whether a claim's key may be used once more: young enough, and not repeated too often (hole 29)."""
    claim, waits = node.claim, timeouts.of(node.provider)
    if claim is None or reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY:
        return False
    young = now < (claim.first_at or claim.at) + waits.key_life * SECOND
    return young and claim.repeats < waits.replays


def looked_for(node: Node, timeouts: Timeouts) -> Reconcile:
    """Return how an unclear attempt is looked for where asking again under its key is no way, or none any more.

    A list of titles tells of keys too where the vendor has one; else only its own news does (hole 258).
    """
    way = reconcile_of(node)
    if way is not Reconcile.IDEMPOTENCY_KEY:
        return way
    return Reconcile.LIST_BY_TITLE if timeouts.vendor(node.provider).lists_titles else Reconcile.NOTHING


def unclear_still(node: Node, told: Node, after: timedelta, now: datetime, timeouts: Timeouts) -> Node:
    """Keep the claim: a refused repeat says nothing of the unclear call before it, and its key must not be left."""
    claim = node.claim
    if claim is None or claim.unclear_at:
        return node
    asked = replace(told, claim=replace(claim, unclear_at=now))
    return wake(asked, now, timeouts, after=max(after, timeouts.replay_after * SECOND))


def _unanswered(node: Node, now: datetime, timeouts: Timeouts) -> Node:
    """Look again, the longer it is silent the later; after the vendor's longest time its attempt is heard out."""
    since = (node.claim.first_at or node.claim.at) if node.claim else now
    if now >= since + timeouts.of(node.provider).silence * SECOND:
        return _heard_out(
            node, now, f"{called(node.provider)} does not answer, and never said what became of {node.key}"
        )
    wait = min(max(now - since, timeouts.found_nothing * SECOND), timeouts.silent_step * SECOND)
    return replace(node, due=now + wait, nudges=0)


def _heard_out(node: Node, now: datetime, why: str) -> Node:
    closed = close_line(node, node.take, node.attempt, Outcome.GIVEN_UP, now, "nobody can tell what became of it")
    move = "look for the take in the provider's account, then retry the job; the unclear attempt counts as paid"
    return failed(closed, now, Code.UNANSWERED, why, move)


def answered(node: Node) -> Node:
    """Forget that a key was refused, or an id unknown: the vendor knows both."""
    claim = node.claim
    if claim is None or not (claim.denied_at or claim.missing_at):
        return node
    return replace(node, claim=replace(claim, denied_at=None, missing_at=None))
