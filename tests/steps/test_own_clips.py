"""Clips of a tenant's own: sent, judged, shown in a film beside footage, replaced by an edit for nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.cloud.blobs import Blobs
from shared.media.probe import probe
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.names import clip_object
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.plan.plan import Size
from tests.media.makers import BLUE, RED, film, like, pixels
from tests.steps.calls import Customer, customer, told
from tests.steps.clip_web import web
from tests.steps.stage import TENANT, Stage, staged
from tests.steps.test_edit_film import lived

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # Google's refused download, unread

OTHER = "other"
WHITE = {"type": "color", "color": "#ffffff"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage that all tests share."""
    with staged(tmp_path_factory.mktemp("clips"), canned=canned) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer."""
    return customer(stage.wiring, TENANT.id)


@pytest.fixture(scope="module")
def clips(shop: Customer, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the ids of two clips that were sent: one red then blue and heard, one blue."""
    folder = tmp_path_factory.mktemp("sent")
    wide = Size(256, 144)
    paths = (
        film(folder / "red.mp4", RED, BLUE, size=wide, tone=440),
        film(folder / "blue.mp4", BLUE, each=1.5, size=wide),
    )
    answers = [told(shop.call("POST", "/tenant/uploads/clip", path.read_bytes())) for path in paths]
    assert [(2.0, True), (1.5, False)] == [(each["seconds"], each["sound"]) for each in answers]
    return answers[0]["clip"], answers[1]["clip"]


def order(*scenes: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """Return an order."""
    return {"product_title": "Mug", "scenes": list(scenes), "transition": "cut", **changed}


def made(stage: Stage, shop: Customer, wanted: Mapping[str, Any]) -> Job:
    """Order a film and be the platform until it has ended."""
    job = told(shop.call("POST", "/create_job", wanted))["job_id"]
    lived(stage, job)
    return stage.job(job)


def fetched(blobs: Blobs, job: Job, path: Path) -> Path:
    """Return the finished film's file."""
    output = job.nodes["compose"].output
    assert output
    blobs.fetch(output.uri, path, output.generation)
    return path


def test_a_film_shows_clips_beside_footage_and_buys_only_that(
    stage: Stage, shop: Customer, clips: tuple[str, str], tmp_path: Path
) -> None:
    """Own, filmed, own: each second shows what was ordered, one clip is bought, and an edit changes another freely."""
    first, second = clips
    filmed = {"visual_description": "A mug on a table", "duration": 4}
    wanted = order({"clip": first, "clip_start": 0.5}, filmed, {"clip": first})
    dry = told(shop.call("POST", "/create_job", {**wanted, "dry_run": True}))
    job = made(stage, shop, wanted)
    change = {"scenes": [{"scene": 2, "clip": second}]}
    version = told(shop.call("POST", f"/jobs/{job.id}/edit", change))["job_id"]
    lived(stage, version)

    one, other = (stage.job(each) for each in (job.id, version))
    path, edited = (fetched(stage.wiring.blobs, each, tmp_path / f"{each.id}.mp4") for each in (one, other))
    assert [{"scene": 0, "start": 0.5, "seconds": 1.5}, {"scene": 2, "start": 0.0, "seconds": 2.0}] == dry["plan"][
        "own_clips"
    ]
    assert [["clip-2", "compose"]] * 2 == [[*one.nodes], [*other.nodes]]
    assert (Ending.COMPLETED, Ending.COMPLETED) == (one.ending, other.ending)
    assert [SWITCHING, SWITCHING] == [one.schema, other.schema]
    assert 1 == len([each for each in stage.bill("veo") if each["billed"]])
    assert one.money.charged == one.plan.cost_to_us
    assert pytest.approx(7.5, abs=0.1) == probe(path).seconds
    assert pytest.approx(7.0, abs=0.1) == probe(edited).seconds
    frames = pixels(path)
    assert [(0.2, RED), (1.0, BLUE), (6.0, RED), (7.2, BLUE)] == [
        (at, color) for at in (0.2, 1.0, 6.0, 7.2) for color in (RED, BLUE) if like(frames[round(at * 24)], color).all()
    ]
    assert like(pixels(edited)[6 * 24], BLUE).all()


@pytest.fixture(scope="module")
def alone(stage: Stage, shop: Customer, clips: tuple[str, str]) -> Job:
    """Return a finished film in which nothing was filmed."""
    return made(stage, shop, order({"clip": clips[1], "duration": 4, "text_overlay": "Mug"}, {"background": WHITE}))


def test_a_film_of_own_clips_alone_buys_nothing(alone: Job) -> None:
    """Its price is its composition; a clip shorter than its scene is held, and said to be."""
    assert ["compose"] == [*alone.nodes]
    assert Ending.COMPLETED is alone.ending
    assert alone.money.charged == alone.nodes["compose"].cost
    assert any("has 1.5 s of footage for 4 s" in str(each) for each in alone.warnings)


@pytest.mark.parametrize(
    ("scene", "path", "why"),
    [
        ({"clip": "0" * 64}, "scenes.0.clip", "no such clip"),
        ({"clip": "a/../b"}, "scenes.0.clip", "must be the id"),
        ({"clip": "0" * 64, "background": {"type": "color", "color": "#ffffff"}}, "scenes.0.clip", "not both"),
        ({"clip_start": 1, "visual_description": "A mug"}, "scenes.0.clip_start", "needs a clip"),
        ({"clip": "0" * 64, "image_url": "https://cdn.example/a.png"}, "scenes.0.image_url", "visual_description"),
        ({"clip": "FIRST", "clip_start": 1.8}, "scenes.0.clip_start", "less than 0.5 s of the clip"),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_its_field(
    shop: Customer, clips: tuple[str, str], scene: Mapping[str, Any], path: str, why: str
) -> None:
    """A clip that is not there, stands beside something else, or begins at its end."""
    scene = {**scene, "clip": clips[0]} if scene.get("clip") == "FIRST" else scene

    answer = shop.call("POST", "/create_job", order(scene))

    assert 400 == answer.status_code
    assert why in told(answer)["details"][path][0]


def test_a_clip_is_fetched_from_its_link(stage: Stage, shop: Customer, clips: tuple[str, str]) -> None:
    """It is the same clip; what leads elsewhere, into a private network, or nowhere is refused by its field."""
    name = f"gs://{stage.wiring.settings.films_bucket}/{clip_object(TENANT.id, clips[0], 'mp4')}"
    with web(stage.wiring.blobs.read(name, 0, 2**20)) as address:
        answers = {
            path: shop.call("POST", "/tenant/uploads/clip_link", {"clip_url": address + path})
            for path in ("/clip", "/inside", "/short", "/none")
        }
    nobody = shop.call("POST", "/tenant/uploads/clip_link", {"clip_url": "http://127.0.0.1:9/clip"})
    inline = shop.call("POST", "/tenant/uploads/clip_link", {"clip_url": "data:video/mp4;base64,AAAA"})

    codes = {path: answer.status_code for path, answer in answers.items()}
    assert {"/clip": 201, "/inside": 422, "/short": 422, "/none": 422} == codes
    assert clips[0] == told(answers["/clip"])["clip"]
    assert ["clip_url"] == [*told(answers["/inside"])["details"]] == [*told(nobody)["details"]]
    assert (422, 400) == (nobody.status_code, inline.status_code)


def test_an_edit_gives_no_clip_to_another_scene(shop: Customer, clips: tuple[str, str], alone: Job) -> None:
    """Not to one that shows none, not one that is not there, no more seconds than it has, and no background."""
    answers = [
        told(shop.call("POST", f"/jobs/{alone.id}/edit", {"scenes": [scene]}))["details"]
        for scene in (
            {"scene": 1, "clip": clips[0]},
            {"scene": 0, "clip": "0" * 64},
            {"scene": 0, "seconds": 5},
            {"scene": 0, "background": WHITE},
        )
    ]

    assert ["scenes.0.clip", "scenes.0.clip", "scenes.0.seconds", "scenes.0.background"] == [
        path for details in answers for path in details
    ]


def test_a_clip_is_a_tenants_own(stage: Stage, clips: tuple[str, str]) -> None:
    """Another tenant's clip is not there."""
    stranger = customer(stage.wiring, OTHER)

    foreign = told(stranger.call("POST", "/create_job", order({"clip": clips[1]})))

    assert ["scenes.0.clip"] == [*foreign["details"]]


def test_a_clip_whose_time_has_come_makes_no_version(
    stage: Stage, shop: Customer, clips: tuple[str, str], alone: Job
) -> None:
    """The edit says so; sent again the clip has the same id, and the version can be made."""
    name = f"gs://{stage.wiring.settings.films_bucket}/{clip_object(TENANT.id, clips[1], 'mp4')}"
    change = {"scenes": [{"scene": 0, "text_overlay": "Twice"}], "dry_run": True}
    kept = stage.wiring.blobs.read(name, 0, 2**20)

    stage.wiring.blobs.delete(name)
    lost = told(shop.call("POST", f"/jobs/{alone.id}/edit", change))
    again = told(shop.call("POST", "/tenant/uploads/clip", kept))["clip"]

    assert "deleted after its time" in lost["details"]["scenes.0.clip"][0]
    assert clips[1] == again
    assert 200 == shop.call("POST", f"/jobs/{alone.id}/edit", change).status_code


@pytest.mark.parametrize(("body", "status"), [(b"", 422), (b"a text", 422), (b"\0" * (30 * 2**20 + 1), 413)])
def test_what_is_no_clip_is_not_kept(shop: Customer, body: bytes, status: int) -> None:
    """It says why, and what to do."""
    answer = shop.call("POST", "/tenant/uploads/clip", body)

    assert status == answer.status_code
    assert told(answer)["next_move"]
