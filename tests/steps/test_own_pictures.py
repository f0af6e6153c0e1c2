"""A film of a tenant's own pictures: nothing is bought for it, and what it is made of is checked as any picture."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from shared.pipeline.job.job import Ending
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
