"""Scene texts and captions in the picture: when, where, and exactly what was sent."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shared.media.canvas import Lettering
from shared.media.compose import Composed
from shared.media.lettering import letter
from shared.pipeline.edit.edit import Cue, Shot, Title
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Cutout, Placement, Size
from tests.media.conftest import Render
from tests.media.makers import FPS, ORANGE, SIZE, Person, bounds, colored, edit, like, looks, pixels, take
from tests.pipeline.films import film, filmed

HOSTILE = '50% off: it\'s "ñandú" [new], {x} \\ €'
LONG = "Everything this bottle does, it does all day long, and then some more. " * 7


def written(made: Composed, size: Size = SIZE) -> npt.NDArray[np.bool_]:
    """Tell which pixels of each frame differ from the flat ground: the words and their panel."""
    return np.asarray(~like(pixels(made.film, size), (96, 96, 96), within=14))


def painted(folder: Path, *said: Title | Cue, size: Size = SIZE) -> tuple[list[Lettering], tuple[str, ...]]:
    """Paint words without making a film."""
    titles = tuple(one for one in said if isinstance(one, Title))
    cues = tuple(one for one in said if isinstance(one, Cue))
    made, told = letter(edit(colored(9), titles=titles, cues=cues, size=size), (), folder)
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
    """Scene text stands high, below what an app lays over the top, in the middle between the sides it leaves free."""
    made = render(edit(colored(1, "#606060"), titles=(Title("Hot for twelve hours", 0, 1),)))

    left, top, right, bottom = bounds(written(made)[12])
    assert (left - 0.06 * SIZE.width) == pytest.approx(0.86 * SIZE.width - right, abs=3)
    assert 0.13 * SIZE.height <= top < bottom <= 320 / 3


def test_caption_stands_at_the_bottom(render: Render) -> None:
    """A caption's lower edge stands at 78 % of a tall film, above the buttons and the description of the apps."""
    made = render(edit(colored(1, "#606060"), cues=(Cue("Meet the cup", 0, 1),)))

    _, top, _, bottom = bounds(written(made)[12])
    assert 0.78 * SIZE.height == pytest.approx(bottom, abs=2)
    assert bottom - top < 30


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


@pytest.mark.parametrize(
    ("size", "safe"),
    [
        (Size(720, 1280), (0.06, 0.13, 0.86, 0.78)),
        (Size(1280, 720), (0.05, 0.05, 0.95, 0.95)),
        (Size(720, 720), (0.05, 0.05, 0.95, 0.95)),
    ],
    ids=["9:16", "16:9", "1:1"],
)
@pytest.mark.parametrize("text", ["Hot", LONG[:60], LONG[:180]], ids=["word", "line", "many lines"])
def test_words_stay_clear_of_what_apps_lay_over_a_film(
    tmp_path: Path, size: Size, safe: tuple[float, float, float, float], text: str
) -> None:
    """Scene texts and captions lie wholly inside the safe area of their shape."""
    made, _ = painted(tmp_path, Title(text, 0, 9), Cue(text, 0, 9), size=size)

    left, top, right, bottom = safe
    for one in made:
        assert left * size.width - 2 <= one.box.x
        assert one.box.x + one.box.width <= right * size.width + 2
        assert top * size.height - 2 <= one.box.y
        assert one.box.y + one.box.height <= bottom * size.height + 2


def test_captions_that_follow_each_other_do_not_pulse(render: Render) -> None:
    """From the first word to the last the captions are there at full strength; only the ends are soft."""
    cues = (Cue("Meet", 0.5, 1.0), Cue("the cup", 1.5, 0.75), Cue("of the year", 2.5, 1.0))

    made = render(edit(colored(4, "#606060"), cues=cues))

    brightest = [int(frame[220:250].max()) for frame in pixels(made.film)]
    assert all(value > 235 for value in brightest[15:81])
    assert all(value < 110 for value in [*brightest[:12], *brightest[84:]])


def test_captions_do_not_jump(tmp_path: Path) -> None:
    """One line or three: the lower edge of all captions beside the same people is the same."""
    said = [Cue(text, index, 1.0) for index, text in enumerate(("Yes.", LONG[:30], LONG[:120]))]

    made, _ = painted(tmp_path, *said, size=Size(720, 1280))

    assert 1 == len({one.box.y + one.box.height for one in made})


@pytest.mark.parametrize("size", [Size(720, 1280), Size(1280, 720)])
def test_letters_of_captions_stand_on_one_line(tmp_path: Path, size: Size) -> None:
    """Whether one of them goes down below it or not."""
    said = [Cue(text, index, 1.0) for index, text in enumerate(("Hot", "Hot, every day", "Hope"))]

    made, _ = painted(tmp_path, *said, size=size)

    white = [(letters(one)[..., :3].min(axis=2) > 200).any(axis=1).nonzero()[0][0] for one in made]
    tops = [one.box.y + int(row) for one, row in zip(made, white, strict=True)]
    assert max(tops) - min(tops) <= 1


@pytest.mark.parametrize("x", [1.0, -1.0], ids=["right", "left"])
def test_in_a_wide_film_words_stand_beside_the_presenter(render: Render, alpha_take: Path, x: float) -> None:
    """Half the frame is free, so neither scene text nor caption covers a person."""
    size = Size(320, 180)
    asked = edit(
        colored(1, "#606060"),
        looks=(looks(seconds=1, place=Placement(0.78, x, 1.0)),),
        titles=(Title("Hot for twelve hours", 0, 1),),
        cues=(Cue("Meet the cup of the year", 0, 1),),
        size=size,
    )

    made = render(asked, presenter=alpha_take)

    frame = pixels(made.film, size)[12]
    person, white = bounds(like(frame, ORANGE)), bounds(like(frame, (255, 255, 255), within=40))
    assert white[2] < person[0] or white[0] > person[2]
    assert 0.05 * size.width - 1 <= white[0]
    assert white[2] <= 0.95 * size.width + 1


@pytest.mark.parametrize("size", [Size(180, 320), Size(320, 180), Size(240, 240)], ids=["9:16", "16:9", "1:1"])
@pytest.mark.parametrize(
    "text",
    [
        LONG[:500],
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 3,
        "W" * 500,
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj",
        "i",
        "全新限时优惠" * 83,
        "ཁྱོད་བདེ་མོ་" * 20,
        "မြည်းစမ်းကြည့်ပါ" * 20,
        "مرحبا بكم في متجرنا " * 20,
        "👨\u200d👩\u200d👧\u200d👦" * 40,
    ],
    ids=["500 letters", "long word", "500 wide", "ten lines", "one letter", "zh", "bo", "my", "ar", "families"],
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


def test_what_no_font_has_is_left_out_and_told(tmp_path: Path) -> None:
    """A sign no font has is left out, the words stay, and a warning names it."""
    made, told = painted(tmp_path, Title("Fresh \U0001fae9 coffee", 0, 9))

    assert 1 == len(made)
    says = 'scene text "Fresh \U0001fae9 coffee" is shown without: no font has \U0001fae9 (U+1FAE9). '
    assert (says + "Write text_overlay without them.",) == told


def test_text_no_font_can_draw_at_all_is_left_out(tmp_path: Path) -> None:
    """A row of empty boxes helps nobody: the text is left out, and a warning says so."""
    made, told = painted(tmp_path, Title("ᠮᠣᠩ", 0, 9))

    assert [] == made
    assert told[0].startswith('scene text "ᠮᠣᠩ" was left out: no font has ᠮ (U+182E)')


def test_an_emoji_is_painted_in_its_colours(tmp_path: Path) -> None:
    """A red heart is red, and the words beside it are white."""
    (one,), told = painted(tmp_path, Title("ok ❤\ufe0f", 0, 9), size=Size(720, 1280))

    assert () == told
    seen = letters(one)[..., :3].astype(int)
    assert (seen[..., 0] - seen[..., 1] > 120).any()
    assert (seen.min(axis=2) > 240).any()


def test_the_same_words_are_the_same_pixels(tmp_path: Path) -> None:
    """A film made again has the same bytes."""
    said = Title("क्षत्रिय 全新 👨\u200d👩\u200d👧\u200d👦 مرحبا", 0, 9)

    (one,), _ = painted(tmp_path, said)
    first = one.path.read_bytes()
    (two,), _ = painted(tmp_path, said)

    assert first == two.path.read_bytes()


@pytest.mark.parametrize("text", ["אאאא אאאא!", "אאאא אאאא\nאאאא אאאא!"], ids=["one line", "two lines"])
def test_right_to_left_ends_at_the_left(tmp_path: Path, text: str) -> None:
    """A right-to-left line is drawn in its own direction: its exclamation mark stands at the left of the last line."""
    (one,), told = painted(tmp_path, Title(text, 0, 9), size=Size(720, 1280))

    assert () == told
    white = letters(one)[..., 0] > 200
    inked = np.flatnonzero(white.any(axis=1))
    gaps = np.flatnonzero(np.diff(inked) > 1)
    below = white[inked[gaps[-1] + 1] if len(gaps) else 0 :]  # the last line, and a mark's stroke is narrow
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
    default = placement(film(filmed(), avatar_script="Hi."), footage=True)
    asked = edit(colored(2, "#606060"), looks=(looks(place=default),), titles=(Title("Hot for 12 hours", 0, 2),))

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
