"""Small TrueType fonts, written table by table: what a maker's tool, a converter or a hand may have made of one."""

import struct
import zlib
from collections.abc import Callable, Sequence

from shared.media.font_files import LATIN

EM = 1000
Box = tuple[int, int, int, int]  # left, low, right, high
BLANK, SPACE = b"", 600


def bar(number: int) -> Box:
    """Return the ink of a letter: each its own width and height."""
    return (50, 0, 200 + 8 * number, 500 + 3 * number)


def outline(box: Box) -> bytes:
    """Return the outline of a box."""
    left, low, right, high = box
    across = struct.pack(">4h", left, 0, right - left, 0)
    down = struct.pack(">4h", low, high - low, 0, low - high)
    glyph = struct.pack(">5hHH", 1, left, low, right, high, 3, 0) + b"\x01" * 4 + across + down
    return glyph + bytes(-len(glyph) % 4)


def zigzag(points: int) -> bytes:
    """Return an outline of so many points."""
    steps = [90 if number % 2 else -90 for number in range(points)]
    coordinates = struct.pack(f">{points}h", 100, *steps[1:]) + struct.pack(
        f">{points}h", 0, 700, *([0] * (points - 2))
    )
    glyph = struct.pack(">5hHH", 1, 0, 0, 900, 700, points - 1, 0) + b"\x01" * points + coordinates
    return glyph + bytes(-len(glyph) % 4)


def typeface(
    glyph: Callable[[int], bytes] = lambda number: outline(bar(number)),
    *,
    advance: Callable[[int], int] = lambda number: bar(number)[2] + 50,
    letter: Callable[[int], int] = lambda number: number,
    space: int = SPACE,
    em: int = EM,
    base: int = 0,
    more: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a font: by a letter's number in LATIN its outline, its advance, and the glyph that stands for it.

    `base` is where its characters begin: 0xF000 in a font of symbols. `more` are further tables.
    """
    glyphs = [BLANK, BLANK, *map(glyph, range(len(LATIN)))]
    advances = [500, space, *map(advance, range(len(LATIN)))]
    ends = [sum(map(len, glyphs[:number])) for number in range(len(glyphs) + 1)]
    named = sorted((base + ord(char), 2 + letter(number)) for number, char in enumerate(LATIN))
    groups = [(base + ord(" "), 1), *named]
    subtable = struct.pack(">HHIII", 12, 0, 16 + 12 * len(groups), 0, len(groups))
    subtable += b"".join(struct.pack(">III", code, code, index) for code, index in groups)
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, 500, 400, 5, 0) + bytes(86),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 0 if base else 10, 12) + subtable,
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(">IIIIHH16x4hHHhhh", 0x10000, 0, 0, 0x5F0F3CF5, 0, em, 0, 0, 1000, 1000, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">Ihhh24xH", 0x10000, 800, -200, 0, len(glyphs)),
        b"hmtx": b"".join(struct.pack(">Hh", each, 50) for each in advances),
        b"loca": struct.pack(f">{len(ends)}I", *ends),
        b"maxp": struct.pack(">IH26x", 0x10000, len(glyphs)),
        **dict(more),
    }
    at, places, bodies = 12 + 16 * len(tables), b"", b""
    for tag in sorted(tables):
        body = tables[tag]
        places += struct.pack(">4sIII", tag, 0, at + len(bodies), len(body))
        bodies += body + bytes(-len(body) % 4)
    return struct.pack(">IHHHH", 0x10000, len(tables), 0, 0, 0) + places + bodies


def pictures() -> tuple[bytes, bytes]:
    """Return the table of a font whose letters are PNG images (sbix)."""
    glyphs = [b"", b"", *(struct.pack(">hh4s", 0, 0, b"png ") + _png(40 + number, 50) for number in range(len(LATIN)))]
    head = 4 + 4 * (len(glyphs) + 1)
    ends = [head + sum(map(len, glyphs[:number])) for number in range(len(glyphs) + 1)]
    strike = struct.pack(f">HH{len(ends)}I", 64, 72, *ends) + b"".join(glyphs)
    return b"sbix", struct.pack(">HHII", 1, 1, 1, 12) + strike


def _png(width: int, height: int) -> bytes:
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    parts += [(b"IDAT", zlib.compress(bytes((width + 1) * height))), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
