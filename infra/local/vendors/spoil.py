"""Files that are not what was ordered: what a vendor's link or bucket may hold instead of a film."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.vendors import media

_PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4.0,\nsegment0.ts\n#EXT-X-ENDLIST\n"
_EXPIRED = b"<!DOCTYPE html><html><body>Link expired</body></html>"
_COPY = ("-c", "copy")
_MP4 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4")


def _made(*words: str, before: tuple[str, ...] = ()) -> Callable[[bytes], bytes]:
    """Return a way to have ffmpeg make another film of one."""

    def make(raw: bytes) -> bytes:
        with TemporaryDirectory() as folder:
            source, target = Path(folder) / "source", Path(folder) / "target"
            source.write_bytes(raw)
            kind = () if "-f" in words else ("-f", "webm" if raw.startswith(b"\x1a\x45\xdf\xa3") else "mp4")
            media.run(*before, "-i", str(source), *words, *kind, str(target))
            return target.read_bytes()

    return make


SPOILED: Mapping[str, Callable[[bytes], bytes]] = {
    "html": lambda _: _EXPIRED,
    "empty": lambda _: b"",
    "playlist": lambda _: _PLAYLIST,
    "cut": lambda raw: raw[: len(raw) // 2],
    "zeros": lambda raw: raw[: len(raw) // 4] + bytes(len(raw) - len(raw) // 4),
    "mute": _made("-an", *_COPY),
    "deaf": _made("-vn", *_COPY),
    "short": _made("-t", "0.4", *_COPY),
    "codec": _made("-c:v", "copy", "-c:a", "ac3", "-f", "matroska"),
    "opaque": _made(*_MP4),  # the picture behind a transparent figure shows
    "rotated": _made(*_COPY, "-f", "mp4", before=("-display_rotation", "90")),
    "fragments": _made(*_COPY, "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"),
}
"""What may be served in a film's place, each made of the film itself."""
