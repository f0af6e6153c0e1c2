"""Reads an MP4's length, size and sound by looking at its boxes only, wherever the file lies.

ISO/IEC 14496-12: a file is a row of boxes (length, four-letter name, content); `moov` holds the facts and stands at
the front or the end, `mdat` the pictures. Only box headers and `moov` are read, so a remote film costs a few ranged
reads. Nothing here needs ffmpeg.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

_MOOV_MAX = 16 * 1024 * 1024
_BOXES_MAX = 256
_TRACK_SIDE_MAX = 16384
_SECONDS_MAX = 24 * 3600


class NotAFilm(Exception):
    """The bytes are not an MP4 with a picture track, or lie about themselves."""


@dataclass(frozen=True, slots=True)
class Mp4Facts:
    """What a film's own index says: seconds, pixels, and whether there is a sound track."""

    seconds: float
    width: int
    height: int
    audio: bool


@dataclass(frozen=True, slots=True)
class _Track:
    handler: bytes
    width: int
    height: int


def read_mp4(read: Callable[[int, int], bytes], size: int) -> Mp4Facts:
    """Read the facts of an MP4 of `size` bytes; `read(offset, length)` returns that range.

    Raises NotAFilm when it isn't an MP4, is cut short, or its numbers make no sense.
    """
    moov = _find_moov(read, size)
    seconds = 0.0
    tracks: list[_Track] = []
    for name, body in _boxes(moov):
        if name == b"mvhd":
            seconds = _duration(body)
        elif name == b"trak":
            tracks.append(_track(body))
    picture = next((track for track in tracks if track.handler == b"vide"), None)
    if picture is None:
        raise NotAFilm("no picture track")
    if not 0 < seconds <= _SECONDS_MAX:
        raise NotAFilm(f"a length of {seconds:.3f} s makes no sense")
    if not (0 < picture.width <= _TRACK_SIDE_MAX and 0 < picture.height <= _TRACK_SIDE_MAX):
        raise NotAFilm(f"a picture of {picture.width}x{picture.height} makes no sense")
    return Mp4Facts(seconds, picture.width, picture.height, any(track.handler == b"soun" for track in tracks))


def _find_moov(read: Callable[[int, int], bytes], size: int) -> bytes:
    offset = 0
    for count in range(_BOXES_MAX):
        header = read(offset, min(16, size - offset)) if size - offset >= 8 else b""  # noqa: PLR2004 - a box header
        if len(header) < 8:  # noqa: PLR2004 - a box header
            raise NotAFilm("it ends before its index (moov)")
        name, start, length = _header(header, size - offset)
        if count == 0 and name != b"ftyp":
            raise NotAFilm("it does not begin as an MP4 (ftyp)")
        if length > size - offset:
            raise NotAFilm(f"it is cut short inside {_shown(name)}")
        if name == b"moov":
            if length > _MOOV_MAX:
                raise NotAFilm(f"an index of {length} bytes makes no sense")
            moov = read(offset + start, length - start)
            if len(moov) != length - start:
                raise NotAFilm("its index (moov) could not be read whole")
            return moov
        offset += length
    raise NotAFilm(f"no index (moov) among its first {_BOXES_MAX} boxes")


def _header(header: bytes, room: int) -> tuple[bytes, int, int]:
    """Return a box's name, where its content begins, and its whole length."""
    length, name, start = int.from_bytes(header[:4]), header[4:8], 8
    if length == 1:
        length, start = int.from_bytes(header[8:16]), 16
    elif length == 0:
        length = room
    if length < start:
        raise NotAFilm(f"box {_shown(name)} claims {length} bytes")
    return name, start, length


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = 0
    while len(body) - offset >= 8:  # noqa: PLR2004 - a box header
        name, start, length = _header(body[offset : offset + 16], len(body) - offset)
        if length > len(body) - offset:
            raise NotAFilm(f"box {_shown(name)} is longer than what holds it")
        yield name, body[offset + start : offset + length]
        offset += length


def _track(trak: bytes) -> _Track:
    handler, width, height = b"", 0, 0
    for name, body in _boxes(trak):
        if name == b"tkhd":
            # Width and height are the last two fields, 16.16 fixed point, in every version.
            width, height = int.from_bytes(body[-8:-6]), int.from_bytes(body[-4:-2])
        elif name == b"mdia":
            handler = next((inner[8:12] for label, inner in _boxes(body) if label == b"hdlr"), b"")
    return _Track(handler, width, height)


def _duration(mvhd: bytes) -> float:
    wide = mvhd[:1] == b"\x01"
    scale, length = (mvhd[20:24], mvhd[24:32]) if wide else (mvhd[12:16], mvhd[16:20])
    if len(length) != (8 if wide else 4) or not any(scale):
        raise NotAFilm("its header (mvhd) has no length")
    return int.from_bytes(length) / int.from_bytes(scale)


def _shown(name: bytes) -> str:
    return name.decode("ascii", "replace").encode("ascii", "replace").decode()
