"""A file of a film that is not there any more when it is composed: which one is said, and what brings the film back."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.codes import Code
from shared.media.faces import FOLDER
from shared.pipeline.job.job import Ending
from shared.pipeline.job.names import brand_object, clip_object
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import small_clip
from tests.steps.stage import CLIP, LOOK, TENANT, VOICE, Stage, staged

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread

SCENE = {"visual_description": "A mug", "duration": 4, "script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open one stage for all."""
    with staged(tmp_path_factory.mktemp("lost"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


def test_a_lost_font_of_a_kit_is_named_and_sent_again(stage: Stage, shop: Customer) -> None:
    """The same file has the same id: once it is sent again, a retry composes, and buys nothing."""
    font = (FOLDER / "DejaVuSans-Bold.ttf").read_bytes()
    name = told(shop.call("POST", "/tenant/uploads/font", font))["font"]
    shop.call("PUT", "/tenant/brand/lettered", {"fonts": {"body": name}, "captions": True})
    order = {"product_title": "Mug", "scenes": [SCENE], "brand": "lettered"}
    job = told(shop.call("POST", "/create_job", order))["job_id"]
    stage.cloud.expire(f"gs://{stage.wiring.settings.films_bucket}/{brand_object(TENANT.id, name, 'ttf')}")
    stage.live(job)
    failed, bought = stage.job(job).nodes["compose"], stage.submits("veo")

    shop.call("POST", "/tenant/uploads/font", font)
    shop.call("POST", f"/jobs/{job}/retry")
    stage.live(job)

    assert (Code.INPUT_GONE, "the brand kit's font of captions is not there any more") == (failed.code, failed.why)
    move = "POST its file to /tenant/uploads/font again; then retry the job: all that is finished is kept"
    assert move == failed.next_move
    assert (Ending.COMPLETED, bought) == (stage.job(job).ending, stage.submits("veo"))


def test_a_lost_clip_of_ones_own_is_named_and_sent_again(
    stage: Stage, shop: Customer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As a font is; no place of ours is told."""
    clip = small_clip(tmp_path_factory.mktemp("sent"))
    name = told(shop.call("POST", "/tenant/uploads/clip", clip))["clip"]
    order = {"product_title": "Mug", "scenes": [{"clip": name}]}
    job = told(shop.call("POST", "/create_job", order))["job_id"]
    stage.cloud.expire(f"gs://{stage.wiring.settings.films_bucket}/{clip_object(TENANT.id, name, 'mp4')}")
    stage.live(job)
    failed = stage.job(job).nodes["compose"]

    shop.call("POST", "/tenant/uploads/clip", clip)
    shop.call("POST", f"/jobs/{job}/retry")
    stage.live(job)

    assert (Code.INPUT_GONE, "own-1: the clip is not there any more") == (failed.code, failed.why)
    assert str(failed.next_move).startswith("POST its file to /tenant/uploads/clip again")
    assert Ending.COMPLETED is stage.job(job).ending


def test_lost_footage_is_ordered_again(stage: Stage, shop: Customer) -> None:
    """By a retry, which says what it costs."""
    job = told(shop.call("POST", "/create_job", {"product_title": "Mug", "scenes": [SCENE]}))["job_id"]
    while (output := stage.node(job, CLIP).output) is None:
        stage.round()
    stage.cloud.expire(output.uri)
    stage.live(job)
    failed = stage.job(job).nodes["compose"]

    shop.call("POST", f"/jobs/{job}/retry")
    stage.live(job)

    assert (Code.INPUT_GONE, "retry the job: it orders this part again") == (failed.code, failed.next_move)
    assert Ending.COMPLETED is stage.job(job).ending
