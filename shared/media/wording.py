"""Breaks a text into lines and chooses their size, so that they fit.

Whatever a customer sends is drawn literally, but for what no font draws: that is left out and told. Lengths are in ems
until a size in pixels is chosen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile

from shared.media.breaking import clusters, pieces
from shared.media.hyphens import HYPHEN, SOFT, is_bare, parted_at, sign_at, soft_sign
from shared.media.shaping import Line, reads_rightward, shape
from shared.pipeline.plan.glyphs import drawable

LEADING = 1.25  # from line to line, at least
_GAP = 0.06  # between the ink of two lines of a tall script, at least
_TIGHTER = (0.97, 0.94, 0.9, 0.8, 0.65, 0.5)  # of a room whose lines turn out wider when they are shaped whole
_WHOLE = 0.6  # of the largest letters: how much smaller, to keep a long word whole


@dataclass(frozen=True, slots=True)
class Wording:
    """A text broken into lines, at a letter size in pixels; `lost` are the characters that can't be drawn.

    `parted` are the numbers of the lines whose last sign is a hyphen that is not the text's own.
    """

    lines: tuple[str, ...]
    shaped: tuple[Line, ...]
    letters: int
    lost: str
    shortened: bool = False  # too long for its room even in the smallest letters
    parted: frozenset[int] = frozenset()

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

    text: str  # with the customer's soft hyphens
    width: float  # without the blanks
    advance: float  # with them
    bare: bool = False  # no hyphen is put into it
    parted: bool = False  # its last sign is a hyphen of ours


@dataclass(frozen=True, slots=True)
class _Row:
    """A line and its width; `parted`: it ends with a hyphen of ours."""

    text: str
    width: float
    parted: bool = False


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

    def piece(self, text: str, *, bare: bool = False) -> _Piece:
        """Measure one of its pieces."""
        seen = text.replace(SOFT, "")
        whole, inked = self.shaped(seen).advance, seen.rstrip(" ")
        return _Piece(text, self.shaped(inked).advance if inked != seen else whole, whole, bare)

    def parted(self, text: str, sign: str) -> _Piece:
        """Measure a part of a word, which ends its line with a sign of ours or with none."""
        width = self.shaped(text + sign).advance
        return _Piece(text + sign, width, width, parted=bool(sign))


def word(text: str, *, letters: int, least: int, width: int, height: int, language: str = "", own: str = "") -> Wording:
    """Break a text into lines of about equal length, in letters of `least` to `letters` as fit `width` x `height`.

    All lengths in pixels; `own` is the file of a brand's font. What does not fit in the least letters is cut, and the
    last line says so.
    """
    drawn, lost = drawable(text, soft=True)
    laid = _read(drawn, language, own)
    for size in range(max(_unbroken(laid, letters, width), least), least - 1, -1):
        rows = _balanced(laid, width / size)
        shaped = tuple(laid.shaped(row.text) for row in rows)
        if _step(shaped) * len(shaped) * size <= height and all(line.advance * size <= width for line in shaped):
            return Wording(tuple(row.text for row in rows), shaped, size, lost, parted=_parted(rows))
    rows = _tight(laid, width / least)
    lines = tuple(row.text for row in rows)
    most = max(1, int(height / (least * _step(tuple(map(laid.shaped, lines))))))
    kept, whole = lines, rows
    if len(lines) > most:
        kept, whole = (*lines[: most - 1], _ended(laid, lines[most - 1], width / least)), rows[: most - 1]
    shaped = tuple(map(laid.shaped, kept))
    return Wording(kept, shaped, least, lost, shortened=len(lines) > most, parted=_parted(whole))


def _parted(rows: Sequence[_Row]) -> frozenset[int]:
    return frozenset(number for number, row in enumerate(rows) if row.parted)


def _read(drawn: str, language: str, own: str) -> _Text:
    bare = _Text((), language, reads_rightward(drawn, language), own)
    rows = (tuple(_read_row(bare, line)) for line in drawn.split("\n"))
    return _Text(tuple(rows), language, bare.rightward, own)


def _read_row(laid: _Text, line: str) -> Iterator[_Piece]:
    """Yield what no line breaks inside: a word with soft hyphens is whole where it fits."""
    joined = list[str]()
    for piece in pieces(line, laid.language):
        if joined and joined[-1].endswith(SOFT):
            joined[-1] += piece
        else:
            joined.append(piece)
    begins = dict.fromkeys((0, *(end for end, piece in enumerate(joined, start=1) if piece.endswith(" ")), len(joined)))
    for first, end in pairwise(begins):
        bare = is_bare("".join(joined[first:end])) or not laid.rightward
        yield from (laid.piece(piece, bare=bare) for piece in joined[first:end])


def _step(lines: Sequence[Line]) -> float:
    """Return the distance between baselines that keeps the ink of every two lines apart."""
    upper, lower = max((-line.bottom for line in lines), default=0.0), max((line.top for line in lines), default=0.0)
    return max(LEADING, upper + lower + _GAP)


def _unbroken(laid: _Text, letters: int, width: int) -> int:
    """Return letters somewhat smaller when that keeps the longest word whole."""
    longest = max((_unparted(laid, piece) for row in laid.paragraphs for piece in row), default=0.0)
    size = int(width / longest) if longest else letters
    return size if _WHOLE * letters <= size < letters else letters


def _unparted(laid: _Text, piece: _Piece) -> float:
    """Return how wide the longest part of a piece is between the customer's soft hyphens."""
    if SOFT not in piece.text:
        return piece.width
    return max(laid.piece(part + soft_sign(part)).width for part in piece.text.split(SOFT))


def _longest(laid: _Text) -> float:
    return max((piece.width for row in laid.paragraphs for piece in row), default=0.0)


def _balanced(laid: _Text, room: float) -> tuple[_Row, ...]:
    """Wrap to `room` ems, then narrow as long as no line is added and no word broken, so that lines come out alike."""
    lines = _wrapped(laid, room)
    low, high = min(_longest(laid), room), room
    for _ in range(7):
        middle = (low + high) / 2
        tried = _wrapped(laid, middle)
        if len(tried) <= len(lines) and max(row.width for row in tried) <= middle:
            lines, high = tried, middle
        else:
            low = middle
    return tuple(lines)


def _tight(laid: _Text, room: float) -> tuple[_Row, ...]:
    """Wrap to `room` ems as they are shaped whole: signs beside each other may be wider than each alone."""
    lines = tuple(_wrapped(laid, room))
    for share in _TIGHTER:
        if all(laid.shaped(line.text).advance <= room for line in lines):
            break
        lines = tuple(_wrapped(laid, share * room))
    return lines


def _wrapped(laid: _Text, room: float) -> list[_Row]:
    """Return lines no wider than `room` ems where that can be."""
    lines: list[_Row] = []
    for row in laid.paragraphs:
        line, pen, width, parted = "", 0.0, 0.0, False
        for piece in _fitting(laid, row, room):
            if line and (parted or pen + piece.width > room):
                lines.append(_Row(line.rstrip(" "), width, parted))
                line, pen = "", 0.0
            line, width, pen = line + piece.text.replace(SOFT, ""), pen + piece.width, pen + piece.advance
            parted = piece.parted
        lines.append(_Row(line.rstrip(" "), width, parted))
    return lines


def _fitting(laid: _Text, row: Sequence[_Piece], room: float) -> Iterator[_Piece]:
    """Yield the pieces; one that is wider than a whole line is parted: where the customer says, else between signs."""
    for piece in row:
        yield from (piece,) if piece.width <= room else _divided(laid, piece, room)


def _divided(laid: _Text, piece: _Piece, room: float) -> Iterator[_Piece]:
    """Yield the parts of a piece that is too wide, each but the last as full as its line can be."""
    held = ""
    *ended, last = piece.text.split(SOFT)
    for part, sign in (*((each, soft_sign(each)) for each in ended), (last, "")):
        if held and laid.piece(held + part + sign).width > room:
            yield laid.parted(held, soft_sign(held))
            held = ""
        held += part
        while laid.piece(held + sign).width > room and (cut := _cut(laid, held, room, bare=piece.bare)):
            head, mark, held = cut
            yield laid.parted(head, mark)
    yield laid.piece(held)


def _cut(laid: _Text, text: str, room: float, *, bare: bool) -> tuple[str, str, str] | None:
    """Return what of a text stands on a line, the sign it ends with, and the rest; None for a single sign."""
    signs = clusters(text.rstrip(" "))
    if len(signs) <= 1:
        return None
    ends = list(takewhile(lambda end: end <= room, accumulate(laid.piece(sign).advance for sign in signs)))
    beside = room - laid.piece(HYPHEN).width
    at = parted_at(signs, max(1, sum(end <= beside for end in ends)))
    mark = "" if bare else sign_at(signs, at)
    if not mark:
        at = min(max(1, len(ends)), len(signs) - 1)
    head = "".join(signs[:at])
    return head, mark, text[len(head) :]


def _ended(laid: _Text, line: str, room: float) -> str:
    """End a line that is the last there is room for with a sign that there was more."""
    signs = clusters(line)
    ends = (f"{''.join(signs[:kept]).rstrip()}…" for kept in range(len(signs) - 1, 0, -1))
    return next((ended for ended in ends if laid.shaped(ended).advance <= room), "…")
