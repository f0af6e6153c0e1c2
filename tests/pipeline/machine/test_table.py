"""Every row of the machine's table has a story that goes there; what has no row moves nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import State
from shared.pipeline.job.machine import TABLE
from shared.pipeline.plan.request import AspectRatio, OutputRequest
from tests.pipeline.films import CUT, film, filmed
from tests.pipeline.machine.casts import cast_story
from tests.pipeline.machine.story import (
    CLIP,
    COMPOSE,
    PRESENTED,
    PRESENTER,
    WAITS,
    Story,
    arrived,
    claimed,
    crowd,
    denied,
    failure,
    file_refused,
    id_heard,
    id_unknown,
    misconfigured,
    nothing,
    pending,
    postponed,
    reclaimed,
    refused,
    released,
    sent,
    story,
    unclear,
    waiting,
    work_failed,
    worked,
)

B, Q, S, R, D, F, C = State
SMALL = replace(WAITS, tries=1, hold=0)  # one try a take, nothing is held


def queued() -> Story:
    return story(PRESENTED)


def starting() -> Story:
    return queued().hears(claimed())


def running() -> Story:
    return starting().hears(sent())


def speaking() -> Story:
    return queued().about(PRESENTER).hears(claimed(PRESENTER))


def composing() -> Story:
    return story().hears(claimed(), sent(), arrived()).about(COMPOSE)


def side_by_side() -> Story:
    """Begin with two films of one clip, the second being composed."""
    both = film(filmed(), b_roll=CUT, outputs=tuple(map(OutputRequest, (AspectRatio.TALL, AspectRatio.SQUARE))))
    told = story(both).hears(claimed(), sent(), arrived())
    return told.about("compose-2").later(seconds=1)  # its task comes a little after the first one's


def broken(told: Story) -> Story:
    """Let the presenter fail meanwhile."""
    return told.hears(claimed(PRESENTER, "p"), refused(PRESENTER, "p"))


def poor() -> Story:
    told = queued()
    return replace(told, job=replace(told.job, money=replace(told.job.money, ceiling=0)))


def small(told: Story) -> Story:
    return replace(told, timeouts=SMALL)


def hasty(told: Story) -> Story:
    """Let nobody wait for room."""
    return replace(told, timeouts=waiting(WAITS, patience=0))


def linkless(told: Story) -> Story:
    return replace(told, timeouts=replace(WAITS, fresh_links=0))


def without() -> Story:
    """Begin with a film that may be made without its presenter."""
    return cast_story(without_presenter=True, understudies=())


def lonely() -> Story:
    return without().hears(claimed(PRESENTER))


def fallback() -> Story:
    """Begin with a film whose presenter another service knows."""
    return cast_story()


def broke() -> on.Rejected:
    return on.Rejected(PRESENTER, "a", Code.CREDITS, "no credits left", "top it up")


ROWS: dict[tuple[type[on.NodeEvent], State, State], Callable[[], Story]] = {
    (on.Claimed, Q, S): lambda: queued().hears(claimed()),
    (on.Claimed, Q, F): lambda: poor().hears(claimed()),
    (on.Unparked, Q, Q): lambda: crowd().hears(on.Unparked(CLIP, 1)),
    (on.Postponed, Q, Q): lambda: queued().about(PRESENTER).later(1).hears(postponed()),
    (on.Postponed, Q, C): lambda: hasty(without()).later(1).hears(postponed()),
    (on.Postponed, Q, F): lambda: hasty(queued()).about(PRESENTER).later(1).hears(postponed()),
    (on.Reclaimed, S, S): lambda: speaking().hears(unclear(PRESENTER)).later(30).hears(reclaimed()),
    (on.Sent, S, R): lambda: starting().hears(sent()),
    (on.Released, S, S): lambda: (
        speaking().hears(unclear(PRESENTER)).later(30).hears(reclaimed(), released(PRESENTER, "b"))
    ),
    (on.Released, S, Q): lambda: starting().hears(released()),
    (on.Released, S, F): lambda: hasty(starting()).hears(released(refused=True)),
    (on.Released, S, C): lambda: broken(starting()).hears(released()),
    (on.Rejected, S, S): lambda: (
        speaking().hears(unclear(PRESENTER)).later(30).hears(reclaimed(), refused(PRESENTER, "b"))
    ),
    (on.Rejected, S, Q): lambda: fallback().hears(claimed(PRESENTER), broke()),
    (on.Rejected, S, F): lambda: starting().hears(refused()),
    (on.Rejected, S, C): lambda: lonely().hears(broke()),
    (on.MisconfigurationFound, S, S): lambda: (
        speaking().hears(unclear(PRESENTER)).later(30).hears(reclaimed(), misconfigured(PRESENTER, "b"))
    ),
    (on.MisconfigurationFound, S, Q): lambda: starting().hears(misconfigured()),
    (on.MisconfigurationFound, S, F): lambda: small(starting()).hears(misconfigured()),
    (on.MisconfigurationFound, S, C): lambda: broken(starting()).hears(misconfigured()),
    (on.Unclear, S, S): lambda: starting().hears(unclear()),
    (on.IdHeard, S, R): lambda: starting().hears(id_heard()),
    (on.FilmArrived, Q, D): lambda: starting().later(minutes=20).hears(nothing()).hears(arrived()),
    (on.FilmArrived, S, D): lambda: starting().hears(arrived()),
    (on.FilmArrived, R, D): lambda: running().hears(arrived()),
    (on.FileRefused, R, R): lambda: speaking().later(1).hears(sent(PRESENTER), file_refused()),
    (on.FileRefused, R, F): lambda: linkless(speaking().later(1)).hears(sent(PRESENTER), file_refused()),
    (on.FileRefused, R, C): lambda: linkless(lonely().later(1)).hears(sent(PRESENTER), file_refused()),
    (on.FailureHeard, S, Q): lambda: starting().hears(failure()),
    (on.FailureHeard, S, F): lambda: starting().hears(failure(again=None)),
    (on.FailureHeard, S, C): lambda: broken(starting()).hears(failure()),
    (on.FailureHeard, R, Q): lambda: running().hears(failure()),
    (on.FailureHeard, R, F): lambda: running().hears(failure(again=None)),
    (on.FailureHeard, R, C): lambda: broken(running()).hears(failure()),
    (on.IdUnknown, R, R): lambda: speaking().later(1).hears(sent(PRESENTER), id_unknown()),
    (on.IdUnknown, R, F): lambda: speaking().hears(sent(PRESENTER), id_unknown()).later(60).hears(id_unknown()),
    (on.IdUnknown, R, C): lambda: lonely().hears(sent(PRESENTER), id_unknown()).later(60).hears(id_unknown()),
    (on.PendingSeen, R, Q): lambda: (
        cast_story(pay_again=True)
        .hears(claimed(PRESENTER), sent(PRESENTER))
        .later(minutes=30)
        .hears(pending(PRESENTER))
    ),
    (on.PendingSeen, R, C): lambda: lonely().hears(sent(PRESENTER)).later(minutes=30).hears(pending(PRESENTER)),
    (on.PendingSeen, R, R): lambda: running().hears(pending()),
    (on.PendingSeen, R, F): lambda: running().later(minutes=30).hears(pending()),
    (on.NothingFound, S, S): lambda: starting().later(minutes=4).hears(nothing()),
    (on.NothingFound, S, Q): lambda: starting().later(minutes=20).hears(nothing()),
    (on.NothingFound, S, F): lambda: small(starting()).later(minutes=20).hears(nothing()),
    (on.NothingFound, S, C): lambda: broken(starting()).later(minutes=20).hears(nothing()),
    (on.NothingFound, R, R): lambda: running().later(minutes=4).hears(nothing()),
    (on.NothingFound, R, Q): lambda: running().later(minutes=20).hears(nothing()),
    (on.NothingFound, R, F): lambda: small(running()).later(minutes=20).hears(nothing()),
    (on.NothingFound, R, C): lambda: broken(running()).later(minutes=20).hears(nothing()),
    (on.KeyDenied, S, S): lambda: starting().later(minutes=5).hears(denied()),
    (on.KeyDenied, S, F): lambda: starting().later(minutes=5).hears(denied()).later(minutes=1).hears(denied()),
    (on.KeyDenied, S, C): lambda: (
        lonely().later(minutes=5).hears(denied(PRESENTER)).later(minutes=1).hears(denied(PRESENTER))
    ),
    (on.KeyDenied, R, C): lambda: (
        lonely().hears(sent(PRESENTER), denied(PRESENTER)).later(minutes=1).hears(denied(PRESENTER))
    ),
    (on.KeyDenied, R, R): lambda: running().hears(denied()),
    (on.KeyDenied, R, F): lambda: running().hears(denied()).later(minutes=1).hears(denied()),
    (on.WorkDone, Q, D): lambda: composing().hears(worked(composing().hero.inputs_hash)),
    (on.WorkFailed, Q, Q): lambda: composing().hears(work_failed(composing().hero.inputs_hash)),
    (on.WorkFailed, Q, F): lambda: composing().hears(work_failed(composing().hero.inputs_hash, again=None)),
    (on.WorkFailed, Q, C): lambda: side_by_side().hears(
        replace(work_failed(side_by_side().hero.inputs_hash, again=None), node="compose-2")
    ),
}


def names(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


@pytest.mark.parametrize(("event", "before", "after"), ROWS, ids=names)
def test_the_row_is_lived(event: type[on.NodeEvent], before: State, after: State) -> None:
    """This event, heard in this state, leads to this state."""
    told = ROWS[event, before, after]()

    assert told.before is not None
    assert (before, after) == (told.before.nodes[told.node].state, told.hero.state)


def test_every_row_of_the_table_is_lived() -> None:
    """A row without a story is a row nobody has tried."""
    rows = {(row.event, row.state, after) for row in TABLE for after in row.becomes}

    assert set(ROWS) == rows


HERO: dict[State, Callable[[], Story]] = {
    B: lambda: queued().about(COMPOSE),
    Q: queued,
    S: starting,
    R: running,
    D: lambda: running().hears(arrived()),
    F: lambda: starting().hears(refused()),
    C: lambda: queued().hears(on.CancelAsked()),
}
EVENTS: dict[type[on.NodeEvent], Callable[[str], on.NodeEvent]] = {
    on.Claimed: lambda node: claimed(node, "z"),
    on.Postponed: lambda node: replace(postponed(), node=node),
    on.Unparked: lambda node: on.Unparked(node, 1),
    on.Reclaimed: lambda node: replace(reclaimed("z"), node=node),
    on.Sent: lambda node: sent(node, name="op-9"),
    on.Released: released,
    on.Rejected: refused,
    on.MisconfigurationFound: misconfigured,
    on.Unclear: unclear,
    on.IdHeard: lambda node: id_heard(node, name="op-9"),
    on.FilmArrived: lambda node: arrived(node, name="another"),
    on.FileRefused: file_refused,
    on.FailureHeard: failure,
    on.PendingSeen: pending,
    on.NothingFound: nothing,
    on.WorkDone: lambda node: replace(worked("hash"), node=node),
    on.WorkFailed: lambda node: replace(work_failed("hash"), node=node),
}
ROWLESS = [(event, state) for event in EVENTS for state in State if not any((event, state) == key[:2] for key in ROWS)]


@pytest.mark.parametrize(("event", "state"), ROWLESS, ids=names)
def test_what_has_no_row_moves_nothing(event: type[on.NodeEvent], state: State) -> None:
    """News the table has no row for ends in the ledger or nowhere."""
    told = HERO[state]()
    assert state is told.hero.state

    heard = told.hears(EVENTS[event](told.node))

    assert replace(heard.hero, attempts=told.hero.attempts) == told.hero
    assert {key: node for key, node in heard.job.nodes.items() if key != told.node} == {
        key: node for key, node in told.job.nodes.items() if key != told.node
    }
    assert (told.job.ending, told.job.money) == (heard.job.ending, heard.job.money)


def test_news_of_a_node_the_job_does_not_have_is_nothing() -> None:
    """A forged or misspelt node is no reason to stumble."""
    queued().hears(arrived("clip-99")).then_nothing()


def test_a_film_begins_with_what_needs_nothing() -> None:
    """The clip is queued at once; compose waits for it."""
    told = story()

    assert (Q, B) == (told.job.nodes[CLIP].state, told.job.nodes[COMPOSE].state)
