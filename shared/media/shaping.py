"""Turns a line of text into glyphs at their places: which font for which sign, in which direction, joined how.

A line is cut into runs of one font, script and direction: ICU orders what is mixed (Unicode annex 9), HarfBuzz joins
Arabic, stacks Khmer and makes one picture of a family. Lengths are in ems, y grows upwards from the baseline.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby

import uharfbuzz
from icu import Bidi, Char, Script, UnicodeString, UProperty

from shared.media.breaking import clusters
from shared.media.faces import EMOJI, LETTERS, SYMBOLS, Face, face, own_face

TEXT_STYLE, PICTURE_STYLE = "\N{VARIATION SELECTOR-15}", "\N{VARIATION SELECTOR-16}"
JOINER, KEYCAP = "\N{ZERO WIDTH JOINER}", "\N{COMBINING ENCLOSING KEYCAP}"
RIGHT_TO_LEFT, LEFT_TO_RIGHT = "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}"
_LEFTWARD = ("ar", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi")
_TALL, _WIDEST = 4.0, 4.0  # ems: how far a line reaches from its baseline, and a letter along it, at most
_ANY_SCRIPT = ("Zyyy", "Zinh")  # signs that belong to the words around them
_FLAGS = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES | uharfbuzz.BufferFlags.DO_NOT_INSERT_DOTTED_CIRCLE


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph, where its origin stands on the line, in ems, and which of the line's characters it begins with."""

    face: Face
    id: int
    x: float
    y: float
    at: int = -1  # -1 = none of them

    @property
    def colored(self) -> bool:
        """Tell whether the glyph is a picture of its own colours."""
        return self.face.name == EMOJI


@dataclass(frozen=True, slots=True)
class Line:
    """A line's glyphs from left to right; its advance, and how far its ink reaches, in ems."""

    glyphs: tuple[Glyph, ...]
    advance: float
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Run:
    signs: tuple[str, ...]
    face: Face
    script: str
    language: str
    at: int = 0  # of the line's characters the first

    @property
    def text(self) -> str:
        return "".join(self.signs)


@lru_cache(maxsize=4096)
def shape(text: str, language: str = "", *, rightward: bool = True, own: str = "") -> Line:
    """Shape one line; `rightward` False is a line of a right-to-left text, `own` the file of a brand's font."""
    line = _line(text, language, rightward=rightward, own=own)
    return line if not own or _plausible(line, text) else _line(text, language, rightward=rightward)


def _plausible(line: Line, text: str) -> bool:
    """Tell whether a stranger's font keeps its letters where letters are: what it says decides how much is painted."""
    most = _WIDEST * (len(text) + 1)
    reaches = -_TALL <= line.bottom <= line.top <= _TALL and -_TALL <= line.left <= line.right <= most
    return reaches and 0 <= line.advance <= most


def _line(text: str, language: str, *, rightward: bool, own: str = "") -> Line:
    glyphs: list[Glyph] = []
    pen = 0.0
    for stretch, at, leftward in _directed(text, rightward=rightward):
        runs = list(_runs(stretch, at, language, own))
        for run in reversed(runs) if leftward else runs:
            placed, pen = _shaped(run, pen, leftward=leftward)
            glyphs += placed
    boxes = [box for glyph in glyphs if (box := _ink(glyph))]
    if not boxes:
        return Line(tuple(glyphs), pen, 0.0, 0.0, 0.0, 0.0)
    lefts, rights, tops, bottoms = zip(*boxes, strict=True)
    return Line(tuple(glyphs), pen, min(lefts), max(rights), max(tops), min(bottoms))


def reads_rightward(text: str, locale: str = "") -> bool:
    """Tell a text's direction: leftward when its first letter is, or most are, or its language is.

    A brand's Latin name does not turn an Arabic sentence around.
    """
    kinds = [kind for char in text if (kind := unicodedata.bidirectional(char)) in {"L", "R", "AL"}]
    leftward = sum(kind != "L" for kind in kinds)
    if not leftward:
        return True
    return kinds[0] == "L" and 2 * leftward < len(kinds) and locale[:2] not in _LEFTWARD


def _directed(text: str, *, rightward: bool) -> Iterator[tuple[str, int, bool]]:
    """Yield a line's stretches of one direction as the eye meets them from left to right.

    Each with the number of its first character (-1: the mark that tells ICU the line's direction), and whether it reads
    leftward.
    """
    units = UnicodeString((LEFT_TO_RIGHT if rightward else RIGHT_TO_LEFT) + text)
    bidi = Bidi()
    bidi.setPara(units)
    for number in range(bidi.countRuns()):
        start, length, direction = bidi.getVisualRun(number)
        yield str(units[start : start + length]), len(str(units[:start])) - 1, bool(direction)


def _runs(text: str, at: int, language: str, own: str) -> Iterator[_Run]:
    """Cut a stretch that begins at a line's character `at` into runs of one font and script.

    Signs of any script follow the words they stand with.
    """
    signs = [part for sign in clusters(text) for part in ((sign,) if font_of(sign, own) else tuple(sign))]
    scripts = [_script(sign) for sign in signs]
    faces = [_face(number, signs, scripts, own) for number in range(len(signs))]
    for order in (range(1, len(signs)), range(len(signs) - 2, -1, -1)):
        step = order.step
        for number in order:
            if not scripts[number] and faces[number] is faces[number - step]:
                scripts[number] = scripts[number - step]
    rows = zip(signs, faces, scripts, strict=True)
    for (chosen, script), group in groupby(rows, key=lambda row: (row[1], row[2])):
        run = tuple(sign for sign, _, _ in group)
        if chosen:
            yield _Run(run, chosen, script or "Zyyy", language, at)
        at += sum(map(len, run))


def _face(number: int, signs: Sequence[str], scripts: Sequence[str], own: str) -> Face | None:
    """Return the font of a sign; quotes, dots and blanks share the font of the words beside them where it has them."""
    sign = signs[number]
    if not scripts[number] and not is_picture(sign) and (sign == " " or not sign.isascii()):
        opens = unicodedata.category(sign[0]) in {"Ps", "Pi"}
        beside = range(number + 1, len(signs)) if opens else range(number - 1, -1, -1)
        word = next((signs[other] for other in beside if scripts[other]), None)
        shared = font_of(word, own) if word else None
        if shared and shared.has(_visible(sign)):
            return shared
    return font_of(sign, own)


@lru_cache(maxsize=4096)
def font_of(sign: str, own: str = "") -> Face | None:
    """Return the first font that has all of a sign, a brand's own before ours; None where none has."""
    if is_picture(sign):
        return face(EMOJI)
    last = (*SYMBOLS, EMOJI) if TEXT_STYLE in sign else (EMOJI, *SYMBOLS)
    needed = _visible(sign)
    if own and own_face(own).has(needed):
        return own_face(own)
    return next((one for name in (*LETTERS, *last) if (one := face(name)).has(needed)), None)


def is_picture(sign: str) -> bool:
    """Tell whether a sign is to be seen in colours (Unicode standard 51) and the emoji font has it."""
    if sign.isascii() or TEXT_STYLE in sign or not Char.hasBinaryProperty(sign[0], UProperty.EMOJI):
        return False
    asked = PICTURE_STYLE in sign or KEYCAP in sign
    return (asked or any(map(_in_colors, sign))) and face(EMOJI).has(sign[0])


def _in_colors(char: str) -> bool:
    return bool(Char.hasBinaryProperty(char, UProperty.EMOJI_PRESENTATION))


def _visible(sign: str) -> str:
    """Return a sign's characters that want a glyph: all but joiners, variation selectors and their like."""
    unseen = UProperty.DEFAULT_IGNORABLE_CODE_POINT
    return "".join(char for char in sign if not Char.hasBinaryProperty(char, unseen))


def _script(sign: str) -> str:
    """Return the script of a sign, "" for one that stands among any."""
    names = (Script.getScript(char).getShortName() for char in sign)
    return next((name for name in names if name not in _ANY_SCRIPT), "")


def _shaped(run: _Run, pen: float, *, leftward: bool) -> tuple[list[Glyph], float]:
    """Place a run's glyphs from `pen` on; return them and where the pen stands then."""
    parts = [(run.text, run.at)]
    if run.face.name == EMOJI:
        begins = accumulate(map(len, run.signs[:-1]), initial=run.at)
        pairs = zip(run.signs, begins, strict=True)
        parts = [(part, at) for sign, at in pairs for part in _pictures(sign, run.face)]
        parts = parts[::-1] if leftward else parts
    glyphs: list[Glyph] = []
    for part, at in parts:
        buffer = _buffer(part, run, leftward=leftward)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            em = run.face.em
            x, y = pen + place.x_offset / em, place.y_offset / em
            glyphs.append(Glyph(run.face, info.codepoint, x, y, max(0, at + info.cluster)))
            pen += place.x_advance / em
    return glyphs, pen


def _buffer(text: str, run: _Run, *, leftward: bool) -> uharfbuzz.Buffer:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.direction = "rtl" if leftward else "ltr"
    buffer.script = run.script
    buffer.language = run.language or "en"
    buffer.flags = _FLAGS
    uharfbuzz.shape(run.face.font, buffer)
    return buffer


def _pictures(sign: str, emoji: Face) -> Iterator[str]:
    """Yield a sign whole where the font has one picture for it, else the pictures it is made of."""
    if _is_one(sign, emoji):
        yield sign
        return
    for part in sign.split(JOINER):
        if part and _is_one(part, emoji):
            yield part
        elif part and emoji.has(part[0]):
            yield part[0]  # a tint or a tag this picture does not take


def _is_one(sign: str, emoji: Face) -> bool:
    return len(_buffer(sign, _Run((sign,), emoji, "Zyyy", ""), leftward=False).glyph_infos) == 1


def _ink(glyph: Glyph) -> tuple[float, float, float, float] | None:
    """Return how far a glyph reaches: left, right, top, bottom; None for a blank."""
    box = glyph.face.font.get_glyph_extents(glyph.id)
    if box is None or not box.width or not box.height:
        return None
    em = glyph.face.em
    left, top = glyph.x + box.x_bearing / em, glyph.y + box.y_bearing / em
    return left, left + box.width / em, top, top + box.height / em
