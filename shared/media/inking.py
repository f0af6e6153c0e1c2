"""Paints shaped lines as pixels: letters as opacity, emoji in their own colours; always the same pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import ceil, floor

import uharfbuzz
from PIL import Image

from shared.media.faces import EMOJI, face
from shared.media.shaping import Glyph, Line


@dataclass(frozen=True, slots=True)
class Ink:
    """Painted lines, cropped to what is seen: the letters' opacity ("L") and the emoji ("RGBA"), of one size.

    `parts` are the opacities of some of the letters alone, of that size, too.
    """

    letters: Image.Image
    pictures: Image.Image
    parts: tuple[Image.Image, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.letters.size

    def within(self, width: int, height: int) -> "Ink":
        """Return the ink no larger than a room, scaled down evenly when it must be."""
        share = min(width / self.size[0], height / self.size[1], 1.0)
        if share == 1.0:
            return self
        size = max(1, floor(self.size[0] * share)), max(1, floor(self.size[1] * share))
        whole, pictures, *parts = (
            layer.resize(size, Image.Resampling.LANCZOS) for layer in (self.letters, self.pictures, *self.parts)
        )
        return Ink(whole, pictures, tuple(parts))


Part = frozenset[tuple[int, int]]  # glyphs, each by the number of its line and its own there


def ink(
    lines: Sequence[Line], baselines: Sequence[float], letters: int, parts: Sequence[Part] = (), foot: float = 0.0
) -> Ink | None:
    """Paint lines under each other, each in the middle; None where nothing is to be seen.

    `baselines` are ems below the first line's baseline, `letters` is the size of an em in pixels. It reaches `foot`
    ems below the last baseline at least.
    """
    rows = enumerate(zip(lines, baselines, strict=True))
    seen = [(number, line, down) for number, (line, down) in rows if line.right > line.left]
    if not seen:
        return None
    half = max(line.right - line.left for _, line, _ in seen) / 2
    left, right = floor(-half * letters) - 1, ceil(half * letters) + 1
    top = ceil(max(line.top - down for _, line, down in seen) * letters) + 1
    bottom = floor(min(line.bottom - down for _, line, down in seen) * letters) - 1
    least = ceil((max(baselines) + foot) * letters) if foot else 0
    bottom = min(bottom, -least)
    size = (right - left, top - bottom)
    pictures = Image.new("RGBA", size, (0, 0, 0, 0))
    placed: dict[tuple[int, int], tuple[Glyph, float, float]] = {}
    for number, line, down in seen:
        begin = -(line.left + line.right) / 2
        for index, glyph in enumerate(line.glyphs):
            x, y = (begin + glyph.x) * letters, (glyph.y - down) * letters
            if glyph.colored:
                _paste(pictures, glyph, x - left, top - y, letters)
            else:
                placed[number, index] = glyph, x, y
    extents = uharfbuzz.RasterExtents(left, bottom, *size, 0)
    mask = _drawn(placed.values(), extents, letters)
    box = _united(mask.getbbox(), pictures.getbbox())
    if box is None:
        return None
    box = (*box[:3], max(box[3], top + least)) if foot else box
    some = ([placed[each] for each in sorted(part) if each in placed] for part in parts)
    alone = tuple(_drawn(each, extents, letters).crop(box) for each in some)
    return Ink(mask.crop(box), pictures.crop(box), alone)


def _drawn(glyphs: Iterable[tuple[Glyph, float, float]], extents: uharfbuzz.RasterExtents, letters: int) -> Image.Image:
    """Draw glyphs at their places in pixels from the middle of the first baseline."""
    raster = uharfbuzz.RasterDraw()
    raster.extents = extents
    for glyph, x, y in glyphs:
        scale = letters / glyph.face.em
        raster.transform = (scale, 0.0, 0.0, scale, x, y)
        raster.draw_glyph(glyph.face.font, glyph.id)
    return _mask(raster, (extents.width, extents.height))


def _mask(raster: uharfbuzz.RasterDraw, size: tuple[int, int]) -> Image.Image:
    image = raster.render()
    if image is None:
        raise MemoryError("HarfBuzz found no room for the letters")
    return Image.frombytes("L", size, image.buffer, "raw", "L", image.extents.stride, -1)


def _paste(onto: Image.Image, glyph: Glyph, x: float, y: float, letters: int) -> None:
    """Lay one emoji; `x` and `y` are its origin in pixels from the top left corner."""
    box = glyph.face.font.get_glyph_extents(glyph.id)
    picture = _picture(glyph.id, letters)
    if box is not None and picture is not None:
        scale = letters / glyph.face.em
        onto.alpha_composite(
            picture, (max(0, round(x + box.x_bearing * scale)), max(0, round(y - box.y_bearing * scale)))
        )


@lru_cache(maxsize=64)
def _picture(glyph: int, letters: int) -> Image.Image | None:
    """Return one emoji as large as beside letters of this size."""
    emoji = face(EMOJI)
    data = emoji.font.get_glyph_color_png(glyph).data
    box = emoji.font.get_glyph_extents(glyph)
    if not data or box is None:
        return None
    with Image.open(BytesIO(data)) as stored:
        scale = letters / emoji.em
        size = max(1, round(box.width * scale)), max(1, round(-box.height * scale))
        return stored.convert("RGBA").resize(size, Image.Resampling.LANCZOS, reducing_gap=None)


def _united(*boxes: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
    known = [box for box in boxes if box]
    if not known:
        return None
    lefts, tops, rights, bottoms = zip(*known, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
