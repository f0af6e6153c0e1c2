"""The machine and the line are drawn as they are run."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.diagrams import JOB_MOVES, line_table, machine_picture
from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.events import CancelAsked, RetryAsked
from shared.pipeline.job.job import State
from shared.pipeline.job.line import LINE
from shared.pipeline.job.machine import TABLE
from tests.pipeline.machine.casts import PAIR, cast_story
from tests.pipeline.machine.story import (
    CHAIN,
    CLIP,
    COMPOSE,
    PRESENTED,
    PRESENTER,
    WAITS,
    Story,
    arrived,
    claimed,
    failure,
    pending,
    refused,
    sent,
    story,
    swept,
    work_failed,
)

ROOT = Path(__file__).parents[3]
B, Q, S, R, D, F, C = State


def queued() -> Story:
    return story(PRESENTED)


def starting() -> Story:
    return queued().hears(claimed())


def running() -> Story:
    return starting().hears(sent())


def stumbled(told: Story) -> Story:
    """Let the composition fail when all footage is there."""
    done = told.about(COMPOSE)
    return done.hears(work_failed(done.hero.inputs_hash, again=None))


def footage() -> Story:
    return story().hears(claimed(), sent(), arrived())


def chain() -> Story:
    second = "clip-2"
    told = story(CHAIN).hears(claimed(), sent(), arrived())
    return told.hears(claimed(second, "b"), sent(second, "b", name="op-2"), arrived(second))


def pair(**changed: bool) -> Story:
    """Begin with two takes of one presenter, whom the film can do without."""
    return cast_story(PAIR, PRESENTER, without_presenter=True, **changed)


def alone(told: Story) -> Story:
    """Let neither service take the lead."""
    broke = on.Rejected(PRESENTER, "a", Code.CREDITS, "no credits left", "top it up")
    again = told.hears(broke).later(1).hears(claimed(PRESENTER, "b", take=2, attempt=2))
    return again.hears(replace(broke, token="b"))


CANCELLED, SWEPT, RETRIED = "CancelAsked", "Swept", "RetryAsked"
WITHOUT_NEWS: dict[tuple[State, State, str], Callable[[], Story]] = {
    (B, Q, "all it needs is done"): footage,
    (B, C, "another node failed"): lambda: starting().hears(refused()),
    (Q, C, "another node failed"): lambda: starting().hears(refused()),
    (B, C, "the lead of its cast is left out"): lambda: alone(pair().hears(claimed(PRESENTER))),
    (Q, B, "its cast changes the service"): lambda: (
        pair().hears(claimed(PRESENTER), sent(PRESENTER)).hears(failure(PRESENTER))
    ),
    (Q, C, "the lead of its cast is left out"): lambda: (
        pair(pay_again=False).hears(claimed(PRESENTER), sent(PRESENTER)).later(minutes=30).hears(pending(PRESENTER))
    ),
    (B, C, CANCELLED): lambda: queued().hears(CancelAsked()),
    (Q, C, CANCELLED): lambda: queued().hears(CancelAsked()),
    (S, C, CANCELLED): lambda: starting().hears(CancelAsked()),
    (R, C, CANCELLED): lambda: running().hears(CancelAsked()),
    (B, C, SWEPT): lambda: queued().later(hours=7).hears(swept()),
    (Q, C, SWEPT): lambda: queued().later(hours=7).hears(swept()),
    (Q, F, SWEPT): lambda: replace(queued().later(hours=1), timeouts=replace(WAITS, nudges=1)).hears(swept()),
    (S, F, SWEPT): lambda: starting().later(hours=7).hears(swept()),
    (R, F, SWEPT): lambda: running().later(hours=7).hears(swept()),
    (F, B, RETRIED): lambda: stumbled(footage()).hears(RetryAsked(0, remake=frozenset({CLIP}))),
    (C, B, RETRIED): lambda: starting().hears(refused(), RetryAsked(0)),
    (D, B, f"{RETRIED} with other words"): lambda: stumbled(chain()).hears(
        RetryAsked(0, remake=frozenset({CLIP, "clip-2"}))
    ),
}


@pytest.mark.parametrize(("before", "after", "why"), WITHOUT_NEWS)
def test_a_move_without_news_is_lived(before: State, after: State, why: str) -> None:
    """What the rest of the job, a person or the sweep is drawn to do to a node, it does."""
    told = WITHOUT_NEWS[before, after, why]()

    assert told.before is not None
    moved = {(node.state, told.job.nodes[key].state) for key, node in told.before.nodes.items()}
    assert (before, after) in moved


def test_every_move_without_news_is_lived() -> None:
    """What is written down by hand has a story, and no story is of a move that is not drawn."""
    assert set(WITHOUT_NEWS) == set(JOB_MOVES)


def test_every_move_of_the_table_is_an_arrow() -> None:
    """No row of the machine's table is missing in its picture."""
    drawn = machine_picture().splitlines()

    for row in TABLE:
        for after in row.becomes:
            arrow = f"    {row.state.value} --> {after.value}: "
            labels = [line.removeprefix(arrow).split(", ") for line in drawn if line.startswith(arrow)]
            assert [True] == [row.event.__name__ in label for label in labels]


def test_every_state_is_drawn_and_every_pair_of_states_has_one_arrow() -> None:
    """The picture stays readable: arrows between the same two states are one arrow."""
    arrows = [line.split(":")[0].strip() for line in machine_picture().splitlines()[1:]]

    assert sorted(set(arrows)) == sorted(arrows)
    assert set(State) <= set(" ".join(arrows).split())


def test_the_line_has_a_row_for_each_step_in_order() -> None:
    """The table's first column is the line."""
    rows = line_table().splitlines()[2:]

    assert [f"`{step.function}`" for step in LINE] == [row.split("|")[1].strip() for row in rows]


def test_the_line_says_who_starts_a_step_as_the_inventory_does() -> None:
    """What the table says a step runs on is who may call its function in infra/functions.json."""
    inventory = json.loads((ROOT / "infra" / "functions.json").read_text("utf-8"))
    callers = {"queue": "tasks", "https": "anyone", "event": "events", "schedule": "scheduler"}

    for row in line_table().splitlines()[2:]:
        _, function, _, runs_on, _ = (cell.strip() for cell in row.split("|"))
        for place in runs_on.split(", "):
            how, _, queue = place.partition(" ")
            assert inventory["functions"][function.strip("`")]["caller"] == callers[how]
            assert not queue or queue.strip("`") in inventory["queues"]
