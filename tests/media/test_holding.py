"""What is seen when footage ends before its scene: each frame of a swing, part by part, and a frame that stands."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared.media.segments import cuts, segments
from shared.pipeline.edit.edit import Edit, Shot
from shared.pipeline.plan.picture import Hold
from shared.pipeline.plan.plan import Blend
from tests.media.conftest import Render
from tests.media.makers import FPS, colored, edit, ffmpeg, pixels, shot
from tests.media.test_frames import counted, counting

MOST = 48  # frames that swing


def held(*row: Shot, hold: Hold = Hold.PING_PONG) -> Edit:
    return replace(edit(*row), hold=hold)


def swing(moving: int, frames: int) -> list[int]:
    """Return the numbers of a shot's frames, of which `moving` come from its file: back, on, and so on."""
    turn = min(moving, MOST)
    way = [*range(moving - 2, moving - turn - 1, -1), *range(moving - turn + 1, moving)]
    return [*range(moving), *(way[index % len(way)] for index in range(frames - moving))]


@pytest.fixture(scope="module")
def one(bench: Path) -> Path:
    """Return four seconds of numbered frames."""
    return counting(bench / "swinging.mp4")


@pytest.mark.parametrize(("moving", "frames"), [(24, 30), (24, 47), (24, 120), (90, 100), (90, 240), (2, 9)])
def test_every_frame_of_a_swing_is_the_one_meant(render: Render, one: Path, moving: int, frames: int) -> None:
    """Back from the last but one, on to the last, over two seconds at most; none is doubled at the turn, none lost."""
    made = render(held(shot(frames / FPS, "one", 0.0, moving / FPS)), one=one)

    assert swing(moving, frames) == counted(made.film)


def test_a_swing_goes_on_under_a_crossfade(render: Render, one: Path) -> None:
    """The shot that ends swings until its blend is over, and what follows stands on its frames."""
    row = (shot(2, "one", 0.0, 1.0), replace(shot(1, "one", 2.0), comes=Blend.CROSSFADE, blend=12 / FPS))

    numbers = counted(render(held(*row), one=one).film)

    assert swing(24, 48)[:42] == numbers[:42]
    assert list(range(54, 72)) == numbers[54:]


def test_a_swing_has_its_frames_where_its_film_is_made_in_parts(render: Render, one: Path) -> None:
    """No part begins within the two seconds that swing: they are in one memory."""
    row = [replace(shot(0.5, f"clip-{k}", 0.25 * k), comes=Blend.CROSSFADE, blend=8 / FPS) for k in range(6)]
    asked = held(*row, replace(shot(5, "long", 0.0, 3.5), comes=Blend.CROSSFADE, blend=8 / FPS), *row)
    files = {**{f"clip-{k}": one for k in range(6)}, "long": one}

    numbers = counted(render(asked, **files).film)

    assert len(segments(cuts(asked, dict.fromkeys(files, 4.0))[0], asked)) > 1
    assert swing(84, 120)[4:116] == numbers[76:188]


def test_a_frame_that_is_to_stand_stands(render: Render, tmp_path: Path) -> None:
    """Nothing moves after the last frame."""
    clip = tmp_path / "detail.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=180x320:r=24:d=1", "-pix_fmt", "yuv420p", "-crf", "8", clip)

    frames = pixels(render(held(shot(3, footage=1), hold=Hold.FREEZE), clip=clip).film).astype(int)

    assert 72 == len(frames)
    assert np.abs(np.diff(frames[26:], axis=0)).mean(axis=(1, 2, 3)).max() < 2


def test_what_lacks_nothing_is_as_it_was(render: Render, one: Path) -> None:
    """A film whose footage is long enough is the same to the byte, whatever is asked for."""
    row = (shot(1.5, "one"), colored(0.5), shot(1, "one", 2.0))

    films = [render(held(*row, hold=each), each.value, one=one).film.read_bytes() for each in Hold]

    assert 1 == len(set(films))
