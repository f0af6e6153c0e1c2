"""What a photo is meant to look like: upright whatever its EXIF says beside, and in sRGB whatever it was made for."""

import io
import struct
import zlib

import pytest
from PIL import Image

from shared.media.images import ImageRefused, decode
from shared.media.photo.exif import orientation
from shared.media.photo.primaries import from_cicp
from tests.media import photos
from tests.media.photos import (
    COLORS,
    case,
    chunks,
    encoded,
    gray_profile,
    ink_profile,
    picture,
    png_of,
    segment,
    srgb_profile,
    tiff,
    turned,
    with_chunks,
    with_exif,
    with_segments,
)

KINDS = ("JPEG", "PNG", "WEBP")
ODD = (
    (0x011A, 2, 4, b"72\x00\x00"),  # XResolution as a text
    (0x0128, 2, 2, b"2\x00\x00\x00"),
    (0x0131, 12, 2, b"\xff\xff\xff\xff"),  # Software as numbers that stand outside the file
    (0x8769, 7, 0xFFFFFFFF, b"\xff\xff\xff\xff"),
    (0x9999, 0, 0, b""),
    (0x9998, 77, 5, b"\x01\x00\x00\x00"),
)
PLACES = ((20, 24), (60, 24), (20, 72), (60, 72))  # the middles of the four fields
AROUND = {1: "0123", 2: "1032", 3: "3210", 4: "2301", 5: "0213", 6: "2031", 7: "3120", 8: "1302"}


def near(one: tuple[int, ...], other: tuple[int, ...], within: int = 6) -> bool:
    """Tell whether two colours are about the same."""
    return all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


def color(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    """Return the colour at a place."""
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return found


def fields(image: Image.Image) -> str:
    """Return which of the four colours stands above left, above right, below left, below right."""
    across, down = image.width // 4, image.height // 4
    seen = [color(image, (x, y)) for y in (down, 3 * down) for x in (across, 3 * across)]
    return "".join(str(next(n for n, known in enumerate(COLORS) if near(one, known, 30))) for one in seen)


@pytest.mark.parametrize("name", ["exif_resunit_ascii", "exif_software_2strings_type12", "exif_xres_ascii"])
def test_odd_tags_do_not_keep_a_photo_from_being_turned(name: str) -> None:
    """A tag of an unusual type beside the orientation does not matter: 120x80 lying becomes 80x120."""
    assert (80, 120) == decode(case(f"{name}.jpg")).size


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("way", range(1, 9))
def test_all_eight_ways_are_turned_upright(kind: str, order: str, way: int) -> None:
    """Every orientation in every container and byte order, with odd tags around it."""
    upright = (0x0112, 3, 1, struct.pack(f"{order}H", way))
    exif = tiff(*ODD[:3], upright, *ODD[3:], order=order)

    made = decode(with_exif(kind, exif))

    assert AROUND[way] == fields(made)
    assert ((80, 96) if way < 5 else (96, 80)) == made.size


@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [(1, 1, b"\x06"), (3, 1, b"\x06\x00"), (3, 2, b"\x06\x00\x01"), (4, 1, b"\x06"), (8, 1, b"\x06")],
)
def test_orientation_is_read_from_any_whole_number(kind: int, count: int, value: bytes) -> None:
    """Whichever of TIFF's types of whole numbers a program has written."""
    assert 6 == orientation(tiff((0x0112, kind, count, value)))


def test_orientation_may_stand_elsewhere() -> None:
    """A value of more than four bytes is found by its offset."""
    exif = tiff((0x0112, 3, 3, struct.pack("<I", 26)), beyond=struct.pack("<3H", 6, 0, 0))

    assert 6 == orientation(exif)


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\x00",
        b"II*\x00\xff\xff\xff\xff",
        b"nonsense",
        tiff((0x0112, 3, 1, b"\x09\x00")),
        tiff((0x0112, 3, 1, b"\x00\x00")),
        tiff((0x0112, 3, 0, b"\x06\x00")),
        tiff((0x0112, 2, 2, b"6\x00")),
        tiff((0x0112, 3, 9, b"\xff\xff\xff\xff")),
        tiff((0x0112, 12, 1, b"\x06\x00\x00\x00")),
        turned(6)[:-8],
    ],
)
def test_orientation_that_cannot_be_read_is_upright(exif: bytes) -> None:
    """Nonsense turns nothing and refuses nothing."""
    assert 1 == orientation(exif)
    assert (80, 96) == decode(with_exif("JPEG", exif or b"\x00")).size


def test_display_p3_looks_as_it_did_on_the_phone() -> None:
    """A phone's Display P3 photo has the colours of the same photo in sRGB."""
    wide, plain = decode(case("icc_displayp3.jpg")), decode(case("icc_srgb.jpg"))
    middles = [(80, 200), (140, 200), (260, 200), (320, 200), (380, 200), (440, 200), (560, 200)]

    assert [] == [place for place in middles if not near(color(wide, place), color(plain, place), 3)]


@pytest.mark.parametrize("kind", KINDS)
def test_profile_is_heeded_in_every_container(kind: str) -> None:
    """A profile in a JPEG, PNG or WebP: red of Display P3 is a stronger red than sRGB's."""
    profile = from_cicp(bytes([12, 13, 0, 1]))
    made = decode(encoded(kind, picture(), icc_profile=profile, quality=100, lossless=True))

    # CSS Color 4's matrices: color(display-p3 0.784 0.118 0.118), clipped to sRGB.
    assert near((218, 0, 6), color(made, PLACES[0]))
    assert near((240, 240, 240), color(made, PLACES[3]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_gray_profile_is_heeded(kind: str) -> None:
    """Gray of gamma 1: 60/255 of the light is 133 in sRGB."""
    made = decode(encoded(kind, Image.new("L", (80, 80), 60), icc_profile=gray_profile(1.0)))

    assert near((133, 133, 133), color(made, (40, 40)), 2)


def test_gray_with_transparency_heeds_a_gray_profile() -> None:
    """What lay on white is gray still."""
    made = decode(encoded("PNG", Image.new("LA", (80, 80), (60, 255)), icc_profile=gray_profile(1.0)))

    assert near((133, 133, 133), color(made, (40, 40)), 2)


def test_print_profile_is_heeded() -> None:
    """A print shop's JPEG: half of the ink is the lightness 50, which is 119 in sRGB; without its profile 127."""
    halftone = Image.new("CMYK", (80, 80), (0, 0, 0, 128))

    assert near((119, 119, 119), color(decode(encoded("JPEG", halftone, icc_profile=ink_profile())), (40, 40)), 2)
    assert near((127, 127, 127), color(decode(encoded("JPEG", halftone)), (40, 40)), 2)


@pytest.mark.parametrize(
    "profile", [gray_profile(1.0), ink_profile(), b"", b"nonsense", bytes(5000), srgb_profile()[:200]]
)
def test_profile_that_does_not_fit_is_left_out(profile: bytes) -> None:
    """A profile for other pixels, or a broken one, changes nothing."""
    made = decode(encoded("PNG", picture(), icc_profile=profile))

    assert (200, 30, 30) == color(made, PLACES[0])


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ((b"cICP", bytes([12, 13, 0, 1])), (218, 0, 6)),
        ((b"cICP", bytes([1, 13, 0, 1])), (200, 30, 30)),
        ((b"cICP", bytes([99, 13, 0, 1])), (200, 30, 30)),
        ((b"gAMA", struct.pack(">I", 45455)), (200, 30, 30)),
        ((b"gAMA", struct.pack(">I", 100000)), (228, 96, 96)),
        ((b"gAMA", b"\x00\x00\x00\x00"), (200, 30, 30)),
        ((b"sRGB", b"\x00"), (200, 30, 30)),
        ((b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)), (218, 0, 6)),
        ((b"cHRM", bytes(32)), (200, 30, 30)),
        ((b"iCCP", b"broken\x00\x00" + zlib.compress(b"nothing")), (200, 30, 30)),
        ((b"iCCP", b"huge\x00\x00" + zlib.compress(bytes(30_000_000))), (200, 30, 30)),
    ],
)
def test_a_png_says_in_numbers_what_its_pixels_mean(part: tuple[bytes, bytes], expected: tuple[int, ...]) -> None:
    """Code points, gamma and primaries are heeded; nonsense counts as sRGB."""
    made = decode(with_chunks(encoded("PNG"), part))

    assert near(expected, color(made, PLACES[0]))


def test_code_points_win_over_a_gamma() -> None:
    """Of two sayings the newer chunk counts, as in browsers."""
    made = decode(with_chunks(encoded("PNG"), (b"gAMA", struct.pack(">I", 100000)), (b"cICP", bytes([12, 13, 0, 1]))))

    assert near((218, 0, 6), color(made, PLACES[0]))


def test_hdr_is_refused_by_name() -> None:
    """PQ and HLG shown as they stand would be dull: refused with a next move."""
    with pytest.raises(ImageRefused, match=r"HDR \(PQ\).*sRGB"):
        decode(with_chunks(encoded("PNG"), (b"cICP", bytes([9, 16, 0, 1]))))


def test_transparent_deep_colors_become_white() -> None:
    """A 16-bit colour that a PNG declares transparent shines through."""
    deep = photos.png_of_zeros(80, 96, 16, 2)

    made = decode(with_chunks(deep, (b"tRNS", bytes(6))))

    assert (255, 255, 255) == color(made, (40, 40))


@pytest.mark.parametrize("mode", ["P", "L", "1"])
def test_a_transparent_entry_becomes_white_in_a_large_picture(mode: str) -> None:
    """What a palette or a gray calls transparent is white in every band of it, not only in the first."""
    made = decode(encoded("PNG", Image.new(mode, (3000, 3000), 0), transparency=0))

    assert {(255, 255, 255)} == {color(made, (x, y)) for x in (0, 2047) for y in range(0, 2048, 89)}


def test_a_transparent_deep_gray_becomes_white() -> None:
    """The same for gray of 16 bits."""
    made = decode(with_chunks(photos.png_of_zeros(80, 96, 16, 0), (b"tRNS", bytes(2))))

    assert (255, 255, 255) == color(made, (40, 40))


def test_a_press_may_write_luminance_and_ink_apart() -> None:
    """An Adobe JPEG of the kind YCCK: no colour and no ink is white."""
    data = bytearray(encoded("JPEG", Image.new("CMYK", (80, 80), (255, 127, 127, 0)), quality=95))
    data[data.index(b"Adobe") + 11] = 2

    assert near((255, 255, 255), color(decode(bytes(data)), (40, 40)), 2)


def test_large_texts_do_not_matter() -> None:
    """A PNG with megabytes of packed texts is a picture like any other."""
    bombs = [(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(50_000_000)))] * 3

    assert (640, 480) == decode(case("xmp_big.png")).size
    assert (80, 96) == decode(with_chunks(encoded("PNG"), *bombs)).size


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_a_png_read_in_bands_is_the_whole_picture(mode: str) -> None:
    """Bands fit together without a seam, whatever each row's difference from the one above."""
    image = Image.radial_gradient("L").resize((1200, 1700)).convert("RGB").convert(mode if mode != "LA" else "L")
    image = image.convert(mode)

    made = decode(encoded("PNG", image))

    flat = image.convert("RGB")
    assert made.size == flat.size
    assert made.tobytes() == flat.tobytes()


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT", b"PLTE"])
def test_a_damaged_part_that_counts_is_refused(name: bytes) -> None:
    """A wrong sum over what the picture is made of."""
    image = encoded("PNG", picture(mode="P"))
    at = image.index(name) + 4

    with pytest.raises(ImageRefused, match="damaged"):
        decode(image[:at] + bytes([image[at] ^ 1]) + image[at + 1 :])


def test_a_damaged_part_that_does_not_count_is_left_out() -> None:
    """A wrong sum over a gamma: the picture is shown without it."""
    broken = bytearray(with_chunks(encoded("PNG"), (b"gAMA", struct.pack(">I", 100000))))
    broken[broken.index(b"gAMA") + 8] ^= 1

    assert near((200, 30, 30), color(decode(bytes(broken)), PLACES[0]))


def test_an_unknown_part_that_a_png_needs_is_refused() -> None:
    """An iPhone's private PNG is not a PNG: its pixels would come out wrong."""
    with pytest.raises(ImageRefused, match="CgBI"):
        decode(png_of([(b"CgBI", b"\x50\x00\x20\x02"), *chunks(encoded("PNG"))]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_an_image_does_not_matter(kind: str) -> None:
    """A film or a page behind the picture (motion photos, polyglots) is not looked at."""
    data = encoded(kind) + b"<html>" + b"\xff\xda\x00\x04" * 500 + b"PK\x03\x04"

    assert (80, 96) == decode(data).size


def test_two_photos_in_one_file_are_the_first() -> None:
    """A phone's MPO is its first photo."""
    out = io.BytesIO()
    picture().save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 96))])

    assert "0123" == fields(decode(out.getvalue()))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (encoded("JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1), "lossless"),
        (encoded("JPEG").replace(b"\xff\xc0", b"\xff\xc5", 1), "hierarchical"),
        (encoded("JPEG").replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc0\x00\x11\x0c", 1), "12 bits"),
        (with_segments(encoded("JPEG"), segment(0xC0, b"\x08\x00\x10\x00\x10\x01\x01\x11\x00")), "damaged"),
        (encoded("JPEG").replace(b"\x00\x60\x00\x50", b"\x00\x00\x00\x50", 1), "80x0"),
        (encoded("JPEG").replace(b"\x00\x60\x00\x50", b"\xff\xff\xff\xff", 1), "65535x65535"),
        (png_of([(b"IHDR", struct.pack(">IIBBBBB", 0, 9, 8, 2, 0, 0, 0)), (b"IEND", b"")]), "0x9"),
        (photos.png_of_zeros(64, 65_536, 1, 0), "65500 a side"),
        (with_chunks(encoded("PNG"), (b"acTL", struct.pack(">II", 3, 0))), "animation"),
        (encoded("WEBP")[:12] + b"VP8X" + b"\x0a\x00\x00\x00" + b"\x00" * 4 + b"\xff" * 6 + bytes(20), "16777216"),
        (b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "JPEG XL"),
        (b"\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1avifmiaf", "AVIF"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "CR3"),
        (b"\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1heicmiaf", "HEIC.*as JPEG"),
    ],
)
def test_strange_images_are_refused_by_name(data: bytes, why: str) -> None:
    """Each is told what it is and what to send instead."""
    with pytest.raises(ImageRefused, match=why) as refused:
        decode(data)

    assert refused.value.next_move


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    """Each scan takes time over the whole picture, so a handful of bytes would take minutes."""
    data = encoded("JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    scan = data[at:-2]

    with pytest.raises(ImageRefused, match="more than 64 scans"):
        decode(data[:-2] + scan * 2000 + data[-2:])


def test_a_large_photo_is_kept_as_large_as_it_is_needed() -> None:
    """Four million pixels of any shape, so that what is left of a banner is still sharp."""
    made = decode(encoded("JPEG", Image.new("RGB", (6000, 2000), (200, 30, 30))))

    assert (3547, 1182) == made.size
    assert near((200, 30, 30), color(made, (1700, 600)))
