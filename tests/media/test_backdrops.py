"""Drawn backdrops: always the same picture, in the hues of their colour, of the film's own size."""

from colorsys import rgb_to_hls
from dataclasses import replace

import numpy as np
import pytest

from shared.media.backdrops import draw
from shared.pipeline.plan.plan import Drawn, Size
from tests.media.conftest import Render
from tests.media.makers import SIZE, colored, edit, pixels

GREEN = (26, 60, 52)


@pytest.mark.parametrize("kind", Drawn)
def test_a_backdrop_is_drawn_in_the_hues_of_its_colour(kind: Drawn) -> None:
    """It is no flat colour, never another hue than a near one, and twice the same to the pixel."""
    once, twice = (draw(kind, GREEN, Size(360, 640)) for _ in range(2))

    seen = np.asarray(once).reshape(-1, 3).astype(int)
    hue = rgb_to_hls(*(float(each) / 255 for each in seen.mean(axis=0)))[0]
    assert once.tobytes() == twice.tobytes()
    assert (360, 640) == once.size
    assert seen.std(axis=0).max() > 4
    assert rgb_to_hls(*(each / 255 for each in GREEN))[0] == pytest.approx(hue, abs=0.08)


@pytest.mark.parametrize("kind", Drawn)
@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (255, 0, 0)])
def test_no_colour_is_beyond_drawing(kind: Drawn, color: tuple[int, int, int]) -> None:
    """Black, white and a full colour, in a frame far wider than high."""
    assert (320, 64) == draw(kind, color, Size(320, 64)).size


def test_a_film_shows_a_drawn_backdrop_and_a_flat_one(render: Render) -> None:
    """Each for its own shot; the same one twice is drawn once."""
    shots = [colored(0.5, "#1a3c34"), replace(colored(0.5, "#1a3c34"), drawn=Drawn.DOTS)]

    shown = pixels(render(edit(*shots, *shots)).film, SIZE).astype(int)

    flat, drawn = (shown[at].reshape(-1, 3).std(axis=0).max() for at in (6, 18))
    assert 48 == len(shown)
    assert flat < 2 < drawn
    assert np.abs(shown[18] - shown[42]).mean() < 2
