"""Random lives on the whole cloud. ABROLL_LIVES=500 tries so many new ones; else the same few each time."""

import gc
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.wire import Kind as Wrong
from tests.lives.kinds import DOORS, Trouble
from tests.lives.life import CERTAIN, Life
from tests.planted.steps import RefundsTwice, SubmitsBeforeTheClaim

MANY = int(os.environ.get("ABROLL_LIVES", "0"))
LIVES = settings(
    max_examples=MANY or 18,
    stateful_step_count=25,
    derandomize=not MANY,
    database=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(1800 + 60 * MANY)
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


def twice(life: Life) -> None:
    life.begins("footage", [Trouble(DOORS[0], Wrong.TWICE, "")])
    life.goes_on(2)


def film_after_cancel(life: Life) -> None:
    film = life.begins("footage", [])
    life.stage.cloud.tasks.run_due()
    life.cancel(str(film), CERTAIN)
    life.goes_on(6)


@pytest.mark.parametrize(
    ("planted", "lived", "said"), [(Hasty, twice, "billed 2 times"), (Refunding, film_after_cancel, "refunded")]
)
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_planted_bug_breaks_a_promise(
    planted: type[Life], lived: Callable[[Life], None], said: str, canned: Mapping[str, Path]
) -> None:
    """The same life keeps every promise of the product and breaks one of a product with a bug."""
    Life.canned = canned
    true = Life()
    lived(true)
    true.teardown()
    bugged = planted()
    lived(bugged)

    with pytest.raises(AssertionError, match=said):
        bugged.teardown()

    gc.collect()
