"""One paid node, every interleaving within bounds: the laws hold in all states, and no rule can be left out.

ABROLL_MODEL=large searches the large rows too (minutes).
"""

import os

import pytest

from shared.pipeline.job.timeouts import Timeouts
from tests.model.instants import SENDS, VENDOR, WAITS
from tests.model.rules import ALL, Rule
from tests.model.scenarios import KEPT, LARGE, NECESSARY, Scenario
from tests.model.state import Budget

LARGE_TOO = os.environ.get("ABROLL_MODEL") == "large"
ROWS = (*NECESSARY, *KEPT, *(LARGE if LARGE_TOO else ()))
BROKEN = [row for row in ROWS if row.without]
pytestmark = pytest.mark.timeout(3600 if LARGE_TOO else 900)
MANY = Budget(freeze=1, lost=1)  # 49,000 states with all rules: left to the large size
WHOLE = {
    (row.node, row.budget, row.way, row.second): Scenario(row.node, row.budget, way=row.way, second=row.second)
    for row in ROWS
    if LARGE_TOO or row.budget != MANY
}.values()


@pytest.mark.parametrize("row", WHOLE, ids=str)
def test_the_whole_protocol_keeps_every_law(row: Scenario) -> None:
    """With all rules BILL, FILM, LIVE, IDS and MONEY hold in every reachable state."""
    verdict = row.searched()

    assert "" == verdict.law, str(verdict)
    assert verdict.whole


@pytest.mark.parametrize("row", BROKEN, ids=str)
def test_no_rule_can_be_left_out(row: Scenario) -> None:
    """Without one rule, the same faults find a way to break a law."""
    verdict = row.searched()

    assert row.breaks == verdict.law, str(verdict)
    assert verdict.trace


def test_every_rule_is_left_out_once() -> None:
    """No rule is kept by habit only."""
    assert set(ALL) == {row.without for row in NECESSARY}


def test_a_429_alone_needs_the_wake_number() -> None:
    """Hole 1: without it, three steps and no fault of ours lose the job for ever."""
    (row,) = [each for each in NECESSARY if each.without is Rule.WAKE and each.node == "clip-1"]

    assert ("start t1-a1", "claim t1-a1", "send t1-a1: 429") == row.searched().trace


@pytest.mark.parametrize("timeouts", [Timeouts(), WAITS], ids=["shipped", "model"])
def test_the_models_waits_are_ordered_like_the_shipped_ones(timeouts: Timeouts) -> None:
    """Few ticks stand for long waits, but none overtakes another."""
    veo = timeouts.of("veo")
    values = [timeouts.send_window, veo.claim, veo.unknown, veo.longest, timeouts.give_up]

    assert sorted(set(values)) == values


def test_the_timeout_of_an_unknown_call_outlasts_the_vendor() -> None:
    """What that timeout relies on holds in the model: a call sent within its window is over before it is given up."""
    assert 60 * (SENDS + VENDOR) < WAITS.of("veo").unknown
