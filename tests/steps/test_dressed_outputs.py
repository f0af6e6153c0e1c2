"""One order, a film in each of a tenant's brand kits: bought once, composed, told and linked for each."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.media.probe import probe
from shared.pipeline.job.job import Ending
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.request import label_of
from shared.steps.links import linked_files
from tests.media.makers import BLUE, RED, film, like, pixels
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import LOOK, TENANT, VOICE, Stage, staged
from tests.steps.test_edit_film import lived, to_vendors
from tests.steps.visitor import signed_in

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread

HOOK = "https://receiver.example/hook"
ORDER: Mapping[str, Any] = {
    "product_title": "Mug",
    "avatar_id": LOOK,
    "voice_id": VOICE,
    "captions": True,
    "webhook_url": HOOK,
    "scenes": [{"visual_description": "A mug", "duration": 4, "script": "Hi."}],
    "outputs": [{"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "brand": "christmas"}],
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage that all tests share."""
    with staged(tmp_path_factory.mktemp("dressed"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Customer:
    """Return a customer with a kit of a red card, and another of a longer blue one."""
    shop, folder = customer(stage.wiring, TENANT.id), tmp_path_factory.mktemp("cards")
    for name, color, each in (("default", RED, 1.0), ("christmas", BLUE, 1.5)):
        file = film(folder / f"{name}.mp4", color, each=each).read_bytes()
        clip = told(shop.call("POST", "/tenant/uploads/clip", file))["clip"]
        kept = shop.call("PUT", f"/tenant/brand/{name}", {"intro": {"video": clip}})
        assert kept.status_code == 200, told(kept)
    return shop


@pytest.fixture(scope="module")
def job_id(stage: Stage, shop: Customer) -> str:
    """Return a finished job of a film in each kit."""
    made = str(told(shop.call("POST", "/create_job", ORDER))["job_id"])
    lived(stage, made)
    return made


def test_one_purchase_is_a_film_in_each_kit(stage: Stage, shop: Customer, job_id: str, tmp_path: Path) -> None:
    """Each begins with its own kit's card, and what is said comes as much later; each vendor billed one take."""
    job = stage.job(job_id)

    films = []
    for key in ("compose", "compose-2"):
        output = job.nodes[key].output
        assert output
        stage.wiring.blobs.fetch(output.uri, tmp_path / f"{key}.mp4", output.generation)
        films.append(tmp_path / f"{key}.mp4")

    shown = told(shop.call("GET", f"/jobs/{job_id}"))["outputs"]
    dry = told(shop.call("POST", "/create_job", {**ORDER, "dry_run": True}))
    assert (Ending.COMPLETED, SWITCHING) == (job.ending, job.schema)
    assert [1, 1] == [len([each for each in stage.bill(vendor) if each["billed"]]) for vendor in ("veo", "heygen")]
    assert [True, True] == [like(pixels(one)[4], color).all() for one, color in zip(films, (RED, BLUE), strict=True)]
    planned = [each["planned_seconds"] for each in dry["outputs"]]
    assert planned == [each["planned_seconds"] for each in shown]
    assert pytest.approx(0.5, abs=0.01) == planned[1] - planned[0]
    lasted = [probe(each).seconds for each in films]
    assert pytest.approx(0.5, abs=0.05) == lasted[1] - lasted[0]
    assert ["default@1", "christmas@1"] == [each["brand"] for each in dry["outputs"]]
    assert [["intro", 1.0], ["intro", 1.5]] == [
        [each["cards"][0][name] for name in ("card", "seconds")] for each in shown
    ]
    assert dry["planned_seconds"] == planned[0]
    assert job.money.charged == job.plan.cost_to_us

    words = {name: stage.wiring.blobs.read(uri, 0, 10_000) for name, uri in linked_files(job).items() if "vtt" in name}
    assert {"captions-vtt", "captions-vtt-2"} == {*words}
    assert words["captions-vtt"] != words["captions-vtt-2"]
    assert [{"srt", "vtt"}] * 2 == [{*each["caption_urls"]} for each in shown]
    assert shown[1]["caption_urls"]["vtt"].rpartition("/")[0].endswith("/captions-vtt-2")
    browser = signed_in(stage, shop)
    page = browser.get(f"/films/{job_id}?o=2").get_data(as_text=True)
    assert "9:16, 720p · christmas@1" in page
    own = browser.get(f"/films/{job_id}/captions/vtt?o=2").get_data()
    assert words["captions-vtt-2"] == own


def test_webhooks_say_which_film_wears_which_kit(stage: Stage, job_id: str) -> None:
    """Two films of one shape are told apart."""
    kept = stage.wiring.clients.firestore.collection("webhook_deliveries").stream()
    facts = [each["facts"] for each in (one.to_dict() or {} for one in kept) if each["job"] == job_id]

    assert ["default@1", "christmas@1"] == [each["brand"] for each in facts[-1]["films"]]


def test_a_version_names_kits_anew_and_buys_nothing(stage: Stage, shop: Customer, job_id: str) -> None:
    """Its films are made of the root's takes; the same call again is the same version, whatever the kit is by now."""
    stage.wire.calls.clear()
    change = {"outputs": [{"aspect_ratio": "1:1", "brand": "christmas"}]}

    dry = told(shop.call("POST", f"/jobs/{job_id}/edit", {**change, "dry_run": True}))
    version = told(shop.call("POST", f"/jobs/{job_id}/edit", change))["job_id"]
    lived(stage, version)

    assert [] == to_vendors(stage)
    made = stage.job(version)
    assert Ending.COMPLETED is made.ending
    assert [("1:1", "christmas@1", 1.5)] == [
        (each["aspect_ratio"], each["brand"], each["cards"][0]["seconds"]) for each in dry["outputs"]
    ]


def test_a_kit_that_is_not_there_is_refused_by_its_film(shop: Customer, job_id: str) -> None:
    """Of an order and of an edit."""
    outputs = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "1:1", "brand": "chrismas"}]

    ordered = told(shop.call("POST", "/create_job", {**ORDER, "outputs": outputs}))
    edited = told(shop.call("POST", f"/jobs/{job_id}/edit", {"outputs": outputs}))

    for refused in (ordered, edited):
        assert ["outputs.1.brand"] == [*refused["details"]]
        assert "did you mean christmas?" in refused["details"]["outputs.1.brand"][0]


def test_the_same_order_is_the_same_job_whatever_its_kits_are_by_now(shop: Customer) -> None:
    """Under its key; a batch's row takes kits for its films, too."""
    shop.call("PUT", "/tenant/brand/spring", {"transition": "dip"})
    outputs = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "brand": "spring"}]
    wanted = {**ORDER, "outputs": outputs}

    first = shop.call("POST", "/create_job", wanted, Idempotency_Key="spring")
    shop.call("PUT", "/tenant/brand/spring", {"transition": "cut"})
    again = shop.call("POST", "/create_job", wanted, Idempotency_Key="spring")
    batch = shop.call("POST", "/batches", {"rows": [wanted], "dry_run": True})

    shop.call("POST", f"/jobs/{told(first)['job_id']}/cancel")
    assert told(first)["job_id"] == told(again)["job_id"]
    assert 200 == batch.status_code, told(batch)


def test_a_template_names_the_kit_of_each_film(stage: Stage, shop: Customer) -> None:
    """Filled in, its films wear them in a price, an order and a row of a batch; a kit's name may be a variable."""
    outputs = [{"aspect_ratio": "9:16"}, {"aspect_ratio": "9:16", "brand": "{{season}}"}]
    order = {name: said for name, said in ORDER.items() if name != "product_title"} | {"outputs": outputs}
    template = {"variables": {"season": {"example": "christmas"}}, "order": order}
    shop.call("PUT", "/tenant/brand/easter", {"text": {"style": "outline"}})
    kept = shop.call("PUT", "/tenant/templates/seasons", template)
    wanted = {"template": "seasons", "product_title": "Mug", "variables": {"season": "easter"}}

    dry = told(shop.call("POST", "/create_job", {**wanted, "dry_run": True}))
    made = told(shop.call("POST", "/create_job", wanted))["job_id"]
    batch = shop.call("POST", "/batches", {"rows": [wanted], "dry_run": True})
    shop.call("POST", f"/jobs/{made}/cancel")
    shop.call("DELETE", "/tenant/brand/easter")
    late = shop.call("POST", "/create_job", wanted)
    row = told(shop.call("POST", "/batches", {"rows": [wanted], "dry_run": True}))

    assert 200 == kept.status_code, told(kept)
    worn = ["default@1", "easter@1"]
    assert worn == [each["brand"] for each in dry["outputs"]]
    assert worn == [label_of(stage.job(made).request, number) for number in (0, 1)]
    assert 200 == batch.status_code, told(batch)
    assert 400 == late.status_code
    assert ["outputs.1.brand"] == [*told(late)["details"]]
    assert "easter" in told(late)["details"]["outputs.1.brand"][0]
    assert ["rows.1.outputs.1.brand"] == [*row["details"]], row
