"""Bugs planted in the machine and its waits: one life each; the product keeps all laws in it, the bug breaks one."""

import pytest

from tests.pipeline.machine.laws import LawBroken
from tests.pipeline.machine.world import World
from tests.planted.machines import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_product_lives_through_it(bug: Bug) -> None:
    """The life is one the product survives: what breaks below is the bug's."""
    world = bug.true()
    bug.life(world)

    world.fairly()

    assert world.job.ending


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_the_law_catches_it(bug: Bug) -> None:
    """The same life with the rule taken out breaks the law that guards it."""
    with pytest.raises(LawBroken, match=f"^{bug.law}"):
        _lived(bug.bugged(), bug)


def _lived(world: World, bug: Bug) -> None:
    bug.life(world)
    world.fairly()
