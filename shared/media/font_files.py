"""Turns a font nobody vouches for into one that films may be lettered with, or says what is wrong with it.

HarfBuzz reads it, as it does when words are painted: it bounds what a table may claim, and what a broken one lacks is
simply not there. What nobody may embed by the font's own word (OpenType 1.9.1, OS/2 fsType) is not used. Letters it
lacks are painted with ours (shaping.py). Each letter of Latin is painted once: tables may all be well, and the words
blank (letters that are pictures or coloured layers), in a heap (no widths) or one letter throughout.
"""

import hashlib
from dataclasses import dataclass

import uharfbuzz

from shared.pipeline.plan.brand import MOST_FONT_BYTES

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OUTLINES = {b"\x00\x01\x00\x00": "ttf", b"true": "ttf", b"OTTO": "otf"}
_OTHERS = {
    b"ttcf": "a collection of fonts",
    b"wOFF": "a web font (WOFF)",
    b"wOF2": "a web font (WOFF2)",
    b"%!PS": "a Type 1 font",
    b"\x80\x01": "a Type 1 font",
    b"typ1": "a Type 1 font",
    b"STARTFONT": "a bitmap font (BDF)",
    b"\x01fcp": "a bitmap font (PCF)",
    b"PK\x03\x04": "a ZIP archive",
}
_PICTURED = ("COLR", "CBDT", "EBDT", "sbix", "SVG ")  # tables of letters that are layers, pictures or drawings
_FS_TYPE = slice(8, 10)  # of the table OS/2
_RESTRICTED, _LENIENT, _BITMAPS = 0x0002, 0x000C, 0x0200  # bits of it: none; to view, to edit; pictures alone
_HIGHEST = 3.0  # ems that a letter may reach from its line
_JUDGED_EM = 32  # pixels of one, where letters are painted to be judged
_MOST_STROKES = 10_000  # of a letter: lines and curves; ornate ones have some hundred
_LEAST_INK = 0.003  # of an em's square: an extra light i has 0.02
_LEAST_HIGH = 0.2  # ems: half of A to Z are no lower
_LEAST_ADVANCE, _MOST_ADVANCE = 0.2, 20.0  # of a letter's width: an f that leans far has 0.6, a narrow i 4
_LEAST_BLANK = 0.05  # ems
_LEAST_SHAPES = 30  # that differ among the letters: of a font without small ones 36 do
_FROM_LINE = 0.4  # ems: half of A to Z end no further above the line, or below it
_CAPITALS = 26
_SYMBOLS = 0xF000  # where fonts of symbols have what others have at 0
_WITH_LATIN = "Send a font with A to Z, a to z and 0 to 9: other letters it lacks are painted with abroll's own."
_EXPORT_ANEW = "Export it anew, or send another one."
_NAMED = 5  # letters
_PLAIN = "Send one whose letters are plain outlines, as words are painted with."


class FontRefused(Exception):
    """A font that no film can be lettered with, in words."""

    def __init__(self, why: str, next_move: str) -> None:
        super().__init__(why)
        self.why, self.next_move = why, next_move


@dataclass(frozen=True, slots=True)
class FontFacts:
    """What a font is: the suffix of its kind, its own name, and the hex SHA-256 it is stored under."""

    suffix: str
    family: str
    sha256: str


def judged_font(data: bytes) -> FontFacts:
    """Say what a font is. Raises FontRefused."""
    suffix = _OUTLINES.get(data[:4])
    if suffix is None:
        named = next((name for mark, name in _OTHERS.items() if data.startswith(mark)), "no font we know")
        raise FontRefused(f"the file is {named}", "Send one font as TTF or OTF.")
    if len(data) > MOST_FONT_BYTES:
        raise FontRefused(f"the font has {len(data)} bytes", f"Send one of at most {MOST_FONT_BYTES} bytes.")
    face = uharfbuzz.Face(data)
    _refuse_barred(face)
    font, characters = uharfbuzz.Font(face), frozenset(face.unicodes)
    lacking = "".join(letter for letter in LATIN if ord(letter) not in characters)
    if lacking and all(_SYMBOLS + ord(letter) in characters for letter in lacking):
        raise FontRefused("the font is encoded as symbols: no text finds its letters in it", _WITH_LATIN)
    lacking = lacking or "".join(letter for letter in LATIN if not _reaches(font, letter, face.upem))
    if lacking:
        raise FontRefused(f"the font is broken or lacks {lacking}", _WITH_LATIN)
    _refuse_unreadable(face, font)
    family = "".join(
        each for each in face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY) or "" if each.isprintable()
    )
    return FontFacts(suffix, family[:80], hashlib.sha256(data).hexdigest())


def _refuse_barred(face: uharfbuzz.Face) -> None:
    """Raise FontRefused where a font's maker does not let it be embedded."""
    said = face.reference_table("OS/2").data[_FS_TYPE]
    if len(said) < 2:  # noqa: PLR2004  # bytes of the number
        raise FontRefused(
            "the font does not say whether it may be embedded (it has no OS/2 table)", "Send another one."
        )
    allowed = int.from_bytes(said)
    if allowed & _RESTRICTED and not allowed & _LENIENT:
        move = "Ask its maker for a licence and a file that allow embedding."
        raise FontRefused("the font's maker does not let it be embedded (OS/2 fsType)", move)
    if allowed & _BITMAPS:
        raise FontRefused("the font's maker lets only its bitmaps be embedded (OS/2 fsType)", "Send another one.")


def _reaches(font: uharfbuzz.Font, letter: str, em: int) -> bool:
    """Tell whether a letter has ink of a letter's size."""
    glyph = font.get_nominal_glyph(ord(letter))
    box = font.get_glyph_extents(glyph) if glyph else None
    if box is None or not box.width or not box.height:
        return False
    reach = max(abs(box.y_bearing), abs(box.y_bearing + box.height), abs(box.x_bearing), abs(box.width))
    return bool(reach <= _HIGHEST * em)


@dataclass(frozen=True, slots=True)
class _Painted:
    """A word as it is seen: its pixels, their ink in ems' squares, and how tall, wide and far it reaches, in ems.

    `wide` is that of its glyphs one by one.
    """

    pixels: bytes
    ink: float
    low: float  # of its last glyph, where it ends above the line
    tall: float
    wide: float
    advance: float


def _refuse_unreadable(face: uharfbuzz.Face, font: uharfbuzz.Font) -> None:
    """Raise FontRefused where words would be blank, a heap, too small, or one letter."""
    if any(_strokes(font, letter) > _MOST_STROKES for letter in LATIN):
        raise FontRefused(f"a letter of the font has more than {_MOST_STROKES:,} strokes", "Send a plainer one.")
    painted = {letter: _painted(font, letter, face.upem) for letter in LATIN}
    blank = "".join(letter for letter, one in painted.items() if one.ink < _LEAST_INK)
    if blank and any(len(face.reference_table(table).data) for table in _PICTURED):
        raise FontRefused("the font's letters are pictures, or have colours of their own", _PLAIN)
    if sorted(painted[letter].tall for letter in LATIN[:_CAPITALS])[_CAPITALS // 2] < _LEAST_HIGH:
        raise FontRefused(
            "the font's letters are far too small for what it says of its size (unitsPerEm)", _EXPORT_ANEW
        )
    if abs(sorted(painted[letter].low for letter in LATIN[:_CAPITALS])[_CAPITALS // 2]) > _FROM_LINE:
        raise FontRefused("the font's letters stand far above their line, or far below it", _EXPORT_ANEW)
    if blank:
        raise FontRefused(f"hardly anything is seen of {blank} in the font", _PLAIN)
    words = {**painted, "its letters, kerned": _painted(font, LATIN, face.upem)}
    if heap := [
        letter for letter, one in words.items() if not _LEAST_ADVANCE <= one.advance / one.wide <= _MOST_ADVANCE
    ]:
        why = f"the font sets the next letter on {', '.join(heap[:_NAMED])}, or far from it (hmtx, GPOS)"
        raise FontRefused(why, _EXPORT_ANEW)
    blank_glyph = font.get_nominal_glyph(ord(" "))
    if blank_glyph and font.get_glyph_h_advance(blank_glyph) < _LEAST_BLANK * face.upem:
        raise FontRefused("the font's blank has no width: words would run into each other", _EXPORT_ANEW)
    if len({one.pixels for one in painted.values()}) < _LEAST_SHAPES:
        raise FontRefused("the font's letters all look the same", "Send one whose letters can be told apart.")


def _strokes(font: uharfbuzz.Font, letter: str) -> int:
    """Count the lines and curves of a letter: what one costs to paint depends on them."""
    counted = [0]

    def one(*_of: object) -> None:
        counted[0] += 1

    drawing = uharfbuzz.DrawFuncs()
    drawing.set_line_to_func(one)
    drawing.set_quadratic_to_func(one)
    drawing.set_cubic_to_func(one)
    font.draw_glyph(font.get_nominal_glyph(ord(letter)) or 0, drawing)
    return counted[0]


def _painted(font: uharfbuzz.Font, word: str, em: int) -> _Painted:
    """Paint a word, of which a letter's place is kept: what the font puts in its place counts."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    raster, scale = uharfbuzz.RasterDraw(), _JUDGED_EM / em
    raster.extents = uharfbuzz.RasterExtents(-_JUDGED_EM, -_JUDGED_EM, 3 * _JUDGED_EM, 4 * _JUDGED_EM, 0)
    pen = wide = tall = low = 0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
        raster.transform = (scale, 0.0, 0.0, scale, (pen + place.x_offset) * scale, place.y_offset * scale)
        raster.draw_glyph(font, info.codepoint)
        pen += place.x_advance
        if reach := font.get_glyph_extents(info.codepoint):
            wide, tall = wide + reach.width, max(tall, -reach.height)
            low = place.y_offset + reach.y_bearing + reach.height
    image = raster.render()
    if image is None:
        raise MemoryError("HarfBuzz found no room for a letter")
    pixels = bytes(image.buffer)
    ink = sum(pixels) / 255 / _JUDGED_EM**2
    return _Painted(pixels, ink, low / em, tall / em, max(1, wide) / em, pen / em)
