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
    """

    seen: Box
    box: Box
    floats: bool = False
    fills: bool = False
    narrowed: bool = False


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
    reach = _INSET_REACH if inset else 1.0
    left = (size.width - wide) * (max(-reach, min(reach, x)) + 1) / 2
    if place.middle is not None:
        left = place.middle * size.width - wide / 2
    top = (size.height - tall) * ((max(-reach, min(reach, y)) if inset or floats else 1.0) + 1) / 2
    box = Box(2 * int(left / 2 + 0.5), 2 * int(top / 2 + 0.5), wide, tall).kept_in(size)
    if (inset or floats) and place.widest is not None:
        box = _inside(box, safe_area(size, app), size)
    floats = floats and box.y + box.height < size.height
    return Stand(visible, box, floats=floats, narrowed=narrowed and place.widest is None)


def _filling(visible: Box, size: Size) -> Stand:
    """Let a picture fill the frame: cut at its sides or below, as the face is above; whole if too much were lost."""
    share = visible.width * size.height / (visible.height * size.width)
    if min(share, 1 / share) < 1 - _MOST_LOST:
        wide, tall = min(size.width, round(size.width * share)), min(size.height, round(size.height / share))
        wide, tall = even(wide), even(tall)
        box = Box((size.width - wide) // 4 * 2, (size.height - tall) // 4 * 2, wide, tall)
        return Stand(visible, box, fills=True)
    wide = min(visible.width, even(visible.height * size.width / size.height))
    tall = min(visible.height, even(visible.width * size.height / size.width))
    across, down = (visible.width - wide) // 4 * 2, (visible.height - tall) // 10 * 2
    seen = Box(visible.x + across, visible.y + down, wide, tall)
    return Stand(seen, Box(0, 0, size.width, size.height), fills=True)


def _inside(box: Box, safe: SafeArea, size: Size) -> Box:
    """Move a box into the safe area, as far as there is room."""
    right, bottom = size.width * (1 - safe.right) - box.width, size.height * (1 - safe.bottom) - box.height
    x, y = max(size.width * safe.left, min(box.x, right)), max(size.height * safe.top, min(box.y, bottom))
    return Box(round(x / 2) * 2, round(y / 2) * 2, box.width, box.height).kept_in(size)


def face(stand: Stand, *, inset: bool) -> Box:
    """Guess where a presenter's face is: the upper middle of a cut-out, most of an inset picture."""
    presenter = stand.box
    margin = presenter.width // 5
    share, above = (0.7 if inset else 0.34), 0
    if stand.fills:
        share, above = 0.34, presenter.height // 6
    high = round(presenter.height * share)
    return Box(presenter.x + margin, presenter.y + above, max(2, presenter.width - 2 * margin), max(2, high))
