"""Where things stand on the frame: boxes in whole pixels; pure."""

from dataclasses import dataclass

from shared.pipeline.plan.plan import Placement, Size
from shared.pipeline.plan.typography import AppArea


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels from the top left."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """Return its pixels."""
        return self.width * self.height

    def shared_with(self, other: "Box") -> int:
        """Return the pixels both cover."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, wide) * max(0, high)

    def kept_in(self, size: Size) -> "Box":
        """Return it moved just so far that it lies inside the frame."""
        x = max(0, min(self.x, size.width - self.width))
        y = max(0, min(self.y, size.height - self.height))
        return Box(x, y, self.width, self.height)


def even(value: float) -> int:
    """Return the nearest even number, at least 2: chroma is stored for pairs of pixels."""
    return max(2, 2 * round(value / 2))


@dataclass(frozen=True, slots=True)
class SafeArea:
    """Shares of the frame at each side that an app or a player may cover."""

    top: float
    bottom: float
    left: float
    right: float


# Phone apps lay their own buttons over a vertical film: a tenth at the top, a fifth at the bottom, a column at the
# right. The values hold for organic posts on the large networks (read November 2026); other shapes keep the 5 % that
# players may cut.
_SCREEN = SafeArea(top=0.05, bottom=0.05, left=0.05, right=0.05)
_AREAS = {
    AppArea.SOCIAL: SafeArea(top=0.13, bottom=0.22, left=0.06, right=0.14),
    AppArea.SHORTS: SafeArea(top=0.15, bottom=0.35, left=0.045, right=0.178),  # Google's vertical ads, 2026
    AppArea.REELS: SafeArea(top=0.14, bottom=0.35, left=0.06, right=0.14),  # Meta, March 2026, and the buttons' column
    AppArea.TIKTOK: SafeArea(top=0.13, bottom=0.26, left=0.112, right=0.17),  # third parties: TikTok tells no numbers
    AppArea.NONE: _SCREEN,
}


def safe_area(size: Size, app: AppArea | None = None) -> SafeArea:
    """Return what an app leaves free, of its film's shape where none is named."""
    if app is not None:
        return _AREAS[app]
    return _AREAS[AppArea.SOCIAL] if size.width * 4 < size.height * 3 else _SCREEN


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a presenter is laid: `seen` of the take fills `box` of the film.

    `floats`: a cut-out that does not reach the lower edge. `fills`: a picture that is all there is to see; what it
    leaves free is covered by its own blurred copy. `narrowed`: it had to be smaller than asked to fit the frame.
    `figure`: where in the box a cut-out is laid that is shown as a picture; None = it fills the box.
    """

    seen: Box
    box: Box
    floats: bool = False
    fills: bool = False
    narrowed: bool = False
    figure: Box | None = None


_STANDS = 0.7  # a y from here on means the lower edge: a figure cut off at its waist must not hover above it
_CARD = (0.4, 0.42)  # of height and width at most: a card hides what a figure lets through
_INSET_REACH = 0.9  # of the way to an edge, when its size was asked for
_MOST_LOST = 0.15  # of a picture that fills the frame


def lay(visible: Box, place: Placement, size: Size, *, inset: bool, app: AppArea | None = None) -> Stand:
    """Place what is visible of a take on the film; an inset is a picture with a background of its own."""
    if inset and place.alone:
        return _filling(visible, size)
    x, y = (min(1.0, max(-1.0, each)) for each in (place.x, place.y))
    floats = not inset and y < _STANDS
    high, widest = min(1.0, max(0.02, place.scale)), 1.0
    if place.widest is not None:
        high, widest = (min(high, _CARD[0]), _CARD[1]) if inset or floats else (high, place.widest)
    height = size.height * high
    width = height * visible.width / visible.height
    narrowed = width > size.width + 1
    if width > size.width * widest:
        height, width = height * size.width * widest / width, size.width * widest
    wide, tall = min(even(width), size.width), min(even(height), size.height)
    if inset:
        box = card_at(place, wide, tall, size, app)
    else:
        box = _at(x if place.middle is None else None, y if floats else 1.0, place, wide, tall, size)
        box = _inside(box, safe_area(size, app), size) if floats and place.widest is not None else box
    floats = floats and box.y + box.height < size.height
    return Stand(visible, box, floats=floats, narrowed=narrowed and place.widest is None)


def card_at(place: Placement, wide: int, tall: int, size: Size, app: AppArea | None) -> Box:
    """Return where a picture of so many pixels stands; inside the safe area, where its size was not asked for."""
    x, y = (min(_INSET_REACH, max(-_INSET_REACH, each)) for each in (place.x, place.y))
    box = _at(x if place.middle is None else None, y, place, wide, tall, size)
    return _inside(box, safe_area(size, app), size) if place.widest is not None else box


def _at(x: float | None, y: float, place: Placement, wide: int, tall: int, size: Size) -> Box:
    left = (place.middle or 0.0) * size.width - wide / 2 if x is None else (size.width - wide) * (x + 1) / 2
    top = (size.height - tall) * (y + 1) / 2
    return Box(2 * int(left / 2 + 0.5), 2 * int(top / 2 + 0.5), wide, tall).kept_in(size)


def _filling(visible: Box, size: Size) -> Stand:
    """Let a picture fill the frame: cut at its sides or below, as the face is above; whole if too much were lost."""
    share = visible.width * size.height / (visible.height * size.width)
    if min(share, 1 / share) < 1 - _MOST_LOST:
        wide, tall = min(size.width, round(size.width * share)), min(size.height, round(size.height / share))
        wide, tall = even(wide), even(tall)
        box = Box((size.width - wide) // 4 * 2, (size.height - tall) // 4 * 2, wide, tall)
        return Stand(visible, box, fills=True)
    return Stand(cut_to(visible, size), Box(0, 0, size.width, size.height), fills=True)


def cut_to(visible: Box, shape: Box | Size) -> Box:
    """Return what is seen of a picture that fills another shape: cut at its sides or, mostly, below the face."""
    wide = min(visible.width, even(visible.height * shape.width / shape.height))
    tall = min(visible.height, even(visible.width * shape.height / shape.width))
    across, down = (visible.width - wide) // 4 * 2, (visible.height - tall) // 10 * 2
    return Box(visible.x + across, visible.y + down, wide, tall)


def _inside(box: Box, safe: SafeArea, size: Size) -> Box:
    """Move a box into the safe area, as far as there is room."""
    right, bottom = size.width * (1 - safe.right) - box.width, size.height * (1 - safe.bottom) - box.height
    x, y = max(size.width * safe.left, min(box.x, right)), max(size.height * safe.top, min(box.y, bottom))
    return Box(round(x / 2) * 2, round(y / 2) * 2, box.width, box.height).kept_in(size)


def face(stand: Stand, *, inset: bool) -> Box:
    """Guess where a presenter's face is: the upper middle of a cut-out, most of an inset picture."""
    presenter = stand.figure or stand.box
    margin = presenter.width // 5
    share, above = (0.7 if inset else 0.34), 0
    if stand.figure:
        share = 0.34 if stand.fills else 0.5
    elif stand.fills:
        share, above = 0.34, presenter.height // 6
    high = round(presenter.height * share)
    return Box(presenter.x + margin, presenter.y + above, max(2, presenter.width - 2 * margin), max(2, high))
