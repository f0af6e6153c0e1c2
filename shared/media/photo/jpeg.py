"""Reads a JPEG: our own walk over its markers finds size, cost and meaning, Pillow decodes it, shrunk on the way.

Pillow gets the picture only: what cameras and programs write beside it (EXIF, XMP, previews, profiles) is left out.
libjpeg decodes a JPEG of one scan row by row; of one with several it keeps every coefficient of the picture.
"""

import re
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from shared.codes import Code
from shared.media.photo.exif import orientation
from shared.media.photo.header import MOST_PROFILE, UPRIGHT, Header, band_rows, cut
from shared.media.photo.pieces import joined
from shared.media.photo.refused import ImageRefused, broken, unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import Image

MOST_SCANS = 64  # a progressive photo has about ten, and each takes time over the whole picture
_MOST_SEGMENTS = 4000
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)  # neither data nor a restart within them
_STANDALONE = (0x01, 0xD8)  # TEM and SOI have no length
_SOI, _EOI, _SOS, _ADOBE = b"\xff\xd8", 0xD9, 0xDA, 0xEE
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}  # baseline, extended, progressive; Huffman and arithmetic
_PROGRESSIVE = {0xC2, 0xCA}
_STRANGE = dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "lossless")
_STRANGE |= dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE, 0xDE), "hierarchical")
_NEEDED = {*_FRAMES, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD}  # what the decoder needs before the first scan
_SCALES = (8, 4, 2, 1)
_BLOCK = 128  # bytes of 64 coefficients


@dataclass(slots=True)
class _Found:
    """What the walk over the markers has found so far."""

    frame: bytes = b""
    kind: int = 0
    scans: int = 0
    together: int = 0  # components in the first scan
    first_scan: int = 0  # where it begins in the file
    kept: list[bytes] = field(default_factory=list)
    exif: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    profile_parts: int = 0


def read(data: bytes, most_pixels: int) -> Header:
    """Read a JPEG's header; its bands come shrunk to no fewer than `most_pixels` where it has more.

    Raises ImageRefused.
    """
    found = _walk(data)
    if len(found.frame) < 6:  # noqa: PLR2004  # precision, height, width, components
        raise broken()
    precision, components = found.frame[0], found.frame[5]
    height, width = int.from_bytes(found.frame[1:3]), int.from_bytes(found.frame[3:5])
    if precision != 8 or components not in (1, 3, 4):  # noqa: PLR2004  # what libjpeg makes 8-bit pixels of
        raise unsupported(f"the image is a JPEG of {precision} bits and {components} components")
    several = found.kind in _PROGRESSIVE or found.scans > 1 or found.together < components
    kept = _coefficients(found.frame, width, height) if several else 0
    scale = next(scale for scale in _SCALES if scale == 1 or width * height >= most_pixels * scale**2)
    if kept and scale < _SCALES[0] and width * height > most_pixels * scale**2:
        scale *= 2  # the coefficients are what memory there is
    size = (ceil(width / scale), ceil(height / scale))
    return Header(
        *size,
        memory=kept + size[0] * size[1] * (1 if components == 1 else 4),
        bands=_bands(data, found, scale, size),
        claimed=(width, height),
        orientation=orientation(found.exif) if found.exif else UPRIGHT,
        profile=_joined(found),
    )


def _bands(data: bytes, found: _Found, scale: int, size: tuple[int, int]) -> "Callable[[int], Iterator[Image.Image]]":
    def bands(multiple: int) -> "Iterator[Image.Image]":
        from PIL.JpegImagePlugin import JpegImageFile

        with JpegImageFile(joined([_SOI, *found.kept, memoryview(data)[found.first_scan :]])) as picture:
            picture.draft(None, (max(1, picture.width // scale), max(1, picture.height // scale)))
            if picture.size != size:
                raise broken()
            picture.load()
            yield from cut(picture, band_rows(picture.width, multiple))

    return bands


def _walk(data: bytes) -> _Found:
    """Go from marker to marker to the end of the image; what follows it (a preview, a film) is not looked at."""
    found, at, segments = _Found(), len(_SOI), 0
    while marker := _MARKER.search(data, at):
        code, at = data[marker.end() - 1], marker.end()
        if code in _STANDALONE:
            continue
        if code == _EOI:
            break
        segments += 1
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or segments > _MOST_SEGMENTS:  # noqa: PLR2004  # the length counts its own two bytes
            raise broken()
        if code == _SOS:
            _scan(found, data[at + 2 : at + 3], marker.start())
        elif not found.scans:
            _segment(found, code, data[at + 2 : at + length], data[marker.start() : at + length])
        at += length
    if not found.scans or not found.frame:
        raise broken()
    return found


def _scan(found: _Found, components: bytes, start: int) -> None:
    found.scans += 1
    if found.scans == 1:
        found.first_scan, found.together = start, int.from_bytes(components)
    if found.scans > MOST_SCANS:
        why = f"the image is a JPEG of more than {MOST_SCANS} scans"
        raise ImageRefused(Code.UNSUPPORTED_FORMAT, why, "Save it anew as JPEG and send that.")


def _segment(found: _Found, code: int, body: bytes, whole: bytes) -> None:
    """Take from one segment what is needed of it."""
    if code in _STRANGE:
        raise unsupported(f"the image is a {_STRANGE[code]} JPEG, which hardly any program reads")
    if code in _FRAMES:
        if found.frame:
            raise broken()
        found.frame, found.kind = body, code
    if code in _NEEDED or (code == _ADOBE and body.startswith(b"Adobe")) or body.startswith(b"JFIF\x00"):
        found.kept.append(whole)
    elif body.startswith(b"Exif\x00\x00") and not found.exif:
        found.exif = body
    elif body.startswith(b"ICC_PROFILE\x00") and len(body) > 14:  # noqa: PLR2004  # its name, number and how many
        found.profile[body[12]], found.profile_parts = body[14:], body[13]


def _joined(found: _Found) -> bytes | None:
    """Join a profile's parts by their numbers; one that lacks a part, or is too large, counts as none."""
    numbers = range(1, found.profile_parts + 1)
    if not found.profile or set(numbers) != found.profile.keys():
        return None
    profile = b"".join(found.profile[number] for number in numbers)
    return profile if len(profile) <= MOST_PROFILE else None


def _coefficients(frame: bytes, width: int, height: int) -> int:
    """Return the bytes of all coefficients, component by component as they are sampled."""
    sampling = [(part >> 4, part & 15) for part in frame[7::3]]
    if not sampling or not all(0 < across <= 4 and 0 < down <= 4 for across, down in sampling):  # noqa: PLR2004  # JPEG's
        raise broken()
    across, down = max(pair[0] for pair in sampling), max(pair[1] for pair in sampling)
    units = ceil(width / (8 * across)) * ceil(height / (8 * down))
    return units * sum(one * other for one, other in sampling) * _BLOCK
