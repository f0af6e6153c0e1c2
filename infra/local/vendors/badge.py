"""The presenter mark in the picture: a printed badge on the shirt that can be found anywhere and at any size.

In modules: a white card 16 wide; on it a finder bar 14 wide and 3 high whose runs are dark 2, light 2, dark 6, light 2,
dark 2 (1:1:3:1:1, which next to nothing else in a film is), one module below it 6 rows of 11 square data cells.
A presenter is scaled and moved but never turned, so one pass over the rows finds every bar.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.local.vendors.payload import BITS, PresenterMark, from_bits, to_bits

Plane = NDArray[np.uint8]

BLACK, WHITE = 18, 235
_BAR = ((0, 2), (4, 10), (12, 14))  # dark stretches of the bar, modules from its left end
_BAR_WIDTH, _BAR_HEIGHT, _GRID_TOP = 14, 3, 4
_ROWS, _COLUMNS = 6, 11
_CELL = _BAR_WIDTH / _COLUMNS
CARD_WIDTH, CARD_HEIGHT = 16, 6 + _ROWS * _CELL  # modules
_SHAPE = np.array([1.0, 1.0, 3.0, 1.0, 1.0])
_SLACK = 0.45  # how far a run may be off, in bar units
_THRESHOLDS = (128, 100, 156)
_CONTRAST = 50
_LEAST_ROWS, _LEAST_RUNS = 2, 7
_LEAST_BAR = 14  # px; a narrower bar has no readable cells under it


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels."""

    x: float
    y: float
    width: float
    height: float


def paint(luma: Plane, x: int, y: int, width: int, mark: PresenterMark) -> None:
    """Paint the badge's card, `width` pixels wide, at (x, y) into a luma plane, shape (height, width), in place."""
    height = card_height(width)
    rows = (np.arange(height) + 0.5) * CARD_HEIGHT / height - 1
    columns = (np.arange(width) + 0.5) * CARD_WIDTH / width - 1
    card = np.full((height, width), WHITE, np.uint8)
    for start, end in _BAR:
        card[np.ix_((rows >= 0) & (rows < _BAR_HEIGHT), (columns >= start) & (columns < end))] = BLACK
    bits = np.concatenate((to_bits(mark), np.ones(_ROWS * _COLUMNS - BITS, np.uint8)))
    cells = np.where(bits.reshape(_ROWS, _COLUMNS) == 1, WHITE, BLACK).astype(np.uint8)
    down, across = np.floor((rows - _GRID_TOP) / _CELL).astype(int), np.floor(columns / _CELL).astype(int)
    inside_rows, inside_columns = (down >= 0) & (down < _ROWS), (across >= 0) & (across < _COLUMNS)
    card[np.ix_(inside_rows, inside_columns)] = cells[np.ix_(down[inside_rows], across[inside_columns])]
    luma[y : y + height, x : x + width] = card


def card_height(width: int) -> int:
    """Return the card's height in pixels for a width."""
    return round(width * CARD_HEIGHT / CARD_WIDTH)


def find(luma: Plane) -> tuple[PresenterMark, Box] | None:
    """Return the presenter mark of a luma picture, shape (height, width), and its card's box.

    None when there is none.
    """
    for threshold in _THRESHOLDS:
        for bar in _bars(luma < threshold):
            mark = _decode(luma, bar)
            if mark is not None:
                return mark, _card(bar)
    return None


def _card(bar: Box) -> Box:
    module = bar.width / _BAR_WIDTH
    return Box(float(bar.x - module), float(bar.y - module), float(module * CARD_WIDTH), float(module * CARD_HEIGHT))


def _bars(dark: NDArray[np.bool_]) -> Iterator[Box]:
    """Yield what may be finder bars: stacks of rows that show 1:1:3:1:1 at one place and in one size, tallest first."""
    step = max(1, dark.shape[0] // 640)
    rows, starts, units = _bar_rows(dark[::step])
    left = np.ones(len(rows), bool)
    stacks: list[tuple[int, Box]] = []
    for index in range(len(rows)):
        if not left[index]:
            continue
        unit = units[index]
        same = (
            left
            & (np.abs(starts - starts[index]) <= max(1.5, unit * 0.3))
            & (np.abs(units - unit) <= max(0.5, unit * 0.12))
        )
        same &= (rows - rows[index]) * step <= unit * 3
        left &= ~same
        high = (rows[same].max() - rows[same].min() + 1) * step
        width = float(np.median(units[same])) * 7
        module = width / _BAR_WIDTH
        if same.sum() >= _LEAST_ROWS or high >= module:
            middle = (rows[same].min() + rows[same].max()) / 2 * step + step / 2
            stacks.append(
                (
                    int(same.sum()),
                    Box(float(np.median(starts[same])), middle - module * _BAR_HEIGHT / 2, width, module * _BAR_HEIGHT),
                )
            )
    stacks.sort(key=lambda stack: -stack[0])
    yield from (bar for _, bar in stacks[:40])


def _bar_rows(dark: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return (row, first column, unit width) of every 1:1:3:1:1 in the rows.

    By run lengths of the whole picture at once.
    """
    height, width = dark.shape
    framed = np.zeros((height, width + 2), np.int8)
    framed[:, 1:-1] = np.where(dark, 1, 2)
    flat = framed.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff(edges).astype(float)
    kinds = flat[edges[:-1]]
    if len(lengths) < _LEAST_RUNS:
        return np.empty(0, np.intp), np.empty(0), np.empty(0)
    runs = np.stack([lengths[i : len(lengths) - 4 + i] for i in range(5)], axis=1)
    unit = runs.sum(axis=1) / 7
    fits = (np.abs(runs - unit[:, None] * _SHAPE) <= unit[:, None] * _SLACK + 0.6).all(axis=1)
    fits &= (kinds[: len(unit)] == 1) & (unit * 7 >= _LEAST_BAR)
    for offset in range(1, 5):
        fits &= kinds[offset : offset + len(unit)] == (1 if offset % 2 == 0 else 2)
    at = edges[:-1][: len(unit)][fits]
    return at // (width + 2), (at % (width + 2) - 1).astype(float), unit[fits]


def _decode(luma: Plane, bar: Box) -> PresenterMark | None:
    """Read the cells under a bar, nudging position and size a little until the check sum agrees."""
    height, width = luma.shape
    module = bar.width / _BAR_WIDTH
    rights, downs = ((np.arange(count) + 0.5) * _CELL * module for count in (_COLUMNS, _ROWS))
    probes = np.array((-0.25, 0.0, 0.25)) * _CELL * module
    for stretch in (1.0, 0.985, 1.015):
        across = (rights[:, None] + probes[None, :]).ravel() * stretch + bar.x - bar.width * (stretch - 1) / 2
        for nudge in (0.0, -0.4, 0.4, -0.8, 0.8):
            down = (downs[:, None] + probes[None, :]).ravel() * stretch + bar.y + (_GRID_TOP + nudge) * module
            rows, columns = np.floor(down).astype(int), np.floor(across).astype(int)
            if rows[0] < 0 or columns[0] < 0 or rows[-1] >= height or columns[-1] >= width:
                continue
            cells = luma[np.ix_(rows, columns)].reshape(_ROWS, len(probes), _COLUMNS, len(probes)).mean(axis=(1, 3))
            dark, bright = cells.min(), cells.max()
            if bright - dark < _CONTRAST:
                continue
            mark = from_bits((cells > (dark + bright) / 2).astype(np.uint8).ravel()[:BITS])
            if isinstance(mark, PresenterMark):
                return mark
    return None
