"""Turns an image nobody vouches for into one of ours: decoded for real, turned upright, stripped, flattened, JPEG.

What a file is called or claims to be is ignored; only bytes that decode as JPEG, PNG or WebP pass. A file named .jpg
that holds an ffmpeg playlist never reaches ffmpeg, because only what Pillow itself has painted does.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.codes import Code

if TYPE_CHECKING:
    from PIL import Image

LEAST_SIDE = 64
_QUALITY = 92
_KNOWN = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"8BPS": "Photoshop",
    b"\x1a\x45\xdf\xa3": "WebM video",
    b"\x00\x00\x01\x00": "icon",
    b"PK\x03\x04": "ZIP",
}
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}


class ImageRefused(Exception):
    """An image that can't be used: a code for programs, a reason and a next move for people."""

    def __init__(self, code: Code, why: str, next_move: str) -> None:
        super().__init__(f"{why}. {next_move}")
        self.code = code
        self.why = why
        self.next_move = next_move


@dataclass(frozen=True, slots=True)
class ReencodedImage:
    """A re-encoded image: its bytes, their type, its pixels and the hex SHA-256 it is stored under."""

    data: bytes
    mime: str
    width: int
    height: int
    sha256: str


def sniff_and_reencode(data: bytes, *, max_bytes: int, max_pixels: int) -> ReencodedImage:
    """Decode and re-encode an image; the same bytes always give the same bytes.

    Raises ImageRefused with code "too_large", "not_an_image", "unsupported_format", "broken", "too_many_pixels" or
    "too_small".
    """
    if len(data) > max_bytes:
        raise ImageRefused(Code.TOO_LARGE, f"the image has {len(data)} bytes", f"Send at most {max_bytes} bytes.")
    picture = decode(data, max_pixels=max_pixels)
    if min(picture.size) < LEAST_SIDE:
        shown = f"{picture.width}x{picture.height}"
        raise ImageRefused(Code.TOO_SMALL, f"the image is only {shown} pixels", f"Send at least {LEAST_SIDE} a side.")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    stored = out.getvalue()
    return ReencodedImage(stored, "image/jpeg", picture.width, picture.height, hashlib.sha256(stored).hexdigest())


def decode(data: bytes, *, max_pixels: int = 50_000_000) -> "Image.Image":
    """Decode a JPEG, PNG or WebP to upright RGB on white.

    Raises ImageRefused.
    """
    from PIL import Image, ImageOps  # light importers must not pay for Pillow

    kind = _kind(data)
    try:
        # A fresh reader per call and only this one format: Pillow's other decoders never see the bytes.
        picture = Image.open(io.BytesIO(data), formats=[kind])
        _check(picture, kind, max_pixels)
        picture.load()
        return _on_white(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        move = f"Send at most {max_pixels}."
        raise ImageRefused(Code.TOO_MANY_PIXELS, "the image claims more pixels than any we decode", move) from problem
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as problem:
        raise ImageRefused(
            Code.BROKEN, "the image can't be decoded (cut short or damaged)", "Send it again."
        ) from problem


def _check(picture: "Image.Image", kind: str, max_pixels: int) -> None:
    """Refuse what only claims to be reasonable, before a pixel of it is decoded."""
    if picture.width * picture.height > max_pixels:
        shown = f"{picture.width}x{picture.height}"
        raise ImageRefused(Code.TOO_MANY_PIXELS, f"the image claims {shown} pixels", f"Send at most {max_pixels}.")
    if getattr(picture, "n_frames", 1) > 1 and kind != "JPEG":
        raise ImageRefused(Code.UNSUPPORTED_FORMAT, "the image is an animation", "Send a still JPEG, PNG or WebP.")


def _on_white(picture: "Image.Image") -> "Image.Image":
    from PIL import Image

    if picture.mode.startswith("I"):  # 16-bit gray, which a plain conversion would burn out
        flat = picture.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    elif picture.has_transparency_data:
        seen = picture.convert("RGBA")
        white = Image.new("RGBA", seen.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(white, seen).convert("RGB")
    else:
        flat = picture.convert("RGB")
    flat.info.clear()  # comments and the like would be written into the copy
    return flat


def _kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    raise _unknown(data)


def _unknown(data: bytes) -> ImageRefused:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    named = next((name for mark, name in _KNOWN.items() if data.startswith(mark)), None)
    if data[4:8] == b"ftyp":
        named = _BRANDS.get(data[8:12], "MP4 video")
    elif b"<svg" in head:
        named = "SVG"
    move = "Send a JPEG, PNG or WebP."
    if named:
        return ImageRefused(Code.UNSUPPORTED_FORMAT, f"the image is {named}", move)
    if not data:
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is empty", move)
    if head.startswith((b"ffconcat", b"#extm3u")):
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is a playlist, not an image", move)
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"{")):
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is a web page or text, not an image", move)
    return ImageRefused(Code.NOT_AN_IMAGE, "the file is not an image we know", move)
