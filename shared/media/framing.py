"""Where a presenter stands who is shown in a shape: a circle, a card, the frame, a panel beside the footage; pure.

A take with a background of its own is cut to the shape, as the face is above. A cut-out stands in it before a wall: the
head and the shoulders in a circle, down to the lower edge.
"""

from dataclasses import replace

from shared.media.boxes import Box, Stand, card_at, cut_to, even, lay
from shared.pipeline.plan.picture import Inset
from shared.pipeline.plan.plan import Placement, Size
from shared.pipeline.plan.typography import AppArea

_LONE = 0.62  # of the shorter side: how wide a shape is with nothing but a backdrop behind
_WIDTHS = ((0.7, 0.36), (0.95, 0.32), (1.2, 0.30), (9.0, 0.22))  # of a film up to so wide a shape: of its width
_HIGHER = 1.25  # times a card's width is its height
_PANEL = 0.36  # of the width
_SIDES, _CLOSE = 0.86, 1.15  # of a picture's width: how wide a figure is in it, and in a circle
_ABOVE = 0.1  # of its height: what is free above a head
_CAPTIONS = 0.115  # of the height: captions have this room below a picture


def stand_of(
    visible: Box,
    place: Placement,
    size: Size,
    shape: Inset,
    *,
    inset: bool,
    app: AppArea | None = None,
    captioned: bool = False,
    head: Box | None = None,
) -> Stand:
    """Place a take on the film in the shape that was asked for.

    `inset`: it has a background of its own; `captioned`: a place nobody asked for leaves room for captions below;
    `head`: where a cut-out's head is in the take, None = not known.
    """
    match shape:
        case Inset.AUTO:
            return lay(visible, place, size, inset=inset, app=app)
        case Inset.FULL:
            stand = lay(visible, place, size, inset=inset, app=app)
            whole = Box(0, 0, size.width, size.height)
            return stand if inset else Stand(stand.seen, whole, fills=True, figure=stand.box)
        case Inset.ROUNDED if inset:
            return lay(visible, place, size, inset=True, app=app)
        case Inset.BESIDE:
            wide = even(size.width * _PANEL)
            panel = Box(0 if _left(place) else size.width - wide, 0, wide, size.height)
            return _shown(visible, panel, inset=inset, head=head)
        case _:
            box = _box(place, size, shape, app)
            if captioned and place.middle is not None and size.width <= size.height:
                box = replace(box, y=box.y - 2 * round(_CAPTIONS * size.height / 2)).kept_in(size)
            return _shown(visible, box, inset=inset, wide=_CLOSE if shape is Inset.CIRCLE else _SIDES, head=head)


def moved_aside(stand: Stand, size: Size, focus: float) -> int:
    """Return how far footage moves left (less than 0: right) so that its focus is the middle beside a panel."""
    wide, at = stand.box.width, focus * size.width
    middle = (size.width - wide) / 2
    if stand.box.x:
        return 2 * round(min(max(at - middle, 0), wide) / 2)
    return -2 * round(min(max(middle + wide - at, 0), wide) / 2)


def _left(place: Placement) -> bool:
    return place.middle is None and place.x < 0


def _box(place: Placement, size: Size, shape: Inset, app: AppArea | None) -> Box:
    """Return the box of a circle or a card: as high as asked, or of the usual width."""
    times = _HIGHER if shape is Inset.ROUNDED else 1.0
    most = min(size.width, size.height / times)
    if place.alone:
        wide = _LONE * min(size.width, size.height)
        return card_at(Placement(x=0.0, y=0.0), even(wide), even(wide * times), size, app)
    if place.widest is None:
        wide = min(most, size.height * place.scale / times)
    else:
        wide = next(share for to, share in _WIDTHS if size.width <= to * size.height) * size.width
    return card_at(place, even(wide), even(wide * times), size, app)


def _shown(visible: Box, box: Box, *, inset: bool, wide: float = _SIDES, head: Box | None = None) -> Stand:
    """Fill a box with a take: cut to it, or a figure that stands on its lower edge, its head whole and in the middle.

    Where the head is not known it is taken to be in the middle of what is visible; a hand may point far aside.
    """
    if inset:
        return Stand(cut_to(visible, box), box)
    high = even(box.height * (1 - _ABOVE))
    larger = max(wide * box.width / visible.width, high / visible.height)
    seen = (even(min(visible.width, box.width / larger)), even(min(visible.height, high / larger)))
    across = min(box.width, even(seen[0] * larger))
    free = visible.width - seen[0]
    aside = (head.x + head.width / 2 - visible.x - seen[0] / 2) if head else free / 2
    left = visible.x + 2 * int(min(max(0.0, aside), free) / 2)
    figure = Box(box.x + (box.width - across) // 4 * 2, box.y + box.height - high, across, high)
    return Stand(Box(left, visible.y, *seen), box, figure=figure)
