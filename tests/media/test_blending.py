"""How shots take each other's place: on their frames and samples, with footage from beyond the cut, part by part."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.media.segments import OPEN_AT_ONCE, cuts, segments
from shared.pipeline.edit.edit import Shot
from shared.pipeline.plan.plan import Blend, Cutout, Sound
from tests.media.conftest import Render
from tests.media.makers import BLUE, FPS, RED, bounds, colored, edit, film, level, like, looks, pixels, samples, shot
from tests.media.test_frames import counted, counting

OVER = (Blend.CROSSFADE, Blend.SLIDE)


def coming(one: Shot, how: Blend, frames: int = 12) -> Shot:
    """Return a shot that comes in so many frames."""
    return replace(one, comes=how, blend=frames / FPS)


ways = st.builds(
    lambda frames, how, blend, held: coming(shot(frames / FPS, "clip", 1.0, (frames - held) / FPS), how, 2 * blend),
    st.integers(6, 40),
    st.sampled_from(Blend),
    st.integers(3, 12),
    st.sampled_from((0, 0, 0, 3)),
)


@settings(max_examples=60)
@given(row=st.lists(ways, min_size=1, max_size=30))
def test_every_frame_is_painted_in_one_part_and_no_blend_in_two(row: list[Shot]) -> None:
    """Cuts keep their frames; halves of a blend fit their shots; parts follow each other and open few files."""
    shots = [replace(one, node=f"clip-{index}") for index, one in enumerate(row)]
    asked = edit(*shots)

    made, _ = cuts(asked, {f"clip-{index}": 9.0 for index in range(len(shots))})
    parts = segments(made, asked)

    clock = [0, *np.cumsum([round(one.seconds * FPS) for one in row])]
    assert clock[:-1] == [cut.start for cut in made]
    assert all(cut.opening.half + cut.closing.half <= cut.frames for cut in made)
    assert all(one.closing == two.opening for one, two in pairwise(made))
    flat = [cut for part in parts for cut in part.cuts]
    assert [*(cut.start for cut in flat[1:]), clock[-1]] == [cut.end for cut in flat]
    assert sum(cut.moving for cut in made) == sum(cut.moving for cut in flat)
    assert not any(part.cuts[0].opening.reach or part.cuts[-1].closing.reach for part in parts)
    divisible = all(cut.moving == cut.frames and cut.frames > 26 for cut in made)
    assert not divisible or max(len(part.cuts) for part in parts) <= OPEN_AT_ONCE


@pytest.fixture(scope="module")
def one(bench: Path) -> Path:
    """Return four seconds of numbered frames."""
    return counting(bench / "blended.mp4")


def test_a_blend_moves_no_frame(render: Render, one: Path) -> None:
    """Outside of a crossfade, a slide and a dip each frame of each shot stands where it stood with cuts."""
    row = [shot(1, "one"), *(coming(shot(1.5, "one", 0.5 * k), how) for k, how in enumerate((*OVER, Blend.DIP), 1))]

    cut = counted(render(edit(*(replace(each, comes=Blend.CUT) for each in row)), "cut", one=one).film)
    blended = counted(render(edit(*row), "blended", one=one).film)

    clear = [index for index in range(132) if all(not -6 <= index - at < 6 for at in (24, 60, 96))]
    assert (132, 132) == (len(cut), len(blended))
    assert [cut[index] for index in clear] == [blended[index] for index in clear]


def test_a_blend_shows_both_pictures_and_nothing_else(render: Render, bench: Path) -> None:
    """A crossfade mixes evenly, a slide pushes with no stray pixel, a dip is black at its cut: each around its cut."""
    red, blue = film(bench / "red.mp4", RED, each=2), film(bench / "blue.mp4", BLUE, each=2)
    row = [shot(1, "red"), *(coming(shot(1, "blue" if k % 2 else "red", 0.5), how) for k, how in
                             enumerate((*OVER, Blend.DIP), 1))]  # fmt: skip

    seen = pixels(render(edit(*row), red=red, blue=blue).film).astype(int)

    fade = [seen[index, 160, 90, 0] for index in range(16, 32)]
    assert fade == sorted(fade, reverse=True)
    assert 115 == pytest.approx((seen[23, 160, 90, 0] + seen[24, 160, 90, 0]) / 2, abs=6)
    for index in range(42, 54):
        known = like(seen[index], BLUE, within=60) | like(seen[index], RED, within=60)
        assert known.mean() > 0.97, index
        assert known[:, :3].all(), index
    edge = [bounds(like(seen[index], RED))[0] for index in range(43, 53)]
    assert edge == sorted(edge, reverse=True)
    assert [False, True, False] == [bool(seen[index].max() < 40) for index in (66, 72, 78)]


@pytest.mark.parametrize("offset", [0.0, 1.0])
def test_footage_beyond_the_cut_is_seen_and_else_the_edge_stands(render: Render, one: Path, offset: float) -> None:
    """In a slide the numbers at the coming picture's edge go on through the cut where the file has frames before it."""
    row = (colored(1, "#808080"), coming(shot(1, "one", offset), Blend.SLIDE, 24))

    numbers = counted(render(edit(*row), one=one).film)

    begin = round(offset * FPS)
    assert list(range(begin + 12, begin + 24)) == numbers[36:48]


def test_a_film_of_many_blends_is_made_in_parts(render: Render, one: Path) -> None:
    """Nine crossfades between more files than are open at once: every middle of a shot is the frame meant."""
    files = {f"clip-{k}": one for k in range(9)}
    row = [coming(shot(0.75, node, 0.25 * k), Blend.CROSSFADE, 8) for k, node in enumerate(files)]

    numbers = counted(render(edit(*row), **files).film)

    assert 9 * 18 == len(numbers)
    assert [6 * k + frame for k in range(9) for frame in range(5, 13)] == [
        numbers[18 * k + frame] for k in range(9) for frame in range(5, 13)
    ]


def test_sounds_cross_on_their_samples(render: Render, bench: Path) -> None:
    """Where footage is heard, one tone goes while the next comes, and the sound is as long as with cuts."""
    low, high = film(bench / "low.mp4", RED, each=3, tone=300), film(bench / "high.mp4", BLUE, each=3, tone=1200)
    row = (shot(2, "low"), coming(shot(2, "high", 0.5), Blend.CROSSFADE, 24))

    mixed = samples(render(edit(*row, sound=Sound.DUCK), low=low, high=high).film)

    heard = [[level(mixed, tone, at, at + 0.2) for at in (1.2, 1.9, 2.6)] for tone in (300, 1200)]
    assert 4 * 48_000 == pytest.approx(len(mixed), abs=1024)
    for first, middle, last in (heard[0], heard[1][::-1]):
        assert first - middle < 6
        assert first - last > 30


def test_who_stands_in_one_scene_comes_and_goes_with_it(render: Render, alpha_take: Path) -> None:
    """Where scenes blend, a scene's presenter is faint in its first frame and whole after the blend."""
    row = (colored(1), coming(colored(1, "#1e3c1e"), Blend.CROSSFADE))

    frames = pixels(render(edit(*row, looks=(looks(Cutout.ALPHA, start=1, seconds=1),)), presenter=alpha_take).film)

    person = like(frames[40], (230, 140, 40))
    shares = [float(like(frames[at], (230, 140, 40))[person].mean()) for at in (23, 25, 32)]
    assert person.sum() > 1000
    assert shares[:2] == [0.0, 0.0]
    assert shares[2] > 0.95
