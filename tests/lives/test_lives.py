"""Random lives on the whole cloud. ABROLL_LIVES=500 tries so many new ones; else the same few each time."""

import gc
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lives.life import Life
from tests.planted.steps import RefundsTwice, SubmitsBeforeTheClaim

MANY = int(os.environ.get("ABROLL_LIVES", "0"))
LIVES = settings(
    max_examples=MANY or 25,
    stateful_step_count=25,
    derandomize=not MANY,
    database=None,
    deadline=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


PLANTED = settings(LIVES, phases=(Phase.generate,), report_multiple_bugs=False, max_examples=60, derandomize=True)


@pytest.mark.timeout(300 + 20 * MANY)
@pytest.mark.filterwarnings(
    "ignore:unclosed <socket:ResourceWarning"
)  # Google's download drops a refused answer unread
def test_lives(canned: Mapping[str, Path], capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever happens, in whatever order: nothing is billed twice, nothing is lost, the books balance."""
    Life.canned = canned
    run_state_machine_as_test(Life, settings=LIVES)
    gc.collect()  # here, where Google's sockets are forgiven
    with capfd.disabled():
        print("", *(f"{times:>6}  {what}" for what, times in sorted(Life.tally.items())), sep="\n")


class Refunding(Life):
    """A life of a product that settles an ended job again."""

    kind = RefundsTwice


class Hasty(Life):
    """A life of a product that submits, then claims."""

    kind = SubmitsBeforeTheClaim


@pytest.mark.parametrize("life", [Refunding, Hasty])
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_planted_bug_does_not_live_long(life: type[Life], canned: Mapping[str, Path]) -> None:
    """The same lives find a product that is broken."""
    life.canned = canned

    with pytest.raises(AssertionError, match=r"billed|refunded|reserved"):
        run_state_machine_as_test(life, settings=PLANTED)

    gc.collect()
