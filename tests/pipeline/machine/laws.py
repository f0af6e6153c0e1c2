"""What holds for every commit, whatever was heard.

CAST  what one persona's takes are made by, or were, is one avatar service
GROWS take, attempt and wake never shrink; a new take has a new attempt's number
ENDS  an ended job stays ended (a retry apart) and has no due; a live one has a node that is awake, each with a due
FILMS an accepted output is a film of the take that is wanted, and stays
MOVES every move is an arrow of the picture
ONCE  within a want a service that was left is not asked again
PAYS  reserved = charged + refunded at an ending; the bill is the ledger's sum
RATE  a take is booked at what its engine costs, where its look told, and never above what its order was told
TELLS there is always a status, a stage and a sentence; only a finished film is at 100
WHOSE a node is paid by whom its plan names, a line by whom it was claimed for, whatever is asked or put later
"""

from dataclasses import replace

from infra.diagrams import moves
from shared.pipeline.job import events as on
from shared.pipeline.job.cast import ASKED
from shared.pipeline.job.job import AWAKE, FREE, LIVE, Ending, Job, Payer, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.status import progress, stage, status, summary
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.plan.understudies import take_at

ARROWS = set(moves())


class LawBroken(Exception):
    """The machine did what it must never do."""


def judge(before: Job, after: Job, event: on.Event) -> None:
    """Check every law of one commit."""
    for law in (_grows, _ends, _films, _moves, _pays, _tells, _cast, _once, _whose, _rate):
        broken = law(before, after, event)
        if broken:
            raise LawBroken(f"{law.__name__[1:].upper()}: {broken} by {event}")


def _ends(before: Job, after: Job, event: on.Event) -> str:
    if before.ending and after.ending is not before.ending and not isinstance(event, on.RetryAsked):
        return f"ended {before.ending} became {after.ending}"
    if before.ending and not isinstance(event, on.RetryAsked):
        for key, node in before.nodes.items():
            if replace(after.nodes[key], attempts=node.attempts) != node:
                return f"{key} moved in an ended job"
    if after.ending and any(node.due or node.state in LIVE for node in after.nodes.values()):
        return "an ended job has something to do"
    awake = [node for node in after.nodes.values() if node.state in AWAKE]
    if not after.ending and not (awake and all(node.due for node in awake)):
        return "a live job has nobody who looks after it"
    return ""


def _grows(before: Job, after: Job, _event: on.Event) -> str:
    for key, old in before.nodes.items():
        new = after.nodes[key]
        if new.take < old.take or new.attempt < old.attempt or new.wake < old.wake:
            return f"{key} went back"
        if new.take > old.take and new.attempt <= old.attempt:
            return f"{key}: a new take under an old attempt's number"
    return ""


def _films(before: Job, after: Job, _event: on.Event) -> str:
    for key, node in after.nodes.items():
        if node.state is State.DONE and node.output is None:
            return f"{key} is done without an output"
        if node.state is State.DONE and node.kind in (Kind.CLIP, Kind.PRESENTER) and node.output:
            old = before.nodes[key]
            if f"/t{node.take}-a" not in node.output.uri:
                return f"{key} took a film of another take"
            if old.state is State.DONE and (old.take, old.output) != (node.take, node.output):
                return f"{key} changed its film"
    return ""


def _moves(before: Job, after: Job, event: on.Event) -> str:
    for key, old in before.nodes.items():
        new = after.nodes[key]
        fresh = isinstance(event, on.RetryAsked) and new.take > old.take
        unwanted = isinstance(event, on.RetryAsked) and key in event.remake
        if old.state is State.DONE and new.state is not State.DONE and not (fresh and unwanted):
            return f"{key} lost its film"
        begun = State.BLOCKED if fresh else old.state
        if begun is not new.state and (begun, new.state) not in ARROWS:
            return f"{key} went from {begun} to {new.state}, which is not drawn"
    return ""


def _pays(_before: Job, after: Job, _event: on.Event) -> str:
    money = after.money
    if min(money.charged, money.reserved) < 0 or money.charged > money.reserved:
        return f"charged more than was reserved: {money}"
    if after.ending and money.reserved != money.charged + money.refunded:
        return f"not settled: {money}"
    columns = bill(after.nodes.values())
    lines = sum(line.cost for node in after.nodes.values() for line in node.attempts if line.outcome not in FREE)
    pure = sum(node.cost for node in after.nodes.values() if node.kind is Kind.COMPOSE and node.state is State.DONE)
    if columns.paid_by_us + columns.billed_by_provider != lines + pure:
        return "the bill is not the ledger's sum"
    return ""


def _tells(_before: Job, after: Job, _event: on.Event) -> str:
    finished = after.ending is Ending.COMPLETED
    if not (summary(after) and stage(after) and status(after)):
        return "nothing to say"
    return "" if (progress(after) == 100) is finished else f"progress {progress(after)}"


def _cast(_before: Job, after: Job, _event: on.Event) -> str:
    for each in after.plan.understudies:
        asked = {after.nodes[take.key].provider for take in each.takes if after.nodes[take.key].state in ASKED}
        if len(asked) > 1:
            return f"{each.persona} has the faces of {', '.join(sorted(asked))}"
    return ""


def _once(before: Job, after: Job, _event: on.Event) -> str:
    for key, old in before.nodes.items():
        new = after.nodes[key]
        if new.since == old.since and new.choice < old.choice:
            return f"{key} went back to {new.provider}"
        if (new.since, new.choice) == (old.since, old.choice) and new.provider != old.provider:
            return f"{key} changed its vendor under one choice"
    return ""


def paid_by(plan: Plan, vendor: str | None) -> Payer:
    """Return whose account a plan has a vendor asked with: ours is Google's, and where the plan names it."""
    ours = vendor in (None, "", "veo") or vendor in plan.platform_accounts
    return Payer.US if ours else Payer.PROVIDER_ACCOUNT


def _whose(before: Job, after: Job, _event: on.Event) -> str:
    for key, node in after.nodes.items():
        old = before.nodes[key]
        known = {line.attempt: (line.vendor, line.payer) for line in old.attempts}
        for line in node.attempts:
            begun = (old.provider, paid_by(before.plan, old.provider))
            if (line.vendor, line.payer) != known.get(line.attempt, begun):
                return f"{key}: attempt {line.attempt} is {line.vendor}'s, paid by {line.payer}"
        if node.state in AWAKE and node.payer is not paid_by(after.plan, node.provider):
            return f"{key} is asked of {node.provider} and paid by {node.payer}"
    return ""


def _rate(_before: Job, after: Job, event: on.Event) -> str:
    node = after.nodes.get(event.node) if isinstance(event, on.Claimed) else None
    if node is None or not isinstance(event, on.Claimed) or node.claim is None or node.claim.token != event.token:
        return ""
    line, take = node.attempts[-1], take_at(after.plan, node.key, node.choice)
    if line.cost > node.cost:
        return f"{node.key} was told {node.cost} and is booked at {line.cost}"
    if take is None or event.rate is None:
        return ""
    rate = min(event.rate, round(take.cost / take.seconds))
    booked = min(node.cost, round(take.seconds * rate))
    return "" if (line.rate, line.cost) == (rate, booked) else f"{node.key} is booked at {line.cost}, not {booked}"
