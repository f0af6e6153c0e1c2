"""Clocks that step; `python -m tests.journey.clocks` says more."""

from pathlib import Path

import pytest

from tests.journey.clocks import Options, clocks, possible

pytestmark = pytest.mark.timeout(1200)


@pytest.mark.skipif(not possible(), reason="a process's clock is made wrong by a library, which needs Linux and cc")
def test_a_clock_that_steps_costs_nothing(tmp_path: Path) -> None:
    """One of two instances is minutes behind or ahead, ever otherwise: all is completed and billed once."""
    left = clocks(Options(jobs=12), tmp_path)

    print(left.table)
    assert () == left.complaints
    assert left.steps > 0
