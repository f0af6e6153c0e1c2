"""Reads a WebM's own length and whether it is whole, from the first elements of the file.

RFC 8794 (EBML), RFC 9559 (Matroska): an EBML head, then one Segment that says how many bytes follow (all ones: a live
stream, which does not say), and in its Info the film's length.
"""

import struct
from collections.abc import Callable, Iterator

from shared.media.mp4_boxes import NotAFilm

_HEAD, SEGMENT, INFO, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1F43B675
TIMESTAMP_SCALE, _LASTING = 0x2AD7B1, 0x4489
_HEAD_MAX = 4096  # bytes of the EBML head, and of Info
_ELEMENTS_MAX = 64
_NANO = 1e9
_ELEMENT_HEAD = 12  # bytes of the longest id and size

Read = Callable[[int, int], bytes]


def read_webm(read: Read, size: int) -> float | None:
    """Return the seconds a WebM of `size` bytes says it lasts; None when it does not say.

    Raises NotAFilm when it is cut short or is no WebM.
    """
    key, at, length = element(read, 0, size)
    if key != _HEAD or length is None or length > _HEAD_MAX:
        raise NotAFilm("it does not begin as a WebM")
    key, start, length = element(read, at + length, size)
    if key != SEGMENT:
        raise NotAFilm("it does not begin as a WebM")
    if length is not None and start + length > size:
        raise NotAFilm(f"it is cut short: {size} of {start + length} bytes are there")
    return _told(read, start, size)


def _told(read: Read, offset: int, size: int) -> float | None:
    """Find the length in Info, which stands before the first pictures."""
    for _ in range(_ELEMENTS_MAX):
        if size - offset < _ELEMENT_HEAD:
            return None
        key, start, length = element(read, offset, size)
        if key == CLUSTER or length is None:
            return None
        if key == INFO:
            return _seconds(read(start, min(length, _HEAD_MAX)))
        offset = start + length
    return None


def _seconds(info: bytes) -> float | None:
    scale, told = 1_000_000, 0.0
    for key, body in children(info):
        if key == TIMESTAMP_SCALE:
            scale = int.from_bytes(body)
        elif key == _LASTING and len(body) in (4, 8):
            told = float(struct.unpack(">f" if len(body) == 4 else ">d", body)[0])  # noqa: PLR2004 - bytes of a float
    seconds = told * scale / _NANO
    return seconds if 0 < seconds < float("inf") else None


def children(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield id and content of each element in `body`. Raises NotAFilm where one is broken."""
    offset = 0
    while offset < len(body):
        key, start, length = element(lambda at, most: body[at : at + most], offset, len(body))
        if length is None:
            return
        yield key, body[start : start + length]
        offset = start + length


def element(read: Read, offset: int, size: int) -> tuple[int, int, int | None]:
    """Return an element's id, where its content begins, and how long that is (None: not told).

    `read` gives what stands at an offset of the file's `size` bytes. Raises NotAFilm where no element begins.
    """
    head = read(offset, min(_ELEMENT_HEAD, size - offset)) if size > offset else b""
    if len(head) < 2 or not head[0]:  # noqa: PLR2004 - an id and a size
        raise NotAFilm("it ends before its pictures")
    wide = 9 - head[0].bit_length()
    rest = head[wide:]
    if not rest or not rest[0]:
        raise NotAFilm("it ends before its pictures")
    long = 9 - rest[0].bit_length()
    if len(rest) < long:
        raise NotAFilm("it ends before its pictures")
    told = int.from_bytes(rest[:long]) & ((1 << 7 * long) - 1)
    unknown = told == (1 << 7 * long) - 1
    return int.from_bytes(head[:wide]), offset + wide + long, None if unknown else told
