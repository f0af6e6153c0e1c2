"""Reads a WebP: our own look at its chunks, libwebp (through Pillow) for the pixels.

libwebp decodes a picture whole and keeps it twice, the copy it hands over is the third: 12 bytes a pixel. Pillow's
own class would add a fourth, so its decoder is asked directly.
"""

from typing import TYPE_CHECKING

from shared.media.photo.exif import orientation
from shared.media.photo.header import MOST_PROFILE, UPRIGHT, Header, band_rows, cut
from shared.media.photo.refused import broken, unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

_MOST_RIFF_CHUNKS = 2000
_ANIMATED = 0x02  # a bit of the extended header's flags
_LOSSLESS = 0x2F  # the first byte of a lossless picture
_KEY = b"\x9d\x01\x2a"  # before the size of a lossy picture
_EACH = 12  # bytes a pixel


def read(data: bytes, _most_pixels: int) -> Header:
    """Read a WebP's header. Raises ImageRefused."""
    chunks = _chunks(data)
    size = _size(data[12:16], data[20:30])
    if size is None:
        raise broken()
    if data[12:16] == b"VP8X" and data[20] & _ANIMATED and len(chunks.get(b"ANMF", ())) > 1:
        raise unsupported("the image is an animation")
    exif, profile = chunks.get(b"EXIF", [b""])[0], chunks.get(b"ICCP", [b""])[0]
    return Header(
        *size,
        memory=size[0] * size[1] * _EACH + len(data),  # it copies the file, too
        bands=_bands(data, size),
        claimed=size,
        orientation=orientation(exif) if exif else UPRIGHT,
        profile=profile if 0 < len(profile) <= MOST_PROFILE else None,
    )


def _chunks(data: bytes) -> dict[bytes, list[bytes]]:
    """Return what is of use beside the picture: profile, EXIF, and as many empty marks as there are frames."""
    found: dict[bytes, list[bytes]] = {}
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _ in range(_MOST_RIFF_CHUNKS):
        if at + 8 > end:
            return found
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"EXIF", b"ICCP"):
            found.setdefault(name, [data[at + 8 : min(end, at + 8 + length)]])
        elif name == b"ANMF":
            found.setdefault(name, []).append(b"")
        at += 8 + length + (length & 1)
    raise broken()


def _size(first: bytes, body: bytes) -> tuple[int, int] | None:
    """Return the size by the first chunk, whose kind says how it is written."""
    if len(body) < 10:  # noqa: PLR2004  # the longest of the three headers
        return None
    if first == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if first == b"VP8L" and body[0] == _LOSSLESS:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if first == b"VP8 " and body[3:6] == _KEY:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


def _bands(data: bytes, size: tuple[int, int]) -> "Callable[[int], Iterator[Image.Image]]":
    def bands(multiple: int) -> "Iterator[Image.Image]":
        from PIL import Image, _webp

        decoder = _webp.WebPAnimDecoder(data)
        canvas, _, _, _, mode = decoder.get_info()
        if canvas != size:
            raise broken()
        frame = decoder.get_next()
        if frame is None:
            raise broken()
        del decoder  # and two of the three copies with it
        shown = "RGBA" if mode == "RGBA" else "RGBX"
        picture = Image.frombuffer(shown, size, frame[0], "raw", shown, 0, 1)
        del frame
        yield from cut(picture, band_rows(picture.width, multiple))

    return bands
