"""`kill -9` with films in flight; `python -m tests.journey.in_flight` runs it larger and says more."""

from pathlib import Path

import pytest

from tests.journey.in_flight import Options, Outcomes, in_flight

MANY = 1000.0  # seconds; nothing here takes that long


def test_thirty_films_survive_a_kill(tmp_path: Path) -> None:
    """All thirty were accepted and none finished when it struck; all are completed, and each take is billed once."""
    left = in_flight(Options(jobs=30, limit=200), tmp_path)

    _all_in_flight(left, 30)


@pytest.mark.long
@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(MANY)
def test_a_hundred_films_survive_a_kill(tmp_path: Path) -> None:
    """A hundred of a hundred."""
    left = in_flight(Options(jobs=100), tmp_path)

    _all_in_flight(left, 100)


@pytest.mark.long
@pytest.mark.xdist_group("processes")
@pytest.mark.timeout(MANY)
def test_forty_films_survive_six_kills(tmp_path: Path) -> None:
    """Killed again and again, at random moments, before it has found out what it did last."""
    left = in_flight(Options(jobs=40, kills=6, seed=2), tmp_path)

    _all_in_flight(left, 40)
    assert len(left.strikes) > 1


def _all_in_flight(left: Outcomes, jobs: int) -> None:
    print(left.table)
    assert () == left.complaints
    assert (jobs, 0) == (left.strikes[0].in_flight, left.strikes[0].ended)
    assert jobs == left.completed
