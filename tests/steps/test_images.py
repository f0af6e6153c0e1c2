"""An order's images: fetched within bounds, told by field what is wrong, padded if asked, few in hand at once."""

import contextlib
import dataclasses
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.egress.client import EgressFailed
from shared.media.images import decode, sniff_and_reencode
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.planner import Defaults, plan
from shared.pipeline.plan.request import BRoll, FilmRequest, ImageFit, SceneRequest
from shared.pipeline.plan.staging import Background, BackgroundType
from shared.steps.images import ACCEPTED_IMAGES, FILES_AT_ONCE, Room
from shared.steps.problems import Problem
from tests.egress.loopback import Loopback, drip, raw, reply, silent
from tests.media.photos import case, encoded, noise, picture
from tests.media.test_photos import color, near
from tests.patience import PATIENCE
from tests.steps.stage import LOOK, TENANT, VOICE, Stage

ROOT = Path(__file__).parents[2]
SQUARE, BANNER = case("square.jpg"), case("banner3to1.jpg")
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
AVIF = b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1"


def film(**changed: Any) -> FilmRequest:
    """Return a film of one scene that starts from an image."""
    return FilmRequest("Mug", scenes=(SceneRequest(visual_description="A mug", duration=4),), **changed)


def refused(stage: Stage, request: FilmRequest) -> Mapping[str, list[str]]:
    """Order something whose images are no good, and return what is said by field."""
    with pytest.raises(Problem) as problem:
        stage.wiring.create_job.create.dry_run(TENANT, request)
    return problem.value.details


def warnings(stage: Stage, request: FilmRequest) -> list[str]:
    """Return a dry run's warnings about images."""
    told = stage.wiring.create_job.create.dry_run(TENANT, request).plan.warnings
    return [one for one in told if one.startswith(("image", "scenes", "background"))]


def stored(stage: Stage, job_id: str) -> Image.Image:
    """Open the image a job was stored with."""
    output = stage.node(job_id, "image-1").output
    assert output
    return decode(stage.wiring.blobs.read(output.uri, 0, output.size or 0))


def test_what_we_take_is_asked_for(stage: Stage) -> None:
    """Servers that choose by Accept are told JPEG, PNG and WebP, so that they send no AVIF."""
    with Loopback(reply(200, SQUARE)) as server:
        stage.order(film(image_url=server.url))

    assert [ACCEPTED_IMAGES] == [heard.headers["accept"] for heard in server.heard]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(200, AVIF), "is AVIF; Export it as JPEG, PNG or WebP; of a link, take the address"),
        (reply(200, b"<html>sign in</html>"), "is a web page or text, not an image"),
        (
            reply(200, b'{"url": "https://cdn.example/a.jpg"}'),
            "the file is JSON, not an image; Send the image's own bytes",
        ),
        (reply(206, SQUARE), "the server answered 206"),
        (reply(404), "The server answers 404; Check that the address works without signing in."),
        (reply(200, b"", {"content-length": str(21 * 2**20)}), "larger than 20 MB"),
        (raw(CHUNKED + b"A00000\r\n" + bytes(10 * 2**20) + b"\r\nA00001\r\n" + bytes(11 * 2**20)), "larger than 20 MB"),
        (raw(CHUNKED + b"0\r\n\r\n"), "the file is empty"),
        (reply(200, b""), "the file is empty"),
        (reply(200, SQUARE[:2000]), "cut short or damaged"),
    ],
)
def test_what_servers_answer_otherwise_is_refused_by_field(stage: Stage, answer: Any, why: str) -> None:
    """Whatever comes instead of an image is named under the field that named the link, with a next move."""
    with Loopback(answer) as server:
        said = refused(stage, film(image_url=server.url))

    assert ["image_url"] == list(said)
    assert why in said["image_url"][0]


def test_all_wrong_images_are_told_at_once(stage: Stage) -> None:
    """Two of three are no good: both are named."""
    scenes = tuple(SceneRequest(visual_description="A mug", duration=4) for _ in range(3))
    with Loopback(reply(200, SQUARE)) as good, Loopback(reply(404)) as bad:
        links = (bad.url, good.url, bad.url + "/b")
        given = tuple(dataclasses.replace(scene, image_url=link) for scene, link in zip(scenes, links, strict=True))
        said = refused(stage, FilmRequest("Mug", scenes=given, b_roll=BRoll(join=Join.CUT)))

    assert ["scenes.0.image_url", "scenes.2.image_url"] == sorted(said)


def test_the_message_says_what_is_wrong_with_each_image(stage: Stage) -> None:
    """The first three in words, with their moves; the rest counted, all of them in the details."""
    answers = (reply(404), reply(200, b""), reply(200, AVIF), reply(200, SQUARE[:2000]))
    with contextlib.ExitStack() as servers:
        links = [servers.enter_context(Loopback(answer)).url for answer in answers]
        scenes = tuple(SceneRequest(visual_description="A mug", duration=4, image_url=link) for link in links)
        with pytest.raises(Problem) as problem:
            stage.wiring.create_job.create.dry_run(TENANT, FilmRequest("Mug", scenes=scenes, b_roll=BRoll(Join.CUT)))

    assert (
        "image not usable: scenes.0.image_url: The server answers 404; scenes.1.image_url: the file is empty; "
        "scenes.2.image_url: the image is AVIF; and 1 more field"
    ) == problem.value.message
    assert "Check that the address works without signing in. Send a JPEG, PNG or WebP." in problem.value.next_move
    assert 4 == len(problem.value.details)


@pytest.mark.parametrize("upload", [True, False])
def test_what_is_cropped_is_told_before_it_is_paid(stage: Stage, upload: bool) -> None:
    """A square photo in a tall film: 44 % lost, in the dry run and in the job's own warnings."""
    images = stage.wiring.preflight.images
    with Loopback(reply(200, SQUARE)) as server:
        sent = sniff_and_reencode(SQUARE, max_bytes=2**22)
        images.put(TENANT.id, sent)
        request = film(image=sent.sha256) if upload else film(image_url=server.url)
        told = warnings(stage, request)
        job_id = stage.order(request)

    assert 1 == len(told)
    assert f"image{'' if upload else '_url'} (1500x1500) is cropped to the film's shape: 44 % of it" in told[0]
    assert told[0] in stage.job(job_id).warnings
    assert (1500, 1500) == stored(stage, job_id).size


@pytest.mark.parametrize("upload", [True, False])
@pytest.mark.parametrize("fit", [ImageFit.BLUR, ImageFit.COLOR])
def test_a_padded_photo_is_stored_in_the_films_shape(stage: Stage, fit: ImageFit, upload: bool) -> None:
    """Asked to show all of it, Veo gets a picture of the film's own shape, and nothing is warned of."""
    with Loopback(reply(200, BANNER)) as server:
        sent = sniff_and_reencode(BANNER, max_bytes=2**22)
        stage.wiring.preflight.images.put(TENANT.id, sent)
        given = {"image": sent.sha256} if upload else {"image_url": server.url}
        request = film(image_fit=fit, **given)
        told = warnings(stage, request)
        job_id = stage.order(request)

    assert [] == told
    assert (180, 320) == stored(stage, job_id).size


def test_white_is_what_stands_around_unless_told(stage: Stage) -> None:
    """A colour that is not named is white."""
    with Loopback(reply(200, encoded("PNG", picture(300, 100)))) as server:
        plain = stage.order(film(image_url=server.url, image_fit=ImageFit.COLOR))
        told = stage.order(film(image_url=server.url, image_fit=ImageFit.COLOR, image_fit_color="#204060"))

    assert (255, 255, 255) == stored(stage, plain).getpixel((90, 10))
    assert near((0x20, 0x40, 0x60), color(stored(stage, told), (90, 10)), 3)


def test_a_backdrop_is_told_and_padded_too(stage: Stage) -> None:
    """What stands behind a presenter fills the frame as a photo does."""
    with Loopback(reply(200, SQUARE)) as server:
        behind = Background(BackgroundType.IMAGE, image_url=server.url)
        request = FilmRequest("Mug", background=behind, avatar_script="Hi.", avatar_id=LOOK, voice_id=VOICE)
        cropped = warnings(stage, request)
        padded = warnings(stage, dataclasses.replace(request, image_fit=ImageFit.BLUR))

    assert ["background.image_url (1500x1500) is cropped"] == [one.partition(" to ")[0] for one in cropped]
    assert [] == padded


def test_an_upload_that_is_not_there_is_refused_with_a_next_move(stage: Stage) -> None:
    """Nobody has uploaded this."""
    said = refused(stage, film(image="none"))

    assert {"image": ["there is no such image; POST it to /tenant/uploads, and give the id that answers"]} == said


def test_files_wait_for_room() -> None:
    """A second file of that size is read only when the first is done with, and not for ever."""
    room, order = Room(100), list[str]()
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        with room.holding(60, 5):
            entered.set()
            leave.wait(PATIENCE)
            order.append("first is done")

    def second() -> None:
        entered.wait(PATIENCE)
        with room.holding(41, 5):
            order.append("second may")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    entered.wait(PATIENCE)
    with room.holding(40, 0), pytest.raises(EgressFailed, match="too many"), room.holding(1, 0):
        pass
    leave.set()
    for thread in threads:
        thread.join()

    assert ["first is done", "second may"] == order


def test_a_server_that_says_nothing_holds_no_room(stage: Stage) -> None:
    """Links that never answer keep nobody else's images waiting."""
    with Loopback(silent) as mute, Loopback(reply(200, SQUARE)) as good, ThreadPoolExecutor(1) as other:
        links = [f"{mute.url}/{number}" for number in range(6)]
        scenes = tuple(SceneRequest(visual_description="A mug", duration=4, image_url=link) for link in links)
        asked = other.submit(refused, stage, FilmRequest("Mug", scenes=scenes, b_roll=BRoll(join=Join.CUT)))
        while len(mute.heard) < 6:
            time.sleep(0.01)
        with stage.wiring.preflight.images.room.holding(FILES_AT_ONCE, 0):
            free = True
        job_id = stage.order(film(image_url=good.url))
        mute.stop()
        said = asked.result()

    assert free
    assert (1500, 1500) == stored(stage, job_id).size
    assert 6 == len(said)


def test_a_file_that_drips_in_is_given_up(stage: Stage) -> None:
    """What has room but comes too slowly is let go, and the field says so."""
    images = stage.wiring.preflight.images
    clock = iter(range(0, 10_000, 4))
    hasty = dataclasses.replace(images, monotonic=lambda: float(next(clock)))
    with Loopback(drip(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n", b"x")) as server:
        request = film(image_url=server.url)
        planned = plan(request, stage.wiring.create_job.create.check.tables, Defaults())
        with pytest.raises(Problem) as problem:
            hasty.ready(TENANT.id, request, planned)

    assert "takes too long" in problem.value.details["image_url"][0]
    with images.room.holding(FILES_AT_ONCE, 0):
        pass


def sky(width: int, height: int, **options: object) -> bytes:
    """Return a photo of that size."""
    return encoded("JPEG", Image.linear_gradient("L").resize((width, height)).convert("RGB"), **options)


ORDERS: dict[str, tuple[int, Callable[[], bytes]]] = {
    "ten photos of 12 megapixels": (10, lambda: sky(4032, 3024)),
    "eight of 18 megabytes": (8, lambda: encoded("JPEG", noise(5000, 3750), quality=92)),
    "four PNGs of 49 megapixels": (4, lambda: case("rgba49mp.png")),
    "six progressive ones of 50 megapixels": (6, lambda: sky(8192, 6144, progressive=True)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_all_images_of_an_order_cost_no_more_than_one(name: str) -> None:
    """However many are named in one request: at most 250 MiB over the base, in a process of its own."""
    count, data = ORDERS[name]
    with Loopback(reply(200, data())) as server:
        run = subprocess.run(
            [sys.executable, "-m", "tests.steps.order_memory", server.url, str(count)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    print(name, run.stdout)
    mib, ready = map(int, run.stdout.split())

    assert count == ready
    assert mib <= 250
