"""The weather on what comes in must drop, double and delay as it says, and lose nothing else."""

import random
import threading

import httpx
import pytest

from tests.storm.gateway import Call
from tests.storm.hints import Fate, Hints, Kind

CALLS = 400
EVENT = Call("veo_output", "POST", "/veo_output", (), b"{}")
TASK = Call("start_clip", "POST", "/start_clip", (), b"{}")


class Instance:
    """Counts what is handed on to it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.heard = 0

    def __call__(self, _call: Call) -> httpx.Response:
        """Take one."""
        with self._guard:
            self.heard += 1
        return httpx.Response(200)


@pytest.fixture
def stormy() -> Hints:
    """Return weather in which nothing comes as it should, and the late not very late."""
    return Hints(random.Random(1), hints=1.0, calls=1.0, lateness=(0.0, 0.02))


def poured(hints: Hints, call: Call) -> tuple[int, int]:
    """Pour calls in; return how many were heard, and how many of their senders heard nothing."""
    instance = Instance()
    answers = [hints(call, instance) for _ in range(CALLS)]
    for timer in hints.late:
        timer.join()
    hints.stop()
    return instance.heard, answers.count(None)


def test_an_event_is_dropped_doubled_late_or_unanswered(stormy: Hints) -> None:
    """What was heard is what came, without the dropped, the doubled twice; the late come too."""
    heard, unanswered = poured(stormy, EVENT)

    fates = {fate: stormy.tally[Kind.EVENTS, fate] for fate in Fate}
    assert all(fates.values())
    assert CALLS == sum(fates.values()) == stormy.came[Kind.EVENTS]
    assert CALLS - fates[Fate.DROPPED] + fates[Fate.DOUBLED] == heard
    assert fates[Fate.UNANSWERED] == unanswered
    assert stormy.overtaken > 0


def test_a_task_comes_at_least_once(stormy: Hints) -> None:
    """The queue's promise is kept: a task is doubled, or its answer lost, and never dropped."""
    heard, unanswered = poured(stormy, TASK)

    assert CALLS + stormy.tally[Kind.TASKS, Fate.DOUBLED] == heard
    assert stormy.tally[Kind.TASKS, Fate.UNANSWERED] == unanswered


def test_in_the_calm_all_comes_as_it_should(stormy: Hints) -> None:
    """Once, and answered."""
    stormy.calm()

    assert (CALLS, 0) == poured(stormy, EVENT)
    assert 0 == stormy.tally.total()
