"""A few kills at named points at every run; `KILL_POINTS=0` kills at all of them (five minutes)."""

import os
from pathlib import Path

import pytest

from tests.storm.points import killed_at_points

SAMPLE = int(os.environ.get("KILL_POINTS", "6"))


@pytest.mark.timeout(900 if SAMPLE else 3600)
def test_a_kill_at_any_call_costs_time_only(tmp_path: Path) -> None:
    """The process dies as a call goes out, or before its answer comes: the film is made, each take billed once."""
    left = killed_at_points(tmp_path, SAMPLE)

    print(left.table)
    assert () == left.complaints
    assert left.kills >= SAMPLE
