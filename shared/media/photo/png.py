"""Reads a PNG: our own walk over its chunks, Pillow for the pixels, in bands of rows where a picture may be large.

Pillow gets the picture's own chunks only, so texts are never unpacked, however long. A PNG packs its rows one after
the other, each told as its difference from the row above: a band is a small PNG of its own that begins with the last
row of the band before it. Interlaced ones and those of 16 bits a colour are decoded whole.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.media.photo.exif import orientation
from shared.media.photo.header import MOST_PROFILE, UPRIGHT, Header, band_rows, cut
from shared.media.photo.pieces import joined
from shared.media.photo.primaries import from_cicp, from_gamma
from shared.media.photo.refused import broken, unsupported

if TYPE_CHECKING:
    from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 20_000
_PIECE = 2**16  # bytes, packed
_UNPACKED = 2**21  # bytes at most of one piece
_CHANNELS = {2: 3, 4: 2, 6: 4}  # by colour type, of those that Pillow keeps in four bytes a pixel
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_READ = {b"cICP": 4, b"iCCP": 8 * 2**20, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"eXIf": 2**20, b"acTL": 8}  # most bytes


@dataclass(slots=True)
class _Found:
    """What the walk over the chunks has found."""

    header: bytes = b""
    palette: bytes = b""  # whole chunks
    transparent: bytes = b""  # whole chunk
    data: list[memoryview] = field(default_factory=list)
    others: dict[bytes, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The header chunk's numbers."""

    width: int
    height: int
    depth: int
    color: int
    interlaced: bool

    @property
    def banded(self) -> bool:
        """Tell whether it can be decoded in bands, and is worth it."""
        return not self.interlaced and self.depth == 8 and self.color in _CHANNELS  # noqa: PLR2004  # bits

    @property
    def row(self) -> int:
        """Return the bytes of a row and its filter's number, where it is read in bands."""
        return 1 + self.width * _CHANNELS[self.color]

    @property
    def memory(self) -> int:
        """Return the bytes its pixels take while they are decoded."""
        if self.banded:
            return 4 * _UNPACKED
        each = 4 if self.color in _CHANNELS else max(1, self.depth // 8)
        return self.width * self.height * each


def read(data: bytes, _most_pixels: int) -> Header:
    """Read a PNG's header. Raises ImageRefused."""
    found = _walk(data)
    shape = _shape(found.header)
    animation = found.others.get(b"acTL", b"")
    if int.from_bytes(animation[:4]) > 1:
        raise unsupported("the image is an animation")
    exif = found.others.get(b"eXIf", b"")
    return Header(
        shape.width,
        shape.height,
        memory=shape.memory,
        bands=_in_bands(found, shape) if shape.banded else _whole(found, shape),
        claimed=(shape.width, shape.height),
        orientation=orientation(exif) if exif else UPRIGHT,
        profile=_profile(found.others),
    )


def _walk(data: bytes) -> _Found:
    """Go from chunk to chunk to the end of the image; what follows it is not looked at."""
    found, at, view = _Found(), len(_SIGNATURE), memoryview(data)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            raise broken()
        length, name = struct.unpack_from(">I4s", data, at)
        body, end = view[at + 8 : at + 8 + length], at + 8 + length
        if end + 4 > len(data):
            raise broken()
        if name == b"IEND":
            return found
        sound = zlib.crc32(body, zlib.crc32(name)) == int.from_bytes(data[end : end + 4])
        _take(found, name, body, sound=sound)
        at = end + 4
    raise broken()


def _take(found: _Found, name: bytes, body: memoryview, *, sound: bool) -> None:
    """Take from one chunk what is needed of it; a damaged one that the picture can do without is left out."""
    if name == b"IDAT":
        found.data.append(body)
    elif name == b"IHDR" and not found.header:
        found.header = bytes(body)
    elif name == b"PLTE":
        found.palette += _chunk(name, body) if len(body) <= 3 * 256 else b""
    elif name == b"tRNS":
        found.transparent = _chunk(name, body) if len(body) <= 256 and sound else b""  # noqa: PLR2004  # a palette's
        return
    elif name[:1].isupper():
        raise unsupported(f"the image is a PNG with a part we do not know ({name.decode('latin-1')})")
    elif sound and len(body) <= _READ.get(name, -1):
        found.others.setdefault(name, bytes(body))
        return
    else:
        return
    if not sound:
        raise broken()


def _shape(header: bytes) -> _Shape:
    if len(header) != 13:  # noqa: PLR2004  # the header chunk's numbers
        raise broken()
    width, height, depth, color, packing, filtering, interlacing = struct.unpack(">IIBBBBB", header)
    if depth not in _DEPTHS.get(color, ()) or packing or filtering or interlacing > 1:
        raise broken()
    return _Shape(width, height, depth, color, bool(interlacing))


def _chunk(name: bytes, body: bytes | memoryview) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def _picture(found: _Found, header: bytes, data: list[bytes | memoryview]) -> "Image.Image":
    from PIL.PngImagePlugin import PngImageFile

    packed: list[bytes | memoryview] = []
    for part in data:
        check = zlib.crc32(part, zlib.crc32(b"IDAT"))
        packed += [struct.pack(">I", len(part)) + b"IDAT", part, struct.pack(">I", check)]
    before = [_SIGNATURE, _chunk(b"IHDR", header), found.palette, found.transparent]
    with PngImageFile(joined([*before, *packed, _chunk(b"IEND", b"")])) as picture:
        picture.load()
    return picture


def _whole(found: _Found, shape: _Shape) -> "Callable[[int], Iterator[Image.Image]]":
    def bands(multiple: int) -> "Iterator[Image.Image]":
        picture = _picture(found, found.header, list(found.data))
        if picture.size != (shape.width, shape.height):
            raise broken()
        key: Any = picture.info.get("transparency")
        if shape.depth == 16 and key is not None:  # noqa: PLR2004  # bits; Pillow has made them 8, the key not
            picture.info["transparency"] = key >> 8 if isinstance(key, int) else tuple(part >> 8 for part in key)
        yield from cut(picture, band_rows(shape.width, multiple))

    return bands


def _in_bands(found: _Found, shape: _Shape) -> "Callable[[int], Iterator[Image.Image]]":
    def bands(multiple: int) -> "Iterator[Image.Image]":
        rows, left = band_rows(shape.width, multiple), shape.height
        above, waiting = b"", bytearray()
        for some in _unpacked(found.data):
            waiting += some
            while left and len(waiting) >= min(rows, left) * shape.row:
                count = min(rows, left)
                band = _band(found, shape, above, waiting[: count * shape.row])
                del waiting[: count * shape.row]
                above = band.crop((0, count - 1, shape.width, count)).tobytes()
                left -= count
                yield band
            if not left:
                return
        raise broken()

    return bands


def _band(found: _Found, shape: _Shape, above: bytes, rows: bytearray) -> "Image.Image":
    """Decode some rows that follow the row `above`."""
    known = 1 if above else 0
    height = len(rows) // shape.row + known
    header = struct.pack(">IIBBBBB", shape.width, height, shape.depth, shape.color, 0, 0, 0)
    packed = zlib.compress((b"\x00" + above if above else b"") + rows, 0)
    picture = _picture(found, header, [packed])
    return picture.crop((0, 1, shape.width, height)) if known else picture


def _unpacked(data: list[memoryview]) -> Iterator[bytes]:
    """Unpack the rows, some megabytes at a time, however far a few bytes would unpack."""
    unpack = zlib.decompressobj()
    for part in data:
        for start in range(0, len(part), _PIECE):
            packed: bytes | memoryview = part[start : start + _PIECE]
            while packed:
                yield unpack.decompress(packed, _UNPACKED)
                packed = unpack.unconsumed_tail
            if unpack.eof:
                return
    yield unpack.flush()


def _profile(others: dict[bytes, bytes]) -> bytes | None:
    """Return the pixels' colour profile by the chunk that counts: cICP, then iCCP, then sRGB, then gAMA and cHRM."""
    if b"cICP" in others and (made := from_cicp(others[b"cICP"])) is not None:
        return made or None
    if b"iCCP" in others:
        named, _, packed = others[b"iCCP"].partition(b"\x00")
        if named and (profile := _inflated(packed[1:])):
            return profile
    if b"sRGB" in others:
        return None
    return from_gamma(others.get(b"gAMA", b""), others.get(b"cHRM", b""))


def _inflated(packed: bytes) -> bytes | None:
    unpack = zlib.decompressobj()
    try:
        profile = unpack.decompress(packed, MOST_PROFILE)
    except zlib.error:
        return None
    return profile if unpack.eof else None
