"""Small images of every kind, and their parts: the raw material of tests that change one thing, or anything."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageCms

CASES = Path(__file__).parent / "cases"
COLORS = ((200, 30, 30), (30, 160, 60), (40, 60, 200), (240, 240, 240))


def case(name: str) -> bytes:
    """Return a file that once was handled wrongly."""
    return (CASES / name).read_bytes()


def picture(width: int = 80, height: int = 96, mode: str = "RGB") -> Image.Image:
    """Return four fields: red and green above, blue and white below."""
    made = Image.new("RGB", (width, height))
    half, middle = width // 2, height // 2
    for color, place in zip(COLORS, ((0, 0), (half, 0), (0, middle), (half, middle)), strict=True):
        made.paste(color, (*place, place[0] + half, place[1] + middle))
    if mode == "RGBA":
        made.putalpha(255)
        return made
    return made.convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """Return an image's bytes."""
    out = io.BytesIO()
    (image or picture()).save(out, kind, **options)
    return out.getvalue()


def tiff(*entries: tuple[int, int, int, bytes], order: str = "<", beyond: bytes = b"") -> bytes:
    """Return EXIF's TIFF with one directory; an entry is tag, type, count and four bytes of value or offset."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    body = b"".join(struct.pack(f"{order}HHI", *entry[:3]) + entry[3].ljust(4, b"\x00") for entry in entries)
    return head + struct.pack(f"{order}H", len(entries)) + body + bytes(4) + beyond


def turned(orientation: int, order: str = "<") -> bytes:
    """Return a TIFF that says nothing but which way is up."""
    return tiff((0x0112, 3, 1, struct.pack(f"{order}H", orientation)), order=order)


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a PNG's chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a sound PNG: name and body."""
    found, at = [], 8
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        found.append((name, png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG of chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def with_chunks(png: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """Return a PNG with more chunks before its pixels."""
    head, *rest = chunks(png)
    return png_of([head, *extra, *rest])


def png_of_zeros(width: int, height: int, depth: int, color: int, *, interlaced: bool = False) -> bytes:
    """Return a PNG whose every sample is 0, packed tightly, however large it claims to be.

    Of one with transparency a piece of the last row is black, so that something is seen of it.
    """
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    size = 0
    for top, down, left, across in passes if interlaced else [(0, 1, 0, 1)]:
        rows, columns = len(range(top, height, down)), len(range(left, width, across))
        size += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    pack, each = zlib.compressobj(1), depth // 8
    seen = (bytes(3 * each) + b"\xff" * each) * 1024 if color == 6 else b""
    size -= len(seen)
    body = b"".join(pack.compress(bytes(min(2**24, size - start))) for start in range(0, size, 2**24))
    body += pack.compress(seen) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    parts = [(b"IHDR", header), (b"IDAT", body), (b"IEND", b"")]
    if color == 3:
        parts.insert(1, (b"PLTE", bytes(range(9))))
    return png_of(parts)


def segment(code: int, body: bytes) -> bytes:
    """Return a JPEG's segment."""
    return b"\xff" + bytes([code]) + struct.pack(">H", len(body) + 2) + body


def with_segments(jpeg: bytes, *extra: bytes) -> bytes:
    """Return a JPEG with more segments at its beginning."""
    return jpeg[:2] + b"".join(extra) + jpeg[2:]


def with_exif(kind: str, exif: bytes, image: Image.Image | None = None) -> bytes:
    """Return an image with that TIFF as its EXIF, put there without anybody looking into it."""
    if kind == "JPEG":
        return with_segments(encoded("JPEG", image, quality=95, subsampling=0), segment(0xE1, b"Exif\x00\x00" + exif))
    if kind == "PNG":
        return with_chunks(encoded("PNG", image), (b"eXIf", exif))
    return encoded("WEBP", image, lossless=True, exif=exif)


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return a picture that hardly packs: the same for the same seed."""
    return Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))


def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile_of(kind: bytes, space: bytes, pcs: bytes, **tags: bytes) -> bytes:
    """Return an ICC profile of version 2 with these tags."""
    at, table, content = 132 + 12 * len(tags), b"", b""
    for name, body in tags.items():
        table += name.encode() + struct.pack(">II", at + len(content), len(body))
        content += body
    whole = struct.pack(">I", len(tags)) + table + content
    head = struct.pack(">I4xI4s4s4s12x4s", 128 + len(whole), 0x02100000, kind, space, pcs, b"acsp")
    return head.ljust(68, b"\x00") + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D) + bytes(48) + whole


def gray_profile(gamma: float) -> bytes:
    """Return an ICC profile of a gray of that gamma."""
    white = b"XYZ \x00\x00\x00\x00" + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    curve = b"curv\x00\x00\x00\x00" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return profile_of(b"mntr", b"GRAY", b"XYZ ", wtpt=white, kTRC=curve)


def ink_profile() -> bytes:
    """Return an ICC profile of a press whose lightness is what black ink leaves; its other inks are not seen."""
    white = b"XYZ \x00\x00\x00\x00" + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    straight = bytes(range(256))
    corners = b"".join(bytes([0 if corner & 1 else 255, 128, 128]) for corner in range(16))  # Lab; K varies fastest
    matrix = struct.pack(">9i", *(65536 * (number % 4 == 0) for number in range(9)))
    table = b"mft1\x00\x00\x00\x00" + bytes([4, 3, 2, 0]) + matrix + straight * 4 + corners + straight * 3
    return profile_of(b"prtr", b"CMYK", b"Lab ", wtpt=white, A2B0=table)


def kinds() -> Iterator[tuple[str, bytes]]:
    """Yield sound images of every kind we read, with everything about them that we look at."""
    profile, exif = srgb_profile(), turned(6)
    yield "jpeg", with_exif("JPEG", exif)
    yield "jpeg-profile", encoded("JPEG", icc_profile=profile, exif=b"Exif\x00\x00" + exif, comment=b"hello")
    yield "jpeg-progressive", encoded("JPEG", progressive=True, icc_profile=profile)
    yield "jpeg-gray", encoded("JPEG", picture(mode="L"))
    yield "jpeg-cmyk", encoded("JPEG", picture(mode="CMYK"))
    yield "jpeg-restarts", encoded("JPEG", restart_marker_blocks=3)
    text = (b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a" * 5000))
    colors = (b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
    gamma = (b"gAMA", struct.pack(">I", 45455))
    yield "png", with_chunks(encoded("PNG"), (b"eXIf", exif), text, gamma, colors)
    yield "png-profile", encoded("PNG", icc_profile=profile, exif=exif)
    yield "png-codes", with_chunks(encoded("PNG"), (b"cICP", bytes([12, 13, 0, 1])))
    yield "png-alpha", encoded("PNG", picture(mode="RGBA"))
    yield "png-gray-alpha", encoded("PNG", picture(mode="LA"))
    yield "png-palette", encoded("PNG", picture(mode="P"), transparency=0)
    yield "png-deep-gray", encoded("PNG", Image.new("I;16", (80, 96), 30000))
    yield "png-bits", encoded("PNG", picture(mode="1"))
    yield "png-deep", png_of_zeros(80, 96, 16, 2)
    yield "png-interlaced", png_of_zeros(80, 96, 8, 6, interlaced=True)
    yield "webp", encoded("WEBP", exif=exif, icc_profile=profile)
    yield "webp-lossless", encoded("WEBP", lossless=True)
    yield "webp-alpha", encoded("WEBP", picture(mode="RGBA"), exif=b"Exif\x00\x00" + exif)
