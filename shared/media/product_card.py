"""The product's photo as a card over the scenes: where it stands in each, and painted.

It keeps off faces, logo, captions and the scene's text, and as far as there is room off presenters and what footage
shows in its middle. Its place is one for all scenes in which these leave it free; where it has to be another, the card
slides out and comes in anew. While it stands it floats by the film's own clock. Words keep off it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PIL import Image

from shared.media.boxes import Box, even, safe_area
from shared.media.canvas import Lettering, PlacedPresenter
from shared.media.images import decode
from shared.media.logo import PlacedLogo
from shared.media.painting import Shade, photo_card
from shared.media.segments import frames
from shared.media.zones import caption_zones, title_zones
from shared.pipeline.edit.edit import PRODUCT, Edit, Product
from shared.pipeline.plan.picture import CardPlace
from shared.pipeline.plan.plan import Size

_CARD_WIDTHS = ((0.7, 0.42), (0.95, 0.38), (1.2, 0.34), (9.0, 0.24))  # of a film up to so wide a shape: of its width
_CARD_HEIGHTS = ((0.7, 0.26), (0.95, 0.30), (1.2, 0.36), (9.0, 0.46))  # the same, of its height
_FRAME_WIDE = 0.03  # of the shorter side: the white frame, and the radius of its corners
_CARD_SCALES = (1.0, 0.85, 0.7, 0.55)
_HEIGHTS_TRIED = 8  # heights a card is tried at
_OFF_CUTS = 0.2  # seconds it keeps from the cuts before and after it
_FLOAT_FAR = 0.004  # of the height: how far it floats up and down
_SHADOW_SOFT, _SHADOW_STRONG = 0.02, 35  # of the shorter side: how soft its shadow is; percent
_TEXT_SPARED = 0.3  # of the card: a scene's text, which keeps off it, has room beside so much
_CARD_COMES, _CARD_GOES = 8, 6  # frames
_CARD_FROM = 0.08  # of the width: from how far beside its place it comes
_LINES_LOW, _LINES_TOP = 0.22, 0.28  # of the shorter side: what captions and a scene's text mostly take


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """Where a card stands, and its frames on the film."""

    box: Box
    start: int
    end: int


def place_product(
    edit: Edit, presenters: Sequence[PlacedPresenter], logo: PlacedLogo | None, photo: Size
) -> tuple[PlacedCard, ...]:
    """Choose a card's box for every scene it is seen in; `photo` is the shape of what is seen of its image."""
    product, made = edit.product, list[PlacedCard]()
    if product is None:
        return ()
    seen = [(frames(begin, edit.fps), frames(min(end, edit.seconds), edit.fps)) for begin, end in product.spans]
    spans = [(start, stop) for start, stop in seen if stop > start]
    tried = [(box, scale) for scale in _CARD_SCALES for box in _boxes(edit, product, photo, scale)]
    boxes = _steady([_free(edit, tried, presenters, logo, span) for span in spans])
    for box, (start, stop) in zip(boxes, spans, strict=True):
        if made and made[-1].end == start and made[-1].box == box:
            made[-1] = PlacedCard(box, made[-1].start, stop)
        else:
            made.append(PlacedCard(box, start, stop))
    return tuple(_within(each, frames(_OFF_CUTS, edit.fps)) for each in made)


def photo_of(product: Product, source: Path) -> Image.Image:
    """Return what is seen of a card's image: without what it was padded with. Raises ImageRefused."""
    picture = decode(source.read_bytes())
    if product.photo is None:
        return picture
    shape = product.photo.width / product.photo.height
    wide, high = min(picture.width, round(picture.height * shape)), min(picture.height, round(picture.width / shape))
    left, top = (picture.width - wide) // 2, (picture.height - high) // 2
    return picture.crop((left, top, left + max(1, wide), top + max(1, high)))


def paint_product(edit: Edit, placed: Sequence[PlacedCard], photo: Image.Image, folder: Path) -> Iterator[Lettering]:
    """Paint a card for each of its places."""
    border, shade = _border(edit.size), round(_SHADOW_SOFT * min(edit.size.width, edit.size.height))
    far_down = _floating(edit.size)
    for number, each in enumerate(placed):
        path = folder / f"product-{number}.png"
        shadow = Shade(max(3, shade), _SHADOW_STRONG, ceil(far_down) + 1)
        around = photo_card(photo, each.box, border, path, shadow)
        comes, goes = (min(count, (each.end - each.start) // 4) for count in (_CARD_COMES, _CARD_GOES))
        far = round(_CARD_FROM * edit.size.width) * (-1 if each.box.x + each.box.width / 2 < edit.size.width / 2 else 1)
        yield Lettering(path, around, each.start, each.end, comes, goes, aside=far, floats=far_down)


def _within(card: PlacedCard, kept: int) -> PlacedCard:
    kept = min(kept, (card.end - card.start) // 4)
    return PlacedCard(card.box, card.start + kept, card.end - kept)


def _border(size: Size) -> int:
    return max(2, round(_FRAME_WIDE * min(size.width, size.height)))


def _of_shape(table: Sequence[tuple[float, float]], size: Size) -> float:
    return next(share for most, share in table if size.width / size.height <= most)


def _steady(spans: Sequence[Mapping[Box, float]]) -> tuple[Box, ...]:
    """Choose a box for each scene of those it may have: changed as rarely as can be, then where least is hidden."""
    ways: dict[Box, tuple[int, float, tuple[Box, ...]]] = {}
    for free in spans:
        before = min(ways.values(), key=lambda way: way[:2], default=(-1, 0.0, ()))
        moved = (before[0] + 1, *before[1:])
        ahead = {box: min(ways.get(box, moved), moved, key=lambda way: way[:2]) for box in free}
        ways = {box: (way[0], round(way[1] + free[box], 3), (*way[2], box)) for box, way in ahead.items()}
    return min(ways.values(), key=lambda way: way[:2], default=(0, 0.0, ()))[2]


def _free(
    edit: Edit,
    tried: Sequence[tuple[Box, float]],
    presenters: Sequence[PlacedPresenter],
    logo: PlacedLogo | None,
    span: tuple[int, int],
) -> Mapping[Box, float]:
    """Return the boxes a card may have in a scene, and what each hides there for how many seconds.

    Where all of them hide what may not be, it is the one that hides least; of equal ones the largest, then the first.
    """
    size, (start, end) = edit.size, span
    seen = [look for look in presenters if look.start < end and look.end > start]
    people = [look.card.box if look.card else look.stand.box for look in seen if not look.stand.fills]
    faces = [look.face for look in seen]
    mark = [logo.box] if logo and logo.start < end and logo.end > start else []
    low = [_lower(caption_zones(size, people, faces, edit.safe_area)[0].box, size)] if _said(edit, span) else []
    text = [_upper(title_zones(size, people, faces, edit.safe_area)[0].box, size)] if _written(edit, span) else []
    middle = _middle(size)

    def cost(box: Box, scale: float) -> float:
        hidden = 40 * _most(box, faces) + 20 * _most(box, mark) + 30 * _most(box, low)
        hidden += 6 * _covered(box, people) + 3 * _covered(box, text)
        high = abs((box.y + box.height / 2) / size.height - PRODUCT.y)
        return round(hidden + 1.5 * box.shared_with(middle) / middle.area + 2 * (1 - scale) + 0.4 * high, 3)

    costs = [(box, cost(box, scale)) for box, scale in tried]
    kept = [each for each in costs if not _most(each[0], [*faces, *mark, *low])]
    kept = [each for each in kept if _covered(each[0], text) <= _TEXT_SPARED]
    least = min(costs, key=lambda each: each[1])
    return {box: each * (end - start) / edit.fps for box, each in kept or [least]}


def _floating(size: Size) -> float:
    """Return by how many pixels a card floats up and down."""
    return _FLOAT_FAR * size.height


def _boxes(edit: Edit, product: Product, photo: Size, scale: float) -> Iterator[Box]:
    """Yield the places of a card of a size, inside what apps leave free."""
    size, safe, border = edit.size, safe_area(edit.size, edit.safe_area), 2 * _border(edit.size)
    widest = scale * (product.size or _of_shape(_CARD_WIDTHS, size)) * size.width - border
    tallest = scale * max(_of_shape(_CARD_HEIGHTS, size) * size.height, widest if product.size else 0.0) - border
    wide = max(8.0, min(widest, tallest * photo.width / photo.height))
    box = Box(0, 0, even(wide + border), even(max(8.0, wide * photo.height / photo.width) + border))
    left, right = size.width * safe.left, size.width * (1 - safe.right) - box.width
    floats = _floating(size)
    top, low = size.height * safe.top + floats, size.height * (1 - safe.bottom) - floats - box.height
    across = {CardPlace.LEFT: (left,), CardPlace.RIGHT: (right,)}.get(product.place, (left, right, (left + right) / 2))
    for x in across:
        for step in range(_HEIGHTS_TRIED + 1):
            y = top + (low - top) * step / _HEIGHTS_TRIED
            yield Box(round(x / 2) * 2, round(y / 2) * 2, box.width, box.height).kept_in(size)


def _said(edit: Edit, span: tuple[int, int]) -> bool:
    return any(_meanwhile(cue.start, cue.seconds, edit, span) for cue in edit.cues)


def _written(edit: Edit, span: tuple[int, int]) -> bool:
    return any(_meanwhile(title.start, title.seconds, edit, span) for title in edit.titles)


def _meanwhile(start: float, seconds: float, edit: Edit, span: tuple[int, int]) -> bool:
    return start * edit.fps < span[1] and (start + seconds) * edit.fps > span[0]


def _lower(box: Box, size: Size) -> Box:
    high = min(box.height, round(_LINES_LOW * min(size.width, size.height)))
    return Box(box.x, box.y + box.height - high, box.width, high)


def _upper(box: Box, size: Size) -> Box:
    return Box(box.x, box.y, box.width, min(box.height, round(_LINES_TOP * min(size.width, size.height))))


def _middle(size: Size) -> Box:
    """Return where footage mostly shows what it is about."""
    wide, high = round(0.36 * size.width), round(0.3 * size.height)
    return Box(round(PRODUCT.x * size.width) - wide // 2, round(PRODUCT.y * size.height) - high // 2, wide, high)


def _covered(box: Box, others: Sequence[Box]) -> float:
    return sum(box.shared_with(other) for other in others) / box.area


def _most(box: Box, others: Sequence[Box]) -> float:
    return max((box.shared_with(other) / other.area for other in others), default=0.0)
