"""A film's request as it is shown: an order again, which makes the same film."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.door.bodies import Mistakes, parse_film
from shared.pipeline.job.recut import Recut, SceneRecut, laid_out
from shared.pipeline.plan.dress import Dress, Kit
from shared.pipeline.plan.heard import Loudness
from shared.pipeline.plan.kit import Rebrand
from shared.pipeline.plan.personas import Persona, PersonaIds, cast_by
from shared.pipeline.plan.picture import FilmCard, Hold, OwnFile
from shared.pipeline.plan.plan import Blend
from shared.pipeline.plan.request import FilmRequest, OutputRequest, from_document
from shared.pipeline.plan.said_again import said_again
from shared.pipeline.plan.staging import Audio, Background, BackgroundType, MusicOrder, Position, Preset
from shared.pipeline.plan.typography import USUAL_TEXT, CaptionsBy, TextStyle, Typography
from tests.door.film_bodies import FULL
from tests.pipeline.films import SHIPPED_TABLES, planned
from tests.pipeline.test_dressed_outputs import KITS

FACTS = OwnFile("mp4", 4.0, 1080, 1920, sound=True, fps=30.0)
PERSONAS = {"anna": Persona("anna", at={"heygen": PersonaIds("look-7", "voice-7", "cheerful")})}
COLORS = st.sampled_from(["#101010", "#fff0d0", "#ffffff"])

looks = st.builds(Typography, st.sampled_from(TextStyle), color=COLORS, panel=st.none() | COLORS)
kits = st.builds(
    Kit,
    st.just(KITS["default"].brand),
    text=st.none() | looks,
    captions=st.none() | st.booleans(),
    captions_by=st.none() | st.sampled_from(CaptionsBy),
    avatar_position=st.none() | st.just(Position(preset=Preset.BOTTOM_LEFT)),
    audio=st.none() | st.builds(Audio, st.none() | st.just(Loudness.WEB), st.none() | st.just(MusicOrder("carol"))),
    background=st.none() | st.just(Background(BackgroundType.COLOR, color="#a01020")),
    transition=st.none() | st.sampled_from(Blend),
    hold=st.none() | st.sampled_from(Hold),
    intro=st.none() | st.just(FilmCard()),
    outro=st.none() | st.just(FilmCard(text="Merry")),
)
names = st.sampled_from(["default", "christmas", "none"])
scenes = st.sampled_from(
    [
        {"visual_description": "A mug", "duration": 4},
        {"visual_description": "A mug", "script": "It is a mug.", "persona": "anna"},
        {"script": "It keeps warm."},
        {"script": "It keeps warm.", "avatar_id": "look-2", "background": {"type": "color", "color": "#123456"}},
        {"clip": "up_clip", "clip_start": 0.5},
    ]
)
outputs = st.lists(
    st.fixed_dictionaries({"aspect_ratio": st.sampled_from(["9:16", "16:9", "1:1"])}, optional={"brand": names}),
    max_size=3,
)
bodies = st.fixed_dictionaries(
    {"product_title": st.just("Mug"), "scenes": st.lists(scenes, min_size=1, max_size=3)},
    optional={
        "brand": names,
        "outputs": outputs,
        "avatar_id": st.just("look-1"),
        "text": st.fixed_dictionaries(
            {}, optional={"style": st.sampled_from(["panel", "outline"]), "color": COLORS, "panel": COLORS}
        ),
        "captions": st.booleans(),
        "captions_by": st.sampled_from(["phrase", "word"]),
        "audio": st.sampled_from([{}, {"loudness": -23}, {"music": {"audio": "up_1", "level": -22}}]),
        "background": st.just({"type": "image", "image": "up_2", "motion": "push_in"}),
        "transition": st.sampled_from(["cut", "dip"]),
        "intro": st.sampled_from([{"text": "Hello"}, {"video": "up_clip", "fit": "pad"}]),
        "hold": st.just("freeze"),
        "aspect_ratio": st.sampled_from(["9:16", "16:9"]),
        "resolution": st.just("1080p"),
        "metadata": st.just({"campaign": "spring"}),
        "poster": st.sampled_from([{}, {"at": 1.5}]),
    },
)


def ordered(body: dict[str, Any], kits: dict[str, Kit]) -> FilmRequest:
    """Return an order as create_job stores it: with its kits, its personas' ids, and what its clips are."""
    request = parse_film(body, brands=lambda label: kits.get((label or "default").partition("@")[0]))
    request = cast_by(request, PERSONAS, "heygen") if any(each.persona for each in request.scenes) else request
    judged = tuple(replace(each, clip_facts=FACTS) if each.clip else each for each in request.scenes)
    intro = request.intro and replace(request.intro, video_facts=FACTS if request.intro.video else None)
    return replace(request, scenes=judged, intro=intro)


def unnamed(request: FilmRequest) -> FilmRequest:
    """Return a request without how it named its kits, what they said sorted; usual letters are none of a kit's.

    What is shown says all of it, and the request that says it knows that.
    """
    brand = request.brand and replace(request.brand, asked=None, filled=tuple(sorted(request.brand.filled)))
    return replace(request, outputs=tuple(map(_unnamed, request.outputs)), brand=brand, said=None)


def _unnamed(output: OutputRequest) -> OutputRequest:
    if output.dress is None:
        return output
    kit = output.dress.kit
    return replace(output, dress=Dress("", replace(kit, text=None) if kit and kit.text == USUAL_TEXT else kit))


@given(body=bodies, usual=kits, other=kits)
@settings(max_examples=100)
def test_what_is_shown_orders_the_same_film(body: dict[str, Any], usual: Kit, other: Kit) -> None:
    """Whatever it was ordered with, in whichever kits: the same request, so the same plan, films and price."""
    known = {"default": usual, "christmas": replace(other, brand=KITS["christmas"].brand)}
    try:
        request = ordered(body, known)
    except Mistakes:
        return  # no order, no film

    again = ordered(said_again(request, taken_over=False), known)

    assert unnamed(request) == unnamed(again)


def test_a_full_order_is_shown_as_it_was_sent() -> None:
    """Each field it gave is there, and kits and clips are names."""
    body = {**FULL, "outputs": [{"aspect_ratio": "9:16", "brand": "christmas"}], "brand": "default"}

    shown = said_again(ordered(body, KITS), taken_over=False)

    assert ("default@1", "christmas@4") == (shown["brand"], shown["outputs"][0]["brand"])
    assert {*body} <= {*shown}


def test_another_kit_brings_its_own_looks() -> None:
    """What the old one filled in is not in its way."""
    request = ordered({"product_title": "Mug", "scenes": [{"visual_description": "A mug"}], "captions": False}, KITS)

    again = ordered({**said_again(request, taken_over=False), "brand": "christmas"}, KITS)

    assert (TextStyle.SHADOW, Hold.FREEZE, False) == (again.text.style, again.hold, again.captions)


def test_a_film_without_scenes_and_one_without_a_kit_say_so() -> None:
    """No empty list, which an order may not have; `none`, so that the default kit stays away."""
    body = {"product_title": "Mug", "avatar_script": "It is a mug.", "avatar_id": "a", "brand": "none"}
    shown = said_again(ordered({**body, "background": {"type": "color", "color": "#123456"}}, KITS), taken_over=True)

    assert ("scenes" not in shown, "none", "fallback") == (
        "scenes" not in shown,
        shown["brand"],
        shown["on_presenter_failure"],
    )


def test_a_version_in_another_kit_is_shown_in_it() -> None:
    """An edit's kit and its own words are those that are ordered again."""
    body = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}
    request = ordered(body, KITS)
    made = laid_out(request, planned(request), Recut(brand=Rebrand(KITS["christmas"])), SHIPPED_TABLES).request

    shown = said_again(made, taken_over=False)

    assert "christmas@4" == shown["brand"]
    assert unnamed(made) == unnamed(ordered(shown, KITS))


def test_what_the_first_schema_kept_is_an_order_too() -> None:
    """Jobs that were stored before there were kits, outputs and cards."""
    kept = json.loads((Path(__file__).parents[1] / "steps" / "first_schema_mid_life.json").read_text())["request"]

    assert from_document(kept) == unnamed(ordered(said_again(from_document(kept), taken_over=False), KITS))


def test_a_version_is_shown_with_the_scenes_it_has() -> None:
    """In its own order, those that were left out are not there; each is as long as an order may ask."""
    scenes = [{"visual_description": each, "duration": 4} for each in ("A mug", "A cup", "A pot")]
    request = ordered({"product_title": "Mug", "scenes": scenes}, KITS)
    recut = Recut(order=(2, 0), scenes=(SceneRecut(0, seconds=2.0), SceneRecut(2, text_overlay="Hot")))
    made = laid_out(request, planned(request), recut, SHIPPED_TABLES)

    shown = said_again(made.request, taken_over=False, seen=[each.scene for each in made.plan.stretches])

    assert [("A pot", "Hot", 4), ("A mug", None, 4)] == [
        (each["visual_description"], each.get("text_overlay"), each["duration"]) for each in shown["scenes"]
    ]
    assert 2 == len(ordered(shown, KITS).scenes)
