"""Turns a font nobody vouches for into one that films may be lettered with, or says what is wrong with it.

HarfBuzz reads it, as it does when words are painted: it bounds what a table may claim, and what a broken one lacks is
simply not there. What nobody may embed by the font's own word (OpenType 1.9.1, OS/2 fsType) is not used. Letters it
lacks are painted with ours (shaping.py).
"""

import hashlib
from dataclasses import dataclass

import uharfbuzz

from shared.pipeline.plan.brand import MOST_FONT_BYTES

LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OUTLINES = {b"\x00\x01\x00\x00": "ttf", b"true": "ttf", b"OTTO": "otf"}
_OTHERS = {b"ttcf": "a collection of fonts", b"wOFF": "a web font (WOFF)", b"wOF2": "a web font (WOFF2)"}
_FS_TYPE = slice(8, 10)  # of the table OS/2
_RESTRICTED, _LENIENT, _BITMAPS = 0x0002, 0x000C, 0x0200  # bits of it: none; to view, to edit; pictures alone
_HIGHEST = 3.0  # ems that a letter may reach from its line


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
        named = _OTHERS.get(data[:4], "no font we know")
        raise FontRefused(f"the file is {named}", "Send one font as TTF or OTF.")
    if len(data) > MOST_FONT_BYTES:
        raise FontRefused(f"the font has {len(data)} bytes", f"Send one of at most {MOST_FONT_BYTES} bytes.")
    face = uharfbuzz.Face(data)
    _refuse_barred(face)
    font, characters = uharfbuzz.Font(face), frozenset(face.unicodes)
    lacking = "".join(letter for letter in LATIN if ord(letter) not in characters or not _seen(font, letter, face.upem))
    if lacking:
        move = "Send a font with A to Z, a to z and 0 to 9: other letters it lacks are painted with abroll's own."
        raise FontRefused(f"the font is broken or lacks {lacking}", move)
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


def _seen(font: uharfbuzz.Font, letter: str, em: int) -> bool:
    """Tell whether a letter has ink of a letter's size."""
    glyph = font.get_nominal_glyph(ord(letter))
    box = font.get_glyph_extents(glyph) if glyph else None
    if box is None or not box.width or not box.height:
        return False
    reach = max(abs(box.y_bearing), abs(box.y_bearing + box.height), abs(box.x_bearing), abs(box.width))
    return bool(reach <= _HIGHEST * em)
