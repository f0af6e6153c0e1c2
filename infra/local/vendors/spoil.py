"""Files that are not what was ordered: what a vendor's link or bucket may hold instead of a film."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.local.vendors import media

_PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4.0,\nsegment0.ts\n#EXT-X-ENDLIST\n"
_EXPIRED = b"<!DOCTYPE html><html><body>Link expired</body></html>"
_COPY = ("-c", "copy")
_WEBM = (
    *("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8"),
    *("-c:a", "libopus", "-f", "webm"),
)
_MP4 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "mp4")


_SILENCE = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono")


def _made(*words: str, before: tuple[str, ...] = (), beside: tuple[str, ...] = ()) -> Callable[[bytes], bytes]:
    """Return a way to have ffmpeg make another film of one, and of what lies beside it."""

    @lru_cache(maxsize=16)  # one link is asked for again and again
    def make(raw: bytes) -> bytes:
        with TemporaryDirectory() as folder:
            source, target = Path(folder) / "source", Path(folder) / "target"
            source.write_bytes(raw)
            kind = () if "-f" in words else ("-f", "webm" if raw.startswith(b"\x1a\x45\xdf\xa3") else "mp4")
            media.run(*before, "-i", str(source), *beside, *words, *kind, str(target))
            return target.read_bytes()

    return make


def _hollow(raw: bytes) -> bytes:
    """Keep a film's index, and nothing of its pictures."""
    whole = _made(*_COPY, "-movflags", "+faststart", "-f", "mp4")(raw)
    pictures = whole.rindex(b"mdat") + 4
    return whole[:pictures] + bytes(len(whole) - pictures)


SPOILED: Mapping[str, Callable[[bytes], bytes]] = {
    "html": lambda _: _EXPIRED,
    "empty": lambda _: b"",
    "playlist": lambda _: _PLAYLIST,
    "cut": lambda raw: raw[: len(raw) // 2],
    "zeros": lambda raw: raw[: len(raw) // 4] + bytes(len(raw) - len(raw) // 4),
    "hollow": _hollow,
    "mute": _made("-an", *_COPY),
    "deaf": _made("-map", "1:a", "-t", "2", beside=_SILENCE),  # sound alone, though a clip may have none
    "short": _made("-t", "0.4", *_COPY),
    "codec": _made("-c:v", "copy", "-c:a", "ac3", "-f", "matroska"),
    "opaque": _made(*_MP4),  # the picture behind a transparent figure shows
    "solid": _made("-vf", "format=yuva420p", *_WEBM),  # so it does here, though the file says it is transparent
    "nobody": _made("-vf", "format=yuva420p,lutyuv=a=0", *_WEBM),
    "rotated": _made(*_COPY, "-f", "mp4", before=("-display_rotation", "90")),
    "fragments": _made(*_COPY, "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"),
}
"""What may be served in a film's place, each made of the film itself."""


def _said(raw: bytes, words: str) -> str:
    """Return subtitles with other words in their first cue."""
    head, _, _ = raw.decode().partition("\n\n")
    return f"{head} {words}\n\n"


SUBTITLES: Mapping[str, Callable[[bytes], bytes]] = {
    "junk": lambda _: b"no subtitles today",
    "empty": lambda _: b"",
    "html": lambda _: _EXPIRED,
    "large": lambda raw: raw + b"\n" * 2**20,
    "latin": lambda raw: _said(raw, "Café crème").encode("cp1252"),
    "kana": lambda raw: _said(raw, "\u30b3\u30fc\u30d2\u30fc").encode("shift_jis"),
    "halved": lambda raw: _said(raw, "Caf\u00e9").encode()[: len(_said(raw, "Caf").encode()) - 1],
    "replaced": lambda raw: _said(raw, "Caf\ufffd").encode(),
    "late": lambda raw: raw.replace(b"00:00:", b"59:00:"),
    "utf16": lambda raw: _said(raw, "Café").encode("utf-16"),
}
"""What may be served in the place of a film's subtitles; only the last can be read."""
