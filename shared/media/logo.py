"""A brand's logo on the film: how large, in which corner of the safe area, and painted.

It stands still for the whole film, so that nothing jumps: in the corner that was asked for, unless a face is there,
then in the nearest one that is free of faces. Words keep off it (zones.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from PIL import Image, ImageFilter

from shared.media.boxes import Box, even, safe_area
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.card_words import is_drawn
from shared.media.images import decode_logo
from shared.media.segments import frames
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.brand import LOGO_ALONE, MOST_LOGO, Corner, Logo, LogoTime
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.warned import Warned, WarningText

_USUAL = 0.13  # of the shorter side: the side of a square logo of usual size; one of another shape has its area
_TALLEST = 0.16  # of the shorter side
_COMES = 8  # frames
_SHADE = 0.35  # of the logo's shorter side, around it
_HALF, _MUCH = 100, 0.3  # of 255, of the pixels: so dark, so many
_NEAREST = {  # where a logo goes when a face is in its corner, nearest first
    Corner.TOP_LEFT: (Corner.TOP_RIGHT, Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT),
    Corner.TOP_RIGHT: (Corner.TOP_LEFT, Corner.BOTTOM_RIGHT, Corner.BOTTOM_LEFT),
    Corner.BOTTOM_LEFT: (Corner.BOTTOM_RIGHT, Corner.TOP_LEFT, Corner.TOP_RIGHT),
    Corner.BOTTOM_RIGHT: (Corner.BOTTOM_LEFT, Corner.TOP_RIGHT, Corner.TOP_LEFT),
}


@dataclass(frozen=True, slots=True)
class PlacedLogo:
    """Where a logo stands, and its frames on the film."""

    box: Box
    start: int
    end: int
    corner: Corner
    asked: Corner | None = None  # where it was asked for; None = nowhere
    goes: int = 0  # frames it takes to go


def place_logo(logo: Logo, edit: Edit, presenters: Sequence[PlacedPresenter]) -> PlacedLogo:
    """Choose a logo's box and frames."""
    end = frames(edit.seconds, edit.fps)
    start = max(0, end - frames(LOGO_ALONE, edit.fps)) if logo.when is LogoTime.OUTRO else 0
    if edit.scenes and logo.when is LogoTime.ALWAYS:
        start, end = _off_cards(logo, edit, end)
    seen = [look for look in presenters if look.start < end and look.end > start]
    faces = [look.face for look in seen]
    asked = None if logo.place is Corner.AUTO else logo.place
    first = asked or (Corner.TOP_RIGHT if edit.size.width > edit.size.height else Corner.TOP_LEFT)
    wide, high = _size(logo, edit.size)
    boxes = {corner: _box(corner, wide, high, edit) for corner in (first, *_NEAREST[first])}
    free = (corner for corner, box in boxes.items() if not any(box.shared_with(one) for one in faces))
    corner = next(free, first)
    goes = _COMES if end < frames(edit.seconds, edit.fps) else 0
    return PlacedLogo(boxes[corner], start, end, corner, asked, goes)


def _off_cards(logo: Logo, edit: Edit, end: int) -> tuple[int, int]:
    """Return a logo's frames without cards that show it large, or without any, as the kit says."""
    scenes = edit.scenes or (0.0, edit.seconds)
    first, last = edit.shots[0], edit.shots[-1]
    begin = frames(scenes[0], edit.fps) if first.card and (logo.off_cards or is_drawn(first)) else 0
    return begin, frames(scenes[1], edit.fps) if last.card and (logo.off_cards or is_drawn(last)) else end


def paint_logo(logo: Logo, placed: PlacedLogo, source: Path, folder: Path) -> Lettering:
    """Paint a logo to its size, on a soft shade that keeps a dark one apart from dark footage. Raises ImageRefused."""
    mark = decode_logo(source.read_bytes()).resize((placed.box.width, placed.box.height), Image.Resampling.LANCZOS)
    pad = even(min(mark.size) * _SHADE)
    size = (mark.width + 2 * pad, mark.height + 2 * pad)
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    whole.paste(mark, (pad, pad))
    shade = whole.getchannel("A").filter(ImageFilter.GaussianBlur(pad / 3)).point([value // 2 for value in range(256)])
    picture = Image.new("RGBA", size, (255, 255, 255, 0) if _dark(mark) else (0, 0, 0, 0))
    picture.putalpha(shade)
    picture = Image.alpha_composite(picture, whole)
    picture.putalpha(picture.getchannel("A").point([round(value * logo.opacity) for value in range(256)]))
    path = folder / "logo.png"
    picture.save(path, "PNG", compress_level=1)
    box = Box(placed.box.x - pad, placed.box.y - pad, *size)
    comes = _COMES if placed.start else 0  # a film's first frame is often its poster
    return Lettering(path, box, placed.start, placed.end, comes, placed.goes)


def _dark(mark: Image.Image) -> bool:
    """Tell whether much of a logo would be lost before a dark picture."""
    shades = mark.convert("L").histogram(mark.getchannel("A").point([255 * (value > _HALF) for value in range(256)]))
    return sum(shades[:_HALF]) > _MUCH * sum(shades)


def logo_news(placed: PlacedLogo) -> Iterator[WarningText]:
    """Tell that a logo stands elsewhere than it was asked for."""
    if placed.asked and placed.corner is not placed.asked:
        names = (str(each).replace("_", " ") for each in (placed.asked, placed.corner))
        says = "the logo would stand over a face at the {}, so it stands at the {}".format(*names)
        yield warning(Warned.LOGO_MOVED, says)


def _size(logo: Logo, size: Size) -> tuple[int, int]:
    """Return a logo's pixels across and down: as wide as asked, or of the usual area; never too tall for its corner."""
    shape, side = logo.width / logo.height, min(size.width, size.height)
    wide = logo.size * size.width if logo.size else _USUAL * side * sqrt(shape)
    wide = min(wide, MOST_LOGO * size.width, _TALLEST * side * shape)
    return even(wide), even(wide / shape)


def _box(corner: Corner, wide: int, high: int, edit: Edit) -> Box:
    size, safe = edit.size, safe_area(edit.size, edit.safe_area)
    left, top = size.width * safe.left, size.height * safe.top
    right, low = size.width * (1 - safe.right) - wide, size.height * (1 - safe.bottom) - high
    x = left if corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT) else right
    y = top if corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT) else low
    return Box(round(x / 2) * 2, round(y / 2) * 2, wide, high).kept_in(size)
