"""Cards before and after a film, dips through a colour, slides from the left: measured in frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.boxes import Box, safe_area
from shared.media.lettering import letter
from shared.pipeline.edit.edit import INTRO_KEY, LOGO_KEY, Shot, Title
from shared.pipeline.plan.brand import Logo
from shared.pipeline.plan.plan import Blend, Cutout, Drawn, Placement, Size, Sound
from tests.media.conftest import Render
from tests.media.makers import (
    BLUE,
    FPS,
    ORANGE,
    RED,
    SIZE,
    bounds,
    colored,
    edit,
    film,
    level,
    like,
    looks,
    pixels,
    samples,
    shot,
)
from tests.media.test_blending import coming
from tests.media.test_frames import counted, counting

TEAL = (26, 60, 52)


@pytest.fixture(scope="module")
def one(bench: Path) -> Path:
    """Return four seconds of numbered frames."""
    return counting(bench / "carded.mp4")


@pytest.fixture(scope="module")
def mark(bench: Path) -> Path:
    """Return a square logo."""
    Image.new("RGBA", (200, 200), (255, 212, 0, 255)).save(bench / "mark.png")
    return bench / "mark.png"


def card(seconds: float) -> Shot:
    return Shot(seconds, None, color="#1a3c34", drawn=Drawn.GRADIENT, card=True)


def test_a_card_shows_the_logo_and_moves(render: Render, mark: Path, one: Path) -> None:
    """In its middle, 0.42 of the shorter side wide, slowly larger; the corner's logo comes with the scenes."""
    asked = edit(card(3), shot(1, "one"))
    asked = replace(asked, logo=Logo("logo", 200, 200), scenes=(3.0, 4.0))

    frames = pixels(render(asked, one=one, **{LOGO_KEY: mark}).film)

    box = bounds(like(frames[0], (255, 212, 0)))
    assert (52, 122, 128, 198) == pytest.approx(box, abs=2)
    last = bounds(like(frames[71], (255, 212, 0)))
    assert last[2] - last[0] > box[2] - box[0]
    steps = np.abs(np.diff(frames[:72].astype(float), axis=0)).mean(axis=(1, 2, 3))
    assert np.convolve(steps, np.ones(6), "valid").min() > 0.05
    corner = like(frames[84], (255, 212, 0))
    assert corner[:80, :60].any()
    assert not like(frames[12], (255, 212, 0))[:60].any()


@pytest.mark.parametrize("size", [Size(720, 1280), Size(1280, 720), Size(720, 720), Size(720, 900)])
@pytest.mark.parametrize("text", ["Hello", "First cup free. Come by before nine, bring a friend, and stay for another"])
def test_a_cards_words_keep_off_its_logo(tmp_path: Path, size: Size, text: str) -> None:
    """Nothing of it is behind them, however near the card has moved, and none of them are lost."""
    asked = edit(shot(1), card(4), titles=(Title(text, 1.2, 3.6),), size=size)
    asked = replace(asked, logo=Logo("logo", 300, 200), scenes=(0.0, 1.0))

    (words,), told = letter(asked, (), tmp_path)

    side = 0.42 * min(size.width, size.height) / (1 - 2 * 0.008 * 4)
    logo = Box(
        *(round(each) for each in ((size.width - side) / 2, (size.height - side * 2 / 3) / 2, side, side * 2 / 3))
    )
    assert 0 == words.box.shared_with(logo)
    assert () == told


@pytest.mark.parametrize("size", [Size(720, 1280), Size(1280, 720), Size(720, 720), Size(720, 900)])
def test_words_alone_stand_in_the_middle_of_their_card(tmp_path: Path, size: Size) -> None:
    """Of what is free; a scene's stand where they always do."""
    titles = (Title("Bye", 1.2, 0.6), Title("Hot", 0.1, 0.8))
    asked = replace(edit(shot(1), card(1), titles=titles, size=size), scenes=(0.0, 1.0))

    (bye, hot), _ = letter(asked, (), tmp_path)

    safe = safe_area(size)
    middle = (safe.top + 1 - safe.bottom) / 2 * size.height
    assert middle == pytest.approx(bye.box.y + bye.box.height / 2, abs=0.01 * size.height)
    assert hot.box.y + hot.box.height < 0.3 * size.height


def test_words_too_long_beside_a_logo_are_whole_over_it(tmp_path: Path) -> None:
    """They would lose their end beside it."""
    text = (
        "Come by before nine, bring a friend and stay for a second cup of what we roast every week behind our own bar"
    )
    asked = edit(shot(1), card(4), titles=(Title(text, 1.2, 3.6),), size=Size(1280, 720))
    asked = replace(asked, logo=Logo("logo", 300, 300), scenes=(0.0, 1.0))

    _, told = letter(asked, (), tmp_path)

    assert () == told


def test_a_picture_fills_its_card(render: Render, one: Path, tmp_path: Path) -> None:
    """A picture of another shape is cropped, and every frame after it stands where it stood, moved by the card."""
    Image.new("RGB", (600, 300), RED).save(tmp_path / "picture.png")
    opening = Shot(1, INTRO_KEY, still=True, card=True)

    made = render(edit(opening, shot(2, "one")), one=one, **{INTRO_KEY: tmp_path / "picture.png"})

    frames, numbers = pixels(made.film), counted(made.film)
    assert like(frames[5], RED).all()
    assert list(range(48)) == numbers[24:]


def test_a_clip_on_a_card_is_fitted_and_heard(render: Render, bench: Path) -> None:
    """Whole before its own blur, or cut; the one that is to be heard is, the other not, and footage not at all."""
    red = film(bench / "card-red.mp4", RED, each=1.5, size=Size(256, 144), tone=300)
    blue = film(bench / "card-blue.mp4", BLUE, each=1.5, size=Size(256, 144), tone=900)
    opening = Shot(1, "own-intro", footage=1, card=True, heard=True, padded=True)
    closing = Shot(1, "own-outro", footage=1, card=True)
    asked = edit(opening, shot(1, "clip"), closing, sound=Sound.MUTE)

    made = render(asked, **{"own-intro": red, "own-outro": blue, "clip": blue})

    frames, sound = pixels(made.film), samples(made.film)
    middle = like(frames[12], RED, within=12)
    assert (0, 110, 180, 210) == pytest.approx(bounds(middle), abs=3)
    assert like(frames[12, :60], (170, 0, 0), within=45).all()
    assert like(frames[60], BLUE).all()
    assert 72 == len(frames)
    assert level(sound, 300, 0.2, 0.9) > -30
    assert max(level(sound, tone, start, start + 0.7) for tone in (300, 900) for start in (1.2, 2.2)) < -60


@pytest.mark.parametrize("dip", [None, "#1a3c34"])
def test_a_dip_goes_through_its_colour(render: Render, bench: Path, dip: str | None) -> None:
    """At the cut the whole frame has it, and where nothing dips each picture is its own."""
    red, blue = film(bench / "dip-red.mp4", RED, each=2), film(bench / "dip-blue.mp4", BLUE, each=2)
    asked = replace(edit(shot(1, "red"), coming(shot(1, "blue"), Blend.DIP)), dip=dip)

    frames = pixels(render(asked, red=red, blue=blue).film)

    assert 48 == len(frames)
    assert like(frames[24], TEAL if dip else (0, 0, 0), within=12).all()
    for at, color in ((12, RED), (17, RED), (31, BLUE), (40, BLUE)):
        assert like(frames[at], color, within=25).all(), at
    through = frames[18:24, 160, 90, 0].astype(int)
    assert list(through) == sorted(through, reverse=True)


def test_a_mirrored_slide_comes_from_the_left(render: Render, bench: Path) -> None:
    """The edge of the coming picture moves to the right, a frame before and after as with any slide."""
    red, blue = film(bench / "left-red.mp4", RED, each=2), film(bench / "left-blue.mp4", BLUE, each=2)
    asked = replace(edit(shot(1, "red"), coming(shot(1, "blue", 0.5), Blend.SLIDE)), mirrored=True)

    frames = pixels(render(asked, red=red, blue=blue).film)

    edges = [bounds(like(frames[index], BLUE))[2] for index in range(20, 29)]
    assert edges == sorted(edges)
    assert all(bounds(like(frames[index], BLUE))[0] == 0 for index in range(20, 29))
    assert like(frames[16], RED).all()
    assert like(frames[31], BLUE).all()


def test_the_voice_moves_with_its_scene(render: Render, alpha_take: Path) -> None:
    """Sound and picture of a presenter begin on the frame after the card, and the film is as long as both."""
    look = looks(Cutout.ALPHA, start=1.5, seconds=1.0, place=Placement(0.5, 0.0, 1.0))

    made = render(edit(card(1.5), colored(1), looks=(look,), sound=Sound.MUTE), presenter=alpha_take)

    frames, sound = pixels(made.film), samples(made.film)
    seen = [bool(like(frame, ORANGE).any()) for frame in frames]
    assert (36, round(2.5 * FPS)) == (seen.index(True), len(frames))
    assert level(sound, 880, 1.0, 1.4) < -60 < level(sound, 880, 1.6, 2.0)
    assert SIZE.height == frames.shape[1]
