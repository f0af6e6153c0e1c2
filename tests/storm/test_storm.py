"""A small storm at every run; `STORM_JOBS`, `STORM_SECONDS` and `STORM_SEED` make it larger."""

import os
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.storm.storm import Options, storm

JOBS = int(os.environ.get("STORM_JOBS", "16"))
SECONDS = float(os.environ.get("STORM_SECONDS", "12"))
SEED = int(os.environ.get("STORM_SEED", "1"))


@pytest.mark.timeout(SECONDS + PATIENCE + 120)
def test_the_books_balance_after_a_storm(tmp_path: Path) -> None:
    """Processes killed, calls broken: every job ends as it must, every take is paid once, nothing stays reserved."""
    options = Options(jobs=JOBS, seconds=SECONDS, seed=SEED, at_once=12, limit=PATIENCE)

    left = storm(options, tmp_path)

    print(left.table)
    assert () == left.complaints
