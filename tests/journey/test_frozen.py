"""A worker frozen amid a paid call, for longer than its claim lives; `python -m tests.journey.frozen` says more."""

from pathlib import Path

import pytest

from tests.journey.frozen import Options, frozen
from tests.journey.gate import Moment

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("processes"), pytest.mark.timeout(600)]


@pytest.mark.parametrize("moment", list(Moment))
def test_a_frozen_worker_sends_nothing_when_it_wakes(moment: Moment, tmp_path: Path) -> None:
    """Another instance has done its work meanwhile: whoever wakes finds the window over or the claim lost."""
    left = frozen(Options(moment), tmp_path)

    print(left.table)
    assert () == left.complaints
    assert left.stopped


def test_a_worker_that_was_frozen_alone_sends_once(tmp_path: Path) -> None:
    """Nobody has done its work: the workers that wake and the first sweep meet, and each take is billed once."""
    left = frozen(Options(Moment.CLAIMED, alone=True), tmp_path)

    print(left.table)
    assert () == left.complaints
    assert left.stopped
