"""A still picture that moves: evenly, between pixels, and on over a film's parts as if it were one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.drifting import drifting
from shared.media.segments import Cut
from shared.pipeline.edit.edit import MIDDLE, Shot
from shared.pipeline.plan.picture import Motion
from tests.media.conftest import Render
from tests.media.makers import FPS, SIZE, edit, pixels

MOVED = Shot(4.0, "picture", still=True, motion=Motion.PUSH_IN)


@pytest.mark.parametrize("motion", Motion)
def test_a_picture_moves_evenly(render: Render, tmp_path: Path, motion: Motion) -> None:
    """Over each quarter of a second it goes about as far: it never stands, and never jumps."""
    grid = np.indices((SIZE.height, SIZE.width)).sum(axis=0)
    soft = (127 + 100 * np.sin(grid / 6)).astype(np.uint8)
    picture = tmp_path / "picture.png"
    Image.fromarray(soft).convert("RGB").save(picture)

    made = render(edit(replace(MOVED, seconds=2.0, motion=motion)), picture=picture)

    frames = pixels(made.film)[:, 20:-20, 20:-20, 1].astype(float)
    steps = np.abs(frames[6:] - frames[:-6]).mean(axis=(1, 2))
    assert 48 == len(frames)
    assert steps.min() > 0.6 * np.median(steps)
    assert steps.max() < 1.5 * np.median(steps)


def test_a_picture_that_stands_has_no_filter() -> None:
    """What was not asked for costs nothing."""
    assert "" == drifting(Cut(replace(MOVED, motion=None), 0, 96, 0), FPS, MIDDLE)


def test_the_second_part_goes_on_where_the_first_has_left_it() -> None:
    """A picture that is painted in two parts, 40 frames into it, is in both at the same place of its way."""
    two = Cut(replace(MOVED, offset=40 / FPS), 40, 56, 0)

    assert "(on-0)/95" in drifting(Cut(MOVED, 0, 40, 0), FPS, MIDDLE)
    assert "(on--40)/95" in drifting(two, FPS, MIDDLE)
