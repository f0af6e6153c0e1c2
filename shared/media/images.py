"""Turns an image nobody vouches for into one of ours: bytes in; sRGB pixels, upright and bounded, out; then JPEG.

What a file is called or claims to be is ignored; only bytes that decode as JPEG, PNG or WebP pass. A file named .jpg
that holds an ffmpeg playlist never reaches ffmpeg, because only what Pillow itself has painted does. Everything that
can go wrong in between is a decision, ImageRefused.

Memory is bounded by construction: an instance decodes one image at a time, every format says from its header what
decoding takes and is refused above DECODING_BYTES, and what is larger than needed is made small band by band. All
decoding is done by one thread: the allocator keeps an arena for each, and would keep a picture's memory in each.
"""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.codes import Code
from shared.media.photo import jpeg, png, webp
from shared.media.photo.colors import flat, see_through, to_srgb
from shared.media.photo.header import Header
from shared.media.photo.kinds import Format, format_of
from shared.media.photo.pad import Padding, padded
from shared.media.photo.refused import ImageRefused, broken
from shared.media.photo.shrink import shrunk
from shared.pipeline.plan.plan import Size

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

__all__ = [
    "ImageRefused",
    "Padding",
    "ReencodedImage",
    "decode",
    "decode_logo",
    "reencode_logo",
    "size_of",
    "sniff_and_reencode",
]

LEAST_SIDE = 64
MOST_IMAGE_BYTES = 20 * 2**20
MOST_IMAGE_PIXELS = 8192 * 6144  # phones' 50-megapixel modes
KEPT_PIXELS = 2048 * 2048  # of any shape: the part of a 4:3 photo that a 9:16 film shows is still 998x1774
DECODING_BYTES = 158 * 2**20  # a progressive JPEG of 8192x6144 takes 156 MiB, a WebP of 13 megapixels 149
STORED_BYTES = 2 * 2**20  # an order's images wait together until all are good; Veo takes 20 MB
LOGO_PIXELS = 1024 * 1024  # kept of a logo
LEAST_LOGO_SIDE = 24  # pixels of what is seen of it; its longer side has LEAST_SIDE at least
_FAINTEST = 8  # of 255: what is fainter is the margin around a logo
_BLANK = 250  # of 255: a picture that is darker nowhere is white paper
LONGEST_SIDE = 65_500  # pixels; JPEG has no more
_READERS = {Format.JPEG: jpeg.read, Format.PNG: png.read, Format.WEBP: webp.read}
_ENCODINGS = ((92, 0), (88, 2), (75, 2), (50, 2), (25, 2))  # quality and chroma subsampling, best first
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF's orientation to Pillow's Transpose
_ONE_AT_A_TIME = ThreadPoolExecutor(1, "decoding")


@dataclass(frozen=True, slots=True)
class ReencodedImage:
    """A re-encoded image: its bytes, their type, its pixels and the hex SHA-256 it is stored under.

    `photo` is the size of the picture alone, before it was padded.
    """

    data: bytes
    mime: str
    width: int
    height: int
    sha256: str
    photo: Size
    transparent: bool = False  # something shines through: a logo's


def sniff_and_reencode(
    data: bytes | memoryview,
    *,
    max_bytes: int,
    max_pixels: int = MOST_IMAGE_PIXELS,
    padding: Padding | None = None,
) -> ReencodedImage:
    """Decode and re-encode an image, padded if asked; the same bytes always give the same bytes.

    Raises ImageRefused with code "too_large", "not_an_image", "unsupported_format", "broken", "too_many_pixels"
    or "too_small".
    """
    if len(data) > max_bytes:
        raise ImageRefused(Code.TOO_LARGE, f"the image has {len(data)} bytes", f"Send at most {max_bytes} bytes.")
    return _ONE_AT_A_TIME.submit(_remade, data, max_pixels, padding).result()


def decode(data: bytes, *, max_pixels: int = MOST_IMAGE_PIXELS) -> "Image.Image":
    """Decode a JPEG, PNG or WebP to upright sRGB on white, at most KEPT_PIXELS large.

    Raises ImageRefused.
    """
    return _ONE_AT_A_TIME.submit(_decoded, data, max_pixels).result()


def decode_logo(data: bytes) -> "Image.Image":
    """Decode a logo to upright sRGB with its transparency, without the margin around it. Raises ImageRefused."""
    return _ONE_AT_A_TIME.submit(_logo, data).result()


def reencode_logo(data: bytes, *, max_bytes: int) -> ReencodedImage:
    """Decode and re-encode a logo as a PNG with its transparency; the same bytes always give the same bytes.

    Raises ImageRefused.
    """
    if len(data) > max_bytes:
        raise ImageRefused(Code.TOO_LARGE, f"the logo has {len(data)} bytes", f"Send at most {max_bytes} bytes.")
    return _ONE_AT_A_TIME.submit(_remade_logo, data).result()


def small_picture(data: bytes, most_pixels: int) -> bytes:
    """Make a picture anew as a JPEG of at most that many pixels. Raises ImageRefused."""
    return _ONE_AT_A_TIME.submit(_small, data, most_pixels).result()


def size_of(head: bytes) -> Size:
    """Return the size of an image we have stored, by its first kilobytes. Raises ImageRefused."""
    return Size(*jpeg.read(head, KEPT_PIXELS).claimed)


class _OnWhite:
    """Lays a picture's bands on white, and remembers whether something shone through."""

    clear = False

    def __call__(self, band: "Image.Image") -> "Image.Image":
        self.clear = self.clear or band.has_transparency_data
        return flat(band)


def _remade(data: bytes | memoryview, max_pixels: int, padding: Padding | None) -> ReencodedImage:
    on_white = _OnWhite()
    picture = _decoded(bytes(data), max_pixels, seen=on_white)
    if on_white.clear and not any(picture.convert("L").histogram()[:_BLANK]):
        why = "nothing is seen of the image: it is transparent all over, or white where it is not"
        raise ImageRefused(
            Code.BROKEN, why, "Send it with its background, as a JPEG or as a PNG that is not transparent."
        )
    photo = Size(*picture.size)
    if min(picture.size) < LEAST_SIDE:
        why = f"the image is only {photo.width}x{photo.height} pixels"
        raise ImageRefused(Code.TOO_SMALL, why, f"Send at least {LEAST_SIDE} a side.")
    return _reencoded(padded(picture, padding) if padding else picture, photo)


def _logo(data: bytes) -> "Image.Image":
    picture, alpha = _decoded(data, MOST_IMAGE_PIXELS, LOGO_PIXELS, see_through), None
    if picture.mode == "RGBA":
        alpha = picture.getchannel("A").point([0 if value < _FAINTEST else value for value in range(256)])
        picture.putalpha(alpha)
    else:
        picture.putalpha(255)
    box = picture.getbbox() if alpha else (0, 0, *picture.size)
    if box is None:
        raise ImageRefused(Code.BROKEN, "nothing is seen of the logo: all of it is transparent", "Send another one.")
    return picture.crop(box)


def _remade_logo(data: bytes) -> ReencodedImage:
    picture = _logo(data)
    if max(picture.size) < LEAST_SIDE or min(picture.size) < LEAST_LOGO_SIDE:
        why = f"only {picture.width}x{picture.height} pixels are seen of the logo"
        raise ImageRefused(Code.TOO_SMALL, why, f"Send at least {LEAST_SIDE} by {LEAST_LOGO_SIDE}.")
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    stored = out.getvalue()
    size = Size(*picture.size)
    clear = picture.getchannel("A").getextrema() != (255, 255)
    name = hashlib.sha256(stored).hexdigest()
    return ReencodedImage(stored, "image/png", size.width, size.height, name, size, transparent=clear)


def _small(data: bytes, most_pixels: int) -> bytes:
    picture = _decoded(data, MOST_IMAGE_PIXELS)
    share = min(1.0, (most_pixels / (picture.width * picture.height)) ** 0.5)
    out = io.BytesIO()
    size = (max(1, int(picture.width * share)), max(1, int(picture.height * share)))
    picture.resize(size).save(out, "JPEG", quality=80)
    return out.getvalue()


def _reencoded(picture: "Image.Image", photo: Size) -> ReencodedImage:
    """Write a picture as JPEG, as well as STORED_BYTES allow."""
    stored = b""
    for quality, subsampling in _ENCODINGS:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, subsampling=subsampling)  # optimized, libjpeg may not pause
        stored = out.getvalue()
        if len(stored) <= STORED_BYTES:
            break
    digest = hashlib.sha256(stored).hexdigest()
    return ReencodedImage(stored, "image/jpeg", picture.width, picture.height, digest, photo)


def _decoded(
    data: bytes, max_pixels: int, kept: int = KEPT_PIXELS, seen: "Callable[[Image.Image], Image.Image]" = flat
) -> "Image.Image":
    kind = format_of(data)
    try:
        header = _READERS[kind](data, kept)
        _check(header, kind, max_pixels)
        picture = _upright(_colored(shrunk(header, kept, seen), header.profile), header.orientation)
    except ImageRefused:
        raise
    except Exception as problem:  # a stranger's bytes may break a library anywhere: that is a refusal
        raise broken() from problem
    picture.info.clear()  # comments and the like would be written into the copy
    return picture


def _colored(picture: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Bring pixels into sRGB; what shines through stays so."""
    if picture.mode != "RGBA":
        return to_srgb(picture, profile)
    made = to_srgb(picture.convert("RGB"), profile)
    made.putalpha(picture.getchannel("A"))
    return made


def _check(header: Header, kind: Format, max_pixels: int) -> None:
    """Refuse what only claims to be reasonable, before a pixel of it is decoded."""
    width, height = header.claimed
    shown = f"{width}x{height}"
    if width < 1 or height < 1:
        raise broken(f"the image claims {shown} pixels")
    if width * height > max_pixels:
        move = f"Send one of at most {max_pixels} pixels."
        raise ImageRefused(Code.TOO_MANY_PIXELS, f"the image claims {shown} pixels", move)
    if max(width, height) > LONGEST_SIDE:
        move = f"Send one of at most {LONGEST_SIDE} a side."
        raise ImageRefused(Code.TOO_MANY_PIXELS, f"the image claims {shown} pixels", move)
    if header.memory > DECODING_BYTES:
        fits = int(width * height * DECODING_BYTES / header.memory / 1e6)
        why = f"the image is a {kind.value} of {shown} pixels, which takes too much memory to decode"
        raise ImageRefused(Code.TOO_MANY_PIXELS, why, f"Send it as a plain JPEG, or with at most {fits} megapixels.")


def _upright(picture: "Image.Image", orientation: int) -> "Image.Image":
    from PIL import Image

    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(Image.Transpose(turn))
