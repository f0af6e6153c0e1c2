"""The product's photo as a card: which scenes have it, what it is made of, and that an edit lays and lifts it free."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from shared.door.bodies import Mistakes, parse_film
from shared.door.brand_bodies import BrandKitBody
from shared.door.change_bodies import parse_edit
from shared.door.console.new_film import _as_form as as_form
from shared.door.console.new_film import _order as ordered_form
from shared.pipeline.edit.assembly import Take, assemble
from shared.pipeline.edit.edit import Edit
from shared.pipeline.job.recut import Laid, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.beside import beside_key
from shared.pipeline.plan.brand import Brand
from shared.pipeline.plan.composition import composition
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.kit import filled_in, rebranded
from shared.pipeline.plan.picture import CardTime, FilmCard, Hold, Inset, ProductCard, Role
from shared.pipeline.plan.planner import CannotPlan, plan_from_document, plan_to_document
from shared.pipeline.plan.request import FilmRequest, ImageFit, from_document
from tests.pipeline.breaks import BREAKS
from tests.pipeline.films import CUT, PHOTO, TABLES, film, filmed, planned, spoken

OTHER = "https://shop.example/other.jpg"
CARD = ProductCard()
LATER = [(8.0, 16.0), (16.0, 24.0)]
UNSHOWN = ProductCard(CardTime.UNSHOWN)
THREE = film(filmed(), filmed(image_url=OTHER), filmed(), image_url=PHOTO, b_roll=CUT, product_card=CARD)


def assembled(request: FilmRequest) -> Edit:
    """Return the edit of a film of cut clips of eight seconds."""
    made = planned(request)
    takes = {clip.key: Take(8.0) for clip in made.clips}
    return assemble(made, request, takes, BREAKS)


def edited(request: FilmRequest, **changed: Any) -> Laid:
    recut = parse_edit(json.dumps(changed).encode()).recut()
    return laid_out(request, planned(request), recut, TABLES)


@pytest.mark.parametrize(("card", "spans"), [(CARD, [(0.0, 8.0), *LATER]), (UNSHOWN, LATER)])
def test_a_card_is_seen_in_every_scene_or_where_footage_cannot_show_the_photo(
    card: ProductCard, spans: list[tuple[float, float]]
) -> None:
    """A shot made from another picture, or from none, does not show it; an intro moves the card with its scenes."""
    request = replace(THREE, product_card=card)

    made = assembled(request)
    later = assembled(replace(request, intro=FilmCard(seconds=2.0, text="Mug")))

    assert made.product
    assert later.product
    assert ("image-1", spans) == (made.product.node, list(made.product.spans))
    assert [(start + 2, end + 2) for start, end in spans] == list(later.product.spans)


def test_a_card_that_is_seen_nowhere_is_told_before_it_is_paid() -> None:
    """Of an order and of an edit, where every scene is made from the photo already."""
    hidden = film(filmed(), filmed(image_url=PHOTO), image_url=PHOTO, b_roll=CUT, product_card=UNSHOWN)

    edit = edited(replace(hidden, product_card=None), product_card={"when": "unshown"})

    for warned in (planned(hidden).warnings, edit.plan.warnings):
        assert [one for one in warned if one.startswith("product_card is not seen") and '"when": "always"' in one]
    for seen in (replace(hidden, product_card=CARD), replace(THREE, product_card=UNSHOWN)):
        assert not [one for one in planned(seen).warnings if "product_card" in one]


def test_a_scene_in_which_nothing_is_filmed_does_not_show_the_photo() -> None:
    """Nor does a chain that began with it hide it in its later links."""
    request = film(filmed(), filmed(), spoken(), image_url=PHOTO, product_card=UNSHOWN)
    made = planned(request)
    takes = {clip.key: Take(float(clip.total)) for clip in made.clips}
    takes |= {take.key: Take(3.0, None) for take in made.speeches}

    laid = assemble(made, request, takes, BREAKS, [take.key for take in made.speeches])

    assert laid.product
    assert 1 == len(laid.product.spans)
    assert laid.product.spans[0][1] == laid.seconds


def test_the_photo_of_footage_is_the_cards_own_node() -> None:
    """However it fills the frame there; where no footage has it, it is read for it. What is unseen names none."""
    padded = replace(THREE, image_fit=ImageFit.BLUR)
    plain = replace(THREE, product_card=None)
    never = replace(THREE, product_card=ProductCard(CardTime.NEVER))
    unfilmed = film(spoken(), image_url=PHOTO, product_card=CARD)

    assert [2, 2, 1] == [len(planned(each).pictures) for each in (THREE, padded, unfilmed)]
    assert "image-1" == beside_key(planned(unfilmed), Role.PRODUCT)
    assert not [one for one in planned(unfilmed).warnings if "image_url is not used" in str(one)]
    assert composition(planned(never), never) == composition(planned(plain), plain)
    assert composition(planned(THREE), THREE) != composition(planned(plain), plain)
    assert planned(THREE) == plan_from_document(plan_to_document(planned(THREE)))


def test_a_card_needs_a_photo() -> None:
    """The order and the edit of a film without one say what to give."""
    without = film(filmed(), product_card=CARD)

    with pytest.raises(CannotPlan) as ordered:
        planned(without)
    with pytest.raises(CannotChange) as changed:
        edited(film(filmed()), product_card={})

    assert ["product_card"] == [*ordered.value.details] == [*changed.value.details]


def test_an_edit_lays_a_card_and_takes_it_away() -> None:
    """Free, with the photo the footage was made from; null is a film without."""
    plain = replace(THREE, product_card=None)

    made = edited(plain, product_card={"place": "left", "size": 0.3})
    back = laid_out(made.request, made.plan, parse_edit(b'{"product_card": null}').recut(), TABLES)

    assert planned(plain).pictures == made.plan.pictures
    assert "image-1" == beside_key(made.plan, Role.PRODUCT)
    assert composition(back.plan, back.request) == composition(planned(plain), plain)
    with pytest.raises(CannotChange):
        edited(THREE, product_card={"when": "always"})


@pytest.mark.parametrize("card", [{"size": 0.9}, {"place": "top"}, {"when": "sometimes"}, {"corner": 1}, True])
def test_a_card_is_bounded(card: object) -> None:
    """An order and an edit take the same words."""
    order = {"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], "product_card": card}

    with pytest.raises(Mistakes):
        parse_film(json.dumps(order).encode())
    with pytest.raises(Mistakes):
        parse_edit(json.dumps({"product_card": card}).encode())


def test_a_kit_has_a_shape_and_a_hold_for_orders_that_do_not_say() -> None:
    """The order's own stays; another kit, or none, takes away what the first gave."""
    kit = Kit(Brand("summer@1"), inset=Inset.CIRCLE, hold=Hold.FREEZE)
    body, filled = filled_in({"product_title": "Mug", "hold": "push_in"}, kit)
    order = replace(from_document(body), brand=replace(kit.brand, filled=filled))

    assert (Inset.CIRCLE, Hold.PUSH_IN, ("inset",)) == (order.inset, order.hold, filled)
    assert (None, Hold.PUSH_IN) == (rebranded(order, None).inset, rebranded(order, None).hold)
    said = {"inset": "circle", "hold": "freeze"}
    assert said == BrandKitBody.model_validate(said).plain()
    with pytest.raises(ValidationError):
        BrandKitBody.model_validate({"inset": "beside"})


def test_the_form_orders_a_card_and_shows_it_again() -> None:
    """A film that is ordered again has the card it had."""
    order = ordered_form({"product_title": "Mug", "product_card": "unshown"})

    assert {"when": "unshown"} == order["product_card"]
    assert "unshown" == as_form(order)["product_card"]
    assert "product_card" not in ordered_form({"product_title": "Mug", "product_card": ""})
