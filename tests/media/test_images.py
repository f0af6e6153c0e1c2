"""Untrusted images: really decoded, made ours, or refused by name."""

import base64
import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.media.images import ImageRefused, ReencodedImage, sniff_and_reencode


def encoded(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    """Return an image's bytes."""
    out = io.BytesIO()
    (picture or Image.new("RGB", (120, 80), (200, 30, 30))).save(out, kind, **options)
    return out.getvalue()


def stored(data: bytes, max_bytes: int = 1_000_000, max_pixels: int = 4_000_000) -> ReencodedImage:
    """Store an image under usual bounds."""
    return sniff_and_reencode(data, max_bytes=max_bytes, max_pixels=max_pixels)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_known_kinds_become_jpeg(kind: str) -> None:
    """JPEG, PNG and WebP are stored as JPEG of the same size under their hash."""
    made = stored(encoded(kind))

    assert ("image/jpeg", 120, 80) == (made.mime, made.width, made.height)
    assert hashlib.sha256(made.data).hexdigest() == made.sha256
    with Image.open(io.BytesIO(made.data)) as picture:
        assert ("JPEG", (120, 80)) == (picture.format, picture.size)


def test_same_image_same_bytes() -> None:
    """The same bytes are always stored as the same bytes."""
    data = encoded("PNG")

    assert stored(data) == stored(data)


def test_transparency_becomes_white() -> None:
    """What shines through is white, as in a shop."""
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    picture.paste((200, 30, 30, 255), (0, 0, 20, 20))

    made = stored(encoded("PNG", picture))

    with Image.open(io.BytesIO(made.data)) as picture:
        assert (255, 255, 255) == picture.getpixel((50, 50))


def test_transparent_palette_becomes_white() -> None:
    """A palette's transparent entry is white too."""
    picture = Image.new("P", (100, 100), 0)
    picture.putpalette([10, 20, 30] + [0] * 765)
    picture.paste(1, (0, 0, 20, 20))

    made = stored(encoded("PNG", picture, transparency=0))

    with Image.open(io.BytesIO(made.data)) as shown:
        assert (255, 255, 255) == shown.getpixel((50, 50))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("color", [(0, 0, 0, 0), (255, 255, 255, 90), (200, 30, 30, 2)])
def test_a_picture_of_which_nothing_is_seen_is_refused(kind: str, color: tuple[int, ...]) -> None:
    """Wholly transparent, or white on what is: on white it would be a white film."""
    options = {"exact": True, "lossless": True} if kind == "WEBP" else {}

    with pytest.raises(ImageRefused, match=r"nothing is seen of the image.* Send it with its background"):
        stored(encoded(kind, Image.new("RGBA", (100, 100), color), **options))


def test_a_white_photo_is_a_photo() -> None:
    """Where nothing shines through, white was meant."""
    assert 100 == stored(encoded("PNG", Image.new("RGB", (100, 100), (255, 255, 255)))).width


def test_photo_is_turned_upright_and_stripped() -> None:
    """A phone's rotation is applied; its place, camera and time are not kept."""
    picture = Image.new("RGB", (120, 80), (200, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"

    made = stored(encoded("JPEG", picture, exif=exif))

    assert (80, 120) == (made.width, made.height)
    assert b"SecretCamera" not in made.data
    assert b"Exif" not in made.data


def test_comment_is_stripped() -> None:
    """A comment inside the image does not travel."""
    made = stored(encoded("JPEG", comment=b"made by somebody at home"))

    assert b"somebody" not in made.data


def test_deep_gray_is_not_burnt_out() -> None:
    """A 16-bit gray picture keeps its middle gray."""
    made = stored(encoded("PNG", Image.new("I;16", (100, 100), 32896)))

    with Image.open(io.BytesIO(made.data)) as picture:
        assert (128, 128, 128) == picture.getpixel((50, 50))


def test_cmyk_print_jpeg() -> None:
    """A print shop's CMYK JPEG is stored as RGB."""
    made = stored(encoded("JPEG", Image.new("CMYK", (100, 100), (0, 0, 0, 0))))

    with Image.open(io.BytesIO(made.data)) as picture:
        assert "RGB" == picture.mode


def png_bomb(side: int) -> bytes:
    """Return a small PNG that claims `side` x `side` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code", "why"),
    [
        (b"", "not_an_image", "empty"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not_an_image", "playlist"),
        (b"\n\n#EXTM3U\n", "not_an_image", "playlist"),
        (b"<!DOCTYPE html><html></html>", "not_an_image", "web page"),
        (b'{"error": "not found"}', "not_an_image", "JSON"),
        (base64.b64encode(encoded("JPEG")), "not_an_image", "base64"),
        (base64.b64encode(encoded("PNG")), "not_an_image", "base64"),
        (base64.b64encode(encoded("WEBP")), "not_an_image", "base64"),
        (b"data:image/png;base64,iVBORw0KGgo=", "not_an_image", "base64"),
        (b"\x7fELF" + bytes(100), "not_an_image", "not an image we know"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format", "SVG"),
        (b"\xef\xbb\xbf  <SVG></SVG>", "unsupported_format", "SVG"),
        (encoded("GIF"), "unsupported_format", "GIF"),
        (encoded("BMP"), "unsupported_format", "BMP"),
        (encoded("TIFF"), "unsupported_format", "TIFF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "unsupported_format", "HEIC"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "unsupported_format", "AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "unsupported_format", "MP4"),
        (encoded("JPEG")[:300], "broken", "cut short"),
        (encoded("PNG")[:60], "broken", "cut short"),
        (encoded("WEBP")[:40], "broken", "cut short"),
        (b"\xff\xd8\xff" + b"ffconcat version 1.0\n", "broken", "can't be decoded"),
        (png_bomb(60_000), "too_many_pixels", "60000x60000"),
        (png_bomb(3_000), "too_many_pixels", "3000x3000"),
        (encoded("PNG", Image.new("RGB", (63, 500))), "too_small", "63x500"),
    ],
)
def test_others_are_refused_by_name(data: bytes, code: str, why: str) -> None:
    """Everything else is refused with a code, what it is, and a next move."""
    with pytest.raises(ImageRefused, match=why) as refused:
        stored(data)

    assert code == refused.value.code
    assert refused.value.next_move


def test_animation_is_refused() -> None:
    """An animated WebP is not silently shown as its first picture."""
    more = [Image.new("RGB", (100, 100), (30, 200, 30))]
    data = encoded("WEBP", Image.new("RGB", (100, 100)), save_all=True, append_images=more)

    with pytest.raises(ImageRefused, match="animation"):
        stored(data)


def test_too_many_bytes() -> None:
    """A file over the bound is refused before it is looked at."""
    with pytest.raises(ImageRefused, match="at most 100 bytes") as refused:
        stored(encoded("PNG"), max_bytes=100)

    assert "too_large" == refused.value.code


@given(st.binary(min_size=1, max_size=60), st.integers(3, 400), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_damaged_images_end_in_an_image_or_a_refusal(noise: bytes, at: int, kind: str) -> None:
    """However an image is damaged, the end is an image or ImageRefused."""
    data = encoded(kind)

    try:
        made = stored(data[:at] + noise + data[at + len(noise) :])
    except ImageRefused:
        return

    assert min(made.width, made.height) >= 64
