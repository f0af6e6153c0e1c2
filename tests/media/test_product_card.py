"""The product's photo as a card over the scenes: what it keeps clear of, and how it comes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.media.boxes import Box, face, safe_area
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Demuxer, Source
from shared.media.framing import stand_of
from shared.media.lettering import letter
from shared.media.probe import FilmFacts
from shared.media.product_card import PlacedCard, photo_of, place_product
from shared.media.takes import MeasuredTake
from shared.pipeline.edit.edit import Cue, Edit, Product, Title
from shared.pipeline.plan.picture import CardPlace, Inset
from shared.pipeline.plan.placement import placement
from shared.pipeline.plan.plan import Cutout, Size
from shared.pipeline.plan.request import AspectRatio, FilmRequest
from tests.media.conftest import Render
from tests.media.makers import RED, SIZE, colored, edit, like, pixels

SHAPES = {
    AspectRatio.TALL: Size(720, 1280),
    AspectRatio.WIDE: Size(1280, 720),
    AspectRatio.SQUARE: Size(720, 720),
    AspectRatio.PORTRAIT: Size(720, 900),
}
BUST = Box(0, 0, 630, 1000)


def standing(shape: AspectRatio, size: Size) -> PlacedPresenter:
    """Return a presenter at their usual place over footage."""
    place = placement(FilmRequest("Mug", aspect_ratio=shape), footage=True)
    stand = stand_of(BUST, place, size, Inset.AUTO, inset=False)
    facts = FilmFacts("webm", 9.0, BUST.width, BUST.height, 25.0, "vp9", None, alpha=True)
    source = Source(Path("take"), Demuxer.WEBM)
    take = MeasuredTake("presenter", source, facts, Cutout.ALPHA, BUST, (0, 0, 0), None, ())
    return PlacedPresenter(take, 0, 240, 0, stand)


def said(size: Size, place: CardPlace = CardPlace.AUTO, share: float | None = None) -> Edit:
    """Return a film of two scenes with a text in the first, captions, and a card in both."""
    words = (Title("Hot for twelve hours", 0.2, 4.6),), (Cue("Meet the cup that keeps warm", 0, 10),)
    made = edit(colored(10), titles=words[0], cues=words[1], size=size)
    return replace(made, product=Product("photo", ((0.0, 5.0), (5.0, 10.0)), place, share))


@pytest.mark.parametrize("photo", [Size(800, 800), Size(1600, 500), Size(500, 1600)], ids=["square", "wide", "tall"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("peopled", [True, False])
def test_a_card_keeps_clear(tmp_path: Path, shape: AspectRatio, photo: Size, peopled: bool) -> None:
    """Inside what apps leave free, off the presenter and off every word, in every shape; it has the photo's."""
    size = SHAPES[shape]
    made, people = said(size), [standing(shape, size)] if peopled else []

    cards = place_product(made, people, None, photo)
    words, _ = letter(made, people, tmp_path, None, cards=cards)

    safe = safe_area(size)
    for card in cards:
        box = card.box
        assert size.width * safe.left - 2 <= box.x <= size.width * (1 - safe.right) - box.width + 2
        assert size.height * safe.top - 2 <= box.y <= size.height * (1 - safe.bottom) - box.height + 2
        assert not [one for one in people if one.stand.box.shared_with(box) > 0.05 * box.area]
        meanwhile = [word for word in words if word.start < card.end and word.end > card.start]
        assert meanwhile
        assert not [word for word in meanwhile if word.box.shared_with(box)]
        assert box.width * box.height > 0.012 * size.width * size.height


def test_a_side_and_a_size_are_kept() -> None:
    """Where there is room; two scenes with one place are one card that stays."""
    size = SHAPES[AspectRatio.WIDE]

    silent = [replace(said(size, place, 0.2), titles=()) for place in (CardPlace.LEFT, CardPlace.RIGHT)]
    left, right = (place_product(each, (), None, Size(10, 10)) for each in silent)

    assert left[0].box.x + left[0].box.width < size.width / 2 < right[0].box.x
    assert 0.2 * size.width == pytest.approx(left[0].box.width, abs=3)
    assert [PlacedCard(left[0].box, 5, 235)] == list(left)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_card_keeps_its_place_over_scenes(shape: AspectRatio) -> None:
    """With a text in one, captions in another and somebody in a third: one card, off all of them."""
    size = SHAPES[shape]
    made = edit(colored(15), titles=(Title("Hot for twelve hours", 0.2, 4.6),), cues=(Cue("Warm", 5, 5),), size=size)
    made = replace(made, product=Product("photo", ((0.0, 5.0), (5.0, 10.0), (10.0, 15.0))))

    (card,) = place_product(made, [replace(standing(shape, size), start=240, end=360)], None, Size(10, 10))

    assert (5, 355) == (card.start, card.end)


def test_a_card_goes_where_a_face_comes() -> None:
    """One that is above in a scene and below in the next: the card leaves before the cut and comes again after it."""
    size = SHAPES[AspectRatio.TALL]
    made = replace(said(size), titles=(), cues=())
    look = standing(AspectRatio.TALL, size)
    stands = [replace(look.stand, box=Box(-240, y, 1200, 1800)) for y in (0, 600)]  # faces are the frame's half each
    people = [replace(look, start=120 * at, end=120 * at + 120, stand=each) for at, each in enumerate(stands)]

    first, second = place_product(made, people, None, Size(10, 10))

    assert not face(people[0].stand, inset=False).shared_with(first.box)
    assert not face(people[1].stand, inset=False).shared_with(second.box)
    assert (115, 125) == (first.end, second.start)


def test_a_card_slides_in_and_goes_with_its_scenes(render: Render, tmp_path: Path) -> None:
    """The photo without what it was padded with, in a white frame; nothing is left of it before and after.

    Meanwhile it floats evenly.
    """
    padded = Image.new("RGB", (180, 320), (0, 200, 0))
    padded.paste(Image.new("RGB", (180, 180), RED), (0, 70))
    padded.save(tmp_path / "photo.png")
    asked = replace(edit(colored(5, "#606060")), product=Product("photo", ((0.5, 4.5),), photo=Size(600, 600)))

    frames = pixels(render(asked, photo=tmp_path / "photo.png").film)

    red = like(frames, RED).sum(axis=(1, 2))
    assert not red[:17].any()
    assert not red[104:].any()
    assert 0.04 * SIZE.width * SIZE.height < red[36] == pytest.approx(red[44], rel=0.05)
    assert not like(frames, (0, 200, 0)).any()
    lefts = [np.flatnonzero(like(frames[at], RED, within=90).any(axis=0)) for at in (20, 36, 101)]
    assert lefts[0].size
    assert lefts[0][0] < lefts[1][0] > lefts[2][0]
    stands = np.arange(30, 96)
    row = np.clip(frames[stands, :, :, 0].astype(float) - frames[stands, :, :, 1] - 40, 0, None).sum(axis=2)
    middle = row @ np.arange(SIZE.height) / row.sum(axis=1)
    floats = 0.004 * SIZE.height * np.sin(2 * np.pi * stands / 144)
    assert np.abs(middle - floats - (middle - floats).mean()).max() < 0.25  # of a pixel
    assert (180, 180) == photo_of(asked.product, tmp_path / "photo.png").size if asked.product else None
