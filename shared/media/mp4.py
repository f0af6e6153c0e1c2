"""Reads an MP4's length, size and sound by looking at its boxes only, wherever the file lies.

ISO/IEC 14496-12: a file is a row of boxes (length, four-letter name, content); `moov` holds the facts and stands at
the front or the end, `mdat` the pictures, and a fragmented film has a `moof` before each `mdat`. Only box headers and
indexes are read, so a remote film costs a few ranged reads. Nothing here needs ffmpeg: what would cost it much time
or memory (millions of samples, endless edit lists) is refused before it is started.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.media.dolby import of_dolby_alone
from shared.media.errors import NO_PICTURE
from shared.media.fragments import Fragments
from shared.media.mp4_boxes import NotAFilm, boxes, header, number, shown

__all__ = ["Mp4Facts", "NotAFilm", "key_frames", "mp4_at", "read_mp4"]

_INDEX_MAX = 16 * 1024 * 1024
_BOXES_MAX = 256
_TRACKS_MAX = 16
_TRACK_SIDE_MAX = 16384
_SECONDS_MAX = 24 * 3600
_SAMPLES_MAX = 500_000  # an hour at 60 frames a second with its sound has 385,000
_EDITS_MAX = 64

Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Mp4Facts:
    """What a film's own index says: seconds, pixels, whether there is a sound track.

    `own_colors`: its picture is of Dolby Vision alone, in colours of its own that no other player has. `frames` are
    its pictures, and `shown` the seconds they last, `played` those that its edit list lets be seen, from the film's
    beginning; of a film in fragments none is told.
    """

    seconds: float
    width: int
    height: int
    audio: bool
    own_colors: bool = False
    frames: int = 0
    shown: float = 0.0
    played: float = 0.0


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    handler: bytes
    width: int
    height: int
    scale: int
    seconds: float
    samples: int
    own_colors: bool
    played: int  # in the film's own scale


def read_mp4(read: Read, size: int, *, most_boxes: int = _BOXES_MAX) -> Mp4Facts:
    """Read the facts of an MP4 of `size` bytes; `read(offset, length)` returns that range.

    Raises NotAFilm when it isn't an MP4, is cut short, is made to be expensive, or its numbers make no sense.
    """
    moov, fragments = _indexes(read, size, most_boxes)
    seconds, scale, tracks = 0.0, 0, list[_Track]()
    for name, body in boxes(moov):
        if name == b"mvhd":
            seconds, scale = _duration(body, whole=True), _scale(body)
        elif name == b"trak":
            tracks.append(_track(body))
        if len(tracks) > _TRACKS_MAX:
            raise NotAFilm(f"more than {_TRACKS_MAX} tracks make no sense")
    picture = next((track for track in tracks if track.handler == b"vide"), None)
    if picture is None:
        raise NotAFilm(NO_PICTURE)
    if sum(track.samples for track in tracks) + fragments.samples > _SAMPLES_MAX:
        raise NotAFilm(f"more than {_SAMPLES_MAX:,} samples make no sense")
    if fragments.found:
        seconds = fragments.seconds(moov, picture.number, picture.scale) or seconds
    seconds = seconds or picture.seconds
    if not 0 < seconds <= _SECONDS_MAX:
        raise NotAFilm(f"a length of {seconds:.3f} s makes no sense")
    if not (0 < picture.width <= _TRACK_SIDE_MAX and 0 < picture.height <= _TRACK_SIDE_MAX):
        raise NotAFilm(f"a picture of {picture.width}x{picture.height} makes no sense")
    heard = any(track.handler == b"soun" for track in tracks)
    sides = picture.width, picture.height
    played = picture.played / scale if scale else 0.0
    return Mp4Facts(seconds, *sides, heard, picture.own_colors, picture.samples, picture.seconds, played)


def mp4_at(path: Path, *, most_boxes: int = _BOXES_MAX) -> Mp4Facts:
    """Read the facts of an MP4 that lies here. Raises NotAFilm as read_mp4 does."""
    with path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        return read_mp4(read, path.stat().st_size, most_boxes=most_boxes)


def key_frames(path: Path) -> tuple[int, ...]:
    """Return the numbers, from 0, of the pictures of an MP4 that need no other; none where its index lists none.

    They stand in the order of coding, which at closed groups of pictures, as ours are, is that of showing.
    Raises NotAFilm as read_mp4 does.
    """
    with path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        moov, _ = _indexes(read, path.stat().st_size, _BOXES_MAX)
    for table in _tables(moov):
        for name, body in boxes(table):
            if name == b"stss":
                end = min(len(body), 8 + 4 * number(body[4:8]))
                return tuple(number(body[at : at + 4]) - 1 for at in range(8, end, 4))
    return ()


def _tables(moov: bytes) -> Iterator[bytes]:
    """Yield the tables of samples (stbl) of an index."""
    for name, trak in boxes(moov):
        for label, mdia in boxes(trak) if name == b"trak" else ():
            for inner, minf in boxes(mdia) if label == b"mdia" else ():
                yield from (body for last, body in boxes(minf) if inner == b"minf" and last == b"stbl")


def read_m4a(read: Read, size: int) -> float:
    """Return the seconds of an MP4 that holds sound alone. Raises NotAFilm as read_mp4 does, and where it is a film."""
    moov, _ = _indexes(read, size, _BOXES_MAX)
    tracks = [_track(body) for name, body in boxes(moov) if name == b"trak"]
    if any(track.handler == b"vide" for track in tracks):
        raise NotAFilm("it holds a picture")
    if len(tracks) > _TRACKS_MAX or sum(track.samples for track in tracks) > _SAMPLES_MAX:
        raise NotAFilm("its index makes no sense")
    return max((track.seconds for track in tracks if track.handler == b"soun"), default=0.0)


def _indexes(read: Read, size: int, most_boxes: int) -> tuple[bytes, Fragments]:
    """Walk the file's boxes to its end; return its index and what its fragments say."""
    moov, fragments, pictures, left = b"", Fragments(), False, _INDEX_MAX
    for name, start, length, missing in _top(read, size, most_boxes):
        if missing:
            if moov and pictures and name not in (b"mdat", b"moof"):
                break  # something that is no box stands behind a whole film
            raise NotAFilm(f"it is cut short inside {shown(name)}")
        if name in (b"moov", b"moof", b"sidx"):
            body = _index(read, start, length, left)
            left -= length
            moov = moov or (body if name == b"moov" else b"")
            fragments.take(name, body)
        pictures = pictures or (name == b"mdat" and length > 0)
    if not moov:
        raise NotAFilm("it ends before its index (moov)")
    if not pictures:
        raise NotAFilm("it ends before its pictures (mdat)")
    return moov, fragments


def _top(read: Read, size: int, most_boxes: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield each outermost box: name, where its content begins, how long that is, how much of it is missing."""
    offset = count = 0
    while size - offset >= 8:  # noqa: PLR2004 - a box header
        head = read(offset, min(16, size - offset))
        if len(head) < 8:  # noqa: PLR2004 - a box header
            raise NotAFilm("it could not be read to its end")
        name, start, length = header(head, size - offset)
        if count == 0 and name != b"ftyp":
            raise NotAFilm("it does not begin as an MP4 (ftyp)")
        yield name, offset + start, length - start, max(0, offset + length - size)
        offset, count = offset + length, count + 1
        if count > most_boxes:
            raise NotAFilm(f"no whole film among its first {most_boxes} boxes")
    if count == 0:
        raise NotAFilm("it does not begin as an MP4 (ftyp)" if size else "it is empty")


def _index(read: Read, start: int, length: int, left: int) -> bytes:
    if length > left:
        raise NotAFilm(f"an index of more than {_INDEX_MAX} bytes makes no sense")
    body = read(start, length) if length else b""
    if len(body) != length:
        raise NotAFilm("its index (moov) could not be read whole")
    return body


def _track(trak: bytes) -> _Track:
    key, handler, width, height, scale, seconds, samples, own, played = 0, b"", 0, 0, 0, 0.0, 0, False, 0
    for name, body in boxes(trak):
        if name == b"tkhd":
            # Width and height are the last two fields, 16.16 fixed point, in every version.
            width, height = number(body[-8:-6]), number(body[-4:-2])
            wide = body[:1] == b"\x01"
            key = number(body[20:24] if wide else body[12:16])
            length = body[28:36] if wide else body[20:24]
            played = 0 if all(byte == 0xFF for byte in length) else number(length)  # noqa: PLR2004 - "not known"
        elif name == b"edts":
            _edits(body)
        elif name == b"mdia":
            for label, inner in boxes(body):
                if label == b"hdlr":
                    handler = inner[8:12]
                elif label == b"mdhd":
                    scale, seconds = _scale(inner), _duration(inner, whole=False)
                elif label == b"minf":
                    samples += _samples(inner)
                    own = own or of_dolby_alone(inner)
    return _Track(key, handler, width, height, scale, seconds, samples, own, played)


def _edits(edts: bytes) -> None:
    """Refuse an edit list that no film has: readers lay out all samples anew for each edit."""
    for name, body in boxes(edts):
        if name == b"elst" and number(body[4:8]) > _EDITS_MAX:
            raise NotAFilm(f"an edit list of {number(body[4:8])} entries makes no sense")


def _samples(minf: bytes) -> int:
    tables = (body for name, body in boxes(minf) if name == b"stbl")
    sizes = (body for stbl in tables for name, body in boxes(stbl) if name in (b"stsz", b"stz2"))
    return sum(number(body[8:12]) for body in sizes)


def _scale(head: bytes) -> int:
    return number(head[20:24] if head[:1] == b"\x01" else head[12:16])


def _duration(head: bytes, *, whole: bool) -> float:
    """Read the length in mvhd or mdhd; 0 when the `whole` film's is not told and the other's cannot be."""
    wide = head[:1] == b"\x01"
    scale, length = (head[20:24], head[24:32]) if wide else (head[12:16], head[16:20])
    if len(length) != (8 if wide else 4) or not any(scale):
        if whole:
            raise NotAFilm("its header (mvhd) has no length")
        return 0.0
    if all(byte == 0xFF for byte in length):  # noqa: PLR2004 - "not known"
        return 0.0
    return number(length) / number(scale)
