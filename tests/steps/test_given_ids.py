"""An id of one kind of file given where another belongs: the refusal says what it is, and which upload is wanted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from shared.door.console.plain_refusals import plain_why
from shared.media.faces import FOLDER
from shared.pipeline.job.names import clip_object, music_object
from tests.journey.cinema import PHOTO
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip
from tests.steps.hum import hum
from tests.steps.stage import TENANT, Stage, staged

Body = Callable[[str], dict[str, Any]]
UPLOADS = {"image": "", "logo": "/logo", "font": "/font", "music": "/audio", "clip": "/clip"}
WORDS = {
    "image": "is the id of an image, which orders name as image",
    "logo": "is the id of a logo or a card's picture, which brand kits name as image",
    "font": "is the id of a font, which brand kits name in fonts",
    "music": "is the id of music, which orders and brand kits name in audio",
    "clip": "is the id of a clip, which scenes name as clip and cards as video",
}
SCENE = {"visual_description": "A mug", "duration": 4}
KIT: dict[
    str, tuple[str, str, Body]
] = {  # by field: the kind it wants, what the refusal calls that, and a kit that names an id there
    "logo.image": ("logo", "logo", lambda name: {"logo": {"image": name}}),
    "intro.image": ("logo", "picture", lambda name: {"intro": {"image": name}}),
    "outro.video": ("clip", "clip", lambda name: {"outro": {"video": name}}),
    "fonts.heading": ("font", "font", lambda name: {"fonts": {"heading": name}}),
    "audio.music.audio": ("music", "music", lambda name: {"audio": {"music": {"audio": name}}}),
}
ORDER: dict[str, tuple[str, str, Body]] = {
    "image": ("image", "image", lambda name: {"image": name, "scenes": [{"visual_description": "A mug"}]}),
    "scenes.0.clip": ("clip", "clip", lambda name: {"scenes": [{"clip": name}]}),
    "intro.video": ("clip", "clip", lambda name: {"intro": {"video": name}, "scenes": [SCENE]}),
    "audio.music.audio": ("music", "music", lambda name: {"audio": {"music": {"audio": name}}, "scenes": [SCENE]}),
}
CALLS = [("PUT", "/tenant/brand/wrong", field, *each) for field, each in KIT.items()] + [
    ("POST", "/create_job", field, *each) for field, each in ORDER.items()
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("ids")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def ids(shop: Customer, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return the id of a file of each kind."""
    files = {
        "image": PHOTO.read_bytes(),
        "logo": PHOTO.read_bytes(),
        "font": (FOLDER / "DejaVuSans-Bold.ttf").read_bytes(),
        "music": hum(),
        "clip": small_clip(tmp_path_factory.mktemp("sent")),
    }
    answers = {kind: told(shop.call("POST", f"/tenant/uploads{UPLOADS[kind]}", data)) for kind, data in files.items()}
    named = {"logo": "image", "music": "audio"}
    return {kind: str(each[named.get(kind, kind)]) for kind, each in answers.items()}


def refused(shop: Customer, method: str, path: str, body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a call, by field."""
    more = {"product_title": "Mug"} if path == "/create_job" else {}
    answer = shop.call(method, path, {**body, **more})
    assert answer.status_code in {400, 422}, told(answer)
    found: dict[str, list[str]] = told(answer)["details"]
    return found


@pytest.mark.parametrize(("method", "path", "field", "kind", "called", "body"), CALLS)
def test_an_id_out_of_place_is_told_what_it_is_of(
    shop: Customer, ids: Mapping[str, str], method: str, path: str, field: str, kind: str, called: str, body: Body
) -> None:
    """Of a kit and of an order, in every field that takes one; pages say to choose the file anew."""
    upload = f"/tenant/uploads{UPLOADS[kind]}, and give the id that answers"

    for other in ids.keys() - {kind}:
        wrong = refused(shop, method, path, body(ids[other]))

        assert {field: [f"{WORDS[other]}; POST the {called} to {upload}"]} == wrong
        assert f"{WORDS[other]}; choose its file anew" == plain_why(wrong[field][0])
    nothing = refused(shop, method, path, body("0" * 64))
    assert {field: [f"there is no such {called}; POST it to {upload}"]} == nothing
    assert f"there is no such {called}; choose its file anew" == plain_why(nothing[field][0])


def test_what_a_kit_keeps_is_known_too(stage: Stage, shop: Customer, ids: Mapping[str, str]) -> None:
    """Music and a clip, also when their uploads were deleted after their time; of another tenant nothing is known."""
    kit = {"audio": {"music": {"audio": ids["music"]}}, "intro": {"video": ids["clip"]}}
    assert 200 == shop.call("PUT", "/tenant/brand/kept", kit).status_code
    as_clip = refused(shop, "PUT", "/tenant/brand/wrong", {"outro": {"video": ids["music"]}})
    as_music = refused(shop, "PUT", "/tenant/brand/wrong", {"audio": {"music": {"audio": ids["clip"]}}})
    bucket = f"gs://{stage.wiring.settings.films_bucket}"
    for place, kind in ((music_object, "music"), (clip_object, "clip")):
        stage.cloud.expire(f"{bucket}/{place(TENANT.id, ids[kind], 'json')}")

    assert [True] == [each.startswith(WORDS["music"]) for each in as_clip["outro.video"]]
    assert [True] == [each.startswith(WORDS["clip"]) for each in as_music["audio.music.audio"]]
    for kind in ("music", "clip"):
        wrong = refused(shop, "PUT", "/tenant/brand/wrong", {"logo": {"image": ids[kind]}})
        assert [True] == [each.startswith(WORDS[kind]) for each in wrong["logo.image"]]
    stranger = customer(stage.wiring, "stranger")
    strange = refused(stranger, "PUT", "/tenant/brand/wrong", {"logo": {"image": ids["font"]}})
    assert [True] == [each.startswith("there is no such logo") for each in strange["logo.image"]]
