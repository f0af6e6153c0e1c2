"""A film's poster that is a picture of the customer's: one node more, free to change, gone when nothing shows it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.door.bodies import Mistakes, parse_film
from shared.door.change_bodies import parse_edit
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import INTRO_KEY, OwnPoster
from shared.pipeline.job.recut import Laid, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.beside import beside_key
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.image_fit import image_warnings, with_photos
from shared.pipeline.plan.picture import FilmCard, Poster, Role
from shared.pipeline.plan.plan import Size
from shared.pipeline.plan.planner import nodes, plan_from_document, plan_to_document
from shared.pipeline.plan.request import FilmRequest, ImageFit, OutputRequest
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import PHOTO, TABLES, film, filmed, planned

MUG = film(filmed(), image_url=PHOTO)
COVER = "https://shop.example/cover.jpg"
COVERED = replace(MUG, poster=Poster(image_url=COVER))


def edited(request: FilmRequest, of: Laid | None = None, **changed: Any) -> Laid:
    """Return a version of a film, or of another version."""
    base = of or Laid(request, planned(request))
    recut = parse_edit(json.dumps(changed).encode()).recut()
    return laid_out(base.request, base.plan, recut, TABLES)


def test_a_poster_is_a_node_the_film_is_made_of() -> None:
    """Numbered after the scenes' images; the film waits for it and is named by it; an older plan is read without."""
    made, plain = planned(COVERED), planned(MUG)

    compose = nodes(made)[-1]
    assert [("image-1", "image_url"), ("image-2", "poster.image_url")] == [
        (one.key, one.field) for one in made.pictures
    ]
    assert "image-2" in compose.needs
    assert "image-2" == beside_key(made, Role.POSTER)
    assert composition(made, COVERED) != composition(plain, MUG)
    assert "beside" not in composition(plain, MUG)
    assert made == plan_from_document(plan_to_document(made))
    older = {name: value for name, value in plan_to_document(plain).items() if name != "beside"}
    assert plain == plan_from_document(older)
    takes = {"clip-1": Take(8.0)}
    assert OwnPoster("image-2") == assemble(made, COVERED, takes, BREAKS).own_poster


@pytest.mark.parametrize(("fit", "nodes_of"), [(ImageFit.CROP, ["image-1"]), (ImageFit.BLUR, ["image-1", "image-2"])])
def test_the_products_own_photo_is_one_node_unless_it_is_padded(fit: ImageFit, nodes_of: list[str]) -> None:
    """A scene's image is padded to what is filmed; a poster's shape is each film's own."""
    request = replace(MUG, poster=Poster(image_url=PHOTO), image_fit=fit)

    made = planned(request)

    assert nodes_of == [picture.key for picture in made.pictures]
    assert nodes_of[-1] == beside_key(made, Role.POSTER)


def test_an_edit_brings_a_poster_and_takes_it_away() -> None:
    """Nothing is bought; a number is never used twice, so no version shows another's picture; null forgets it."""
    first = edited(MUG, poster={"image_url": COVER})
    other = edited(MUG, first, poster={"image": "up_1"})
    kept = edited(MUG, other, captions_by="word", text={"size": 1.2})
    back = edited(MUG, other, poster=None)

    assert ["image-1", "image-2"] == [picture.key for picture in first.plan.pictures]
    assert ["image-1", "image-3"] == [picture.key for picture in other.plan.pictures]
    assert other.plan.pictures == kept.plan.pictures
    assert other.plan.beside == kept.plan.beside
    assert (planned(MUG).pictures, ()) == (back.plan.pictures, back.plan.beside)
    assert composition(back.plan, back.request) == composition(planned(MUG), MUG)
    with pytest.raises(CannotChange):
        edited(MUG, first, poster={"image_url": COVER})


def test_what_of_a_poster_is_not_seen_is_told_for_every_shape() -> None:
    """By its own field, with the share of each film that is lost."""
    request = replace(COVERED, outputs=(OutputRequest(MUG.aspect_ratio), OutputRequest(MUG.aspect_ratio.WIDE)))
    made = with_photos(planned(request), {"image-1": Size(720, 1280), "image-2": Size(800, 800)})

    told = [str(one) for one in image_warnings(request, made) if "poster.image_url" in str(one)]

    assert 2 == len(told)
    assert "left and right" in told[0]
    assert "above and below" in told[1]


@pytest.mark.parametrize(
    ("poster", "says"),
    [
        ({"at": 1.0, "image": "up_1"}, "not two of them"),
        ({"image_url": COVER, "image": "up_1"}, "not two of them"),
        ({"image_url": "ftp://shop.example/a.jpg"}, "https://"),
        ({"image_url": "data:image/png;base64,AAAA"}, "/tenant/uploads"),
        ({"image": "../a"}, "POST /tenant/uploads"),
    ],
)
def test_a_poster_is_one_picture_and_a_plain_link(poster: dict[str, object], says: str) -> None:
    """An order and an edit refuse the same, and say what to send."""
    order = {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], "poster": poster}

    with pytest.raises(Mistakes) as ordered:
        parse_film(json.dumps(order).encode())
    with pytest.raises(Mistakes) as changed:
        parse_edit(json.dumps({"poster": poster}).encode())

    with pytest.raises(Mistakes, match="public internet"):
        parse_edit(json.dumps({"poster": {"image_url": COVER}}).encode(), judge=lambda _: "it is private")
    assert says in str(ordered.value.details)
    assert says in str(changed.value.details)


def test_a_card_has_a_picture_of_the_orders_own() -> None:
    """In place of the kit's; a node the film waits for; an edit brings another, or takes it away with the card."""
    kit = Brand("pikolo@1", intro="f" * 64)
    plain = replace(MUG, brand=kit, intro=FilmCard(2.0))
    own = replace(plain, intro=FilmCard(2.0, image_url=COVER))
    made, takes = planned(own), {"clip-1": Take(8.0)}

    assert "image-2" == beside_key(made, Role.INTRO)
    assert "image-2" in nodes(made)[-1].needs
    shots = [assemble(planned(each), each, takes, BREAKS).shots[0] for each in (own, plain)]
    assert [("image-2", True, True), (INTRO_KEY, True, True)] == [(one.node, one.still, one.card) for one in shots]
    assert composition(made, own) != composition(planned(plain), plain)
    other = edited(own, intro={"image": "up_1"})
    assert ["image-1", "image-3"] == [picture.key for picture in other.plan.pictures]
    gone = edited(own, intro=None)
    assert (planned(MUG).pictures, ()) == (gone.plan.pictures, gone.plan.beside)
    seen = with_photos(made, {"image-1": Size(720, 1280), "image-2": Size(800, 800)})
    assert [one for one in image_warnings(own, seen) if "intro.image_url (800x800) is cropped" in str(one)]


def test_a_card_of_a_picture_needs_no_text() -> None:
    """And it has one picture."""
    planned(film(filmed(), outro=FilmCard(image="up_1")))

    with pytest.raises(Mistakes, match="one picture"):
        parse_edit(json.dumps({"intro": {"image_url": COVER, "image": "up_1"}}).encode())
