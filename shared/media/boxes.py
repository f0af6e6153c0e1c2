"""Where things stand on the frame: boxes in whole pixels; pure."""

from dataclasses import dataclass

from shared.pipeline.plan.plan import Placement, Size


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


def lay(visible: Box, place: Placement, size: Size) -> tuple[Box, bool]:
    """Place what is visible of a presenter on the film; True beside it when it had to be narrowed to fit.

    Height is `scale` of the film's; (x, y) in -1..1 share out the room that is left, so that it never leaves the frame.
    """
    scale = min(1.0, max(0.02, place.scale))
    height, narrowed = size.height * scale, False
    width = height * visible.width / visible.height
    if width > size.width + 1:
        height, width, narrowed = height * size.width / width, float(size.width), True
    wide, high = min(even(width), size.width), min(even(height), size.height)
    left = (size.width - wide) * (min(1.0, max(-1.0, place.x)) + 1) / 2
    top = (size.height - high) * (min(1.0, max(-1.0, place.y)) + 1) / 2
    return Box(2 * int(left / 2 + 0.5), 2 * int(top / 2 + 0.5), wide, high).kept_in(size), narrowed


def face(presenter: Box, *, inset: bool) -> Box:
    """Guess where a presenter's face is: the upper middle of a cut-out, most of an inset picture."""
    share = 0.7 if inset else 0.34
    margin = presenter.width // 5
    high = round(presenter.height * share)
    return Box(presenter.x + margin, presenter.y, max(2, presenter.width - 2 * margin), max(2, high))
