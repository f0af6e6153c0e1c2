"""HeyGen's route for footage: what is accepted and refused, how often it is filmed and billed, and what the film is."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from infra.local.vendors import media
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from infra.local.vendors.marks import hash16, read_film, read_sound
from tests.vendors.desk import SIZES, HeyGenDesk, heygen_desk
from tests.vendors.receiver import Receiver

ROUTE = "/v3/models/videos"
SMALL = {
    ("768p", "9:16"): (96, 168),
    ("768p", "16:9"): (168, 96),
    ("768p", "1:1"): (96, 96),
    ("768p", "4:3"): (128, 96),
    ("480p", "1:1"): (64, 64),
}
USUAL: dict[str, Any] = {
    "model": "heygen-video-1",
    "mode": "text_to_video",
    "prompt": "A cup on a table.",
    "duration": 5,
    "resolution": "768p",
    "aspect_ratio": "9:16",
}


def settings(**changes: Any) -> HeyGenSettings:
    """Settings of small pictures and a clock set by hand."""
    return HeyGenSettings(sizes=SIZES, footage_sizes=SMALL, background=False, **changes)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[HeyGenDesk]:
    with heygen_desk(tmp_path / "heygen", settings()) as opened:
        yield opened


def picture(width: int = 300, height: int = 300, form: str = "JPEG") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#aa3322").save(out, form)
    return out.getvalue()


def handed(raw: bytes, mime: str = "image/jpeg") -> dict[str, str]:
    """A picture as base64."""
    return {"type": "base64", "media_type": mime, "data": base64.b64encode(raw).decode()}


def post(desk: HeyGenDesk, key: str | None = None, **changes: Any) -> httpx.Response:
    """Order footage; None takes a field away."""
    body = {name: value for name, value in (USUAL | changes).items() if value is not None}
    return desk.http.post(ROUTE, json=body, headers={"Idempotency-Key": key} if key else {})


def ordered(desk: HeyGenDesk, key: str | None = None, **changes: Any) -> str:
    """Order footage that is accepted; return its id."""
    answer = post(desk, key, **changes)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["data"]["video_id"])


def seen(desk: HeyGenDesk, video_id: str) -> Any:
    """Look at footage."""
    return desk.http.get(f"{ROUTE}/{video_id}").json()["data"]


def filmed(desk: HeyGenDesk, target: Path, **changes: Any) -> Path:
    """Order footage, wait until it is done, save it."""
    video_id = ordered(desk, **changes)
    desk.pass_time()
    target.write_bytes(httpx.get(seen(desk, video_id)["video_url"]).content)
    return target


def test_an_order_is_accepted_at_once(desk: HeyGenDesk) -> None:
    """202, an id, pending (heygen_video page, "The order")."""
    answer = post(desk)

    video_id = answer.json()["data"]["video_id"]
    assert (202, {"data": {"video_id": video_id, "status": "pending"}}) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model": None}, (400, "invalid_parameter", "model")),
        ({"model": "heygen-video-2"}, (400, "invalid_parameter", "model")),
        ({"mode": "extend"}, (400, "invalid_parameter", "mode")),
        ({"mode": None}, (400, "invalid_parameter", "reference_images")),
        ({"title": "a film"}, (400, "invalid_parameter", "title")),
        ({"generate_audio": False}, (400, "invalid_parameter", "generate_audio")),
        ({"prompt": ""}, (400, "invalid_parameter", "prompt")),
        ({"prompt": "x" * 32_001}, (400, "invalid_parameter", "prompt")),
        ({"prompt": "A cup [[moderation]]"}, (400, "content_policy_violation", "prompt")),
        ({"duration": 3}, (400, "invalid_parameter", "duration")),
        ({"duration": 16}, (400, "invalid_parameter", "duration")),
        ({"duration": 5.5}, (400, "invalid_parameter", "duration")),
        ({"duration": "8"}, (400, "invalid_parameter", "duration")),
        ({"duration": True}, (400, "invalid_parameter", "duration")),
        ({"resolution": "720p"}, (400, "invalid_parameter", "resolution")),
        ({"resolution": "1080p", "aspect_ratio": "1:1"}, (400, "invalid_parameter", "aspect_ratio")),
        ({"resolution": "1080p"}, (501, "not_simulated", "resolution")),
        ({"aspect_ratio": "2:3"}, (400, "invalid_parameter", "aspect_ratio")),
        ({"aspect_ratio": "adaptive"}, (400, "invalid_parameter", "aspect_ratio")),
        ({"seed": -1}, (400, "invalid_parameter", "seed")),
        ({"seed": 2**32}, (400, "invalid_parameter", "seed")),
        ({"prompt_enhancement": "off"}, (400, "invalid_parameter", "prompt_enhancement")),
        ({"callback_url": "http://abroll.example/x"}, (400, "invalid_parameter", "callback_url")),
        ({"image": handed(picture())}, (400, "invalid_parameter", "image")),
        ({"mode": "image_to_video"}, (400, "invalid_parameter", "image")),
        ({"mode": "reference_to_video"}, (400, "invalid_parameter", "reference_images")),
        ({"reference_images": [handed(picture())]}, (400, "invalid_parameter", "reference_images")),
        (
            {"mode": "reference_to_video", "reference_images": [handed(picture())] * 10},
            (400, "invalid_parameter", "reference_images"),
        ),
        (
            {"mode": "image_to_video", "image": {"type": "base64", "data": "aaaa"}},
            (400, "invalid_parameter", "image"),
        ),
        ({"mode": "image_to_video", "image": {"type": "gs", "url": "x"}}, (400, "invalid_parameter", "image.type")),
        (
            {"mode": "image_to_video", "image": handed(picture(), "image/png")},
            (400, "invalid_parameter", "image"),
        ),
        ({"mode": "image_to_video", "image": handed(picture(900, 200))}, (400, "invalid_parameter", "image")),
        ({"mode": "image_to_video", "image": {"type": "asset_id", "asset_id": "no"}}, (404, "asset_not_found", None)),
        (
            {"mode": "image_to_video", "image": {"type": "url", "url": "http://127.0.0.1:1/x.jpg"}},
            (400, "download_failed", "image"),
        ),
    ],
)
def test_what_is_refused(desk: HeyGenDesk, changes: dict[str, Any], expected: tuple[int, str, str | None]) -> None:
    """Every rule names its field, and nothing is made or billed (heygen_video page, "The order")."""
    answer = post(desk, **changes)

    error = answer.json()["error"]
    assert expected == (answer.status_code, error["code"], error.get("param"))
    assert [] == desk.server.bill()["generations"]


def test_a_base64_picture_has_at_most_five_megabytes(desk: HeyGenDesk) -> None:
    """One byte more is refused (heygen_video page, "Pictures")."""
    raw = picture()
    large = raw + bytes(5 * 2**20 + 1 - len(raw))

    answer = post(desk, mode="image_to_video", image=handed(large))

    assert (413, "payload_too_large") == (answer.status_code, answer.json()["error"]["code"])


def test_a_link_that_leads_elsewhere_is_not_followed(desk: HeyGenDesk, receiver: Receiver) -> None:
    """Media links are asked for once; a redirect is a file that could not be fetched."""
    receiver.answers = [302]

    answer = post(desk, mode="image_to_video", image={"type": "url", "url": f"{receiver.url}/a.jpg"})

    assert (400, "download_failed") == (answer.status_code, answer.json()["error"]["code"])


def test_a_key_replays_its_first_answer(desk: HeyGenDesk) -> None:
    """Whatever the second body says: 202 again, the same video, one bill."""
    first = post(desk, "a1")
    second = post(desk, "a1", prompt="Another film.")

    desk.pass_time()
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert [True] == [one["billed"] for one in desk.server.bill()["generations"]]


def test_a_key_belongs_to_its_route(desk: HeyGenDesk) -> None:
    """A presenter's order under the same key is another order."""
    footage = ordered(desk, "a1")
    presenter = desk.order("a1")

    assert footage != presenter


def test_a_lost_answer_leaves_one_film(desk: HeyGenDesk) -> None:
    """The line breaks after the order was taken; the same key then tells which video it made."""
    row = {"route": f"POST {ROUTE}$", "do": "reset_after"}
    desk.http.post("/_stand_in/faults", json=[row]).raise_for_status()
    with pytest.raises(httpx.HTTPError):
        post(desk, "a1")

    again = ordered(desk, "a1")

    assert [again] == [one["id"] for one in desk.server.bill()["generations"]]


def test_presenters_and_footage_share_the_ten_places(tmp_path: Path) -> None:
    """An account makes so many videos at once, whichever route they came by."""
    with heygen_desk(tmp_path / "heygen", settings(concurrency=2)) as desk:
        desk.order()
        ordered(desk)
        refused = post(desk)

    assert (429, "rate_limit_exceeded") == (refused.status_code, refused.json()["error"]["code"])
    assert "30" == refused.headers["Retry-After"]


def test_a_trial_key_orders_no_footage(tmp_path: Path) -> None:
    """The route is not for trials (heygen_video page, "The key")."""
    with heygen_desk(tmp_path / "heygen", settings(trial_accounts=(DEMO_KEY,))) as desk:
        refused = post(desk)
        presenter = desk.post()

    assert (402, "plan_upgrade_required") == (refused.status_code, refused.json()["error"]["code"])
    assert 200 == presenter.status_code


@pytest.mark.parametrize(("scopes", "expected"), [(("videos:read",), (403, 404)), (("videos:write",), (202, 403))])
def test_a_key_may_do_what_its_scopes_say(tmp_path: Path, scopes: tuple[str, ...], expected: tuple[int, int]) -> None:
    """Ordering wants videos:write, looking videos:read."""
    with heygen_desk(tmp_path / "heygen", settings(scopes={DEMO_KEY: scopes})) as desk:
        answers = post(desk), desk.http.get(f"{ROUTE}/unknown")

    assert expected == tuple(one.status_code for one in answers)


def test_an_empty_wallet_is_refused(tmp_path: Path) -> None:
    """402, as at the presenters' route."""
    with heygen_desk(tmp_path / "heygen", settings(accounts={DEMO_KEY: 0.0})) as desk:
        refused = post(desk)

    assert (402, "insufficient_credit") == (refused.status_code, refused.json()["error"]["code"])


def test_the_film_is_what_was_asked_for(desk: HeyGenDesk, tmp_path: Path) -> None:
    """H.264 at 24 frames a second, exactly the asked seconds, its own size, and sound, which nobody can leave out."""
    path = filmed(desk, tmp_path / "a.mp4", duration=7)

    probe = media.probe(path)
    assert ("h264", "aac", 24.0, 96, 168) == (probe.video, probe.audio, probe.fps, probe.width, probe.height)
    assert pytest.approx(7, abs=0.05) == probe.seconds
    assert {hash16(USUAL["prompt"])} == {one.footage.prompt for one in read_film(path).seen if one.footage}
    assert {hash16(USUAL["prompt"])} == {heard.prompt for heard in read_sound(path)}


@pytest.mark.parametrize(
    ("size", "expected"), [((300, 300), (96, 96)), ((400, 300), (128, 96)), ((200, 350), (96, 168))]
)
def test_a_first_frame_decides_the_shape(
    desk: HeyGenDesk, tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    """In image_to_video the asked ratio is ignored: the film has the picture's (heygen_video page, "Pictures")."""
    raw = picture(*size)

    path = filmed(desk, tmp_path / "a.mp4", mode="image_to_video", image=handed(raw), aspect_ratio="16:9")

    probe = media.probe(path)
    assert expected == (probe.width, probe.height)
    assert {hash16(raw)} == {one.footage.photo for one in read_film(path).seen if one.footage}


def test_a_reference_is_in_the_film_and_costs_double(desk: HeyGenDesk, tmp_path: Path) -> None:
    """The product's photo stands in a film of the asked shape, at the price of references."""
    raw = picture()

    path = filmed(
        desk, tmp_path / "a.mp4", mode="reference_to_video", reference_images=[handed(raw)], aspect_ratio="1:1"
    )

    probe = media.probe(path)
    (line,) = desk.server.bill()["generations"]
    assert (96, 96) == (probe.width, probe.height)
    assert {hash16(raw)} == {one.footage.photo for one in read_film(path).seen if one.footage}
    assert ("reference_to_video", 5 * 60_000) == (line["feature"], line["amount_micros"])


@pytest.mark.parametrize(("resolution", "price"), [("480p", 20_000), ("768p", 30_000)])
def test_the_bill(desk: HeyGenDesk, resolution: str, price: int) -> None:
    """Each second at its resolution's price; the bill names the attempt by callback_id."""
    ordered(desk, duration=8, resolution=resolution, aspect_ratio="1:1", callback_id="j1.clip-1.t1.a1")
    desk.pass_time()

    (line,) = desk.server.bill()["generations"]
    assert ("j1.clip-1.t1.a1", 8 * price, "heygen-video-1") == (line["key"], line["amount_micros"], line["model"])


def test_both_routes_tell_of_it(desk: HeyGenDesk) -> None:
    """The model's own look has sizes and no id, the presenters' route its usual shape."""
    footage, presenter = ordered(desk, seed=7), desk.order()
    before = seen(desk, footage)["status"]
    desk.pass_time()

    looked, shared = seen(desk, footage), desk.video(footage)
    assert "pending" == before
    assert ("completed", 5.0, 96, 168, "9:16", 7) == tuple(
        looked[name] for name in ("status", "duration", "width", "height", "aspect_ratio", "seed")
    )
    assert not {"id", "video_id"} & set(looked)
    assert (footage, "completed", 5.0) == (shared["id"], shared["status"], shared["duration"])
    assert 404 == desk.http.get(f"{ROUTE}/{presenter}").status_code


@pytest.mark.parametrize("billed", [False, True])
def test_a_failure_is_told_and_perhaps_billed(tmp_path: Path, billed: bool) -> None:
    """Whether a failed film is free here is unknown: a switch of the stand-in."""
    with heygen_desk(tmp_path / "heygen", settings(footage_failures_billed=billed)) as desk:
        video_id = ordered(desk, prompt="A cup [[fail:internal_error]]")
        desk.pass_time()
        looked, (line,) = seen(desk, video_id), desk.server.bill()["generations"]

    assert ("failed", "internal_error", None) == (looked["status"], looked["failure_code"], looked["video_url"])
    assert (billed, 150_000 * billed) == (line["billed"], line["amount_micros"])


def test_a_callback_comes_once_and_is_never_repeated(desk: HeyGenDesk, receiver: Receiver) -> None:
    """A receiver that was down has heard nothing; no endpoint of the account is told."""
    receiver.answers = [503]
    desk.http.post("/v3/webhooks/endpoints", json={"url": f"{receiver.url}/all"}).raise_for_status()
    video_id = ordered(desk, callback_url=f"{receiver.url}/one", callback_id="j1.clip-1.t1.a1")

    for _ in range(3):
        desk.pass_time(60)

    (only,) = receiver.arrived
    told = only.event["event_data"]
    assert ("/one", video_id, "j1.clip-1.t1.a1") == (only.path, told["video_id"], told["callback_id"])


def test_settings_survive_json() -> None:
    """What is written is read again, footage's sizes and prices with it."""
    given = settings(trial_accounts=("a",), scopes={"a": ("videos:read",)})

    assert given == HeyGenSettings.from_json(json.loads(json.dumps(given.to_json())))
