"""A film of a tenant's own pictures: nothing is bought for it, and what it is made of is checked as any picture."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from shared.pipeline.job.job import Ending
from shared.pipeline.job.names import beside
from tests.egress.loopback import Loopback, reply
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, staged

ROUNDS = 200


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("own")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def order(shop: Customer, **changed: object) -> dict[str, object]:
    """Return an order of two scenes, each an own picture that moves."""
    held = BytesIO()
    Image.linear_gradient("L").resize((720, 1280)).convert("RGB").save(held, "JPEG")
    picture = told(shop.call("POST", "/tenant/uploads", held.getvalue(), Content_Type="image/jpeg"))["image"]
    behind = {"type": "image", "image": picture, "motion": "push_in"}
    return {"product_title": "Mug", "scenes": [{"background": behind, "duration": 4}] * 2, **changed}


def test_nothing_is_bought_for_own_pictures(stage: Stage, shop: Customer) -> None:
    """Its price is its composition, it has no paid part, and it is made."""
    wanted = order(shop)
    dry = told(shop.call("POST", "/create_job", {**wanted, "dry_run": True}))
    job = told(shop.call("POST", "/create_job", wanted))["job_id"]
    for _ in range(ROUNDS):
        stage.round()
        if stage.ended(job):
            break

    made = stage.job(job)
    assert ([], []) == (dry["plan"]["clips"], dry["plan"]["presenters"])
    assert {"image", "compose"} == {node.kind.value for node in made.nodes.values()}
    assert Ending.COMPLETED is made.ending
    assert made.money.charged == made.nodes["compose"].cost


def made(stage: Stage, job: str) -> Image.Image:
    """Let a job end, and return its poster."""
    for _ in range(ROUNDS):
        stage.round()
        if stage.ended(job):
            break
    output = stage.node(job, "compose").output
    assert output
    poster = beside(output.uri, "jpg")
    return Image.open(BytesIO(stage.wiring.blobs.read(poster, 0, 2**20)))


def painted(color: tuple[int, int, int]) -> bytes:
    """Return a square JPEG of one colour."""
    held = BytesIO()
    Image.new("RGB", (300, 300), color).save(held, "JPEG")
    return held.getvalue()


def test_a_poster_is_an_upload_and_an_edit_brings_another_by_a_link(stage: Stage, shop: Customer) -> None:
    """The version reads its picture once; the film keeps its own; a link to no picture stores nothing.

    The same upload is the product's card and the picture before the film.
    """
    upload = told(shop.call("POST", "/tenant/uploads", painted((200, 20, 20)), Content_Type="image/jpeg"))["image"]
    shown = {"poster": {"image": upload}, "intro": {"image": upload}, "image": upload, "product_card": {}}
    job = told(shop.call("POST", "/create_job", order(shop, **shown)))["job_id"]
    first = made(stage, job)
    with Loopback(reply(200, painted((20, 20, 200)))) as server:
        change = {"poster": {"image_url": server.url}}
        dry = shop.call("POST", f"/jobs/{job}/edit", {**change, "dry_run": True})
        version = told(shop.call("POST", f"/jobs/{job}/edit", change))["job_id"]
    with Loopback(reply(200, b"<html>sign in</html>")) as server:
        refused = shop.call("POST", f"/jobs/{job}/edit", {"poster": {"image_url": server.url}})
    second = made(stage, version)

    assert (200, 422) == (dry.status_code, refused.status_code)
    assert "poster.image_url" in refused.get_data(as_text=True)
    assert (200, 20, 20) == pytest.approx(first.getpixel((5, 5)), abs=12)
    assert (20, 20, 200) == pytest.approx(second.getpixel((5, 5)), abs=12)
    assert first.size == second.size == (stage.job(job).plan.size.width, stage.job(job).plan.size.height)
    assert stage.node(job, "image-1").output == stage.node(version, "image-1").output
    beside_scenes = [[one.role for one in stage.job(each).plan.beside] for each in (job, version)]
    assert [["poster", "intro", "product"], ["intro", "product", "poster"]] == beside_scenes
