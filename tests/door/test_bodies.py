"""A body becomes a request, or every mistake in it is named at once, by field, in plain words."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.door.bodies import ALIASES, MOST_SCENES, Body, Mistakes, parse_body, parse_film, parse_template
from shared.door.change_bodies import RegenerateBody, parse_edit
from shared.door.film_bodies import BRollBody, FilmBody, PositionBody, SceneBody
from shared.door.output_bodies import OutputBody
from shared.door.voice_body import VoiceBody
from shared.pipeline.codec import document_fields
from shared.pipeline.plan.plan import Join, Length, Sound
from shared.pipeline.plan.request import (
    AspectRatio,
    BRoll,
    FilmRequest,
    Mode,
    Quality,
    Resolution,
    SceneRequest,
    VoiceSettings,
    to_document,
)
from shared.pipeline.plan.staging import Background, BackgroundType, Position, Preset
from tests.door.film_bodies import FULL, body, mistakes
from tests.pipeline.films import SHIPPED_TABLES

UPLOAD = "must be the id that POST /tenant/uploads answers"
WORDLESS = "has no words to speak: give some, or leave the field out"
INLINE = "holds the file itself: POST it to /tenant/uploads, and give the id it answers as image instead"
BROUGHT = {"persona_style", "clip_facts", "said"}  # by a persona, by an upload, by what is there; not by the wire


def scene(**fields: Any) -> dict[str, Any]:
    """Return a body whose only scene has these fields."""
    return body(scenes=[{"visual_description": "A mug"} | fields])


def test_every_field_arrives() -> None:
    """A full body is a full request."""
    request = parse_film(json.dumps(FULL).encode())

    assert request == FilmRequest(
        product_title="Blue mug",
        product_id="sku-1",
        scenes=(
            SceneRequest(
                visual_description="A mug",
                camera_movement="dolly in",
                mood="calm",
                duration=4.5,
                text_overlay='50% off: it\'s "ñandú" [new], {x} \\ €\nnow',
                script="Look at this.",
                avatar_id="look-2",
                voice_id="voice-2",
                image_url="https://shop.example/red.jpg",
            ),
            SceneRequest(script="And this.", background=Background(BackgroundType.IMAGE, image="up_1")),
        ),
        image_url="https://shop.example/mug.jpg?v=2",
        avatar_id="look-1",
        voice_id="voice-1",
        avatar_position=Position(0.5, -1.0, 1.0, Preset.CENTER),
        aspect_ratio=AspectRatio.WIDE,
        resolution=Resolution.FULL_HD,
        b_roll=BRoll(Join.CUT, Sound.DUCK, Quality.FAST),
        background=Background(BackgroundType.COLOR, color="#a1b2c3"),
        voice=VoiceSettings(1.2, -3, "en-US"),
        captions=True,
        length=Length.SCRIPT,
        provider="heygen",
        mode=Mode.TEST,
        webhook_url="https://shop.example:8443/hook",
        metadata={"campaign": "spring", "empty": ""},
        dry_run=True,
    )


def test_a_small_body_takes_the_defaults() -> None:
    """Defaults stand once, in the request model."""
    assert parse_film(body()) == FilmRequest("Mug", scenes=(SceneRequest(visual_description="A mug"),))


def test_null_is_left_out() -> None:
    """Clients send null for what they do not have."""
    request = parse_film(
        body(avatar_script=None, b_roll=None, scenes=[{"visual_description": "A mug", "duration": None}])
    )

    assert request == parse_film(body())


def test_a_document_of_a_request_is_a_body_that_makes_it() -> None:
    """The stored request reads like what the customer sent."""
    request = parse_film(FULL)

    assert replace(parse_film(to_document(request)), said=request.said) == request


@pytest.mark.parametrize(
    ("model", "data"),
    [
        (FilmBody, FilmRequest),
        (SceneBody, SceneRequest),
        (PositionBody, Position),
        (BRollBody, BRoll),
        (VoiceBody, VoiceSettings),
    ],
)
def test_the_wire_has_the_fields_of_the_request(model: type[Body], data: type[Any]) -> None:
    """A field added to one is added to both."""
    others = {*ALIASES, "variables"} if model is FilmBody else set()  # what is filled in stands in the texts
    assert model.model_fields.keys() - others == {field.name for field in document_fields(data)} - BROUGHT


def test_every_mistake_is_named_at_once() -> None:
    """Wrong types, lengths, unknown fields and contradictions between fields together."""
    details = mistakes(
        {
            "scenes": [
                {"visual_description": "A mug", "duration": "8", "script": "Hi."},
                {"visual_description": "", "background": {"type": "color", "color": "red"}},
                "third",
            ],
            "avatar_script": "Hello.",
            "avatar_position": {"scale": 2, "z": 1},
            "b_roll": {"model": "best"},
            "captions": 1,
            "titel": "Mug",
        }
    )

    assert details == {
        "product_title": ["is required, unless a product_id stands for it"],
        "scenes.0.duration": ["must be a number"],
        "scenes.1.visual_description": [
            "is blank: give a text, or leave the field out",
            "give either a visual_description or a background, not both",
        ],
        "scenes.1.background.color": ['must be a color like "#1a2b3c"'],
        "scenes.2": ["must be an object"],
        "avatar_position.scale": ["must be at most 1"],
        "avatar_position.z": ["is unknown here; this takes preset, scale, x, y"],
        "b_roll.model": ["must be one of standard, fast, lite"],
        "captions": ["must be true or false"],
        "titel": ["is unknown; did you mean product_title?"],
        "avatar_script": ["is spoken over the whole film, so no scene may have a script: keep one kind of them"],
        "scenes.0.script": ["cannot stand beside avatar_script: keep one kind of them"],
        "scenes.1.background": ["give either a visual_description or a background, not both"],
    }


@pytest.mark.parametrize(
    ("raw", "field", "says"),
    [
        (scene(duration="8"), "scenes.0.duration", "must be a number"),
        (scene(duration=True), "scenes.0.duration", "must be a number"),
        (scene(duration=3.9), "scenes.0.duration", "must be at least 4"),
        (scene(duration=8.1), "scenes.0.duration", "must be at most 8"),
        (scene(duration=10**400), "scenes.0.duration", "must be a number"),
        (
            scene(visual_description="x" * 1001),
            "scenes.0.visual_description",
            "has 1001 characters; at most 1000 are allowed",
        ),
        (scene(mood="x" * 501), "scenes.0.mood", "has 501 characters; at most 500 are allowed"),
        (scene(script="x" * 5001), "scenes.0.script", "has 5001 characters; at most 5000 are allowed"),
        (scene(text_overlay="\u200b \n"), "scenes.0.text_overlay", "is blank: give a text, or leave the field out"),
        (scene(mood=["calm"]), "scenes.0.mood", "must be a text"),
        (scene(mood="a\x00b"), "scenes.0.mood", "holds a character no text may have (U+0000)"),
        (scene(mood="a\x9fb"), "scenes.0.mood", "holds a character no text may have (U+009F)"),
        (scene(mood="a\ud83d"), "scenes.0.mood", "holds a character no text may have (U+D83D)"),
        (scene(imag_url="https://x.example"), "scenes.0.imag_url", "is unknown; did you mean image_url?"),
        (body(product_title=""), "product_title", "is blank: give a text, or leave the field out"),
        (body(product_title=" \t"), "product_title", "is blank: give a text, or leave the field out"),
        (body(product_title="x" * 501), "product_title", "has 501 characters; at most 500 are allowed"),
        (body(product_title=7), "product_title", "must be a text"),
        (body(product_title=None), "product_title", "is required, unless a product_id stands for it"),
        (body(product_id="a\nb"), "product_id", "must be one line of printable characters"),
        (body(product_id="x" * 256), "product_id", "has 256 characters; at most 255 are allowed"),
        (body(scenes={}), "scenes", "must be a list"),
        (body(scenes=[{"visual_description": "A mug"}] * 21), "scenes", "has 21 scenes; at most 20 are allowed"),
        (
            body(scenes=[]),
            "scenes",
            "is empty: give a scene, or leave scenes out and give an avatar_script and a background",
        ),
        (body(avatar_script="<break time='1s'/>"), "avatar_script", WORDLESS),
        (body(avatar_script="...!? \u200b"), "avatar_script", WORDLESS),
        (body(avatar_script="<speak>\n<break/> - </speak>"), "avatar_script", WORDLESS),
        (scene(script="<sub alias=''>&</sub> ."), "scenes.0.script", WORDLESS),
        (body(image="../secret"), "image", UPLOAD),
        (body(image="https://shop.example/a.jpg"), "image", UPLOAD),
        (body(image="data:image/png;base64,iVBORw0KGgo="), "image", UPLOAD),
        (body(image_url="data:image/png;base64,iVBORw0KGgo="), "image_url", INLINE),
        (body(image_url="DATA:image/jpeg;base64," + "A" * 100_000), "image_url", INLINE),
        (
            body(background={"type": "image", "image_url": "data:,A"}),
            "background.image_url",
            INLINE,
        ),
        (
            body(scenes=[{"visual_description": "A mug", "image_url": "data:image/png;base64,AA=="}]),
            "scenes.0.image_url",
            "holds the file itself: put it where a link leads to it; a scene takes no upload",
        ),
        (body(aspect_ratio="4:3"), "aspect_ratio", "must be one of 9:16, 16:9, 1:1"),
        (body(resolution=720), "resolution", "must be one of 720p, 1080p"),
        (body(mode="demo"), "mode", "must be one of production, test"),
        (body(length="short"), "length", "must be one of film, script, longer"),
        (body(b_roll=[]), "b_roll", "must be an object"),
        (body(b_roll={"models": "fast"}), "b_roll.models", "is unknown; did you mean model?"),
        (body(captions="true"), "captions", "must be true or false"),
        (body(voice={"speed": 1.6}), "voice.speed", "must be at most 1.5"),
        (body(voice={"pitch": 1.5}), "voice.pitch", "must be a whole number"),
        (body(voice={"locale": "english please"}), "voice.locale", 'must be a language tag like "en-US"'),
        (
            body(avatar_position={"preset": "left"}),
            "avatar_position.preset",
            "must be one of bottom_right, bottom_left, top_right, top_left, center",
        ),
        (body(background=3), "background", "must be an object"),
        (body(background={}), "background.type", "must be one of color, image, preset"),
        (body(background={"type": "video"}), "background.type", "must be one of color, image, preset"),
        (body(background={"type": "color"}), "background.color", "is required"),
        (body(background={"type": "color", "color": "#12345"}), "background.color", 'must be a color like "#1a2b3c"'),
        (
            body(background={"type": "color", "color": "#123456", "image": "u"}),
            "background.image",
            "does not belong to this type",
        ),
        (body(background={"type": "image"}), "background", "of type image needs an image_url or an image (an upload)"),
        (
            body(background={"type": "image", "url": "u", "image": "u"}),
            "background.url",
            "is unknown; did you mean image_url?",
        ),
        (body(metadata={"a": 1}), "metadata.a", "must be a text"),
        (body(metadata={"a": None}), "metadata.a", "must be a text"),
        (body(metadata={"a": "x" * 501}), "metadata.a", "has 501 characters; at most 500 are allowed"),
        (body(metadata={str(n): "" for n in range(21)}), "metadata", "has 21 pairs; at most 20 are allowed"),
        (body(metadata={"__a__": "x"}), "metadata.__a__", "must not have a name between double underscores"),
        (body(metadata=[]), "metadata", "must be an object"),
        (body(webhook=True), "webhook", "is unknown; did you mean webhook_url?"),
        (body(b_roll={"zzz": 1}), "b_roll.zzz", "is unknown here; this takes audio, join, model, provider"),
    ],
)
def test_one_mistake_is_one_sentence(raw: dict[str, Any], field: str, says: str) -> None:
    """Each field's rule in our own words, and nothing beside it."""
    assert mistakes(raw) == {field: [says]}


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("music", "audio.music"),
        ("loudness", "audio.loudness"),
        ("music_level", "audio.music.level"),
        ("text_overlay", "scenes.0.text_overlay"),
        ("scale", "avatar_position.scale"),
        ("intro_seconds", "intro.seconds"),
    ],
)
def test_a_field_at_the_wrong_place_is_told_its_own(name: str, there: str) -> None:
    """An order that says beside its fields what belongs into one of them is told the whole path."""
    assert mistakes(body(**{name: "x"})) == {name: [f"is unknown here; did you mean {there}?"]}


@pytest.mark.parametrize("name", sorted({*FilmBody.model_fields} - {*SceneBody.model_fields}))
def test_a_films_field_in_a_scene_or_an_output_is_told_its_place(name: str) -> None:
    """What is said within, and belongs to the film; where a field there is called alike, it is named, too."""
    says = "belongs to the order itself, not to a scene"
    alike = {"text": "text_overlay", "voice": "voice_id", "image": "image_url"}
    more = f"; did you mean {alike[name]}?" if name in alike else ""

    assert mistakes(scene(**{name: 1})) == {f"scenes.0.{name}": [says + more]}
    if name not in OutputBody.model_fields:
        output = {"aspect_ratio": "9:16", name: 1}
        assert mistakes(body(outputs=[output])) == {
            f"outputs.0.{name}": ["belongs to the order itself, not to an output"]
        }


@pytest.mark.parametrize("name", sorted({*SceneBody.model_fields} - {*FilmBody.model_fields}))
def test_a_scenes_field_beside_the_films_is_told_its_place(name: str) -> None:
    """Also one that looks like a field of the film: duration, mood."""
    assert mistakes(body(**{name: "x"})) == {name: [f"is unknown here; did you mean scenes.0.{name}?"]}


def test_edits_and_templates_tell_places_in_their_own_words() -> None:
    """The edit itself; what each order says, no template does."""
    with pytest.raises(Mistakes) as edit:
        parse_edit(b'{"scenes": [{"scene": 0, "captions": true}], "duration": 5}')
    with pytest.raises(Mistakes) as template:
        parse_template({"dry_run": True, "scenes": [{"brand": "x"}]})

    assert ["belongs to the edit itself, not to a scene"] == edit.value.details["scenes.0.captions"]
    assert {
        "dry_run": ["is said by each order, not by a template"],
        "scenes.0.brand": ["belongs to the order itself, not to a scene"],
    } == template.value.details


def test_of_many_fields_the_nearest_are_named() -> None:
    """An order's are too many to name all for each slip."""
    ((says,),) = mistakes(body(presenter_fallback=1)).values()

    assert f"of {len(FilmBody.model_fields)} fields the nearest are on_presenter_failure, " in says
    assert len(says) < len(" ".join(FilmBody.model_fields))


@pytest.mark.parametrize(
    "link",
    [
        "http://shop.example/a.jpg",
        "ftp://shop.example/a.jpg",
        "//shop.example/a.jpg",
        "https:///a.jpg",
        "https://",
        "https:shop.example",
        "https://user:pass@shop.example/a.jpg",
        "https://user@shop.example/a.jpg",
        "https://shop.example:0/a.jpg",
        "https://shop.example:99999/a.jpg",
        "https://[::1/a.jpg",
        "https://shop.example/a b.jpg",
        "https://shop.example/ä.jpg",
        "https://shop.example\\@evil.example/",
        " https://shop.example/a.jpg",
        "https://shop.example/a.jpg\n",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_https_link_is_refused(link: str) -> None:
    """Only the form is judged here; where it leads, the guarded transport judges."""
    assert list(mistakes(body(image_url=link))) == ["image_url"]


def test_a_place_that_allows_plain_http_says_so() -> None:
    """The laptop's own addresses have no certificates."""
    link = "http://127.0.0.1:8080/a.jpg"

    assert parse_film(body(image_url=link), schemes=("https", "http")).image_url == link


def test_the_door_and_the_tables_agree_on_the_number_of_scenes() -> None:
    """The body is refused where the planner would refuse it."""
    assert SHIPPED_TABLES.limits.scenes == MOST_SCENES


def test_a_part_of_a_film_is_named_by_its_key() -> None:
    """A scene is no part: the refusal says what a key looks like."""
    with pytest.raises(Mistakes) as wrong:
        parse_body(RegenerateBody, b'{"nodes": ["scene-1", "clip-1"]}')

    assert {"nodes.0": ['must be a part\'s key like "clip-1" or "presenter-1"']} == wrong.value.details
