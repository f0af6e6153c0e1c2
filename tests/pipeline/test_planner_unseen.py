"""What nobody will see is not filmed, and what nobody can compose is not planned; both are told with numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.plan import Length
from shared.pipeline.plan.planner import CannotPlan, plan
from shared.pipeline.plan.request import BRoll, Resolution
from shared.pipeline.plan.unseen import LONGER, MORE
from tests.pipeline.films import CUT, DEFAULTS, TABLES, film, filmed, planned, spoken

SHORT = "x" * 42  # 2.9 s


@pytest.mark.parametrize("b_roll", [CUT, BRoll()])
def test_scenes_behind_the_scripts_end_are_not_filmed(b_roll: BRoll) -> None:
    """Three scenes and a script of 2.9 s: one clip, as long as the script may take at most."""
    made = planned(film(filmed(), filmed(), filmed(), avatar_script=SHORT, length=Length.SCRIPT, b_roll=b_roll))

    assert [("clip-1", 6)] == [(clip.key, clip.seconds) for clip in made.clips]
    assert 6 * 200_000 + made.compose_cost == made.cost_to_us
    assert any("Scenes 2 and 3 are not made" in warning for warning in made.warnings)


@pytest.mark.parametrize("length", [Length.FILM, Length.LONGER])
def test_any_other_length_films_every_scene(length: Length) -> None:
    """The scenes decide there, whatever is spoken."""
    made = planned(film(filmed(), filmed(), filmed(), avatar_script=SHORT, length=length, b_roll=CUT))

    assert [8, 8, 8] == [clip.seconds for clip in made.clips]


def test_scenes_cut_at_their_own_scripts_end_are_filmed_that_short() -> None:
    """Each scene of a cut reel is a clip of its own: none is longer than its script may take."""
    scenes = filmed(script=SHORT), filmed(), filmed(script="x" * 200)
    made = planned(film(*scenes, length=Length.SCRIPT, b_roll=CUT))

    assert [6, 8, 8] == [clip.seconds for clip in made.clips]


@given(st.integers(1, 400), st.integers(1, 8), st.sampled_from([CUT, BRoll()]))
def test_footage_outlasts_a_speech_that_takes_longer_than_estimated(letters: int, scenes: int, b_roll: BRoll) -> None:
    """A quarter and a second more than estimated is there, unless the request has no more; no scene begins later."""
    made = planned(film(*[filmed()] * scenes, avatar_script="x" * letters, length=Length.SCRIPT, b_roll=b_roll))

    needed = made.speeches[0].seconds * LONGER + MORE
    there = sum(stretch.seconds for stretch in made.stretches)
    assert there >= min(needed, 7.0 * scenes + 1) - 0.06
    begins = 7.0 * (len(made.stretches) - 1)
    assert begins < needed


@pytest.mark.parametrize("resolution", list(Resolution))
def test_a_film_longer_than_can_be_composed_is_refused_with_the_numbers(resolution: Resolution) -> None:
    """20 scripts of 4,990 letters: 6,882 s. Told before anybody is asked or paid."""
    scenes = [filmed(script="x" * 4990) for _ in range(20)]

    with pytest.raises(CannotPlan) as refused:
        plan(film(*scenes, resolution=resolution), TABLES, DEFAULTS)

    ((path, (why,)),) = refused.value.details.items()
    assert "scenes.0.script" == path
    assert "6882 s" in why
    assert f"at most 600 s are made at {resolution}" in why


def test_the_longest_film_that_is_planned_can_be_composed_twice_over() -> None:
    """By our own estimate composing takes at most half of what it is given, at every resolution."""
    for rate in TABLES.compute.wait_per_second.values():
        assert TABLES.compute.wait + rate * TABLES.limits.film_seconds <= TABLES.compute.most
    assert 2 * TABLES.compute.most <= Timeouts().compose_render


def test_a_long_film_under_the_limit_is_planned() -> None:
    """One script of the greatest length, 345 s."""
    assert 344 < planned(film(spoken("x" * 5000))).planned_seconds < 346
