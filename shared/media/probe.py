"""Says what a film file is, from its packets; no word of the file's own metadata is believed or shown.

There is no ffprobe in imageio-ffmpeg, and what `ffmpeg -i` prints mixes facts with the file's own titles. The framecrc
muxer prints only numbers: stream headers, then a line a packet, so nothing is decoded and nothing can be spoofed.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run

_EBML = b"\x1a\x45\xdf\xa3"
_PICTURE_SIDE_MAX = 4096
_LONGEST = 3600  # seconds looked at: no film of ours is near it
_PACKET_FIELDS = 6


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film file: container ("mp4", "webm"), seconds, pixels, frames a second, codecs; alpha = it has transparency."""

    container: str
    seconds: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    alpha: bool


@dataclass(frozen=True, slots=True)
class _Packet:
    stream: int
    start: int
    length: int
    alpha: bool


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
    raise MediaRefused(f"a film was expected, but the file {_looks(head)}", "Send MP4 (H.264) or WebM (VP9).")


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
    demuxer = sniff(path)
    with tempfile.TemporaryDirectory(prefix="probe-") as folder:
        words = [
            "-map",
            "0:V:0",
            "-map",
            "0:a:0?",
            "-c",
            "copy",
            "-t",
            str(_LONGEST),
            "-bitexact",
            "-f",
            "framecrc",
            "-",
        ]
        printed = run([Source(path, demuxer)], words, Path(folder), Budget(timeout)).decode("ascii", "replace")
    return _facts(printed, "mp4" if demuxer is Demuxer.MP4 else "webm")


def _facts(printed: str, container: str) -> FilmFacts:
    headers = dict(_headers(printed))
    packets = [packet for line in printed.splitlines() if (packet := _packet(line))]
    pictures = [packet for packet in packets if packet.stream == 0]
    sounds = [packet for packet in packets if packet.stream == 1]
    width, height = (int(side) for side in headers.get("dimensions 0", "0x0").split("x"))
    if not pictures or not (0 < width <= _PICTURE_SIDE_MAX and 0 < height <= _PICTURE_SIDE_MAX):
        raise MediaRefused(f"the film has no usable picture ({width}x{height})", "Send it again, or another file.")
    seconds = _seconds(pictures, headers["tb 0"])
    return FilmFacts(
        container=container,
        seconds=round(seconds, 4),
        width=width,
        height=height,
        fps=round(len(pictures) / seconds, 3) if seconds else 0.0,
        video_codec=headers.get("codec_id 0", "unknown"),
        audio_codec=headers.get("codec_id 1", "unknown") if sounds else None,
        alpha=any(packet.alpha for packet in pictures),
    )


def _headers(printed: str) -> Iterator[tuple[str, str]]:
    for line in printed.splitlines():
        if line.startswith("#") and ": " in line:
            key, value = line[1:].split(": ", 1)
            yield key, value.strip()


def _packet(line: str) -> _Packet | None:
    fields = [field.strip() for field in line.split(",")]
    if line.startswith("#") or len(fields) < _PACKET_FIELDS:
        return None
    return _Packet(int(fields[0]), int(fields[2]), int(fields[3]), "Matroska BlockAdditional" in line)


def _seconds(packets: list[_Packet], base: str) -> float:
    top, bottom = (int(part) for part in base.split("/"))
    first = min(packet.start for packet in packets)
    last = max(packet.start + packet.length for packet in packets)
    return (last - first) * top / bottom
