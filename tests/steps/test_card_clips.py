"""Clips of a tenant's own on the cards before and after its films: an order's, and a kit's, which keeps its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from shared.media.probe import probe
from shared.pipeline.job.job import Ending
from shared.pipeline.job.names import brand_object, clip_object
from shared.pipeline.job.schema import OLDEST, SCHEMA, SWITCHING
from shared.pipeline.plan.plan import Size
from tests.media.makers import BLUE, RED, film, level, like, pixels, samples
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.test_own_clips import fetched, made, order

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage that all tests share."""
    with staged(tmp_path_factory.mktemp("card-clips"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Return the files of two clips: one red and heard, one blue."""
    folder, wide = tmp_path_factory.mktemp("sent"), Size(256, 144)
    red, blue = film(folder / "red.mp4", RED, each=1.5, size=wide, tone=440), film(folder / "blue.mp4", BLUE, each=2)
    return red.read_bytes(), blue.read_bytes()


@pytest.fixture(scope="module")
def clips(shop: Customer, sent: tuple[bytes, bytes]) -> tuple[str, str]:
    """Return their ids."""
    first, second = (str(told(shop.call("POST", "/tenant/uploads/clip", each))["clip"]) for each in sent)
    return first, second


def test_cards_show_clips_and_outlast_their_uploads(
    stage: Stage, shop: Customer, clips: tuple[str, str], sent: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """The kit's before the film, the order's after it, for nothing; a kit's is kept, an order's is told to be gone."""
    red, blue = clips
    kit = {"intro": {"video": red, "fit": "pad"}}
    kept = told(shop.call("PUT", "/tenant/brand/moving", kit))
    wanted = order({"clip": blue})
    wanted |= {"brand": "moving", "outro": {"video": blue, "seconds": 1, "sound": "mute"}}

    dry = told(shop.call("POST", "/create_job", {**wanted, "dry_run": True}))
    assert "planned_seconds" in dry, dry
    assert [
        {"card": "intro", "shows": "video", "of_brand": True, "seconds": 1.5, "text": None},
        {"card": "outro", "shows": "video", "of_brand": False, "seconds": 1, "text": None},
    ] == dry["cards"]
    job = made(stage, shop, wanted)

    assert Ending.COMPLETED is job.ending
    assert (SWITCHING, ["compose"]) == (job.schema, [*job.nodes])
    assert job.money.charged == job.nodes["compose"].cost
    path = fetched(stage.wiring.blobs, job, tmp_path / "film.mp4")
    seconds = probe(path).seconds
    assert dry["planned_seconds"] == pytest.approx(seconds, abs=0.05)
    frames, sound = pixels(path), samples(path)
    assert like(frames[12, 150:170], RED, within=12).all()
    assert not like(frames[12, :60], RED, within=12).any()
    assert like(frames[-6], BLUE).all()
    assert level(sound, 440, 0.3, 1.2) > -30 > level(sound, 440, seconds - 0.8, seconds - 0.1)

    bucket = stage.wiring.settings.films_bucket
    for each in clips:
        stage.wiring.blobs.delete(f"gs://{bucket}/{clip_object(TENANT.id, each, 'mp4')}")
    assert stage.wiring.blobs.stat(f"gs://{bucket}/{brand_object(TENANT.id, red, 'mp4')}")
    again = told(shop.call("PUT", "/tenant/brand/moving", kit))
    lost = told(shop.call("POST", "/create_job", {**order({"clip": blue}), "intro": kit["intro"]}))
    edits = {"text": {"size": 1.2}, "dry_run": True}
    gone = told(shop.call("POST", f"/jobs/{job.id}/edit", edits))
    for file in sent:
        shop.call("POST", "/tenant/uploads/clip", file)
    free = told(shop.call("POST", f"/jobs/{job.id}/edit", {**edits, "outro": None}))

    assert (kept["version"] + 1, kit["intro"]) == (again["version"], again["kit"]["intro"])
    assert {"intro.video", "scenes.0.clip"} == {*lost["details"]}
    assert {"outro.video", "scenes.0.clip"} == {*gone["details"]}
    assert "deleted after its time" in gone["details"]["outro.video"][0]
    assert ("dry_run", ["compose"]) == (free["status"], free["remade"])
    assert (["intro"], dry["planned_seconds"] - 1) == (
        [each["card"] for each in free["cards"]],
        free["planned_seconds"],
    )


def test_a_card_that_cannot_be_is_refused_by_its_field(shop: Customer, clips: tuple[str, str]) -> None:
    """Of an order, an edit and a kit alike: what is not there, too long for its clip, or two pictures at once."""
    scene = order({"clip": clips[1]})
    cards = [
        ({"video": "0" * 64}, "video"),
        ({"video": clips[0], "seconds": 4}, "seconds"),
        ({"video": clips[0], "image": "0" * 64}, ""),
        ({"text": "Mug", "fit": "pad"}, "fit"),
        ({"video": clips[0], "fit": "stretch"}, "fit"),
    ]
    for card, field in cards:
        ordered = told(shop.call("POST", "/create_job", {**scene, "intro": card, "brand": "none"}))
        kept = told(shop.call("PUT", "/tenant/brand/wrong", {"intro": card}))
        path = f"intro.{field}" if field else "intro"
        assert [path] == [*ordered["details"]]
        assert [*kept["details"]] in ([path], ["intro"])


def test_a_kit_keeps_no_clip_while_older_code_runs(stage: Stage, shop: Customer, clips: tuple[str, str]) -> None:
    """An order of it, and a kit, wait for every function to run this release."""
    stage.wiring.jobs.forms.set(OLDEST)
    try:
        kept = shop.call("PUT", "/tenant/brand/early", {"intro": {"video": clips[0]}})
        wanted = {**order({"clip": clips[1]}), "intro": {"video": clips[0]}, "brand": "none"}
        ordered = shop.call("POST", "/create_job", wanted)
    finally:
        stage.wiring.jobs.forms.set(SCHEMA)

    assert (503, 503) == (kept.status_code, ordered.status_code)
    assert "every function runs this release" in told(kept)["message"]
