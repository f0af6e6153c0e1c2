"""Says what a film file is, from its packets; no word of the file's own metadata is believed or shown.

There is no ffprobe in imageio-ffmpeg, and what `ffmpeg -i` prints mixes facts with the file's own titles. The framecrc
muxer prints only numbers: stream headers, then a line a packet, so nothing can be spoofed and only one frame is
decoded, which tells how the picture is turned and how wide its pixels are. How its colours are meant no muxer prints:
a corner of that frame is written as Matroska, which has it in numbers. It is not scaled: scalers refuse rare light.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.media.boxes import even
from shared.media.errors import NO_PICTURE, MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.mp4 import Mp4Facts, NotAFilm, mp4_at
from shared.media.tones import UNSAID
from shared.media.webm import read_webm

_EBML = b"\x1a\x45\xdf\xa3"
_PICTURE_SIDE_MAX = 4096
_LONGEST = 3600  # seconds looked at: no film of ours is near it
_PACKET_FIELDS = 6
_PRINTED = 48 * 2**20  # bytes of packets printed: some 600,000, ten times an hour's film
_BOXES = 16_384  # an hour in fragments of half a second
_NO_STREAM = "matches no streams"
_PACKETS = ("-bitexact", "-f", "framecrc")
_CORNER = ("-vf", "crop=min(iw\\,16):min(ih\\,16):0:0", "-c:v", "rawvideo", "-map_metadata", "-1", "-bitexact")
_COLOUR_TAG = b"\x55\xb0"  # the element that holds the next two, of a byte each
_PRIMARIES_TAG, _TRANSFER_TAG = b"\x55\xbb\x81", b"\x55\xba\x81"
_COLOUR_LONG = 32  # bytes


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film file: container ("mp4", "webm"), seconds, pixels, frames a second, codecs; alpha = it has transparency.

    Width and height are those a player shows: upright, and in square pixels. `square` is False where the file's own
    pixels are not; `heard` is how many seconds its sound lasts; `keys` counts the pictures that need no other.
    `primaries` and `transfer` are its colours' numbers in H.273; 2 = it does not say.
    """

    container: str
    seconds: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    alpha: bool
    square: bool = True
    heard: float = 0.0
    keys: int = 0
    primaries: int = UNSAID
    transfer: int = UNSAID


@dataclass(slots=True)
class _Stream:
    """What the packets of one stream add up to."""

    packets: int = 0
    keys: int = 0
    first: int = 0
    end: int = 0
    alpha: bool = False

    def add(self, start: int, length: int, *, key: bool, alpha: bool) -> None:
        """Count a packet."""
        self.first = min(self.first, start) if self.packets else start
        self.end = max(self.end, start + length)
        self.packets += 1
        self.keys += key
        self.alpha = self.alpha or alpha


def sniff(path: Path) -> Demuxer:
    """Name the container by its first bytes; everything but MP4 and WebM is refused.

    Raises MediaRefused, naming what the file looks like.
    """
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:8] == b"ftyp":
        return Demuxer.MP4
    if head.startswith(_EBML):
        return Demuxer.WEBM
    raise MediaRefused(f"the file {_looks(head)}, not a film", "Send MP4 (H.264) or WebM (VP9).")


def _looks(head: bytes) -> str:
    match head:
        case b"":
            return "is empty"
        case _ if head.lstrip().startswith(b"ffconcat"):
            return "is an ffmpeg playlist"
        case _ if head.lstrip().startswith(b"#EXTM3U"):
            return "is a streaming playlist"
        case _ if head.lstrip().startswith((b"<", b"{")):
            return "is a text (an error page?)"
        case _:
            return "is neither MP4 nor WebM"


def probe(path: Path, *, timeout: float = 30.0) -> FilmFacts:
    """Read what a film file is.

    Raises MediaRefused when it isn't an MP4 or WebM with a picture, MediaFailed when the machine failed.
    """
    return probe_each([path], timeout=timeout)[0]


def probe_each(paths: Sequence[Path], *, timeout: float) -> list[FilmFacts]:
    """Read what film files are, in one run of ffmpeg: to start it costs as much as to look at a short film.

    Raises as `probe` does, without saying of which file.
    """
    demuxers = [sniff(path) for path in paths]
    for path, demuxer in zip(paths, demuxers, strict=True):
        _bounded(path, demuxer)
    with tempfile.TemporaryDirectory(prefix="probe-") as name:
        folder, words = Path(name), list[str]()
        for number in range(len(paths)):
            picture = ["-map", f"{number}:V:0"]
            words += [*picture, "-map", f"{number}:a:0?", "-c", "copy", "-t", str(_LONGEST), "-fs", str(_PRINTED)]
            words += [*_PACKETS, f"packets-{number}.txt"]
            first = [*picture, "-frames:v", "1", "-fps_mode", "passthrough"]
            words += [*first, "-f", "framecrc", f"shown-{number}.txt"]
            words += [*first, *_CORNER, "-f", "matroska", "-allow_raw_vfw", "1", f"colors-{number}.mkv"]
        with _seen():
            sources = [Source(path, demuxer) for path, demuxer in zip(paths, demuxers, strict=True)]
            run(sources, words, folder, Budget(timeout))
        kinds = ("mp4" if demuxer is Demuxer.MP4 else "webm" for demuxer in demuxers)
        return [_facts(folder, number, kind) for number, kind in enumerate(kinds)]


def index_of(film: Path) -> Mp4Facts:
    """Return what the index of a film of our own says. Raises MediaFailed."""
    try:
        return mp4_at(film)
    except NotAFilm as wrong:
        raise MediaFailed(f"the film that was made is none: {wrong}") from wrong


def told_length(path: Path) -> float | None:
    """Return the seconds a film says it lasts, None when it doesn't. Raises MediaRefused when it is cut short."""
    return _bounded(path, sniff(path))[0]


def played_length(path: Path) -> float | None:
    """Return the seconds an MP4 lets its picture be seen; its sound may be longer. Raises MediaRefused as above."""
    return _bounded(path, sniff(path))[2] or None


def own_colors(path: Path) -> bool:
    """Tell whether only players of Dolby Vision know a film's colours. Raises MediaRefused when it is cut short."""
    return _bounded(path, sniff(path))[1]


def _bounded(path: Path, demuxer: Demuxer) -> tuple[float | None, bool, float]:
    """Refuse what is cut short, or made to cost ffmpeg its time and memory; return what the file tells.

    That is its length, whether its colours are Dolby Vision's own, and how long an MP4's picture is played.
    """
    with refused():
        if demuxer is Demuxer.MP4:
            facts = mp4_at(path, most_boxes=_BOXES)
            return facts.seconds, facts.own_colors, facts.played
        with path.open("rb") as file:

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            return read_webm(read, path.stat().st_size), False, 0.0


@contextmanager
def refused() -> Iterator[None]:
    """Turn the quick readers' refusal into one that says what to do."""
    try:
        yield
    except NotAFilm as wrong:
        raise MediaRefused(f"the film cannot be used: {wrong}", "Send it again, or another file.") from wrong


@contextmanager
def _seen() -> Iterator[None]:
    """Say in our words that there is no picture: ffmpeg speaks of its options."""
    try:
        yield
    except MediaRefused as wrong:
        if _NO_STREAM not in wrong.why:
            raise
        raise MediaRefused(f"the film cannot be used: {NO_PICTURE}", "Send it again, or another file.") from wrong


def _facts(folder: Path, number: int, container: str) -> FilmFacts:
    headers, streams = _read(folder / f"packets-{number}.txt")
    shown, _ = _read(folder / f"shown-{number}.txt")
    picture, sound = streams[0], streams[1]
    width, height, square = _shown(shown)
    coded = [int(side) for side in headers.get("dimensions 0", "0x0").split("x")]
    sides = (width, height, *coded)
    if not picture.packets or not all(0 < side <= _PICTURE_SIDE_MAX for side in sides):
        raise MediaRefused(f"the film has no usable picture ({width}x{height})", "Send it again, or another file.")
    seconds = _seconds(picture, headers["tb 0"])
    primaries, transfer = _colors(folder / f"colors-{number}.mkv")
    return FilmFacts(
        container=container,
        seconds=round(seconds, 4),
        width=width,
        height=height,
        fps=round(picture.packets / seconds, 3) if seconds else 0.0,
        video_codec=headers.get("codec_id 0", "unknown"),
        audio_codec=headers.get("codec_id 1", "unknown") if sound.packets else None,
        alpha=picture.alpha,
        square=square,
        heard=round(_seconds(sound, headers["tb 1"]), 4) if sound.packets else 0.0,
        keys=picture.keys,
        primaries=primaries,
        transfer=transfer,
    )


def _shown(headers: Mapping[str, str]) -> tuple[int, int, bool]:
    """Return width and height of a frame as it is shown, turned upright by ffmpeg; whether its pixels are square."""
    width, height = (int(side) for side in headers.get("dimensions 0", "0x0").split("x"))
    across, down = (int(part) for part in headers.get("sar 0", "1/1").split("/"))
    if across == down or 0 in (across, down):
        return width, height, True
    if across > down:
        return even(width * across / down), height, False
    return width, even(height * down / across), False  # grown, as players do: no line is lost


def _colors(corner: Path) -> tuple[int, int]:
    """Return the primaries and the transfer a film's first picture is said to have."""
    written = corner.read_bytes() if corner.exists() else b""
    _, _, behind = written.partition(_COLOUR_TAG)
    told = behind[:_COLOUR_LONG]
    primaries, transfer = (told.partition(each)[2][:1] for each in (_PRIMARIES_TAG, _TRANSFER_TAG))
    return int.from_bytes(primaries) or UNSAID, int.from_bytes(transfer) or UNSAID


def _read(printed: Path) -> tuple[dict[str, str], dict[int, _Stream]]:
    """Read a framecrc report line by line: a film of a million packets must not cost a gigabyte."""
    headers, streams = dict[str, str](), {0: _Stream(), 1: _Stream()}
    if not printed.exists():
        return headers, streams
    if printed.stat().st_size >= _PRINTED:
        raise MediaRefused("the film has too many packets to be one", "Send it again, or another file.")
    with printed.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("#"):
                key, _, value = line[1:].partition(": ")
                headers[key] = value.strip()
                continue
            fields = line.split(",", _PACKET_FIELDS)
            if len(fields) >= _PACKET_FIELDS and int(fields[0]) in streams:
                start, length = int(fields[2]), int(fields[3])
                whole, alpha = "F=0x" not in line, "Matroska BlockAdditional" in line
                streams[int(fields[0])].add(start, length, key=whole, alpha=alpha)
    return headers, streams


def _seconds(stream: _Stream, base: str) -> float:
    top, bottom = (int(part) for part in base.split("/"))
    return (stream.end - stream.first) * top / bottom
