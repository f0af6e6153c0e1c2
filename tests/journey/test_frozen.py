"""A worker frozen amid a paid call, for longer than its claim lives; `python -m tests.journey.frozen` says more.

One case at every run, FROZEN=all tries all three (a minute each).
"""

import os
from pathlib import Path

import pytest

from tests.journey.frozen import Options, frozen
from tests.journey.gate import Moment

pytestmark = pytest.mark.timeout(1200)
ALL = {
    "claimed beside a twin": Options(Moment.CLAIMED),
    "claimed alone": Options(Moment.CLAIMED, alone=True),
    "sent beside a twin": Options(Moment.SENT),
}
TRIED = tuple(ALL) if os.environ.get("FROZEN") == "all" else tuple(ALL)[:1]


@pytest.mark.parametrize("case", TRIED)
def test_a_frozen_worker_sends_nothing_when_it_wakes(case: str, tmp_path: Path) -> None:
    """Its work was done meanwhile, or waits: whoever wakes finds the window over or the claim lost."""
    left = frozen(ALL[case], tmp_path)

    print(left.table)
    assert () == left.complaints
    assert left.stopped
