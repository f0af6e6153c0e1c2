"""The switch: what becomes of a take that its service cannot deliver, in the commit that says so.

Another service is asked at once, for the whole cast, or the film is made without the take, as its order says; else what
follows is what follows without any of this. Never through `failed`: that would stop the rest of the film (hole 76).
Within a want `choice` only grows, so each service is asked once (hole 80).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.cast import bound, leads, mates, next_understudy
from shared.pipeline.job.consequences import tell, want
from shared.pipeline.job.job import Job, Node, Outcome, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.switches import Switch
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.vendors import payer_of
from shared.pipeline.job.verdicts import Verdict, verdict
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import MICROS, Kind, Understudy
from shared.pipeline.plan.warned import Warned, WarningText
from shared.pipeline.vendors.names import called

ANEW = "POST /jobs/{id}/regenerate with this node orders the presenter again"


def next_choice(job: Job, before: Node, after: Node, event: on.NodeEvent, now: datetime, timeouts: Timeouts) -> Node:
    """Return the node as the order's rule moves it on news that leads to `after` without any; else `after`."""
    if before.kind is not Kind.PRESENTER or not (job.plan.understudies or job.plan.without_presenter):
        return after
    if job.barred_at or any(node.state is State.FAILED for node in job.nodes.values()):
        return after
    said = verdict(before, after, event, now, timeouts)
    if said is None:
        return after
    told = replace(after, code=after.code or _code(event))
    other = next_understudy(job, before)
    kept = _keeps(job, told, other, said)
    if other is not None and not kept:
        return _switched(job, told, other, now, timeouts, attempt=before.attempt + 1)
    if job.plan.without_presenter and _beyond_waiting(told, now, timeouts):
        return _waived(told, now, kept)
    return replace(after, why=_why(after, kept)) if after.state is State.FAILED else after


def _code(event: on.NodeEvent) -> Code:
    """Return the word for what a service was left for, where the node does not fail by it."""
    match event:
        case on.FailureHeard() | on.Rejected():
            return event.code
        case on.MisconfigurationFound():
            return Code.MISCONFIGURED
        case on.NothingFound():
            return Code.UNANSWERED
    return Code.CAPACITY  # it had no room, or nobody could reach it


def with_mates(job: Job, before: Node, after: Node, now: datetime, timeouts: Timeouts) -> Job:
    """Let a cast follow its take to another service, or out of the film, and say so; the very job where it stays."""
    if after.choice > before.choice:
        return _told(_followed(job, after, now, timeouts), before, after, now)
    if after.waived_at is not None and before.waived_at is None:
        return _told(_left_out(job, after, now), before, after, now)
    return job


def _keeps(job: Job, node: Node, other: Understudy | None, said: Verdict) -> str:
    """Say what keeps the next service from being asked, "" where nothing does or there is none."""
    if other is None:
        return ""
    if said is Verdict.OVER:
        return f"{called(other.provider)} was not asked, for it would end in the same way or a person must look first"
    if said is Verdict.HEARD_OUT and not (job.plan.pay_again and not _paid_before(node)):
        return f"{called(other.provider)} was not asked, for the take may have been made, and would be paid twice"
    if mate := bound(job, node):
        face = "one presenter shows one face in a film"
        return f"{called(other.provider)} was not asked: {called(mate.provider)} makes {mate.key}, and {face}"
    return _dear(job, node, other)


def _paid_before(node: Node) -> bool:
    """Tell whether an attempt of this want was heard out before: it is paid again once (see `if_unclear`)."""
    earlier = (line for line in node.attempts if node.since <= line.take < node.take)
    return any(line.outcome is Outcome.GIVEN_UP and line.dead_at is None for line in earlier)


def _dear(job: Job, node: Node, other: Understudy) -> str:
    """Say that the film would cost too much, what may still be billed of earlier attempts included."""
    moving = {node.key, *(mate.key for mate in mates(job, node))}
    nodes = {**job.nodes, node.key: node}
    columns = bill(nodes.values())
    paid = columns.paid_by_us + columns.billed_by_provider
    asked = sum(take.cost for take in other.takes if take.key in moving)
    lost = (line.cost for each in nodes.values() for line in each.attempts if line.outcome is Outcome.NOTHING_MADE)
    if paid + sum(lost) + asked > job.money.ceiling:
        return f"{called(other.provider)} was not asked, for the film would pass its spending ceiling"
    waiting = (State.BLOCKED, State.QUEUED)
    open_yet = sum(each.cost for key, each in nodes.items() if key not in moving and each.state in waiting)
    most = job.request.max_cost
    if most is not None and paid + open_yet + asked > round(most * MICROS):
        return f"{called(other.provider)} was not asked, for the film would cost more than its max_cost"
    return ""


def _switched(job: Job, node: Node, other: Understudy, now: datetime, timeouts: Timeouts, *, attempt: int) -> Node:
    """Queue a take at its next service: nothing of the one before is left but its lines in the ledger (hole 74)."""
    queued = replace(
        _at(job, node, other, now, timeouts, attempt=attempt, code=node.code), state=State.QUEUED, queued_at=now
    )
    return want(job, queued, now, timeouts)


def _at(
    job: Job, node: Node, other: Understudy, now: datetime, timeouts: Timeouts, *, attempt: int, code: str | None
) -> Node:
    take = next(each for each in other.takes if each.key == node.key)
    why = node.why or "it went with its cast"
    return replace(
        node,
        provider=other.provider,
        payer=payer_of(job.plan, other.provider, timeouts.vendor(other.provider)),
        cost=take.cost,
        expected=take.wait,
        choice=node.choice + 1,
        take=node.take + 1,
        attempt=attempt,
        switches=(*node.switches, Switch(now, node.provider, why, code)),
        why=f"{called(other.provider)} is asked, for {called(node.provider)} is given up: {why}",
        failures=0,
        refusals=0,
        polls=0,
        fresh_links=0,
        nudges=0,
        cutout=None,
        claim=None,
        provider_id=None,
        waits_since=None,
        held_since=None,
        at=None,
        parked_at=None,
        due=None,
        ended_at=None,
        code=None,
        next_move=None,
    )


def _followed(job: Job, lead: Node, now: datetime, timeouts: Timeouts) -> Job:
    """Let the mates wait for the take that is asked anew, at its service, under numbers no old task knows."""
    gone = lead.switches[-1]
    nodes = dict(job.nodes)
    for mate in mates(job, lead):
        other = next_understudy(job, mate)
        if mate.state in (State.BLOCKED, State.QUEUED) and mate.choice < lead.choice and other:
            moved = _at(job, replace(mate, why=gone.why), other, now, timeouts, attempt=mate.attempt + 1, code=None)
            nodes[mate.key] = replace(moved, state=State.BLOCKED)
    return replace(job, nodes=nodes)


def _left_out(job: Job, node: Node, now: datetime) -> Job:
    """Leave the unsent takes of a cast out with its lead: they would wait for it for ever."""
    if not leads(job, node):
        return job
    waiting = (State.BLOCKED, State.QUEUED)
    also = {
        mate.key: _waived(replace(mate, why=node.why, code=node.code), now)
        for mate in mates(job, node)
        if mate.state in waiting
    }
    return replace(job, nodes={**job.nodes, **also})


def _waived(node: Node, now: datetime, kept: str = "") -> Node:
    """Leave a take out: nothing is waited for any more, and nothing of it is ever shown."""
    return replace(
        node,
        state=State.CANCELLED,
        waived_at=now,
        ended_at=now,
        at=None,
        parked_at=None,
        due=None,
        claim=None,
        waits_since=None,
        held_since=None,
        why=_why(node, kept),
        next_move=ANEW,
    )


def _beyond_waiting(node: Node, now: datetime, timeouts: Timeouts) -> bool:
    """Tell whether a film that may be made without its presenter waits no longer for one."""
    if node.state is State.FAILED:
        return True
    since = node.waits_since or node.held_since
    return since is not None and now >= since + timeouts.alone_patience * SECOND


def _why(node: Node, kept: str) -> str:
    """Tell the last trouble, with what kept others from being asked, and the first one's beside it (hole 102)."""
    first = node.switches[0] if node.switches else None
    before = f"before it {called(first.left)}: {first.why.rstrip('.')}" if first else ""
    return "; ".join(part for part in ((node.why or "it could not be had").rstrip("."), kept, before) if part)


def _told(job: Job, before: Node, after: Node, now: datetime) -> Job:
    """Write what happened to a cast into the job's story and its warnings."""
    changed = [key for key, node in job.nodes.items() if _moved(node, after)]
    if after.waived_at is not None:
        what, warned = "left out", _without(changed, after)
    else:
        what, warned = "switched", _other(changed, before, after)
    told = tell(job, now, after.key, what, warned)
    return replace(told, warnings=tuple(dict.fromkeys((*job.warnings, warned))))


def _moved(node: Node, after: Node) -> bool:
    if after.waived_at is not None:
        return node.waived_at == after.waived_at
    return bool(node.switches and after.switches) and node.switches[-1].at == after.switches[-1].at


def _other(keys: Iterable[str], before: Node, after: Node) -> WarningText:
    gone = after.switches[-1]
    says = f"{called(after.provider)} films {', '.join(keys)} in place of {called(before.provider)}: {gone.why}"
    return warning(Warned.PRESENTER_SWITCHED, says)


def _without(keys: Iterable[str], after: Node) -> WarningText:
    named = list(keys)
    says = f"The film is made without {', '.join(named)}, its words shown as captions: {after.why}"
    return warning(Warned.PRESENTER_LEFT_OUT, says, nodes='", "'.join(named))
