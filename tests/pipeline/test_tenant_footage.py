"""Footage by the tenant's own account: which lengths, ways and prices, in whose column, for whom it is turned on."""

from dataclasses import replace
from typing import Any

import pytest

from shared.pipeline.plan.plan import Feature, Join, Plan, Sound
from shared.pipeline.plan.planner import CannotPlan, plan, to_ask
from shared.pipeline.plan.request import AspectRatio, BRoll, Filmer, FilmRequest, Quality, Resolution, SceneRequest
from tests.pipeline.films import DEFAULTS, TABLES

ON = replace(DEFAULTS, heygen_footage=True)
BY_HEYGEN = BRoll(provider=Filmer.HEYGEN)


def ordered(*seconds: float, **changed: Any) -> FilmRequest:
    """A film of scenes of these lengths."""
    scenes = tuple(SceneRequest(visual_description=f"A mug, {n}", duration=one) for n, one in enumerate(seconds))
    return FilmRequest(**{"product_title": "Mug", "scenes": scenes, "b_roll": BY_HEYGEN, **changed})


def planned(request: FilmRequest) -> Plan:
    """Plan for a tenant who has it turned on."""
    return plan(request, TABLES, ON)


def refused(request: FilmRequest, defaults: Any = ON) -> dict[str, list[str]]:
    """Return why a film cannot be planned."""
    with pytest.raises(CannotPlan) as raised:
        plan(request, TABLES, defaults)
    return raised.value.details


@pytest.mark.parametrize("shape", [AspectRatio.TALL, AspectRatio.WIDE, AspectRatio.SQUARE])
def test_three_scenes_of_eight_seconds_are_24_seconds(shape: AspectRatio) -> None:
    """Exactly what was asked for, in each shape, and nothing is bought that is not shown."""
    made = planned(ordered(8, 8, 8, aspect_ratio=shape))

    assert 24.0 == made.planned_seconds
    assert [(8, 8)] * 3 == [(clip.seconds, clip.total) for clip in made.clips]
    assert {Feature.TEXT} == {clip.feature for clip in made.clips}


@pytest.mark.parametrize(("asked", "bought"), [(4, 5), (5, 5), (5.5, 6), (7, 7), (7.1, 8), (8, 8)])
def test_a_clip_is_the_fewest_whole_seconds_that_hold_its_scene(asked: float, bought: int) -> None:
    """Five at least; what is shown is what was asked for."""
    made = planned(ordered(asked))

    assert (bought, asked) == (made.clips[0].seconds, made.stretches[0].seconds)


def test_the_price_stands_in_the_tenants_column() -> None:
    """Ours holds the composing alone; whoever orders sound pays no more, for it is always filmed."""
    silent, heard = (
        planned(ordered(8, 8, 8, b_roll=replace(BY_HEYGEN, audio=sound))) for sound in (Sound.BED, Sound.DUCK)
    )

    assert (24 * 30_000, silent.compose_cost) == (silent.cost_to_provider_account, silent.cost_to_us)
    assert silent.cost_to_provider_account == heard.cost_to_provider_account


def test_every_image_is_a_reference() -> None:
    """The product's photo in each scene, a scene's own image in that one, at the price of references."""
    request = ordered(8, 8, image_url="https://shop.example/mug.jpg")
    own = replace(request.scenes[1], image_url="https://shop.example/lid.jpg")
    made = planned(replace(request, scenes=(request.scenes[0], own)))

    assert [Feature.REFERENCE] * 2 == [clip.feature for clip in made.clips]
    assert ["image-1", "image-2"] == [clip.image for clip in made.clips]
    assert 16 * 60_000 == made.cost_to_provider_account


@pytest.mark.parametrize("join", [Join.CUT, Join.EXTEND])
def test_each_scene_is_a_shot_of_its_own(join: Join) -> None:
    """It extends nothing; whoever ordered one shot is told."""
    made = planned(ordered(8, 8, b_roll=replace(BY_HEYGEN, join=join)))

    told = [text for text in made.warnings if "HeyGen Video makes one shot" in text]
    assert [None, None] == [clip.before for clip in made.clips]
    assert (join is Join.EXTEND) == bool(told)


def test_the_plan_freezes_who_films_and_how() -> None:
    """The vendor's row, the account that pays, the model, and the resolution by its own name."""
    made = planned(ordered(8))

    assert ("heygen_video", "heygen", "heygen-video-1", "768p") == (
        made.footage,
        made.footage_account,
        made.model,
        made.filmed_as,
    )


def test_the_account_is_asked_though_nobody_speaks() -> None:
    """Its key and its balance matter before the order."""
    asked = to_ask(ordered(8), TABLES, ON)

    assert ("heygen", True, {}) == (asked.provider, asked.films, dict(asked.looks))


def test_it_is_refused_where_it_is_not_turned_on() -> None:
    """Its terms are unconfirmed; the refusal says so and who can change it."""
    (why,) = refused(ordered(8), DEFAULTS)["b_roll.provider"]

    assert "unconfirmed" in why
    assert "operator" in why


def test_what_it_does_not_film_is_refused_by_name() -> None:
    """A larger film, another model."""
    assert ["HeyGen Video's standard model does not film 1080p; it films 720p"] == refused(
        ordered(8, resolution=Resolution.FULL_HD)
    )["resolution"]
    assert ["fast is not available; choose one of standard"] == refused(
        ordered(8, b_roll=replace(BY_HEYGEN, model=Quality.FAST))
    )["b_roll.model"]


@pytest.mark.parametrize(
    ("shape", "on", "films"),
    [
        (AspectRatio.TALL, True, "veo"),
        (AspectRatio.WIDE, True, "veo"),
        (AspectRatio.SQUARE, True, "heygen_video"),
        (AspectRatio.TALL, False, "veo"),
    ],
)
def test_auto_takes_veo_where_veo_can(shape: AspectRatio, on: bool, films: str) -> None:
    """It never takes what is not turned on."""
    request = ordered(8, aspect_ratio=shape, b_roll=BRoll(provider=Filmer.AUTO))

    assert films == plan(request, TABLES, ON if on else DEFAULTS).footage


def test_auto_refuses_what_nobody_turned_on_can_film() -> None:
    """Square footage without HeyGen is refused as ever."""
    details = refused(ordered(8, aspect_ratio=AspectRatio.SQUARE, b_roll=BRoll(provider=Filmer.AUTO)), DEFAULTS)

    assert ["aspect_ratio"] == list(details)


def test_an_order_that_says_nothing_is_filmed_by_veo() -> None:
    """At our expense, as ever."""
    made = plan(ordered(8, b_roll=BRoll()), TABLES, ON)

    assert ("veo", "", 0) == (made.footage, made.footage_account, made.cost_to_provider_account)
