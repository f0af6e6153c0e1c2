"""What cannot be planned is refused by field, all at once; what is not used is said."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shared.pipeline.plan.looks import LookType
from shared.pipeline.plan.plan import Length
from shared.pipeline.plan.planner import CannotPlan, Defaults, plan
from shared.pipeline.plan.request import (
    AspectRatio,
    BRoll,
    FilmRequest,
    Quality,
    Resolution,
    SceneRequest,
    VoiceSettings,
)
from shared.pipeline.plan.staging import Background, BackgroundType
from tests.pipeline.films import (
    DEFAULTS,
    PHOTO,
    TABLES,
    WHITE,
    film,
    filmed,
    planned,
    spoken,
)


def refusals(request: FilmRequest, defaults: Defaults = DEFAULTS) -> dict[str, list[str]]:
    """Return why a request cannot be planned."""
    with pytest.raises(CannotPlan) as raised:
        plan(request, TABLES, defaults)
    return raised.value.details


def names(details: Iterable[str]) -> list[str]:
    """Return the fields a refusal names, in order."""
    return sorted(details)


def test_square_footage_is_refused_with_the_way_out() -> None:
    """Veo films 9:16 and 16:9; only a presenter alone can be square."""
    details = refusals(film(filmed(), aspect_ratio=AspectRatio.SQUARE))

    assert details == {
        "aspect_ratio": [
            (
                "footage is filmed in 9:16, 16:9 only; 1:1 is possible for a presenter alone, before a background, "
                'or with "b_roll": {"provider": "heygen"} where that is turned on'
            )
        ]
    }


def test_a_speaker_nobody_named_is_refused() -> None:
    """Neither the request nor the tenant says which avatar speaks."""
    details = refusals(film(filmed(), avatar_script="Hi."), Defaults())

    assert names(details) == ["avatar_id"]
    assert "give an avatar_id" in details["avatar_id"][0]


def test_a_model_that_cannot_film_the_resolution_is_refused() -> None:
    """Which model can do what is data."""
    lite = TABLES.footage[Quality.LITE]
    small = {feature: {Resolution.HD: lengths[Resolution.HD]} for feature, lengths in lite.lengths.items()}
    known = replace(TABLES, footage={**TABLES.footage, Quality.LITE: replace(lite, lengths=small)})

    with pytest.raises(CannotPlan) as raised:
        plan(film(filmed(), resolution=Resolution.FULL_HD, b_roll=BRoll(model=Quality.LITE)), known, DEFAULTS)

    assert raised.value.details == {"resolution": ["Veo's lite model does not film 1080p; it films 720p"]}


def test_an_unknown_provider_is_told_the_known_ones() -> None:
    """The refusal quotes what was asked for and names every avatar service there is."""
    details = refusals(film(filmed(script="Hi."), provider="synthesia"))

    known = ", ".join(TABLES.presenters)
    assert {"provider": [f"'synthesia' is not available; choose one of {known}"]} == details


def test_all_reasons_come_at_once() -> None:
    """A customer corrects a request once."""
    details = refusals(
        film(
            filmed(script="Hi."),
            SceneRequest(mood="warm"),
            aspect_ratio=AspectRatio.SQUARE,
            avatar_script="Hello.",
            provider="d-id",
            background=None,
        ),
        Defaults(),
    )

    assert names(details) == [
        "aspect_ratio",
        "avatar_id",
        "avatar_script",
        "provider",
        "scenes.0.script",
        "scenes.1.mood",
        "scenes.1.visual_description",
    ]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (film(filmed(), length=Length.SCRIPT), "length"),
        (film(*[filmed()] * 21), "scenes"),
        (film(avatar_script="Hi.", background=Background(BackgroundType.PRESET, preset="mars")), "background.preset"),
        (film(avatar_script="Hi.", background=Background(BackgroundType.IMAGE)), "background"),
        (film(avatar_script="Hi.", background=Background(BackgroundType.COLOR)), "background.color"),
    ],
)
def test_what_only_the_tables_can_refuse(request_: FilmRequest, field: str) -> None:
    """Each refusal names its field."""
    details = refusals(request_)

    assert names(details) == [field]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"background": WHITE}, "background is not used"),
        ({"avatar_id": "a"}, "avatar_id is not used: nobody speaks"),
        ({"captions": True}, "captions is not used"),
        ({"voice": VoiceSettings(speed=1.2)}, "voice is not used"),
    ],
)
def test_what_is_not_used_is_said(changed: dict[str, object], says: str) -> None:
    """A field that does nothing in this film is no mistake, but no secret."""
    made = planned(film(filmed(), **changed))

    assert made.warnings[0].startswith(says)


def test_a_photo_without_footage_is_said_to_be_unused() -> None:
    """A shop may always send its photo; the presenter alone does not need it."""
    made = planned(film(avatar_script="Hi.", background=WHITE, image_url=PHOTO))

    assert made.pictures == ()
    move = "Leave image_url out, or give a scene without an image_url a visual_description."
    assert made.warnings == (f"image_url is not used: no shot starts from it. {move}",)


def told_refusals(request: FilmRequest, **look: Any) -> dict[str, list[str]]:
    """Return why a request cannot be planned once the avatar service has told about its looks."""
    with pytest.raises(CannotPlan) as raised:
        planned(request, **look)
    return raised.value.details


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (film(filmed(), avatar_script="Hi."), "avatar_id"),
        (film(spoken(avatar_id="look-2")), "scenes.0.avatar_id"),
    ],
)
def test_a_look_no_engine_of_ours_films_is_refused_by_its_field(request_: FilmRequest, field: str) -> None:
    """What the look itself told is known before anything is bought; the sentence says which engines there are."""
    details = told_refusals(request_, type=LookType.PHOTO, engines=("avatar_v", "avatar_vi"))

    look = "look-2" if field.startswith("scenes") else "look-1"
    assert {
        field: [
            (
                f"{look} is filmed by avatar_v, avatar_vi only, and abroll orders avatar_iv, avatar_iii; "
                "choose another avatar"
            )
        ]
    } == details


def test_a_look_without_a_voice_needs_one() -> None:
    """A scene's own avatar speaks with its own voice; one that has none is refused before anything is bought."""
    details = told_refusals(film(spoken(avatar_id="look-2"), spoken()), default_voice_id=None)

    assert {"scenes.0.voice_id": ["is required: look-2 has no voice of its own"]} == details


def test_what_a_service_cannot_speak_is_refused_by_its_row() -> None:
    """How long a script it takes and what its voices can have is data; a style is left out with a warning instead."""
    heygen = replace(TABLES.presenters["heygen"], script=5, voice=("speed",))
    tables = replace(TABLES, presenters={"heygen": heygen})
    voice = VoiceSettings(speed=1.1, pitch=2, style="cheerful")

    with pytest.raises(CannotPlan) as raised:
        plan(film(filmed(script="Hello."), filmed(script="Hi."), voice=voice), tables, DEFAULTS)

    assert {
        "scenes.0.script": ["has 6 characters; HeyGen speaks 5 a take: split it over scenes"],
        "voice.pitch": ["HeyGen's voices have none: leave it out"],
    } == raised.value.details
