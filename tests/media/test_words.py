"""Scene texts and captions in the picture: when, where, and exactly what was sent."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shared.media.compose import Composed
from shared.media.ffmpeg import Budget
from shared.media.graph import Lettering
from shared.media.lettering import letter
from shared.pipeline.edit.edit import Cue, Shot, Title
from shared.pipeline.plan.plan import Cutout, Placement, Size
from tests.media.conftest import Render
from tests.media.makers import FPS, ORANGE, SIZE, Person, bounds, colored, edit, like, looks, pixels, take

HOSTILE = '50% off: it\'s "ñandú" [new], {x} \\ €'
LONG = "Everything this bottle does, it does all day long, and then some more. " * 7


def written(made: Composed, size: Size = SIZE) -> npt.NDArray[np.bool_]:
    """Tell which pixels of each frame differ from the flat ground: the words and their panel."""
    return np.asarray(~like(pixels(made.film, size), (96, 96, 96), within=14))


def painted(folder: Path, *said: Title | Cue, size: Size = SIZE) -> tuple[list[Lettering], tuple[str, ...]]:
    """Paint words without making a film."""
    titles = tuple(one for one in said if isinstance(one, Title))
    cues = tuple(one for one in said if isinstance(one, Cue))
    made, told = letter(edit(colored(9), titles=titles, cues=cues, size=size), (), folder, Budget(60))
    return list(made), told


def letters(one: Lettering) -> npt.NDArray[np.uint8]:
    """Return the opacity and light of painted words, to compare."""
    with Image.open(one.path) as picture:
        return np.asarray(picture.convert("RGBA"))


def test_text_is_seen_only_in_its_window(render: Render) -> None:
    """A scene text comes on the frame of its start and is gone on the frame of its end."""
    made = render(edit(colored(2, "#606060"), titles=(Title("Hello", 0.5, 1),)))

    seen = [bool(mask.any()) for mask in written(made)]
    assert [False] * 13 + [True] * 23 + [False] * 12 == seen


def test_scene_text_stands_in_the_upper_third(render: Render) -> None:
    """Scene text stands high, inside the frame's edges, in the middle."""
    made = render(edit(colored(1, "#606060"), titles=(Title("Hot for twelve hours", 0, 1),)))

    left, top, right, bottom = bounds(written(made)[12])
    assert left == pytest.approx(SIZE.width - right, abs=3)
    assert left >= 0.04 * SIZE.width
    assert 16 <= top < bottom <= 320 / 3


def test_caption_stands_at_the_bottom(render: Render) -> None:
    """A caption stands low, inside the frame's edges."""
    made = render(edit(colored(1, "#606060"), cues=(Cue("Meet the cup", 0, 1),)))

    _, top, _, bottom = bounds(written(made)[12])
    assert 240 < top < bottom <= 305


def test_hostile_text_is_drawn_as_sent(tmp_path: Path) -> None:
    """Nothing in a text means anything to ffmpeg: the line is as wide as its characters, and none is lost."""
    (hostile,), told = painted(tmp_path, Title("%{n} %{pts}", 0, 9))

    (plain,), _ = painted(tmp_path, Title("%[n] %[pts]", 0, 9))
    assert () == told
    assert hostile.box.width == pytest.approx(plain.box.width, rel=0.15)


@pytest.mark.parametrize(
    "text", [HOSTILE, "%{localtime}", "\\n\\t\\'", "a:b=c,d;e[f]g", "'; rm -rf / #", "text-0.txt", "$HOME `id`"]
)
def test_hostile_text_costs_no_film(render: Render, text: str) -> None:
    """Characters that are syntax elsewhere are only letters here; the picture is the same all the while."""
    made = render(edit(colored(1, "#606060"), titles=(Title(text, 0, 1),)))

    frames = written(made)
    assert frames[12].any()
    assert np.mean(frames[8] ^ frames[15]) < 0.002
    assert () == made.warnings


@pytest.mark.parametrize("size", [Size(180, 320), Size(320, 180), Size(240, 240)], ids=["9:16", "16:9", "1:1"])
@pytest.mark.parametrize(
    "text",
    [
        LONG[:500],
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 3,
        "W" * 500,
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
        "i",
    ],
    ids=["500 characters", "long word", "500 wide", "ten lines", "one letter"],
)
def test_any_text_stays_inside_the_frame(tmp_path: Path, size: Size, text: str) -> None:
    """However long, a text is set smaller, broken, at last shortened; it never leaves the frame."""
    made, _ = painted(tmp_path, Title(text, 0, 9), Cue(text, 0, 9), size=size)

    assert 2 == len(made)
    for one in made:
        assert 0 <= one.box.x
        assert one.box.x + one.box.width <= size.width
        assert 0 <= one.box.y
        assert one.box.y + one.box.height <= size.height


def test_words_do_not_cover_each_other(tmp_path: Path) -> None:
    """A scene text and a caption of the same moment stand apart."""
    (title, cue), _ = painted(tmp_path, Title(LONG[:200], 0, 9), Cue(LONG[:120], 0, 9))

    assert 0 == title.box.shared_with(cue.box)


def test_emoji_is_left_out_and_told(tmp_path: Path) -> None:
    """An emoji the font lacks is left out, the words stay, and a warning names it."""
    made, told = painted(tmp_path, Title("Fresh \U0001f975 coffee", 0, 9))

    assert 1 == len(made)
    assert ('scene text "Fresh \U0001f975 coffee" is shown without: the font lacks \U0001f975 (U+1F975)',) == told


def test_text_the_font_cannot_draw_at_all_is_left_out(tmp_path: Path) -> None:
    """A row of empty boxes helps nobody: the text is left out, and a warning says so."""
    made, told = painted(tmp_path, Title("保溫杯", 0, 9))

    assert [] == made
    assert told[0].startswith('scene text "保溫杯" was left out: the font lacks 保 (U+4FDD)')


@pytest.mark.parametrize("text", ["אאאא אאאא!", "אאאא אאאא\nאאאא אאאא!"], ids=["one line", "two lines"])
def test_right_to_left_ends_at_the_left(tmp_path: Path, text: str) -> None:
    """A right-to-left line is drawn in its own direction: its exclamation mark stands at the left of the last line."""
    (one,), told = painted(tmp_path, Title(text, 0, 9), size=Size(720, 1280))

    assert () == told
    white = letters(one)[..., 0] > 200
    below = white[max(0, white.shape[0] - 100) :]  # the last line, and a mark's stroke is narrow
    across = np.flatnonzero(below.any(axis=0))
    first_stroke = across[np.flatnonzero(np.diff(across) > 1)[0]] - across[0]
    assert first_stroke < 14


def test_arabic_letters_are_joined(tmp_path: Path) -> None:
    """Arabic is shaped: letters of a word are narrower than when they stand alone."""
    (joined, apart), _ = painted(tmp_path, Title("ببببب", 0, 9), Title("ب ب ب ب ب", 0, 9))

    assert joined.box.width < 0.7 * apart.box.width


def test_white_space_alone_is_no_text(tmp_path: Path) -> None:
    """A text of blanks draws nothing, not even an empty panel."""
    assert ([], ()) == painted(tmp_path, Title(" \t\u200b\n ", 0, 9))


def test_default_presenter_leaves_the_scene_text_readable(render: Render, alpha_take: Path) -> None:
    """Over the default presenter the text stays on top, in the upper third, off the face."""
    asked = edit(colored(2, "#606060"), looks=(looks(),), titles=(Title("Hot for 12 hours", 0, 2),))

    made = render(asked, presenter=alpha_take)

    frame = pixels(made.film)[24]
    white = like(frame, (255, 255, 255), within=30)
    assert bounds(white)[3] < 320 / 3
    person = bounds(like(frame, ORANGE))
    assert bounds(white)[3] < person[1] + 0.15 * (person[3] - person[1])


def test_caption_makes_room_for_a_small_presenter(render: Render, tmp_path: Path) -> None:
    """Where a caption would cover the face of a small presenter below, it moves up."""
    room = take(tmp_path / "room.mp4", Person(seconds=1), (90, 60, 60))
    small = looks(Cutout.INSET, seconds=1, place=Placement(0.25, 0, 0.9))
    asked = edit(colored(1, "#606060"), looks=(small,), cues=(Cue("Meet the cup of tea", 0, 1),))

    made = render(asked, presenter=room)

    white = bounds(like(pixels(made.film)[12], (255, 255, 255), within=30))
    assert white[3] < 228


def test_many_texts(tmp_path: Path) -> None:
    """Twenty scenes with captions are painted in their order, each in its own window."""
    said = [Cue(f"Caption {index}", index / 4, 0.25) for index in range(30)]

    made, _ = painted(tmp_path, *said)

    assert [(round(one.start * FPS), round((one.start + one.seconds) * FPS)) for one in said] == [
        (one.start, one.end) for one in made
    ]


def test_text_across_parts_is_one(render: Render, clip: Path, mute_clip: Path) -> None:
    """A text whose window spans several parts of a long film does not blink."""
    row = [Shot(0.25, "one" if index % 2 else "two", 2.2, 0.25) for index in range(16)]

    made = render(edit(*row, titles=(Title("HELLO", 0.5, 3),)), one=clip, two=mute_clip)

    seen = [bool(like(frame, (255, 255, 255), within=60).any()) for frame in pixels(made.film)]
    assert [False] * 12 == seen[:12]
    assert all(seen[17:79])
    assert [False] * 12 == seen[84:]
