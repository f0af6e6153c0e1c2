"""Breaks a text into lines and chooses their size, so that they fit.

Whatever a customer sends is drawn literally, but for what no font draws: that is left out and told. Lengths are in ems
until a size in pixels is chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.media.breaking import clusters, pieces
from shared.media.shaping import Line, reads_rightward, shape
from shared.pipeline.plan.glyphs import drawable

LEADING = 1.25  # from line to line, at least
_GAP = 0.06  # between the ink of two lines of a tall script, at least
_TIGHTER = (0.97, 0.94, 0.9, 0.8, 0.65, 0.5)  # of a room whose lines turn out wider when they are shaped whole
_WHOLE = 0.6  # of the largest letters: how much smaller, to keep a long word whole


@dataclass(frozen=True, slots=True)
class Wording:
    """A text broken into lines, at a letter size in pixels; `lost` are the characters that can't be drawn."""

    lines: tuple[str, ...]
    shaped: tuple[Line, ...]
    letters: int
    lost: str
    shortened: bool = False  # too long for its room even in the smallest letters

    @property
    def drawn(self) -> bool:
        """Tell whether anything is left to be seen."""
        return any(line.right > line.left for line in self.shaped)

    @property
    def step(self) -> float:
        """Return the distance between two baselines, in ems."""
        return _step(self.shaped)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What no line breaks inside, with the blanks after it."""

    text: str
    width: float  # without the blanks
    advance: float  # with them


@dataclass(frozen=True, slots=True)
class _Text:
    """A text ready to be laid out: its paragraphs in pieces, its language and direction."""

    paragraphs: tuple[tuple[_Piece, ...], ...]
    language: str
    rightward: bool
    own: str = ""

    def shaped(self, line: str) -> Line:
        """Shape one of its lines."""
        return shape(line, self.language, rightward=self.rightward, own=self.own)

    def piece(self, text: str) -> _Piece:
        """Measure one of its pieces."""
        whole = self.shaped(text).advance
        bare = text.rstrip(" ")
        return _Piece(text, self.shaped(bare).advance if bare != text else whole, whole)


def word(text: str, *, letters: int, least: int, width: int, height: int, language: str = "", own: str = "") -> Wording:
    """Break a text into lines of about equal length, in letters of `least` to `letters` as fit `width` x `height`.

    All lengths in pixels; `own` is the file of a brand's font. What does not fit in the least letters is cut, and the
    last line says so.
    """
    drawn, lost = drawable(text)
    laid = _read(drawn, language, own)
    for size in range(max(_unbroken(laid, letters, width), least), least - 1, -1):
        lines = _balanced(laid, width / size)
        shaped = tuple(map(laid.shaped, lines))
        if _step(shaped) * len(shaped) * size <= height and all(line.advance * size <= width for line in shaped):
            return Wording(lines, shaped, size, lost)
    lines = _tight(laid, width / least)
    most = max(1, int(height / (least * _step(tuple(map(laid.shaped, lines))))))
    kept = lines if len(lines) <= most else (*lines[: most - 1], _ended(laid, lines[most - 1], width / least))
    return Wording(kept, tuple(map(laid.shaped, kept)), least, lost, shortened=len(lines) > most)


def _read(drawn: str, language: str, own: str) -> _Text:
    bare = _Text((), language, reads_rightward(drawn, language), own)
    rows = (tuple(bare.piece(piece) for piece in pieces(line, language)) for line in drawn.split("\n"))
    return _Text(tuple(rows), language, bare.rightward, own)


def _step(lines: Sequence[Line]) -> float:
    """Return the distance between baselines that keeps the ink of every two lines apart."""
    upper, lower = max((-line.bottom for line in lines), default=0.0), max((line.top for line in lines), default=0.0)
    return max(LEADING, upper + lower + _GAP)


def _unbroken(laid: _Text, letters: int, width: int) -> int:
    """Return letters somewhat smaller when that keeps the longest word whole."""
    longest = _longest(laid)
    size = int(width / longest) if longest else letters
    return size if _WHOLE * letters <= size < letters else letters


def _longest(laid: _Text) -> float:
    return max((piece.width for row in laid.paragraphs for piece in row), default=0.0)


def _balanced(laid: _Text, room: float) -> tuple[str, ...]:
    """Wrap to `room` ems, then narrow as long as no line is added and no word broken, so that lines come out alike."""
    lines = _wrapped(laid, room)
    low, high = min(_longest(laid), room), room
    for _ in range(7):
        middle = (low + high) / 2
        tried = _wrapped(laid, middle)
        if len(tried) <= len(lines) and max(width for _, width in tried) <= middle:
            lines, high = tried, middle
        else:
            low = middle
    return tuple(line for line, _ in lines)


def _tight(laid: _Text, room: float) -> tuple[str, ...]:
    """Wrap to `room` ems as they are shaped whole: signs beside each other may be wider than each alone."""
    lines = tuple(line for line, _ in _wrapped(laid, room))
    for share in _TIGHTER:
        if all(laid.shaped(line).advance <= room for line in lines):
            break
        lines = tuple(line for line, _ in _wrapped(laid, share * room))
    return lines


def _wrapped(laid: _Text, room: float) -> list[tuple[str, float]]:
    """Return lines no wider than `room` ems where that can be, each with its width."""
    lines: list[tuple[str, float]] = []
    for row in laid.paragraphs:
        line, pen, width = "", 0.0, 0.0
        for piece in _fitting(laid, row, room):
            if line and pen + piece.width > room:
                lines.append((line.rstrip(" "), width))
                line, pen = "", 0.0
            line, width, pen = line + piece.text, pen + piece.width, pen + piece.advance
        lines.append((line.rstrip(" "), width))
    return lines


def _fitting(laid: _Text, row: Sequence[_Piece], room: float) -> Iterator[_Piece]:
    """Yield the pieces; one that is wider than a whole line is broken between signs, never inside one."""
    for piece in row:
        if piece.width <= room:
            yield piece
            continue
        part, width = "", 0.0
        for sign in clusters(piece.text):
            more = laid.piece(sign)
            if part and width + more.width > room:
                yield _Piece(part, width, width)
                part, width = "", 0.0
            part, width = part + sign, width + more.advance
        yield _Piece(part, width, width)


def _ended(laid: _Text, line: str, room: float) -> str:
    """End a line that is the last there is room for with a sign that there was more."""
    signs = clusters(line)
    ends = (f"{''.join(signs[:kept]).rstrip()}…" for kept in range(len(signs) - 1, 0, -1))
    return next((ended for ended in ends if laid.shaped(ended).advance <= room), "…")
