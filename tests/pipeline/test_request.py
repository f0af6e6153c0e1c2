"""A request keeps its texts once, survives its document, and says which fields cannot stand together."""

import json

import pytest

from shared.pipeline.codec import Unreadable
from shared.pipeline.plan.images import ImageSource, image_at
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, FilmRequest, SceneRequest, VoiceSettings, from_document, to_document
from shared.pipeline.plan.rules import Outline, SceneOutline, mistakes, outline, outline_of_body
from shared.pipeline.plan.staging import Position, Preset
from tests.pipeline.films import PHOTO, WHITE, film, filmed, spoken

FULL = film(
    filmed(camera_movement="dolly", mood="warm", text_overlay="50% off", image_url=PHOTO),
    spoken(avatar_id="look-2", voice_id="voice-2"),
    product_id="sku-1",
    image="up_1",
    avatar_position=Position(scale=0.5, preset=Preset.TOP_LEFT),
    b_roll=BRoll(join=Join.CUT),
    voice=VoiceSettings(speed=1.1, pitch=-2, locale="en-US"),
    captions=True,
    metadata={"campaign": "spring"},
)


def test_a_request_survives_its_document() -> None:
    """What is stored as JSON reads back equal."""
    stored = json.dumps(to_document(FULL))

    assert from_document(json.loads(stored)) == FULL


def test_absent_fields_do_not_stand_in_the_document() -> None:
    """A console shows what was asked for, not what was not."""
    document = to_document(film(filmed()))

    assert document["scenes"] == [{"visual_description": "A mug on a table", "duration": 8.0}]
    assert "avatar_script" not in document


def test_a_stored_request_that_does_not_fit_is_named() -> None:
    """A damaged document says where."""
    with pytest.raises(Unreadable, match=r"scenes\.0\.duration: expected a number, found str"):
        from_document({"product_title": "Mug", "scenes": [{"duration": "8"}]})


def test_images_are_found_by_their_field() -> None:
    """A plan points into the request; links and uploads are told apart."""
    assert image_at(FULL, "scenes.0.image_url") == ImageSource(url=PHOTO)
    assert image_at(FULL, "image") == ImageSource(upload="up_1")


@pytest.mark.parametrize("path", ["image_url", "scenes.1.background.image_url", "scenes.0.background.image"])
def test_no_image_where_none_was_given(path: str) -> None:
    """A plan that does not fit its request is an error, not an empty picture."""
    with pytest.raises(KeyError, match=path):
        image_at(FULL, path)


@pytest.mark.parametrize(
    "request_",
    [
        film(filmed(), avatar_script="Hi."),
        film(filmed()),
        film(filmed(script="Hi."), filmed()),
        film(spoken(), spoken()),
        film(spoken(), filmed()),
        film(SceneRequest(script="Hi."), background=WHITE),
        film(avatar_script="Hi.", background=WHITE),
        film(SceneRequest(text_overlay="Now"), avatar_script="Hi.", background=WHITE),
        film(filmed(), SceneRequest(background=WHITE)),
    ],
)
def test_the_four_films(request_: FilmRequest) -> None:
    """Presenter over B-roll, B-roll only, reels, presenter only: nothing to object."""
    assert mistakes(outline(request_)) == []


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        (film(filmed(script="a"), filmed(), avatar_script="b"), ["avatar_script", "scenes.0.script"]),
        (film(), ["scenes"]),
        (film(avatar_script="Hi."), ["background"]),
        (film(SceneRequest()), ["scenes", "scenes.0.visual_description"]),
        (film(SceneRequest(background=WHITE)), ["scenes"]),
        (film(SceneRequest(script="Hi.")), ["scenes.0.visual_description"]),
        (film(filmed(background=WHITE)), ["scenes.0.background", "scenes.0.visual_description"]),
        (film(filmed(), image="u", image_url=PHOTO), ["image", "image_url"]),
        (film(spoken(mood="warm", camera_movement="pan")), ["scenes.0.camera_movement", "scenes.0.mood"]),
        (film(spoken(image_url=PHOTO)), ["scenes.0.image_url"]),
        (film(filmed(avatar_id="a", voice_id="v")), ["scenes.0.avatar_id", "scenes.0.voice_id"]),
    ],
)
def test_fields_that_cannot_stand_together_are_all_named(request_: FilmRequest, paths: list[str]) -> None:
    """Both fields of a contradiction are named, so that either can be dropped."""
    assert sorted({path for path, _ in mistakes(outline(request_))}) == paths


def test_the_outline_of_a_body_is_that_of_its_request() -> None:
    """The door can judge the combination before the types are right."""
    body = {"product_title": 7, "scenes": [{"script": 1, "mood": None}, 3], "background": {"type": "color"}}

    assert outline_of_body(body) == Outline(
        given=frozenset({"product_title", "scenes", "background"}),
        background=frozenset({"type"}),
        scenes=(SceneOutline(frozenset({"script"})), None),
    )


def test_scenes_that_cannot_be_read_are_not_judged() -> None:
    """A wrong type is reported as such, without a second complaint about what is missing in it."""
    assert mistakes(outline_of_body({"scenes": "two"})) == []
    assert mistakes(outline_of_body({"scenes": [7]})) == []
