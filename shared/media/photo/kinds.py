"""Tells what a file is by its first bytes: JPEG, PNG or WebP, or which other thing, by the name people know it by."""

from enum import Enum

from shared.codes import Code
from shared.media.photo.refused import ImageRefused, unsupported


class Format(Enum):
    """The kinds of image we read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"


_KNOWN = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"%PDF": "PDF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
    b"8BPS": "Photoshop",
    b"\x1a\x45\xdf\xa3": "WebM video",
    b"\x00\x00\x01\x00": "icon",
    b"PK\x03\x04": "ZIP",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"\x8aMNG": "MNG",
    b"qoif": "QOI",
}
_BASE64 = (b"/9j/", b"iVBORw0KGgo", b"UklGR")  # how JPEG, PNG and WebP begin in it
_AVIF = (b"avif", b"avis")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_CANON = b"crx "
_FILM = "MP4 video"
_MOST_BRANDS = 64  # bytes of an MP4-like file's first box that are looked at


def format_of(data: bytes) -> Format:
    """Return the kind of a file, whatever it is called. Raises ImageRefused naming any other kind."""
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format.WEBP
    raise _other(data)


def is_film(data: bytes) -> bool:
    """Tell whether an MP4-like file is one of films or sound, by its brands: AVIF and HEIC are such files, too."""
    return _brand(data) == _FILM


def _other(data: bytes) -> ImageRefused:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    named = next((name for mark, name in _KNOWN.items() if data.startswith(mark)), None)
    if data[4:8] == b"ftyp":
        named = _brand(data)
    elif b"<svg" in head:
        named = "SVG"
    if named:
        return _named(named)
    move = "Send a JPEG, PNG or WebP."
    if not data:
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is empty", move)
    if head.startswith((b"ffconcat", b"#extm3u")):
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is a playlist, not an image", move)
    if head.startswith(b"{"):
        move = "Send the image's own bytes; the link to an image stands in an order, as image_url."
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is JSON, not an image", move)
    if data.startswith(_BASE64) or head.startswith(b"data:image/"):
        move = "Send the image's own bytes, decoded: curl --data-binary @photo.jpg."
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is an image written as base64", move)
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return ImageRefused(Code.NOT_AN_IMAGE, "the file is a web page or text, not an image", move)
    return ImageRefused(Code.NOT_AN_IMAGE, "the file is not an image we know", move)


def _named(name: str) -> ImageRefused:
    if name == "HEIC":
        move = "Export the photo as JPEG and send that (an iPhone does so under Camera, Formats, Most Compatible)."
        return ImageRefused(Code.UNSUPPORTED_FORMAT, "the image is HEIC", move)
    if name == "AVIF":
        move = "Export it as JPEG, PNG or WebP; of a link, take the address that answers with one of these."
        return ImageRefused(Code.UNSUPPORTED_FORMAT, "the image is AVIF", move)
    return unsupported(f"the image is {name}")


def _brand(data: bytes) -> str:
    """Name an MP4-like file by its brands: the major one first, then those it is compatible with."""
    end = min(int.from_bytes(data[:4]), _MOST_BRANDS)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, end, 4))]
    if _CANON in brands:
        return "CR3 (raw)"
    if any(brand in _AVIF for brand in brands):
        return "AVIF"
    return "HEIC" if any(brand in _HEIC for brand in brands) else _FILM
