"""Where words may stand: inside the safe area, off faces, beside a presenter where a side is free; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.media.boxes import Box, safe_area
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.typography import AppArea, TextPlace

GAP = 0.02  # of the height: words keep from a head below or above them
_BESIDE = 0.03  # of the width: words keep from a presenter at their side
_APART = 0.015  # of the shorter side: words keep from a logo
_MOST_OF_A_LINE = 0.6
_OVER_CHIN = 0.008  # of the height: how far a caption's panel may reach over a chin, its letters do not
_TWO_LINES = 0.154  # of the shorter side: two lines of the smallest captions and their panel
_COLUMN = 0.28  # of the width: a narrower free side is none


@dataclass(frozen=True, slots=True)
class Zone:
    """A box in pixels that words stay in, and where in it they stand: 0 left or top, 1 right or bottom."""

    box: Box
    across: float = 0.5
    down: float = 0.0

    def spot(self, width: int, height: int, size: Size) -> Box:
        """Return the box of words this large, on even pixels inside the frame."""
        left = self.box.x + (self.box.width - width) * self.across
        top = self.box.y + (self.box.height - height) * self.down
        return Box(round(left / 2) * 2, round(top / 2) * 2, width, height).kept_in(size)


def asked_zone(size: Size, place: TextPlace, app: AppArea | None) -> Zone:
    """Return where a scene text stands that has its place by order: in that third of what the app leaves free."""
    safe = safe_area(size, app)
    top, low = safe.top + 0.005, 1 - safe.bottom
    third = (low - top) / 3
    down = {TextPlace.TOP: 0.0, TextPlace.MIDDLE: 0.5, TextPlace.BOTTOM: 1.0}[place]
    above = top + 2 * third * down
    return _zone(size, safe.left, 1 - safe.right, above, above + third, down=down)


def title_zones(
    size: Size, people: Sequence[Box], faces: Sequence[Box], app: AppArea | None = None
) -> tuple[Zone, ...]:
    """Return the places of a scene's text, best first; `people` and `faces` are those seen meanwhile.

    A wide frame has a column at the side of its presenter; else the text stands at the top, above the heads, and where
    that is too low for it, over the chest.
    """
    safe = safe_area(size, app)
    zones: list[Zone] = []
    if size.width > size.height and (side := _free_side(size, people, app)):
        outer = 0.0 if side[0] <= safe.left else 1.0
        zones += [_zone(size, *side, 0.12, low, down=0.0, across=outer) for low in (0.46, 0.85)]
    left, right = safe.left, 1 - safe.right
    head = min((face.y / size.height for face in faces), default=1.0) - GAP
    chin = max(((face.y + face.height) / size.height for face in faces), default=1.0) + GAP
    top, low = safe.top + 0.005, 1 - safe.bottom
    zones.append(_zone(size, left, right, top, max(top, min(top + 0.26, head)), down=0.0))
    under = max(((one.y + one.height) / size.height for one in people), default=1.0) + GAP
    if under < low - 0.12:
        zones.append(_zone(size, left, right, under, low, down=0.0))
    if chin < low:
        zones.append(_zone(size, left, right, chin, low, down=0.0))
    zones.append(_zone(size, left, right, top, max(top, min(top + 0.5, head)), down=0.0))
    zones.append(_zone(size, left, right, top, min(top + 0.5, low), down=0.0))
    return tuple(zones)


def caption_zones(
    size: Size, people: Sequence[Box], faces: Sequence[Box], app: AppArea | None = None
) -> tuple[Zone, ...]:
    """Return the places of captions, best first: low, above the heads, in the middle, high.

    The low one begins at the chins of those it lies before, if two lines of small letters have room below them.
    """
    safe = safe_area(size, app)
    left, right, low = safe.left, 1 - safe.right, 1 - max(safe.bottom, 0.07)
    if size.width > size.height:
        left, right = _free_side(size, people, app) or (0.16, 0.84)
    head = min((face.y / size.height for face in faces), default=0.565) - GAP
    lowest = (low, head, 0.565)
    zones = [_zone(size, left, right, max(safe.top, edge - 0.24), edge, down=1.0) for edge in lowest if edge > safe.top]
    zones[0] = _below(zones[0], faces, size)
    return (*zones, _zone(size, left, right, safe.top, safe.top + 0.24, down=0.0))


def _below(zone: Zone, faces: Sequence[Box], size: Size) -> Zone:
    """Let a place begin at the chins that reach into it; a panel's edge may touch them, its letters may not."""
    box, low = zone.box, zone.box.y + zone.box.height
    rim, least = round(_OVER_CHIN * size.height), round(_TWO_LINES * min(size.width, size.height))
    chins = [face.y + face.height - rim for face in faces if face.shared_with(box)]
    top = max(chins, default=box.y)
    return replace(zone, box=replace(box, y=top, height=low - top)) if box.y < top <= low - least else zone


def clear_of(zones: Sequence[Zone], taken: Sequence[Box], size: Size) -> tuple[Zone, ...]:
    """Cut places so that nothing in them lies over what stands there already, a logo or a card, or touches it."""
    made, gap = tuple(zones), round(_APART * min(size.width, size.height))
    for box in taken:
        around = Box(box.x - gap, box.y - gap, box.width + 2 * gap, box.height + 2 * gap)
        made = tuple(_cut(zone, around) if zone.box.shared_with(around) else zone for zone in made)
    return made


def _cut(zone: Zone, taken: Box) -> Zone:
    """Return the best part of a place above, below or beside a box.

    Captions stay on their line where that leaves them most of it; what stands at the top goes below.
    """
    box = zone.box
    right, low = box.x + box.width, box.y + box.height
    under, after = taken.y + taken.height, taken.x + taken.width
    parts = [
        Box(box.x, box.y, box.width, taken.y - box.y),
        Box(box.x, under, box.width, low - under),
        Box(box.x, box.y, taken.x - box.x, box.height),
        Box(after, box.y, right - after, box.height),
    ]
    fit = [part for part in parts if part.width > 1 and part.height > 1]

    def worth(part: Box) -> float:
        if part.width == box.width:
            return part.area
        return part.area * (2 if zone.down == 1 and part.width >= _MOST_OF_A_LINE * box.width else 0.5)

    return replace(zone, box=max(fit, key=worth, default=box))


def _free_side(size: Size, people: Sequence[Box], app: AppArea | None) -> tuple[float, float] | None:
    """Return from where to where, in shares of the width, a frame is free beside its presenters."""
    if not people:
        return None
    safe = safe_area(size, app)
    before = min(one.x for one in people) / size.width - _BESIDE
    after = max(one.x + one.width for one in people) / size.width + _BESIDE
    sides = ((safe.left, min(before, 0.6)), (max(after, 0.4), 1 - safe.right))
    left, right = max(sides, key=lambda side: side[1] - side[0])
    return (left, right) if right - left >= _COLUMN else None


def _zone(
    size: Size, left: float, right: float, top: float, bottom: float, *, down: float, across: float = 0.5
) -> Zone:
    x, y = round(left * size.width), round(top * size.height)
    box = Box(x, y, max(2, round(right * size.width) - x), max(2, round(bottom * size.height) - y))
    return Zone(box, across, down)
