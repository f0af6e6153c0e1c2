"""One lane, every interleaving within bounds: the laws hold in all states, and no habit of turns can be left out.

ABROLL_MODEL=large searches the large rows too (minutes).
"""

import os

import pytest

from tests.model.lane_rows import HOLDING, HOLDING_LARGE, PLANTED, LaneRow
from tests.model.lanes import ALL_HABITS

LARGE_TOO = os.environ.get("ABROLL_MODEL") == "large"
pytestmark = pytest.mark.timeout(3600 if LARGE_TOO else 900)


@pytest.mark.parametrize("row", [*HOLDING, *(HOLDING_LARGE if LARGE_TOO else ())], ids=str)
def test_turns_keep_every_law(row: LaneRow) -> None:
    """With all habits SHARE, IDLE and LIVE hold in every reachable state."""
    verdict = row.searched()

    assert "" == verdict.law, str(verdict)
    assert verdict.whole


@pytest.mark.parametrize("row", PLANTED, ids=str)
def test_no_habit_can_be_left_out(row: LaneRow) -> None:
    """Without one habit, the same faults find a way to break a law."""
    verdict = row.searched()

    assert row.breaks == verdict.law, str(verdict)
    assert verdict.trace


def test_every_habit_is_left_out_once() -> None:
    """No habit is kept for its own sake."""
    assert set(ALL_HABITS) == {row.without for row in PLANTED}


def test_a_turn_is_lost_without_a_second_look_and_without_any_fault() -> None:
    """Hole 160: somebody parks after the look that found nobody, and sees the old holder."""
    (row,) = [each for each in PLANTED if each.breaks == "IDLE"]

    trace = row.searched().trace

    assert "empties the lane" in trace
    assert "DIES" not in " ".join(trace)
