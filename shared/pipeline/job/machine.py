"""The machine that moves a job: a table of what each event does to a node in each state, and the lines that apply it.

Two rules. News that the table has no row for changes no state: it is noted in the ledger or dropped. A node leaves an
ended state only when a person asks for a retry.

It knows no clock, no storage and no vendor: `now` is the server time of the read the job came from (hole 18).
Every move that news makes is a row of the table below. What the rest of the job, a person or the sweep does to a node
(`consequences.py`, and the last functions here) is listed in `infra/diagrams.py`; the README's picture shows both.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.beside import beside
from shared.pipeline.job.consequences import follow, gave_up, gives_up_at, tell, wake
from shared.pipeline.job.job import AT_VENDOR, AWAKE, LIVE, Ending, Job, Node, Outcome, State
from shared.pipeline.job.ledger import (
    booked,
    close_dead,
    died,
    find,
    give_up,
    name_line,
    note_late,
    refuted,
    still_open,
)
from shared.pipeline.job.moves import Pushed, hurried
from shared.pipeline.job.retried import reopened
from shared.pipeline.job.stay import FeedbackGiven, KeepAsked
from shared.pipeline.job.switch import next_choice, with_mates
from shared.pipeline.job.take_price import billed, cheaper
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.transitions import HANDLERS
from shared.pipeline.job.turns import is_parked
from shared.pipeline.job.version import VersionGone, VersionMade
from shared.pipeline.plan.composition import lacking

B, Q, S, R, D, F, C = State  # the seven states, in the order of a life


@dataclass(frozen=True, slots=True)
class Row:
    """In this state this event may lead to these states."""

    event: type[on.NodeEvent]
    state: State
    becomes: tuple[State, ...]


TABLE: tuple[Row, ...] = (
    Row(on.Claimed, Q, (S, F)),
    Row(on.Postponed, Q, (Q, F, C)),
    Row(on.Unparked, Q, (Q,)),
    Row(on.Reclaimed, S, (S,)),
    Row(on.Sent, S, (R,)),
    Row(on.Released, S, (S, Q, F, C)),
    Row(on.Rejected, S, (S, Q, F, C)),
    Row(on.MisconfigurationFound, S, (S, Q, F, C)),
    Row(on.Unclear, S, (S,)),
    Row(on.IdHeard, S, (R,)),
    Row(on.FilmArrived, Q, (D,)),
    Row(on.FilmArrived, S, (D,)),
    Row(on.FilmArrived, R, (D,)),
    Row(on.FileRefused, R, (R, F, C)),
    Row(on.FailureHeard, S, (Q, F, C)),
    Row(on.FailureHeard, R, (Q, F, C)),
    Row(on.PendingSeen, R, (R, Q, F, C)),
    Row(on.NothingFound, S, (S, Q, F, C)),
    Row(on.NothingFound, R, (R, Q, F, C)),
    Row(on.KeyDenied, S, (S, F, C)),
    Row(on.KeyDenied, R, (R, F, C)),
    Row(on.IdUnknown, R, (R, F, C)),
    Row(on.WorkDone, Q, (D,)),
    Row(on.WorkFailed, Q, (Q, F, C)),
)
_ROWS = {(row.event, row.state): row for row in TABLE}


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event did: the job as it stands now, and what an operator must be told."""

    job: Job
    changed: bool
    alarms: tuple[str, ...] = ()

    def woken(self, before: Job) -> tuple[Node, ...]:
        """Return the nodes whose wake grew: a task must be enqueued for each."""
        return tuple(
            node
            for key, node in self.job.nodes.items()
            if node.state in AWAKE and self.job.ending is None and node.wake > before.nodes[key].wake
        )


class BrokenTable(Exception):
    """A handler made a move the table does not know: a bug of ours, caught before it is written."""


def apply(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    """Apply one event and book what it claims; the same event twice changes nothing the second time."""
    transition = _applied(job, event, now, timeouts)
    return replace(transition, job=booked(transition.job)) if transition.changed else transition


def _applied(job: Job, event: on.Event, now: datetime, timeouts: Timeouts) -> Transition:
    match event:
        case on.Swept():
            return _swept(job, event, now, timeouts)
        case on.CancelAsked():
            return _cancelled(job, event, now, timeouts)
        case on.RetryAsked():
            return _retried(job, event, now, timeouts)
        case Pushed():
            pushed = hurried(job, event, now, timeouts)
            return Transition(pushed, changed=pushed is not job)
        case on.LinksRevoked() | on.Barred() | VersionMade() | VersionGone() | KeepAsked() | FeedbackGiven():
            noted = beside(job, event, now)
            return Transition(noted, changed=noted is not job)
        case _:
            return _heard(job, event, now, timeouts)


def _heard(job: Job, event: on.NodeEvent, now: datetime, timeouts: Timeouts) -> Transition:
    node = job.nodes.get(event.node)
    if node is None:
        return Transition(job, changed=False)
    row = _ROWS.get((type(event), node.state))
    if row is None or job.ending or not _concerns(node, event):
        return _late(job, node, event, now, timeouts)
    if isinstance(event, on.Claimed) and (other := still_open(node, (event.take, event.attempt))):
        doubled = f"attempt {event.attempt} was wanted while attempt {other.attempt} is {other.outcome}"
        return Transition(job, changed=False, alarms=(f"open_line: {job.id} {node.key}: {doubled}",))
    moved = HANDLERS[type(event)](job, node, event, now, timeouts)
    moved = next_choice(job, node, moved, event, now, timeouts)
    if moved.state not in row.becomes:
        raise BrokenTable(f"{job.id} {node.key}: {type(event).__name__} led from {node.state} to {moved.state}")
    return _moved(job, node, moved, event, now, timeouts)


def _concerns(node: Node, event: on.NodeEvent) -> bool:
    match event:
        case on.Sent() | on.Released() | on.Rejected() | on.MisconfigurationFound() | on.Unclear():
            return node.claim is not None and node.claim.token == event.token
        case on.FilmArrived():
            ours = event.take == node.take and event.attempt <= node.attempt
            return ours and not refuted(node, event.take, event.attempt)
        case on.WorkDone() | on.WorkFailed():
            return event.inputs_hash == node.inputs_hash
        case on.Unparked():
            return is_parked(node)
        case on.Claimed() if is_parked(node):  # a task that came twice: only its turn starts it
            return False
        case on.Claimed() | on.Postponed() | on.Reclaimed() | on.IdHeard():
            return (event.take, event.attempt) == (node.take, node.attempt)
        case on.FileRefused() | on.FailureHeard() | on.PendingSeen() | on.NothingFound() | on.KeyDenied():
            return (event.take, event.attempt) == (node.take, node.attempt)
        case on.IdUnknown():
            return (event.take, event.attempt) == (node.take, node.attempt)
        case _:
            assert_never(event)


def _late(job: Job, node: Node, event: on.NodeEvent, now: datetime, timeouts: Timeouts) -> Transition:
    """News that moves no node: the ledger notes what was paid or named; a second film of a take is an alarm."""
    alarms: tuple[str, ...] = ()
    match event:
        case on.Sent() | on.IdHeard():
            noted = name_line(node, event.take, event.attempt, event.provider_id, now)
        case on.FilmArrived() if node.output and node.output.identity == event.output.identity:
            noted = node
        case on.FilmArrived():
            cost = billed(job, node, event.output, find(node, event.take, event.attempt))
            noted = note_late(node, event.take, event.attempt, event.output.identity, now, cost)
            if noted != node and event.take == node.take and node.state is State.DONE:
                second = f"a second film of take {event.take}: {event.output.uri}"
                alarms = (f"surplus_output: {job.id} {node.key}: {second}",)
            if noted != node and died(node, event.take, event.attempt):
                twice = f"attempt {event.attempt} was said to have failed, then its film came: {event.output.uri}"
                alarms = (*alarms, f"spoke_twice: {job.id} {node.key}: {twice}")
        case on.FailureHeard() if not event.paid:
            line = find(node, event.take, event.attempt)
            unsure = (Outcome.GIVEN_UP, Outcome.NOTHING_MADE, Outcome.SENT, Outcome.UNCLEAR)
            unheard = line is not None and line.outcome in unsure and line.dead_at is None
            noted = close_dead(node, event.take, event.attempt, timeouts, now, event.why) if unheard else node
        case _:
            noted = node
    if noted == node:
        return Transition(job, changed=False, alarms=alarms)
    return Transition(_put(job, noted, now), changed=True, alarms=alarms)


def _moved(job: Job, before: Node, after: Node, event: on.NodeEvent, now: datetime, timeouts: Timeouts) -> Transition:
    if after == before:
        return Transition(job, changed=False)
    if after.state is not before.state:
        after = replace(after, nudges=0)
    story = with_mates(_put(job, after, now), before, after, now, timeouts)
    if after.state is not before.state and not isinstance(event, on.Claimed):
        story = tell(story, now, after.key, after.state.value, after.why or "")
    if isinstance(event, on.Unparked):  # who only waited has lost no time
        story = replace(story, give_up_at=max(story.give_up_at, now + timeouts.give_up * SECOND))
    warned = story.warnings
    if isinstance(event, on.WorkDone | on.FilmArrived):  # what was known before paying need not be said again
        warned = tuple(dict.fromkeys((*story.warnings, *event.warnings)))
        story = _put(story, replace(after, warnings=event.warnings), now)
    if isinstance(event, on.Claimed) and (told := cheaper(story, after)):
        warned = tuple(dict.fromkeys((*warned, told)))
    if isinstance(event, on.WorkFailed) and after.waived_at:
        warned = (*story.warnings, lacking(job.plan, after.key, event.why))
    alarms = (
        (f"misconfigured: {job.id} {after.key}: {event.what}",) if isinstance(event, on.MisconfigurationFound) else ()
    )
    return Transition(follow(replace(story, warnings=warned), after.key, now, timeouts), changed=True, alarms=alarms)


def _swept(job: Job, event: on.Swept, now: datetime, timeouts: Timeouts) -> Transition:
    if job.ending:
        return Transition(job, changed=False)
    if gives_up_at(job, timeouts) <= now:
        return _given_up(job, now, timeouts)
    moved = job
    for key, node in job.nodes.items():
        current = moved.nodes[key]
        if current is not node or node.state not in AWAKE or node.due is None or node.due > now:
            continue
        if is_parked(node):  # it waits for its tenant's turn, which whoever sweeps sees to (hole 166)
            waited = now - (node.parked_at or now)
            moved = _put(moved, replace(node, due=now + timeouts.recheck_after(waited)), now)
        elif node.state is Q and key in event.in_queue:
            moved = _put(moved, replace(node, due=now + timeouts.recheck_after(now - (node.at or now))), now)
        elif node.nudges + 1 >= timeouts.nudges:
            stuck = replace(
                give_up(node, now, "stuck"),
                state=F,
                due=None,
                ended_at=now,
                code=Code.STUCK,
                why=f"{key} was pushed {timeouts.nudges} times without any step forward",
                next_move="retry the job; if it is stuck again send us its id",
            )
            moved = follow(tell(_put(moved, stuck, now), now, key, "stuck"), key, now, timeouts)
        else:
            nudged = replace(node, nudges=node.nudges + 1)
            pushed = wake(nudged, now, timeouts, due=now + timeouts.nudge_after(nudged.nudges))
            moved = tell(_put(moved, pushed, now), now, key, "nudged", f"{nudged.nudges} of {timeouts.nudges}")
    return Transition(moved, changed=moved is not job)


def _given_up(job: Job, now: datetime, timeouts: Timeouts) -> Transition:
    trouble = job.trouble or gave_up(job, timeouts)
    told = tell(replace(job, trouble=trouble), now, "job", "gave up")
    return Transition(_end_live(told, now, timeouts, failed=True, why="the job's time was over"), changed=True)


def _cancelled(job: Job, event: on.CancelAsked, now: datetime, timeouts: Timeouts) -> Transition:
    if job.ending:
        return Transition(job, changed=False)
    told = tell(job, now, "job", "cancelled", event.by)
    return Transition(_end_live(told, now, timeouts, failed=False, why="the job was cancelled"), changed=True)


def _end_live(job: Job, now: datetime, timeouts: Timeouts, *, failed: bool, why: str) -> Job:
    ended = {
        key: replace(
            give_up(node, now, why),
            state=F if failed and node.state in AT_VENDOR else C,
            due=None,
            ended_at=now,
            why=why,
        )
        if node.state in LIVE
        else node
        for key, node in job.nodes.items()
    }
    ending = Ending.FAILED if failed else Ending.CANCELLED
    return follow(replace(job, nodes=ended), None, now, timeouts, ending=ending)


def _retried(job: Job, event: on.RetryAsked, now: datetime, timeouts: Timeouts) -> Transition:
    if job.ending not in (Ending.FAILED, Ending.CANCELLED):
        return Transition(job, changed=False)
    if event.purchase and event.purchase.name in {each.name for each in job.purchases}:
        return Transition(job, changed=False)
    told = tell(reopened(job, event, now, timeouts), now, "job", "retried")
    return Transition(follow(told, None, now, timeouts), changed=True)


def _put(job: Job, node: Node, now: datetime) -> Job:
    return replace(job, nodes={**job.nodes, node.key: node}, updated_at=now)
