"""`GET /jobs/{job}/request` is an order: sent again as it is shown, it makes the same film for the same price."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.journey.cinema import PHOTO
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip
from tests.steps.stage import LOOK, TENANT, VOICE, Stage, staged
from tests.steps.test_personas import IDS

SAME = (
    *("plan", "outputs", "planned_seconds", "cards", "estimated_time_seconds", "estimated_cost", "estimated_price"),
    *("presenter_failure", "platform_accounts", "warnings"),
)
FILMED = {"visual_description": "A mug", "duration": 4}
SPOKEN = {"avatar_id": LOOK, "voice_id": VOICE, "avatar_script": "It is a mug that keeps warm."}
FILMS = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "1:1", "brand": "loud"}, {"aspect_ratio": "9:16", "brand": "none"}]
ORDERS: Mapping[str, Mapping[str, Any]] = {
    "footage": {"scenes": [FILMED]},
    "presenter": {**SPOKEN, "background": {"type": "color", "color": "#123456"}, "brand": "none"},
    "branded": {"scenes": [FILMED], **SPOKEN, "brand": "loud@1"},
    "own words": {"scenes": [FILMED], **SPOKEN, "brand": "loud", "text": {"color": "#ffffff"}, "captions": False},
    "films": {"scenes": [FILMED, {"script": "It keeps warm.", "avatar_id": LOOK}], "outputs": FILMS, "captions": True},
    "persona": {"scenes": [{**FILMED, "script": "It keeps warm.", "persona": "mia"}], "voice": {"speed": 1.1}},
    "whole persona": {"scenes": [FILMED], "persona": "mia", "avatar_script": "It keeps warm.", "captions_by": "word"},
    "template": {"template": "again", "variables": {"kit": "loud", "what": "A cup"}, "script": "It is a cup."},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("again")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer with two kits, a persona and a template."""
    shop, kit = customer(stage.wiring, TENANT.id), {"colors": {"primary": "#1a3c34"}}
    kits = {
        "default": {**kit, "text": {"style": "outline"}, "transition": "dip"},
        "loud": {**kit, "captions": True, "hold": "freeze", "audio": {"loudness": -16}, "text": {"size": 1.2}},
    }
    puts = {f"/tenant/brand/{name}": each for name, each in kits.items()}
    puts["/tenant/personas/mia"] = {"at": {"heygen": IDS}}
    puts["/tenant/templates/again"] = {
        "variables": {"kit": {"example": "default"}, "what": {"example": "A mug"}},
        "order": {**SPOKEN, "brand": "{{kit}}", "scenes": [{**FILMED, "visual_description": "{{what}}"}]},
    }
    for path, body in puts.items():
        kept = shop.call("PUT", path, body)
        assert kept.status_code == 200, told(kept)
    return shop


def shown(shop: Customer, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Order a film; return its request as it is shown."""
    made = shop.call("POST", "/create_job", order)
    assert made.status_code == 202, told(made)
    return told(shop.call("GET", f"/jobs/{told(made)['job_id']}/request"))


def priced(shop: Customer, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of a dry run is the film."""
    heard = shop.call("POST", "/create_job", {**order, "dry_run": True})
    assert heard.status_code == 200, told(heard)
    return {name: told(heard).get(name) for name in SAME}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_the_shown_request_is_the_same_order(shop: Customer, order: Mapping[str, Any]) -> None:
    """Kits by name, of the order and of its films; personas; a template's order; it makes the same plan and price."""
    titled = {"product_title": "Mug", **order}

    again = shown(shop, titled)

    assert priced(shop, titled) == priced(shop, again)


def test_it_stays_the_same_film_when_its_kit_is_another_by_now(shop: Customer) -> None:
    """The kit is named by its version."""
    shop.call("PUT", "/tenant/brand/season", {"captions": True, "transition": "cut"})
    order = {"product_title": "Mug", "scenes": [FILMED], **SPOKEN, "brand": "season"}
    before = priced(shop, order)
    again = shown(shop, order)

    shop.call("PUT", "/tenant/brand/season", {"captions": False, "outro": {"text": "Buy it"}})

    assert "season@1" == again["brand"]
    assert before == priced(shop, again)


def test_uploads_are_named_again(shop: Customer, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A photo, a clip in a scene, one on a card: by their ids, without what they were found to be."""
    clip = told(shop.call("POST", "/tenant/uploads/clip", small_clip(tmp_path_factory.mktemp("clip"))))["clip"]
    image = told(shop.call("POST", "/tenant/uploads", PHOTO.read_bytes()))["image"]
    scenes = [{"clip": clip, "clip_start": 0.2}, {"background": {"type": "image", "image": image}, "duration": 4}]
    order = {"product_title": "Mug", "image": image, "scenes": scenes, "intro": {"video": clip, "fit": "pad"}}

    again = shown(shop, order)

    assert (clip, clip, image) == (again["scenes"][0]["clip"], again["intro"]["video"], again["image"])
    assert priced(shop, order) == priced(shop, again)


def test_what_cannot_be_said_again_is_refused_by_its_field(shop: Customer) -> None:
    """A kit and a template that were removed stay as their names, which the order's own refusal explains."""
    shop.call("PUT", "/tenant/brand/gone", {"captions": True})
    shop.call("PUT", "/tenant/templates/gone", {"order": {"scenes": [FILMED]}})
    again = shown(
        shop, {"product_title": "Mug", "template": "gone", **SPOKEN, "outputs": [{**FILMS[0], "brand": "gone"}]}
    )
    shop.call("DELETE", "/tenant/brand/gone")
    unbranded = told(shop.call("POST", "/create_job", {**again, "dry_run": True}))
    shop.call("DELETE", "/tenant/templates/gone")
    untold = told(shop.call("POST", "/create_job", {**again, "dry_run": True}))

    assert "gone@1 does not exist; " in unbranded["details"]["outputs.0.brand"][0]
    assert "gone@1 does not exist; " in untold["details"]["template"][0]


def test_what_was_understood_is_told_apart(shop: Customer) -> None:
    """With what the kit filled in and the persona's ids, as the pages show it."""
    made = shop.call("POST", "/create_job", {"product_title": "Mug", **ORDERS["whole persona"], "brand": "loud"})

    read = told(shop.call("GET", f"/jobs/{told(made)['job_id']}/understood"))

    assert ("loud", True, "freeze", IDS["avatar_id"]) == (
        read["brand"]["asked"],
        read["captions"],
        read["hold"],
        read["avatar_id"],
    )
