"""What follows for the rest of the job when one node moved: others are queued, others are held, the job ends.

A job that has not ended has a node that is awake, and so a due (property test); an ended one has none.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.codes import Code
from shared.pipeline.job.cast import led
from shared.pipeline.job.job import LIVE, Ending, Job, Moment, Node, State, Trouble
from shared.pipeline.job.ledger import settle
from shared.pipeline.job.line import start_queue
from shared.pipeline.job.names import inputs_hash
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.turns import is_parked, oldest_parked
from shared.pipeline.plan.plan import Kind

NOW = timedelta(0)


def wake(node: Node, now: datetime, timeouts: Timeouts, *, after: timedelta = NOW, due: datetime | None = None) -> Node:
    """Give a node a task under a new name, and a due at which the sweep looks whether it has run."""
    at = now + after
    return replace(node, wake=node.wake + 1, at=at, parked_at=None, due=due or at + timeouts.queue_slack * SECOND)


def want(job: Job, node: Node, now: datetime, timeouts: Timeouts, *, after: timedelta = NOW) -> Node:
    """Give a queued node a task, or park it until its turn where its job is beyond the tenant's free part."""
    if start_queue(node) not in job.place.lanes:
        return wake(node, now, timeouts, after=after)
    at = now + after
    due = at if after else now + timeouts.recheck_after(NOW)
    return replace(node, at=None, parked_at=at, due=due)


def gives_up_at(job: Job, timeouts: Timeouts) -> datetime:
    """Return when a job is given up: whoever only waits for a turn has a week (hole 164)."""
    parked = oldest_parked(job)
    if not parked:
        return job.give_up_at
    return max(job.give_up_at, min(parked.values()) + timeouts.parked_life * SECOND)


def gave_up(job: Job, timeouts: Timeouts) -> Trouble:
    """Say for the person why a job is given up whose time is over."""
    if not oldest_parked(job):
        message = f"the film was not finished by {job.give_up_at:%Y-%m-%d %H:%M} UTC"
        return Trouble(code=Code.GAVE_UP, message=message, next_move="retry the job: what is finished is kept")
    days = int(timeouts.parked_life // 86_400)
    message = f"the film's turn did not come within {days} days: too many others of yours stood before it"
    return Trouble(Code.NO_TURN, message, next_move="retry the job once fewer of your films are being made")


def follow(job: Job, key: str | None, now: datetime, timeouts: Timeouts, *, ending: Ending | None = None) -> Job:
    """Draw every consequence of the move of node `key` (None: of the whole job)."""
    moved = job.nodes[key] if key else None
    if moved and moved.state is State.FAILED:
        job = _hold(job, moved, now)
    if not any(node.state is State.FAILED for node in job.nodes.values()):
        job = _unblock(job, now, timeouts)
    if job.ending is None and not any(node.state in LIVE for node in job.nodes.values()):
        counted = replace(job.place, open={})  # once: code that counts nothing may open and end it again (hole 167)
        job = settle(replace(job, ending=ending or _ending(job), ended_at=now, place=counted))
    return job


def _unblock(job: Job, now: datetime, timeouts: Timeouts) -> Job:
    nodes = dict(job.nodes)
    woken = 0
    for key, node in job.nodes.items():
        if node.state is State.BLOCKED and all(nodes[need].finished for need in node.needs) and led(job, node):
            wanted = inputs_hash(job, node) if node.kind is Kind.COMPOSE else None
            ready = replace(node, state=State.QUEUED, queued_at=now, inputs_hash=wanted)
            nodes[key] = want(job, ready, now, timeouts, after=woken * timeouts.stagger * SECOND)
            woken += not is_parked(nodes[key])
    return replace(job, nodes=nodes)


def _hold(job: Job, failed: Node, now: datetime) -> Job:
    """Stop what was not submitted; what a vendor is making is waited for and kept: a retry never buys it again."""
    why = f"held: {failed.key} failed"
    waiting = (State.BLOCKED, State.QUEUED)
    nodes = {
        key: replace(node, state=State.CANCELLED, due=None, ended_at=now, why=why) if node.state in waiting else node
        for key, node in job.nodes.items()
    }
    trouble = job.trouble or Trouble(
        code=failed.code or Code.STUCK,
        message=failed.why or f"{failed.key} failed",
        next_move=failed.next_move or "retry the job",
        node=failed.culprit or failed.key,
    )
    return replace(job, nodes=nodes, trouble=trouble)


def _ending(job: Job) -> Ending:
    if all(node.finished for node in job.nodes.values()):
        return Ending.COMPLETED
    return Ending.FAILED if job.trouble else Ending.CANCELLED


def tell(job: Job, now: datetime, node: str, what: str, detail: str = "") -> Job:
    """Add a line to the job's story, which keeps its newest."""
    return replace(job, timeline=(*job.timeline, Moment(now, node, what, detail[:200]))[-50:], updated_at=now)
