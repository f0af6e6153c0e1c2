"""`kill -9` with films in flight; `python -m tests.journey.in_flight --jobs 100` runs it larger and says more."""

import os
from pathlib import Path

import pytest

from tests.journey.in_flight import Options, Outcomes, in_flight
from tests.patience import PATIENCE

MANY = 1500.0  # seconds; nothing here takes that long
JOBS, KILLS = int(os.environ.get("IN_FLIGHT_JOBS", "16")), 4


def test_thirty_films_survive_a_kill(tmp_path: Path) -> None:
    """All thirty were accepted and none finished when it struck; all are completed, and each take is billed once."""
    left = in_flight(Options(jobs=30, limit=PATIENCE), tmp_path)

    _all_in_flight(left, 30)


@pytest.mark.timeout(MANY)
def test_films_survive_kills_at_random_moments(tmp_path: Path) -> None:
    """Killed again and again, before it has found out what it did last."""
    left = in_flight(Options(jobs=JOBS, kills=KILLS, seed=2), tmp_path)

    _all_in_flight(left, JOBS)
    assert len(left.strikes) > 1


def _all_in_flight(left: Outcomes, jobs: int) -> None:
    print(left.table)
    assert () == left.complaints
    assert (jobs, 0) == (left.strikes[0].in_flight, left.strikes[0].ended)
    assert jobs == left.completed
