"""The footage mark in the picture.

Two rows of 32 cells along the top edge, and the same as two columns along the left edge.

Both lie inside the frame's central square as far as their long side goes, so that a crop to 1:1 keeps one of them; a
finished film covers parts of the picture, so either place alone, or one half of each, is enough to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from infra.local.vendors.payload import Bits, FootageMark, from_bits, to_bits

Plane = NDArray[np.uint8]

BLACK, WHITE = 20, 232
_CELLS = 32
_THICKNESS = 36  # a cell is the short side / 36 thick: 5 px at 180x320, 20 px at 720x1280
_SAME = 4  # px; frames that differ by less are one
_CONTRAST = 60  # less between the darkest and the brightest cell is no mark
_PROBES = (-0.22, 0.0, 0.22)  # where a cell is sampled, in cells from its centre


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the footage's own frame lies in a picture, pixels; it may reach beyond the picture's edges (a crop)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def side(self) -> float:
        """The shorter side: what the strips are measured by."""
        return min(self.width, self.height)


def thickness(width: int, height: int) -> int:
    """Return how many pixels of a frame's edge the strip takes."""
    return 2 * max(1, round(min(width, height) / _THICKNESS))


def paint(luma: Plane, mark: FootageMark) -> None:
    """Paint the mark into a luma plane, shape (height, width), in place.

    Chroma below it must be neutral (`strip_slices`).
    """
    height, width = luma.shape
    cells = np.where(to_bits(mark).reshape(2, _CELLS) == 1, WHITE, BLACK).astype(np.uint8)
    side, deep = min(width, height), thickness(width, height) // 2
    which = np.minimum(np.arange(side) * _CELLS // side, _CELLS - 1)
    rows = np.repeat(cells[:, which], deep, axis=0)
    left, top = (width - side) // 2, (height - side) // 2
    luma[: 2 * deep, left : left + side] = rows
    luma[top : top + side, : 2 * deep] = rows.T


def strip_slices(width: int, height: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the (rows, columns) the two strips cover in a plane of this size."""
    side, deep = min(width, height), thickness(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return (slice(0, deep), slice(left, left + side)), (slice(top, top + side), slice(0, deep))


def read(luma: Plane) -> FootageMark | None:
    """Return the footage mark of a luma picture, shape (height, width), or None.

    In full, cropped to cover, or letter-boxed.
    """
    height, width = luma.shape
    for frame in _frames(width, height):
        halves = [_sample(luma, points) for points in _places(frame, width, height)]
        top, left = halves[:2], halves[2:]
        for first, second in ((top[0], top[1]), (left[0], left[1]), (top[0], left[1]), (left[0], top[1])):
            if first is not None and second is not None:
                mark = from_bits(np.concatenate((first, second)))
                if isinstance(mark, FootageMark):
                    return mark
    return None


@lru_cache(maxsize=16)
def _frames(width: int, height: int) -> tuple[Frame, ...]:
    """Ways a 9:16 or 16:9 original may lie in the picture: exactly, covering it, contained in it."""
    found = [Frame(0, 0, width, height)]
    for across, down in ((9, 16), (16, 9)):
        for pick in (max, min):
            scale = pick(width / across, height / down)
            wide, high = across * scale, down * scale
            frame = Frame((width - wide) / 2, (height - high) / 2, wide, high)
            if all(abs(frame.width - other.width) + abs(frame.height - other.height) > _SAME for other in found):
                found.append(frame)
    return tuple(found)


@lru_cache(maxsize=64)
def _places(frame: Frame, width: int, height: int) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
    """Sample points (rows, columns), each of shape (32, probes).

    Of the top strip's two rows and the left strip's two columns.
    """
    return tuple(_clipped(points, width, height) for points in _points(frame))


def _points(frame: Frame) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    deep, long = frame.side / _THICKNESS, frame.side / _CELLS
    probes = np.array([(a, b) for a in _PROBES for b in _PROBES])
    along = (np.arange(_CELLS)[:, None] + 0.5 + probes[None, :, 0]) * long
    for half in (0, 1):
        across = np.broadcast_to((half + 0.5 + probes[:, 1]) * deep, along.shape)
        yield frame.y + across, frame.x + (frame.width - frame.side) / 2 + along
    for half in (0, 1):
        across = np.broadcast_to((half + 0.5 + probes[:, 1]) * deep, along.shape)
        yield frame.y + (frame.height - frame.side) / 2 + along, frame.x + across


def _clipped(
    points: tuple[NDArray[np.float64], NDArray[np.float64]], width: int, height: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = (np.floor(axis).astype(np.intp) for axis in points)
    if rows.min() < -1 or columns.min() < -1 or rows.max() > height or columns.max() > width:
        return np.empty((0, 0), np.intp), np.empty((0, 0), np.intp)
    return rows.clip(0, height - 1), columns.clip(0, width - 1)


def _sample(luma: Plane, points: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Bits | None:
    """Return one half of the mark, shape (32,).

    Or None when the place is outside the picture or too flat to be a mark.
    """
    if not points[0].size:
        return None
    cells = luma[points].mean(axis=1)
    dark, bright = cells.min(), cells.max()
    if bright - dark < _CONTRAST:
        return None
    return np.asarray(cells > (dark + bright) / 2, np.uint8)
