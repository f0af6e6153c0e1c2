"""Reads one thing out of EXIF: which way is up. Whatever else stands there, however broken, is not looked at.

EXIF is a small TIFF: a byte order, then a directory of entries (tag, type, count, value or its offset).
"""

import struct

from shared.media.photo.header import UPRIGHT

_ORIENTATION = 0x0112
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}  # TIFF's types of whole numbers
_INLINE = 4  # bytes; a longer value stands elsewhere, and its entry holds the offset
_ENTRY = 12  # bytes
_MOST_ENTRIES = 1000  # a camera writes about twenty


def orientation(exif: bytes) -> int:
    """Return EXIF's orientation, 1 to 8; 1, upright, where none can be read."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        found = _entry(tiff, order)
    except struct.error:  # an offset or a count leads out of the file
        return UPRIGHT
    return found if found is not None and UPRIGHT <= found <= 8 else UPRIGHT  # noqa: PLR2004  # EXIF's eight ways


def _entry(tiff: bytes, order: str) -> int | None:
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for number in range(min(count, _MOST_ENTRIES)):
        start = at + 2 + number * _ENTRY
        tag, kind, values = struct.unpack_from(f"{order}HHI", tiff, start)
        if tag == _ORIENTATION:
            return _value(tiff, order, start + 8, kind, values)
    return None


def _value(tiff: bytes, order: str, at: int, kind: int, count: int) -> int | None:
    letter = _WHOLE_NUMBERS.get(kind)
    if letter is None or count == 0:
        return None
    if struct.calcsize(letter) * count > _INLINE:
        (at,) = struct.unpack_from(f"{order}I", tiff, at)
    (found,) = struct.unpack_from(f"{order}{letter}", tiff, at)
    return int(found)
