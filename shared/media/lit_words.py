"""Paints a caption once for each of its words: the one that is being said stands on a pill of the lit colour.

All pictures of a caption are of one size and differ in nothing else, so that nothing moves while the words go by.
"""

from collections.abc import Mapping, Sequence

from PIL import Image, ImageChops, ImageDraw

from shared.media.boxes import Box
from shared.media.inking import Ink
from shared.media.keying import rgb
from shared.media.segments import frames
from shared.pipeline.edit.edit import Cue
from shared.pipeline.plan.typography import Typography, lit

_PILL_SIDE, _PILL_TOP = 0.16, 0.1  # of the letters: how far a pill reaches beyond its word's ink
_PILL_ROUND = 0.22  # of the letters: its corners
_SMOOTH = 4  # shapes are drawn this much larger and scaled down

Owner = tuple[int, int]  # a word's number, and its line's


def turns(cue: Cue, fps: int) -> tuple[int, ...]:
    """Return the frames, from the caption's first, from which each of its words but the first is lit."""
    return tuple(frames(word.start, fps) - frames(cue.start, fps) for word in cue.words[1:])


def lit_pictures(
    base: Image.Image, ink: Ink, owners: Sequence[Owner], pad: int, look: Typography
) -> Mapping[int, Image.Image]:
    """Return the caption with a word lit, by the word's number; `base` is it with none.

    `owners` say whose the ink's parts are, and `pad` is how far inside the base the ink begins.
    """
    pill, letters = map(rgb, lit(look))
    boxes = {owner: _box(part) for owner, part in zip(owners, ink.parts, strict=True)}
    seen = {owner: box for owner, box in boxes.items() if box}
    made: dict[int, Image.Image] = {}
    em = pad / 0.55
    for owner, part in zip(owners, ink.parts, strict=True):
        if owner not in seen:
            continue
        word, _ = owner
        picture = made.setdefault(word, base.copy())
        shape = _pill(seen[owner], _room(owner, seen, em), em, ink.size, pad, base.size)
        picture.paste(Image.new("RGBA", base.size, (*pill, 255)), mask=shape)
        for color, mask in (((*rgb(look.color), 255), ImageChops.subtract(ink.letters, part)), ((*letters, 255), part)):
            whole = Image.new("L", base.size, 0)
            whole.paste(mask, (pad, pad))
            picture.paste(Image.new("RGBA", base.size, color), mask=ImageChops.multiply(whole, shape))
    return made


def _box(part: Image.Image) -> Box | None:
    found = part.getbbox()
    return Box(found[0], found[1], found[2] - found[0], found[3] - found[1]) if found else None


def _room(owner: Owner, seen: Mapping[Owner, Box], em: float) -> tuple[float, float, int, int]:
    """Return how far a pill may reach left and right of its word, and its line's top and bottom.

    All pills of a line are as high as its letters; where no blank parts two words a pill ends between them.
    """
    box, line = seen[owner], [one for (_, number), one in seen.items() if number == owner[1]]
    others = [one for one in line if one is not box]
    before = [box.x - one.x - one.width for one in others if one.x < box.x]
    after = [one.x - box.x - box.width for one in others if one.x > box.x]
    left, right = (max(1.0, min([_PILL_SIDE * em, *(gap / 2 for gap in gaps)])) for gaps in (before, after))
    return left, right, min(one.y for one in line), max(one.y + one.height for one in line)


def _pill(
    box: Box, room: tuple[float, float, int, int], em: float, ink: tuple[int, int], pad: int, size: tuple[int, int]
) -> Image.Image:
    """Return a pill's opacity on a picture of this size."""
    left, right, top, bottom = room
    edges = (
        pad + box.x - left,
        pad + top - min(_PILL_TOP * em, pad),
        pad + box.x + box.width + right,
        pad + min(bottom, ink[1]) + min(_PILL_TOP * em, pad),
    )
    large = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH), 0)
    x0, y0, x1, y1 = (round(edge * _SMOOTH) for edge in edges)
    radius = min(_PILL_ROUND * em * _SMOOTH, (y1 - y0) / 2, (x1 - x0) / 2)
    ImageDraw.Draw(large).rounded_rectangle((x0, y0, x1 - 1, y1 - 1), radius, fill=255)
    return large.resize(size, Image.Resampling.BOX)
