"""A brand's logo on the film: made ours with its transparency, in its corner, off faces, words off it."""

import io
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from shared.codes import Code
from shared.media.boxes import Box, Stand, face, safe_area
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Demuxer, Source
from shared.media.images import ImageRefused, decode_logo, reencode_logo
from shared.media.lettering import letter
from shared.media.logo import logo_news, place_logo
from shared.media.probe import FilmFacts
from shared.media.product_card import PlacedCard
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import Cue, Edit, Title
from shared.pipeline.plan.brand import Corner, Logo, LogoTime
from shared.pipeline.plan.plan import Cutout, Size
from shared.pipeline.plan.typography import TextPlace, Typography
from tests.media.conftest import Render
from tests.media.makers import SIZE, bounds, colored, edit, like, pixels

TALL, WIDE, SQUARE = Size(720, 1280), Size(1280, 720), Size(720, 720)
SHAPES = ((400, 100), (300, 300), (100, 400), (1000, 50))
MOST = 2**20


def drawn(kind: str = "PNG", mode: str = "RGBA", size: tuple[int, int] = (400, 300)) -> bytes:
    """Return a file with a red box of 200x100 in the middle of nothing."""
    picture = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else (255, 255, 255))
    ImageDraw.Draw(picture).rectangle((100, 100, 299, 199), fill=(200, 30, 30))
    out = io.BytesIO()
    picture.save(out, kind, lossless=True) if kind == "WEBP" else picture.save(out, kind)
    return out.getvalue()


def branded(frame: Size, logo: Logo) -> Edit:
    """Return a film with a logo, a scene text and a caption."""
    titles, cues = (Title("Hot for twelve hours", 0, 9),), (Cue("Meet the cup", 0, 9),)
    return replace(edit(colored(9), titles=titles, cues=cues, size=frame), logo=logo)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_logo_keeps_its_transparency_and_loses_its_margin(kind: str) -> None:
    """What is kept is a PNG of what is seen; read again it is the same."""
    kept = reencode_logo(drawn(kind), max_bytes=MOST)

    with Image.open(io.BytesIO(kept.data)) as picture:
        assert ("PNG", "RGBA", (200, 100)) == (picture.format, picture.mode, picture.size)
    assert kept.data == reencode_logo(kept.data, max_bytes=MOST).data
    assert not kept.transparent
    assert reencode_logo(drawn(), max_bytes=MOST).sha256 == reencode_logo(drawn(), max_bytes=MOST).sha256


def test_what_shines_through_a_logo_shines_through_it_afterwards() -> None:
    """A hole stays a hole; a picture without transparency is a whole rectangle, and that is said."""
    with Image.open(io.BytesIO(drawn())) as picture:
        ImageDraw.Draw(picture).rectangle((150, 130, 249, 169), fill=(0, 0, 0, 0))
        out = io.BytesIO()
        picture.save(out, "PNG")

    kept, flat = (reencode_logo(data, max_bytes=MOST) for data in (out.getvalue(), drawn("JPEG", "RGB")))

    seen = decode_logo(kept.data)
    assert (0, 255) == seen.getchannel("A").getextrema()
    assert (200, 30, 30, 255) == seen.getpixel((5, 5))
    assert (True, False, (400, 300)) == (kept.transparent, flat.transparent, (flat.width, flat.height))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Code.UNSUPPORTED_FORMAT),
        (b"", Code.NOT_AN_IMAGE),
        (drawn()[:300], Code.BROKEN),
        (drawn() + b"\0" * MOST, Code.TOO_LARGE),
    ],
)
def test_a_file_that_is_no_logo_is_refused(data: bytes, code: Code) -> None:
    """In words, whatever it is."""
    with pytest.raises(ImageRefused) as refused:
        reencode_logo(data, max_bytes=MOST)

    assert code is refused.value.code


def test_a_logo_that_cannot_be_seen_is_refused() -> None:
    """All of it transparent, or too little of it."""
    out, small = io.BytesIO(), io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(out, "PNG")
    Image.new("RGBA", (300, 10), (0, 0, 0, 255)).save(small, "PNG")

    codes = []
    for data in (out, small):
        with pytest.raises(ImageRefused) as refused:
            reencode_logo(data.getvalue(), max_bytes=MOST)
        codes.append(refused.value.code)

    assert [Code.BROKEN, Code.TOO_SMALL] == codes


@pytest.mark.parametrize("frame", [TALL, WIDE, SQUARE])
def test_a_logo_stands_in_its_corner_inside_the_safe_area(frame: Size) -> None:
    """Whatever its shape: as wide as asked where it is not too tall for that, and never stretched."""
    safe = safe_area(frame)

    for corner, (wide, high), share in product(Corner, SHAPES, (None, 0.05, 0.3)):
        logo = Logo("a", wide, high, corner, share)
        box = place_logo(logo, branded(frame, logo), ()).box

        assert safe.left * frame.width - 2 <= box.x <= (1 - safe.right) * frame.width - box.width + 2
        assert safe.top * frame.height - 2 <= box.y <= (1 - safe.bottom) * frame.height - box.height + 2
        assert wide / high == pytest.approx(box.width / box.height, rel=2 / min(box.width, box.height))
        assert box.width <= 0.3 * frame.width + 2
        assert box.height <= 0.16 * min(frame.width, frame.height) + 2


@pytest.mark.parametrize(
    ("frame", "place"), [*product((TALL,), TextPlace), (WIDE, TextPlace.AUTO), (SQUARE, TextPlace.AUTO)]
)
def test_no_word_stands_on_a_logo(tmp_path: Path, frame: Size, place: TextPlace) -> None:
    """Nor nearer to it than 0.015 of the shorter side, nor on another word, nor outside the safe area."""
    safe, gap = safe_area(frame), int(0.015 * min(frame.width, frame.height)) - 2

    for corner, share in product(list(Corner)[1:], (0.1, 0.3)):
        logo = Logo("a", 400, 100, corner, share)
        film = replace(branded(frame, logo), text=Typography(position=place))
        mark = place_logo(logo, film, ())
        (title, cue), _ = letter(film, (), tmp_path, mark)

        around = Box(mark.box.x - gap, mark.box.y - gap, mark.box.width + 2 * gap, mark.box.height + 2 * gap)
        for box in (title.box, cue.box):
            assert box.shared_with(around) == 0
            assert safe.top * frame.height - 2 <= box.y <= (1 - safe.bottom) * frame.height - box.height + 2
        assert title.box.shared_with(cue.box) == 0


@pytest.mark.parametrize("frame", [TALL, Size(360, 640)])
def test_a_text_below_a_logo_is_whole_where_its_smallest_letters_fit(tmp_path: Path, frame: Size) -> None:
    """Their panel is as small as they are; it stands inside the third that was asked for."""
    film = replace(branded(frame, Logo("a", 400, 400, Corner.TOP_RIGHT, 0.16)), text=Typography(position=TextPlace.TOP))
    film = replace(film, titles=(Title("Fresh every morning at our bar", 0, 9),))
    mark = place_logo(film.logo, film, ()) if film.logo else None

    (title, _), told = letter(film, (), tmp_path, mark)

    assert () == told
    assert mark
    assert 0 == title.box.shared_with(mark.box)
    assert title.box.y + title.box.height <= (0.13 + 0.65 / 3 + 0.01) * frame.height


@pytest.mark.parametrize("card", [Box(36, 352, 272, 192), Box(412, 352, 272, 192)])
def test_no_caption_ends_in_a_card(tmp_path: Path, card: Box) -> None:
    """Where what is left of the place above somebody's head is too low for it, it has another."""
    cues = (Cue("Here is: more than a word", 0, 2), Cue("we roast small batches every week, and we", 2, 2))
    film = edit(colored(9), cues=cues, size=Size(720, 900))
    somebody = standing(Box(244, 648, 232, 232))

    made, _ = letter(film, (somebody,), tmp_path, None, cards=(PlacedCard(card, 0, 216),))

    for one in made:
        assert 0 == one.box.shared_with(card)
        assert one.box.shared_with(face(somebody.stand, inset=False)) < 0.05 * one.box.area


def test_a_logo_leaves_a_corner_with_a_face() -> None:
    """It stands in the nearest corner without one, and the film tells so."""
    logo = Logo("a", 400, 100, Corner.TOP_LEFT)
    film, person = branded(TALL, logo), standing(Box(0, 150, 400, 1130))

    placed = place_logo(logo, film, (person,))

    assert Corner.TOP_RIGHT is placed.corner
    assert placed.box.shared_with(face(person.stand, inset=False)) == 0
    assert "over a face at the top left" in next(iter(logo_news(placed)))
    assert not [*logo_news(place_logo(logo, film, ()))]
    assert not [*logo_news(place_logo(replace(logo, place=Corner.AUTO), film, (person,)))]


def standing(box: Box) -> PlacedPresenter:
    """Return somebody cut out who stands there for nine seconds."""
    facts = FilmFacts("webm", 9.0, box.width, box.height, 25.0, "vp9", None, alpha=True)
    take = MeasuredTake("presenter", Source(Path("take"), Demuxer.WEBM), facts, Cutout.ALPHA, box, (0, 0, 0), None, ())
    return PlacedPresenter(take, 0, 216, 0, Stand(box, box))


def test_a_logo_is_seen_in_the_film_when_it_was_asked_for(render: Render, tmp_path: Path) -> None:
    """The whole film, or its last three seconds; as strong as asked."""
    (tmp_path / "logo.png").write_bytes(reencode_logo(drawn(), max_bytes=MOST).data)
    film = edit(colored(4, "#606060"))
    always = Logo("a", 200, 100, Corner.TOP_LEFT, size=0.3)

    whole, late = (
        pixels(render(replace(film, logo=logo), str(logo.when), logo=tmp_path / "logo.png").film, SIZE)
        for logo in (always, replace(always, when=LogoTime.OUTRO, opacity=0.5))
    )

    red = (200, 30, 30)
    left, top, right, bottom = bounds(like(whole[0], red))
    assert (0.06 * SIZE.width, 0.13 * SIZE.height) == pytest.approx((left, top), abs=3)
    assert 2.0 == pytest.approx((right - left) / (bottom - top), abs=0.3)
    assert all(like(frame, red).any() for frame in whole)
    assert not (~like(late[20], (96, 96, 96), within=12)).any()
    middle = late[-1][(top + bottom) // 2, (left + right) // 2]
    assert [148, 63, 63] == pytest.approx([int(each) for each in middle], abs=10)
