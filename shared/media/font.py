"""Reads from the shipped TrueType font which characters it can draw and how wide each is; stdlib only.

OpenType 1.9: `cmap` maps characters to glyphs (format 12 for all of Unicode), `hmtx` holds each glyph's advance.
Shaping may make a line narrower than the sum of its advances, hardly ever wider; what is drawn is measured again.
"""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "DejaVuSans-Bold.ttf"


@dataclass(frozen=True, slots=True)
class Font:
    """A font's characters and their widths in ems."""

    widths: dict[int, float]

    def has(self, char: str) -> bool:
        """Tell whether the font can draw a character."""
        return ord(char) in self.widths

    def width(self, text: str) -> float:
        """Return the width of a line in ems; combining marks add nothing."""
        return sum(self.widths.get(ord(char), 0.0) for char in text)


@cache
def shipped_font() -> Font:
    """Read the font that lies beside this module."""
    data = FONT.read_bytes()
    tables = {
        bytes(data[at : at + 4]): int.from_bytes(data[at + 8 : at + 12])
        for at in range(12, 12 + 16 * int.from_bytes(data[4:6]), 16)
    }
    em = int.from_bytes(data[tables[b"head"] + 18 : tables[b"head"] + 20])
    count = int.from_bytes(data[tables[b"hhea"] + 34 : tables[b"hhea"] + 36])
    advances = [pair[0] for pair in struct.iter_unpack(">HH", data[tables[b"hmtx"] : tables[b"hmtx"] + 4 * count])]
    glyphs = _characters(data, tables[b"cmap"])
    return Font({char: advances[min(glyph, count - 1)] / em for char, glyph in glyphs.items()})


def _characters(data: bytes, cmap: int) -> dict[int, int]:
    for at in range(cmap + 4, cmap + 4 + 8 * int.from_bytes(data[cmap + 2 : cmap + 4]), 8):
        table = cmap + int.from_bytes(data[at + 4 : at + 8])
        if int.from_bytes(data[table : table + 2]) == 12:  # noqa: PLR2004 - the format that covers all of Unicode
            groups = int.from_bytes(data[table + 12 : table + 16])
            rows = struct.iter_unpack(">III", data[table + 16 : table + 16 + 12 * groups])
            return {char: glyph + char - first for first, last, glyph in rows for char in range(first, last + 1)}
    raise ValueError(f"{FONT.name} has no full character map")
