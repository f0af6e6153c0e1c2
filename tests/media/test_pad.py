"""A padded photo is seen whole, in the film's shape."""

import io
import itertools

import pytest
from PIL import Image

from shared.media.images import Padding, ReencodedImage, sniff_and_reencode
from shared.pipeline.plan.plan import Size
from tests.media.photos import case, encoded, picture
from tests.media.test_photos import color, near

TALL = Size(720, 1280)


def stored(data: bytes, padding: Padding | None) -> tuple[ReencodedImage, Image.Image]:
    """Store an image, and open what was stored."""
    made = sniff_and_reencode(data, max_bytes=2**22, padding=padding)
    with Image.open(io.BytesIO(made.data)) as opened:
        opened.load()
    return made, opened


@pytest.mark.parametrize("name", ["banner3to1.jpg", "square.jpg"])
@pytest.mark.parametrize("asked", [None, "#204060"])
def test_a_padded_photo_has_the_films_shape_and_is_whole(name: str, asked: str | None) -> None:
    """All of the photo stands in the middle, as wide as the film; what was its own size is kept beside."""
    whole, _ = stored(case(name), None)
    made, shown = stored(case(name), Padding(TALL, asked))

    high = round(720 * whole.height / whole.width)
    with Image.open(io.BytesIO(whole.data)) as opened:
        wanted = opened.resize((720, high), Image.Resampling.LANCZOS)
    top = (1280 - high) // 2
    middle = shown.crop((0, top, 720, top + high))
    assert (720, 1280) == shown.size == (made.width, made.height)
    assert Size(whole.width, whole.height) == made.photo
    places = [(x, y) for x in range(30, 720, 60) for y in range(20, high - 20, 40)]
    assert 0.97 < sum(near(color(middle, one), color(wanted, one), 12) for one in places) / len(places)


def test_a_colour_stands_around_the_photo() -> None:
    """Above and below a banner is the colour asked for."""
    _, shown = stored(case("banner3to1.jpg"), Padding(TALL, "#204060"))

    assert near((0x20, 0x40, 0x60), color(shown, (360, 50)), 3)
    assert near((0x20, 0x40, 0x60), color(shown, (10, 1270)), 3)


def test_a_blurred_copy_stands_around_the_photo() -> None:
    """Above is the photo's own colour, without an edge in it."""
    image = Image.new("RGB", (900, 300), (200, 30, 30))
    image.paste((30, 30, 200), (450, 0, 900, 300))

    _, shown = stored(encoded("JPEG", image, quality=95), Padding(TALL))

    row = [color(shown, (x, 100)) for x in range(0, 720, 2)]
    assert max(abs(a[0] - b[0]) for a, b in itertools.pairwise(row)) < 12
    assert near((200, 30, 30), row[0], 25)
    assert near((30, 30, 200), row[-1], 25)


def test_a_photo_of_the_films_shape_stays_as_it_is() -> None:
    """Nothing is padded, nothing made smaller, where nothing would be cropped."""
    tall = encoded("PNG", picture(900, 1600))

    assert stored(tall, None)[0] == stored(tall, Padding(TALL))[0]


def test_what_was_asked_is_part_of_the_identity() -> None:
    """The same photo, otherwise padded, is stored under another name; padded the same, under the same."""
    square = case("square.jpg")
    names = [stored(square, padding)[0].sha256 for padding in (None, Padding(TALL), Padding(TALL, "#204060"))]

    assert 3 == len(set(names))
    assert names[1] == stored(square, Padding(TALL))[0].sha256
