"""Several films of the same takes: bought once, each laid out, priced and named for itself."""

import json

import pytest

from shared.door.bodies import Mistakes, parse_film
from shared.pipeline.job.recut import Recut, laid_out
from shared.pipeline.job.revision import CannotChange
from shared.pipeline.plan.composition import compositions, laid_for
from shared.pipeline.plan.plan import Plan, Size
from shared.pipeline.plan.planner import CannotPlan, nodes, plan_from_document, plan_to_document
from shared.pipeline.plan.renditions import filmed_for
from shared.pipeline.plan.request import (
    AspectRatio,
    FilmRequest,
    Focus,
    OutputRequest,
    Resolution,
    from_document,
    to_document,
)
from shared.pipeline.plan.typography import AppArea
from tests.pipeline.films import SHIPPED_TABLES, film, filmed, planned

TALL, WIDE = OutputRequest(AspectRatio.TALL), OutputRequest(AspectRatio.WIDE)
SQUARE, PORTRAIT = OutputRequest(AspectRatio.SQUARE), OutputRequest(AspectRatio.PORTRAIT)
ALL = (TALL, SQUARE, PORTRAIT, WIDE)


def several(*outputs: OutputRequest, **changed: object) -> FilmRequest:
    """Return a filmed scene with a speaker, asked for in these shapes."""
    return film(filmed(script="Good morning."), outputs=outputs, **changed)


def made(*outputs: OutputRequest, **changed: object) -> Plan:
    """Plan it at the shipped sizes."""
    return planned(several(*outputs, **changed), SHIPPED_TABLES)


def test_one_purchase_makes_several_films() -> None:
    """Clips and takes are those of one film; each output has a node of its own that needs all of them."""
    alone, four = made(), made(*ALL)

    graph = [(node.key, node.needs) for node in nodes(four)]
    assert (alone.clips, alone.speeches) == (four.clips, four.speeches)
    assert ["compose", "compose-2", "compose-3", "compose-4"] == [key for key, _ in graph[-4:]]
    assert {("clip-1", "presenter-1")} == {needs for _, needs in graph[-4:]}


def test_composing_is_paid_for_each_output_and_filming_once() -> None:
    """The price grows by the composing alone; the outputs are composed side by side, so the wait does not."""
    alone, four = made(), made(*ALL)

    larger = made(TALL, OutputRequest(AspectRatio.SQUARE, Resolution.FULL_HD))

    assert 3 * alone.compose_cost == four.cost_to_us - alone.cost_to_us
    assert alone.cost_to_provider_account == four.cost_to_provider_account
    assert alone.estimated_wait == four.estimated_wait
    assert [alone.compose_cost, larger.films[1].cost] == [film.cost for film in larger.films]
    assert larger.films[1].cost > alone.compose_cost


def test_each_film_is_laid_out_for_its_own_shape() -> None:
    """Size and presenter's place are those of a film ordered alone in that shape."""
    four, request = made(*ALL), several(*ALL)

    laid = [laid_for(four, request, each.key) for each in four.films]

    sizes = [Size(720, 1280), Size(720, 720), Size(720, 900), Size(1280, 720)]
    assert sizes == [plan.size for plan, _ in laid]
    assert [0.48, 0.60, 0.54, 0.78] == [plan.place.scale for plan, _ in laid]
    assert [one.aspect_ratio for one in ALL] == [asked.aspect_ratio for _, asked in laid]
    assert 4 == len({json.dumps(each, sort_keys=True) for each in compositions(four, request).values()})


@pytest.mark.parametrize(
    ("outputs", "named", "filmed_as"),
    [
        ((SQUARE, WIDE, TALL), None, AspectRatio.WIDE),
        ((SQUARE, PORTRAIT), None, AspectRatio.TALL),
        ((WIDE, TALL), AspectRatio.TALL, AspectRatio.TALL),
    ],
)
def test_footage_is_filmed_for_the_first_output_it_can_be_filmed_for(
    outputs: tuple[OutputRequest, ...], named: AspectRatio | None, filmed_as: AspectRatio
) -> None:
    """Unless the order says in which shape; a square film of Veo's footage is cut from a tall one."""
    asked = several(*outputs, aspect_ratio=named or AspectRatio.TALL)

    settled = filmed_for(asked, shape=named is not None, resolution=False)

    assert filmed_as is settled.aspect_ratio
    assert outputs == settled.outputs


def test_an_apps_buttons_are_kept_clear_of_in_its_own_shape_only() -> None:
    """Reels are tall: its other films keep the usual edge, and an order without a tall one is refused."""
    request = several(TALL, SQUARE, safe_area=AppArea.REELS)
    both = planned(request, SHIPPED_TABLES)

    areas = [laid_for(both, request, each.key)[1].safe_area for each in both.films]

    assert [AppArea.REELS, None] == areas
    with pytest.raises(CannotPlan) as refused:
        made(SQUARE, safe_area=AppArea.REELS)
    assert ["safe_area"] == list(refused.value.details)


def test_the_same_output_twice_is_refused() -> None:
    """It would be the same film, paid twice."""
    with pytest.raises(CannotPlan) as refused:
        made(TALL, SQUARE, TALL)

    own = "with a brand kit of its own (outputs.2.brand) it would be another film"
    assert {"outputs.2": [f"9:16 at 720p is asked for twice; {own}"]} == refused.value.details


def test_a_film_without_outputs_is_named_as_ever() -> None:
    """One output of the shape that is filmed is the same composition, byte for byte."""
    asked, alone = several(TALL), several()

    assert compositions(planned(alone), alone) == compositions(planned(asked), asked)


def test_outputs_survive_the_document() -> None:
    """Plan and request read back as they were stored."""
    request = several(*ALL)
    plan = planned(request, SHIPPED_TABLES)

    assert plan == plan_from_document(plan_to_document(plan))
    assert request == from_document(to_document(request))


def test_outputs_are_free_to_change_by_an_edit() -> None:
    """What was bought stays; only composing is paid, once an output."""
    request = several()
    plan = planned(request, SHIPPED_TABLES)

    laid = laid_out(request, plan, Recut(outputs=(SQUARE, PORTRAIT)), SHIPPED_TABLES)
    again = laid_out(laid.request, laid.plan, Recut(captions=True), SHIPPED_TABLES)

    assert ["1:1", "4:5"] == [each.aspect_ratio for each in laid.plan.films]
    assert (plan.clips, plan.aspect_ratio) == (laid.plan.clips, laid.plan.aspect_ratio)
    one = laid_out(again.request, again.plan, Recut(outputs=(), aspect_ratio=AspectRatio.WIDE), SHIPPED_TABLES)

    assert ["1:1", "4:5"] == [each.aspect_ratio for each in again.plan.films]
    assert [Size(1280, 720)] == [each.size for each in one.plan.films]
    with pytest.raises(CannotChange) as same:
        laid_out(laid.request, laid.plan, Recut(outputs=(SQUARE, PORTRAIT)), SHIPPED_TABLES)
    assert ["outputs"] == list(same.value.details)
    with pytest.raises(CannotChange) as unclear:
        laid_out(laid.request, laid.plan, Recut(aspect_ratio=AspectRatio.WIDE), SHIPPED_TABLES)
    assert ["aspect_ratio"] == list(unclear.value.details)


def test_an_orders_own_shape_stands_in_place_of_its_templates_outputs() -> None:
    """Whoever orders a shape gets that film; whoever orders outputs is not held to the template's shape."""
    template = {"outputs": [{"aspect_ratio": "1:1"}], "background": {"type": "color", "color": "#ffffff"}}
    order = {"product_title": "Mug", "avatar_script": "Hi."}

    shaped = parse_film({**order, "aspect_ratio": "16:9"}, template=template)
    silent = parse_film(order, template=template)
    listed = parse_film({**order, "outputs": [{"aspect_ratio": "4:5"}]}, template={**template, "aspect_ratio": "16:9"})

    assert (AspectRatio.WIDE, ()) == (shaped.aspect_ratio, shaped.outputs)
    assert (AspectRatio.TALL, (SQUARE,)) == (silent.aspect_ratio, silent.outputs)
    assert (AspectRatio.TALL, (PORTRAIT,)) == (listed.aspect_ratio, listed.outputs)


def test_too_many_outputs_are_counted() -> None:
    """The sentence has both numbers."""
    body = {"product_title": "Mug", "avatar_script": "Hi.", "background": {"type": "color", "color": "#ffffff"}}

    with pytest.raises(Mistakes) as refused:
        parse_film({**body, "outputs": [{"aspect_ratio": "9:16"}] * 5})

    assert {"outputs": ["has 5 entries; at most 4 are allowed"]} == refused.value.details


@pytest.mark.parametrize(
    ("outputs", "field"),
    [
        ([{"aspect_ratio": "2:1"}], "outputs.0.aspect_ratio"),
        ([{}], "outputs.0.aspect_ratio"),
        ([{"aspect_ratio": "1:1", "captions": True}], "outputs.0.captions"),
        ("9:16", "outputs"),
    ],
)
def test_what_is_no_output_is_refused_by_field(outputs: object, field: str) -> None:
    """One to four, of known shapes, and nothing else in them."""
    body = {"product_title": "Mug", "avatar_script": "Hi.", "background": {"type": "color", "color": "#ffffff"}}

    with pytest.raises(Mistakes) as refused:
        parse_film({**body, "outputs": outputs})

    assert [field] == list(refused.value.details)


def test_the_focus_of_what_is_cut_is_free_to_move() -> None:
    """It names another film, of the same takes; without one a film keeps its name."""
    request = several(SQUARE)
    plan = planned(request, SHIPPED_TABLES)

    laid = laid_out(request, plan, Recut(focus=Focus(x=0.5, y=0.2)), SHIPPED_TABLES)

    assert "focus" not in compositions(plan, request)["compose"]
    assert {"x": 0.5, "y": 0.2} == compositions(laid.plan, laid.request)["compose"]["focus"]
    assert plan.clips == laid.plan.clips
