"""The look of words that an order asks for: on the boxes and pixels of what is laid over a film."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.boxes import safe_area
from shared.media.canvas import Lettering
from shared.media.lettering import letter
from shared.pipeline.edit.edit import Cue, Title
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.typography import USUAL_TEXT, AppArea, TextMotion, TextPlace, TextStyle, Typography, contrast
from tests.media.conftest import Render
from tests.media.makers import SIZE, bounds, colored, edit, like, pixels

TALL = Size(720, 1280)


def laid(folder: Path, look: Typography = USUAL_TEXT, app: AppArea | None = None) -> tuple[Lettering, Lettering]:
    """Lay a scene text and a caption out on a tall film."""
    said = edit(colored(9), titles=(Title("Hot for twelve hours", 0, 9),), cues=(Cue("Meet the cup", 0, 9),), size=TALL)
    (title, cue), _ = letter(replace(said, text=look, safe_area=app), (), folder)
    return title, cue


@pytest.mark.parametrize("place", TextPlace)
@pytest.mark.parametrize("app", AppArea)
def test_words_stay_clear_of_the_buttons_of_the_app_that_is_named(
    tmp_path: Path, app: AppArea, place: TextPlace
) -> None:
    """Scene text and caption lie in the app's own safe area, wherever the text was asked for, and not on each other."""
    title, cue = laid(tmp_path, Typography(position=place), app)

    safe = safe_area(TALL, app)
    for box in (title.box, cue.box):
        assert safe.left * TALL.width - 2 <= box.x <= (1 - safe.right) * TALL.width - box.width + 2
        assert safe.top * TALL.height - 2 <= box.y <= (1 - safe.bottom) * TALL.height - box.height + 2
    assert title.box.shared_with(cue.box) == 0


def test_a_place_that_was_asked_for_is_kept(tmp_path: Path) -> None:
    """Top, middle and bottom follow each other down the frame; the middle one is in the middle of what is free."""
    tops = [laid(tmp_path, Typography(position=place))[0].box for place in list(TextPlace)[1:]]

    assert [box.y for box in tops] == sorted(box.y for box in tops)
    assert (0.13 + 0.78) / 2 * TALL.height == pytest.approx(tops[1].y + tops[1].height / 2, abs=6)


@pytest.mark.parametrize("style", TextStyle)
def test_letters_have_the_colour_and_the_ground_that_were_asked_for(tmp_path: Path, style: TextStyle) -> None:
    """Yellow letters on green: both are there; only a panel reaches the corners of its side."""
    title, _ = laid(tmp_path, Typography(style=style, color="#ffd400", panel="#1a3c34"))

    with Image.open(title.path) as picture:
        seen = np.asarray(picture.convert("RGBA")).astype(int)
    for color in ((255, 212, 0), (26, 60, 52)):
        assert (np.abs(seen - (*color, 235)).max(axis=2) <= 20).any()
    assert (style is TextStyle.PANEL) == bool(seen[seen.shape[0] // 2, 2, 3] > 200)


@pytest.mark.parametrize(("text", "side"), [("Hot for hours", 0), ("قهوة ساخنة", 1)])
def test_an_accent_is_a_bar_where_a_scene_text_begins(tmp_path: Path, text: str, side: int) -> None:
    """On the left, or on the right of what reads leftward; captions and texts without a panel have none."""
    said = edit(colored(9), titles=(Title(text, 0, 9),), cues=(Cue(text, 0, 9),), size=TALL)

    found = []
    for number, style in enumerate((TextStyle.PANEL, TextStyle.OUTLINE)):
        (folder := tmp_path / str(number)).mkdir()
        for each in letter(replace(said, text=Typography(style=style, accent="#ff0000")), (), folder)[0]:
            with Image.open(each.path) as picture:
                seen = np.asarray(picture.convert("RGBA")).astype(int)
            red = (np.abs(seen - (255, 0, 0, 255)).max(axis=2) <= 20).any(axis=0).nonzero()[0]
            found.append(None if not red.size else int(red.mean() > seen.shape[1] / 2))

    assert [side, None, None, None] == found


def test_larger_letters_are_larger(tmp_path: Path) -> None:
    """A size of 1.5 makes a caption's letters half as high again."""
    usual, larger = laid(tmp_path)[1].box, laid(tmp_path, Typography(size=1.5))[1].box

    assert usual.height * 1.5 == pytest.approx(larger.height, abs=6)


def test_a_text_that_slides_rises_to_its_place(render: Render) -> None:
    """It begins below, only ever rises, and stands still from its eighth frame on."""
    look = Typography(animation=TextMotion.SLIDE, style=TextStyle.OUTLINE)

    made = render(replace(edit(colored(1, "#606060"), titles=(Title("Hot", 0, 1),)), text=look))

    written = ~like(pixels(made.film, SIZE), (96, 96, 96), within=30)
    tops = [bounds(frame)[1] for frame in written[1:18]]
    assert tops == sorted(tops, reverse=True)
    assert tops[0] - tops[-1] >= 2
    assert max(tops[7:]) - min(tops[7:]) <= 1


@pytest.mark.parametrize(
    ("look", "ratio"),
    [
        (USUAL_TEXT, 4.9),
        (Typography(style=TextStyle.OUTLINE, panel="#000000"), 21.0),
        (Typography(style=TextStyle.OUTLINE, panel="#ffffff"), 1.0),
        (Typography(color="#777777", panel="#777777", style=TextStyle.OUTLINE), 1.0),
    ],
)
def test_contrast_is_that_of_the_worst_picture(look: Typography, ratio: float) -> None:
    """By WCAG's formula: black and white have 21 to 1; the usual panel before white footage 4.9 to 1."""
    assert ratio == pytest.approx(contrast(look), abs=0.1)
