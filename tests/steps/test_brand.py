"""Brand kits: put, ordered with, kept by the job as they were, changed by an edit."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.cloud.brands import NamedBrand
from shared.media.faces import FOLDER
from shared.pipeline.plan.brand import Brand, Font
from shared.pipeline.plan.dress import Kit
from shared.pipeline.plan.plan import Drawn
from shared.steps.brand_kits import MOST_BRANDS
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, TENANT, VOICE, Stage, staged

SCENE = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}
ORDER: dict[str, Any] = {"product_title": "Mug", "scenes": [SCENE]}
OFFICE = {"type": "preset", "preset": "office"}
GREEN: dict[str, Any] = {"colors": {"text": "#ffffff", "panel": "#1a3c34"}, "captions": True}

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("brands"), canned=canned) as each:
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def mark(color: str = "red") -> bytes:
    """Return a logo's file."""
    out = io.BytesIO()
    Image.new("RGBA", (200, 100), color).save(out, "PNG")
    return out.getvalue()


def uploaded(shop: Customer, color: str = "red") -> str:
    """Upload a logo; return its id."""
    made = shop.call("POST", "/tenant/uploads/logo", mark(color), Content_Type="image/png")
    assert made.status_code == 201, told(made)
    return str(told(made)["image"])


def put(shop: Customer, name: str, kit: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a kit; return what was answered."""
    kept = shop.call("PUT", f"/tenant/brand/{name}", kit)
    assert kept.status_code == 200, told(kept)
    return dict(told(kept))


def ordered(shop: Customer, **more: Any) -> str:
    """Order a film; return its job."""
    made = shop.call("POST", "/create_job", {**ORDER, **more})
    assert made.status_code == 202, told(made)
    return str(told(made)["job_id"])


def mistakes(shop: Customer, method: str, path: str, body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with a call, by field."""
    refused = shop.call(method, path, body)
    assert refused.status_code == 400, told(refused)
    found: dict[str, list[str]] = told(refused)["details"]
    return found


def test_a_film_keeps_the_kit_it_was_ordered_with(stage: Stage, shop: Customer) -> None:
    """Later versions touch no film in work; an edit lays the same takes out by another kit, or by none, for nothing."""
    put(
        shop,
        "spring",
        {"colors": {**GREEN["colors"], "accent": "#ffd400"}, "captions": True, "logo": {"image": uploaded(shop)}},
    )
    job_id = ordered(shop, brand="spring")
    put(shop, "spring", {"colors": {"text": "#000000", "panel": "#ffffff"}})
    stage.live(job_id)
    film = stage.job(job_id)

    other = shop.call("POST", f"/jobs/{job_id}/edit", {"brand": "spring"})
    bare = shop.call("POST", f"/jobs/{job_id}/edit", {"brand": None})
    same = mistakes(shop, "POST", f"/jobs/{job_id}/edit", {"brand": "spring@1", "dry_run": True})

    shown = told(shop.call("GET", f"/jobs/{job_id}"))
    versions = [stage.job(told(each)["job_id"]).request for each in (other, bare)]
    assert "completed" == str(film.ending)
    assert film.request.brand
    assert film.request.brand.logo
    assert "#ffd400" == film.request.text.accent
    assert ("spring@1", True, "#1a3c34") == (shown["brand"], film.request.captions, film.request.text.panel)
    assert ["spring@2", None] == [each.brand and each.brand.label for each in versions]
    assert [("#000000", "#ffffff"), ("#ffffff", None)] == [(each.text.color, each.text.panel) for each in versions]
    assert [False, False] == [each.captions for each in versions]
    assert "already" in " ".join(same["brand"]) or "nothing would be different" in " ".join(same["brand"])
    stage.live(told(other)["job_id"])
    outputs = [stage.node(each, "compose").output for each in (job_id, told(other)["job_id"])]
    assert outputs[0] != outputs[1]


def test_a_film_is_lettered_with_its_kits_font(stage: Stage, shop: Customer) -> None:
    """Uploaded, named by a kit, fetched for the film; what nobody uploaded is refused by field."""
    sent = shop.call("POST", "/tenant/uploads/font", (FOLDER / "DejaVuSans-Bold.ttf").read_bytes())
    font = told(sent)["font"]
    put(shop, "lettered", {"fonts": {"heading": font, "body": font}, "captions": True})
    wrong = mistakes(shop, "PUT", "/tenant/brand/wrong", {"fonts": {"heading": "0" * 64}})
    barred = shop.call("POST", "/tenant/uploads/font", b"no font")

    job_id = ordered(shop, brand="lettered")
    stage.live(job_id)

    film = stage.job(job_id)
    assert "DejaVu Sans" == told(sent)["family"]
    assert film.request.brand
    assert Font(font, "ttf") == film.request.brand.fonts.body
    assert "completed" == str(film.ending)
    assert {"fonts.heading"} == {*wrong}
    assert (422, "not_a_font") == (barred.status_code, told(barred)["error"])


def test_the_default_kit_is_that_of_orders_that_name_none(stage: Stage, shop: Customer) -> None:
    """Until it is deleted; an order may take none, or a version; without one, orders cost no read more."""
    first = put(shop, "default", GREEN)["version"]
    put(shop, "default", {"captions": False, "colors": {"panel": "#204060"}})

    by_default, none, older = ordered(shop), ordered(shop, brand="none"), ordered(shop, brand=f"default@{first}")
    shop.call("DELETE", "/tenant/brand/default")
    after = ordered(shop)

    brands = [stage.job(each).request.brand for each in (by_default, none, older, after)]
    assert [f"default@{first + 1}", None, f"default@{first}", None] == [each and each.label for each in brands]
    assert TENANT.brand is None
    assert stage.wiring.tenants.tenant(TENANT.id) == TENANT
    assert 404 == shop.call("GET", "/tenant/brand/default").status_code


def test_a_brands_first_colour_is_its_backdrop(stage: Stage, shop: Customer) -> None:
    """Where nothing is filmed and nobody names another; a kit's own background stands before it."""
    backdrop = {"type": "color", "color": "#aabbcc"}
    put(shop, "green", {"colors": {"primary": "#1a3c34"}})
    put(shop, "gray", {"colors": {"primary": "#1a3c34"}, "background": backdrop})
    put(shop, "room", {"colors": {"primary": "#204060"}, "background": OFFICE})
    scene = {name: value for name, value in SCENE.items() if name != "visual_description"}

    jobs = [ordered(shop, brand=name, scenes=[scene]) for name in ("green", "gray", "room")]
    own = ordered(shop, brand="green", scenes=[{**scene, "background": {**backdrop, "color": "#000000"}}])

    stage.live(jobs[2])
    edited = told(shop.call("POST", f"/jobs/{jobs[2]}/edit", {"brand": "green", "background": OFFICE}))["job_id"]
    behind = [stage.job(each).plan.stretches[0].backdrop for each in (*jobs, own, edited)]
    assert ["#1a3c34", "#aabbcc", "#204060", "#000000", "#1a3c34"] == [each and each.color for each in behind]
    assert [None, None, Drawn.OFFICE, None, Drawn.OFFICE] == [each and each.drawn for each in behind]


def test_the_same_order_is_the_same_job_whatever_its_kit_is_by_now(shop: Customer) -> None:
    """A repeated call finds its job, though the kit has another version."""
    put(shop, "summer", GREEN)
    calls = []
    for panel in ("#1a3c34", "#204060"):
        put(shop, "summer", {"colors": {"panel": panel}})
        calls.append(shop.call("POST", "/create_job", {**ORDER, "brand": "summer"}, Idempotency_Key="one-order"))

    assert [202, 202] == [each.status_code for each in calls]
    assert 1 == len({told(each)["job_id"] for each in calls})


def test_all_that_is_wrong_with_a_kit_is_told_by_field(shop: Customer) -> None:
    """Files nobody uploaded, letters nobody could read, a background nobody can draw, names of nothing."""
    kit = {
        "logo": {"image": "0" * 64},
        "colors": {"text": "#ffd400", "panel": "#ffffff"},
        "audio": {"music": {"audio": "0" * 64}},
        "background": {"type": "preset", "preset": "moon"},
    }
    wrong = mistakes(shop, "PUT", "/tenant/brand/wrong", kit)
    form = mistakes(shop, "PUT", "/tenant/brand/wrong", {"logo": {"image": "x", "size": 0.5}, "color": "#000000"})

    assert {"logo.image", "colors.text", "audio.music.audio", "background.preset"} == {*wrong}
    assert {"logo.image", "logo.size", "color"} == {*form}
    assert 404 == shop.call("GET", "/tenant/brand/wrong").status_code
    assert {"brand"} == {*mistakes(shop, "PUT", "/tenant/brand/none", {})}
    assert {"brand"} == {*mistakes(shop, "PUT", "/tenant/brand/Not%20One", {})}


def test_an_orders_image_is_no_logo_and_is_told_which_upload_makes_one(shop: Customer) -> None:
    """Of the logo and of a card's picture; an id of nothing is told that it is none."""
    photo = told(shop.call("POST", "/tenant/uploads", mark("blue"), Content_Type="image/png"))["image"]

    wrong = mistakes(shop, "PUT", "/tenant/brand/wrong", {"logo": {"image": photo}, "intro": {"image": photo}})
    nothing = mistakes(shop, "PUT", "/tenant/brand/wrong", {"logo": {"image": "0" * 64}})

    move = "to /tenant/uploads/logo, and give the id that answers"
    assert {
        "logo.image": [f"is the id of an image, which orders name as image; POST the logo {move}"],
        "intro.image": [f"is the id of an image, which orders name as image; POST the picture {move}"],
    } == wrong
    assert {"logo.image": [f"there is no such logo; POST it {move}"]} == nothing


def test_a_kits_colours_of_words_are_told_their_place(shop: Customer) -> None:
    """An order has them in text, a kit in colors."""
    text = {"color": "#ffffff", "accent": "#ffffff", "panel": "#1a3c34"}

    assert {
        "text.color": ["is unknown here; did you mean colors.text?"],
        "text.accent": ["is unknown here; did you mean colors.accent?"],
        "text.panel": ["is unknown here; did you mean colors.panel?"],
    } == mistakes(shop, "PUT", "/tenant/brand/wrong", {"text": text})


def test_an_order_by_an_unknown_kit_is_refused_with_all_else_that_is_wrong(shop: Customer) -> None:
    """And with the names that are like it."""
    put(shop, "autumn", GREEN)

    wrong = mistakes(shop, "POST", "/create_job", {**ORDER, "brand": "autum", "captions": "yes"})

    assert {"brand", "captions"} == {*wrong}
    assert "did you mean autumn?" in wrong["brand"][0]
    there = "autumn@9 does not exist; of autumn there is version 1 alone"
    assert {"brand": [there]} == mistakes(shop, "POST", "/create_job", {**ORDER, "brand": "autumn@9"})
    assert there == told(shop.call("GET", "/tenant/brand/autumn?version=9"))["message"]
    assert {"brand"} == {*mistakes(shop, "POST", "/create_job", {**ORDER, "brand": "Autumn!"})}


def test_a_kit_that_a_template_names_and_is_gone_is_told_with_the_template(shop: Customer) -> None:
    """An order by it never named the kit itself."""
    put(shop, "winter", GREEN)
    shop.call("PUT", "/tenant/templates/launch", {"order": {"brand": "winter"}})
    films = {"outputs": [{"aspect_ratio": "9:16", "brand": "winter"}]}
    shop.call("PUT", "/tenant/template", films)
    shop.call("DELETE", "/tenant/brand/winter")

    wrong = mistakes(shop, "POST", "/create_job", {**ORDER, "template": "launch"})
    own = mistakes(shop, "POST", "/create_job", {**ORDER, "brand": "winter", "outputs": []})

    shop.call("DELETE", "/tenant/template")
    move = "names it: name another in the order, or none"
    assert [True] == [each.endswith(f"; the template launch@1 {move}") for each in wrong["brand"]]
    whole = f"; the template of all orders (GET /tenant/template) {move}"
    assert [True] == [each.endswith(whole) for each in wrong["outputs.0.brand"]]
    assert [False] == ["names it" in each for each in own["brand"]]


@pytest.mark.parametrize(
    "kit", [{}, {"logo": None}, {"colors": {}, "fonts": {"body": None}}, {"audio": {"music": None}}]
)
def test_a_kit_that_says_nothing_is_no_kit(shop: Customer, kit: Mapping[str, Any]) -> None:
    """Whoever sends one has forgotten something, or wants to forget the kit: both are told, and nothing is kept."""
    before = put(shop, "said", GREEN)["version"]

    wrong = mistakes(shop, "PUT", "/tenant/brand/said", kit)

    some = "logo, colors, fonts, text, captions or another field"
    assert {"body": [f"says nothing: give it {some}; DELETE /tenant/brand/{{brand}} forgets a kit"]} == wrong
    assert before == told(shop.call("GET", "/tenant/brand/said"))["version"]
    assert ["intro"] == [*mistakes(shop, "PUT", "/tenant/brand/said", {"intro": {}})]


@pytest.mark.parametrize("blank", [" ", "\n", "\u200b"])
def test_a_card_of_blanks_is_no_card(shop: Customer, blank: str) -> None:
    """Nothing would be seen on it: of a kit and of an order, as any blank text is."""
    card = {"intro": {"text": blank}}

    for path, body in (("/tenant/brand/blank", card), ("/create_job", {**ORDER, **card})):
        wrong = mistakes(shop, "PUT" if "brand" in path else "POST", path, body)
        assert {"intro.text": ["is blank: give a text, or leave the field out"]} == wrong


def test_kits_and_logos_are_a_tenants_own(stage: Stage, shop: Customer) -> None:
    """Another tenant's are not there; keys without tenant:admin read kits and put none."""
    stranger = customer(stage.wiring, "stranger")
    reader = customer(stage.wiring, TENANT.id, ("jobs:read", "jobs:write"))
    put(shop, "ours", GREEN)

    theirs = mistakes(stranger, "PUT", "/tenant/brand/mine", {"logo": {"image": uploaded(shop, "blue")}})
    statuses = [
        stranger.call("GET", "/tenant/brand/ours").status_code,
        reader.call("GET", "/tenant/brand/ours").status_code,
        reader.call("PUT", "/tenant/brand/ours", GREEN).status_code,
        reader.call("DELETE", "/tenant/brand/ours").status_code,
        reader.call("POST", "/tenant/uploads/logo", mark()).status_code,
    ]

    assert {"logo.image"} == {*theirs}
    assert [404, 200, 403, 403, 403] == statuses
    assert [] == told(stranger.call("GET", "/tenant/brand"))["brands"]


def test_no_tenant_fills_the_store_with_kits(stage: Stage) -> None:
    """There is a most, and the refusal names the call that makes room; a kit that is there gets its next version."""
    many = customer(stage.wiring, "many")
    for number in range(MOST_BRANDS):
        kept = NamedBrand(f"b{number}", 1, Kit(Brand(f"b{number}@1")), "{}", stage.clock())
        stage.wiring.brands.put("many", kept)

    refused, next_version = (many.call("PUT", f"/tenant/brand/{name}", GREEN) for name in ("more", "b7"))

    assert "DELETE /tenant/brand/{brand} of one not used" == told(refused)["next_move"]
    assert 2 == told(next_version)["version"]
