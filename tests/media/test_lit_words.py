"""Captions whose spoken word is lit: which pixels of which frames, in every script."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from shared.media.boxes import Box
from shared.media.breaking import words
from shared.media.legibility import Letters, linear
from shared.media.lettering import letter
from shared.media.lit_words import turns
from shared.pipeline.edit.edit import Cue, Word
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.typography import USUAL_TEXT, Typography
from tests.media.conftest import Render
from tests.media.makers import FPS, bounds, colored, edit, like, pixels

YELLOW = (255, 212, 0)
LARGE = Size(360, 640)
SCRIPTS = {
    "latin": ("We roast every week, and grind to order.", "en"),
    "arabic": ("مرحبا، هذه قهوة بيكولو 24 ساعة", "ar"),
    "devanagari": ("हर सुबह ताज़ी कॉफ़ी।", "hi"),
    "thai": ("กาแฟสดใหม่ทุกเช้า", "th"),
    "chinese": ("每天早晨都新鲜，我们烘焙", "zh"),
}


def by_word(text: str, language: str = "en", *, each: float = 0.25, start: float = 0.0) -> Cue:
    """Return a caption each of whose words is lit for as long."""
    parts = words(text, language)
    lit = tuple(Word(part, start + each * number, each) for number, part in enumerate(parts))
    return Cue(text, start, each * len(parts), lit)


def shown(folder: Path, cue: Cue, look: Typography = USUAL_TEXT) -> list[npt.NDArray[np.uint8]]:
    """Paint a caption and return its pictures."""
    (made,), told = letter(replace(edit(colored(9), cues=(cue,), size=LARGE), text=look), (), folder)
    assert told == ()
    pictures = []
    for number in range(len(cue.words)):
        with Image.open(str(made.path) % number) as picture:
            pictures.append(np.asarray(picture.convert("RGBA")))
    return pictures


def test_the_word_that_is_said_is_lit_and_no_other(render: Render) -> None:
    """In each frame the one word is lit whose time it is, from its first frame to the next word's; then none."""
    cue = by_word("One two three four", start=0.5)
    made = render(edit(colored(2, "#606060"), cues=(cue,), size=LARGE))

    lit = like(pixels(made.film, LARGE), YELLOW, within=60)
    boxes = [bounds(frame) if frame.sum() > 30 else None for frame in lit]
    steady = [boxes[12 + 6 * number + 4] for number in range(4)]
    lefts = [box[0] for box in steady if box]
    assert lefts == sorted(set(lefts))
    assert len(lefts) == len(cue.words)
    for frame in range(12, 36):
        box, wanted = boxes[frame], steady[(frame - 12) // 6]
        faded = frame in (12, 13, 14, 33, 34, 35)
        assert faded or (box and wanted and abs(box[0] - wanted[0]) <= 2 and abs(box[2] - wanted[2]) <= 2)
    assert not any(boxes[:12])
    assert not any(boxes[36:])


@pytest.mark.parametrize("script", SCRIPTS)
def test_only_the_lit_word_differs_between_a_captions_pictures(tmp_path: Path, script: str) -> None:
    """All pictures are of one size; each has a pill in a place of its own, and nothing else differs."""
    text, language = SCRIPTS[script]
    cue = by_word(text, language)

    pictures = shown(tmp_path, cue)

    pills = [like(one[..., :3], YELLOW) for one in pictures]
    assert {one.shape for one in pictures} == {pictures[0].shape}
    assert all(pill.any() for pill in pills)
    for one, other, mine, yours in zip(pictures, pictures[1:], pills, pills[1:], strict=False):
        changed = (one != other).any(axis=2)
        rows, columns = np.nonzero(changed)
        spots = [bounds(mine), bounds(yours)]
        assert (mine & yours).any(axis=0).sum() <= 2  # where no blank parts them they touch
        inside = [
            (columns >= left - 2) & (columns < right + 2) & (rows >= top - 2) & (rows < low + 2)
            for left, top, right, low in spots
        ]
        assert np.logical_or(*inside).all()


def test_arabic_is_lit_from_the_right(tmp_path: Path) -> None:
    """The first word of a right-to-left line is the rightmost one."""
    pictures = shown(tmp_path, by_word("مرحبا هذه قهوة", "ar"))

    lefts = [bounds(like(one[..., :3], YELLOW))[0] for one in pictures]
    assert lefts == sorted(lefts, reverse=True)


def test_an_accent_that_is_not_seen_gives_way_to_the_letters_color(tmp_path: Path) -> None:
    """A dark accent on the dark panel is no light: the pill has the letters' colour."""
    pictures = shown(tmp_path, by_word("One two", "en"), Typography(accent="#113311"))

    plain = shown(tmp_path, by_word("One two", "en"))
    whites, usual = ([like(one[..., :3], (255, 255, 255), within=8).sum() for one in row] for row in (pictures, plain))
    assert min(whites) > max(usual)


def test_a_word_without_letters_leaves_the_caption_as_it_was(tmp_path: Path) -> None:
    """Emoji have colours of their own: while only they are said nothing is lit, and nothing fails."""
    cue = Cue("☕ ☕", 0.0, 1.0, (Word("☕ ☕", 0.0, 1.0),))

    (made,), told = letter(edit(colored(1), cues=(cue,), size=LARGE), (), tmp_path)

    assert told == ()
    assert made.turns is None
    assert made.path.exists()


def test_a_lit_word_is_no_fault_of_the_others(tmp_path: Path) -> None:
    """How well words can be read is measured on those that are not lit: the pill beside them is not their ground."""
    cue = by_word("One two three four five six", each=0.5)
    (word,), _ = letter(edit(colored(9), cues=(cue,), size=LARGE), (), tmp_path)
    found = Letters(word, USUAL_TEXT, coded=False)

    for frame in range(word.start, word.end):
        with Image.open(word.shown(frame)) as picture:
            film = Image.new("RGBA", (LARGE.width, LARGE.height), (96, 96, 96, 255))
            film.alpha_composite(picture.convert("RGBA"), (word.box.x, word.box.y))
        light = Image.frombytes("RGB", film.size, linear(film.convert("RGB").tobytes()))
        found.look(light, Box(0, 0, LARGE.width, LARGE.height), frame)

    assert found.worst is not None
    assert found.worst > 7


def test_turns_are_frames_of_the_caption() -> None:
    """A caption's words take turns on whole frames, counted from its own first."""
    assert turns(by_word("One two three", start=1.01), FPS) == (6, 12)
