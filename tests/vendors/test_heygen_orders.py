"""HeyGen at the order: what is accepted, what is refused, what is replayed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from infra.local.vendors.serving import Serving
from tests.patience import PATIENCE
from tests.vendors.desk import SIZES, HeyGenDesk, heygen_desk

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Refusal = tuple[int, str, str | None]
GREEN = {"type": "color", "value": "#00ff00"}
IV: dict[str, Any] = {"engine": {"type": "avatar_iv"}}


@contextmanager
def _slow_server(asked: threading.Event, go_on: threading.Event) -> Iterator[int]:
    """A server that tells when it is asked, and answers when it may."""

    def answer(_: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        asked.set()
        go_on.wait(PATIENCE)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"no picture"]

    serving = Serving("127.0.0.1", 0, answer)
    serving.start()
    yield int(serving.url.rsplit(":", 1)[1])
    serving.stop()


def test_an_order_is_accepted_at_once(heygen: HeyGenDesk) -> None:
    """The reply is the video's id, status waiting and the format (heygen page, "The order")."""
    data = heygen.post(output_format="webm").json()["data"]

    assert {"video_id": data["video_id"], "status": "waiting", "output_format": "webm"} == data


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}, {"Authorization": f"Bearer {DEMO_KEY}"}])
def test_a_wrong_key_is_refused(heygen: HeyGenDesk, headers: dict[str, str]) -> None:
    """Missing key, wrong key, and a key sent as bearer give byte-identical 401s (heygen page, "Account and key")."""
    answer = httpx.get(heygen.server.url + "/v3/users/me", headers=headers)

    link = "https://developers.heygen.com/docs/error-codes#unauthorized"
    assert 401 == answer.status_code
    assert {"error": {"code": "unauthorized", "message": "Unauthorized", "doc_url": link}} == answer.json()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": None}, (400, "invalid_parameter", "type")),
        ({"type": "photo"}, (400, "invalid_parameter", "type")),
        ({"type": "studio"}, (501, "not_simulated", "type")),
        ({"test": True}, (400, "invalid_parameter", "test")),
        ({"avatar_id": None}, (400, "invalid_parameter", "avatar_id")),
        ({"avatar_id": "nobody"}, (404, "avatar_not_found", "avatar_id")),
        ({"avatar_id": "group_ana"}, (404, "avatar_not_found", "avatar_id")),
        ({"avatar_id": "look_refused", "voice_id": "voice_en_ana"}, (400, "avatar_not_usable", None)),
        ({"voice_id": "nobody"}, (404, "voice_not_found", "voice_id")),
        ({"script": None}, (400, "invalid_parameter", "script")),
        ({"script": ""}, (400, "invalid_parameter", "script")),
        ({"script": "x" * 5001}, (400, "invalid_parameter", "script")),
        ({"script": "…!"}, (400, "tts_text_invalid", "script")),
        ({"script": "Hello [[moderation]]"}, (400, "content_policy_violation", "script")),
        ({"audio_url": "https://x.example/a.mp3"}, (400, "invalid_parameter", "script")),
        ({"resolution": "480p"}, (400, "invalid_parameter", "resolution")),
        ({"resolution": "4k"}, (400, "invalid_parameter", "resolution")),
        ({"aspect_ratio": "2:3"}, (400, "invalid_parameter", "aspect_ratio")),
        ({"output_format": "gif"}, (400, "invalid_parameter", "output_format")),
        ({"output_format": "webm", "avatar_id": "look_kai_desk"}, (400, "invalid_parameter", "output_format")),
        ({"output_format": "webm", "background": GREEN}, (400, "invalid_parameter", "background")),
        ({"remove_background": True, "avatar_id": "look_eva_office"}, (400, "invalid_parameter", "remove_background")),
        ({"remove_background": "yes"}, (400, "invalid_parameter", "remove_background")),
        ({"background": {"type": "video", "url": "https://x"}}, (400, "invalid_parameter", "background.type")),
        ({"background": {"type": "color", "value": "green"}}, (400, "invalid_parameter", "background.value")),
        ({"background": {"type": "color", "color": "#00ff00"}}, (400, "invalid_parameter", "background.color")),
        ({"background": GREEN, "avatar_id": "look_old_photo", **IV}, (400, "invalid_parameter", "background")),
        ({"background": {"type": "image", "asset_id": "none"}}, (404, "asset_not_found", None)),
        ({"voice_settings": {"speed": 2}}, (400, "invalid_parameter", "voice_settings.speed")),
        ({"voice_settings": {"pitch": -51}}, (400, "invalid_parameter", "voice_settings.pitch")),
        ({"voice_settings": {"emotion": "Excited"}}, (400, "invalid_parameter", "voice_settings.emotion")),
        ({"engine": None}, (400, "invalid_parameter", None)),
        ({"engine": {"type": "avatar_v"}}, (400, "invalid_parameter", None)),
        ({"engine": {"type": "avatar_vi"}}, (400, "invalid_parameter", "engine.type")),
        ({"engine": "avatar_iii"}, (400, "invalid_parameter", "engine")),
        (
            {"engine": {"type": "avatar_iii", "reference_look_id": "x"}},
            (400, "invalid_parameter", "engine.reference_look_id"),
        ),
        ({"expressiveness": "high"}, (400, "invalid_parameter", "expressiveness")),
        ({"motion_prompt": "wave"}, (400, "invalid_parameter", "motion_prompt")),
        ({"caption": {"file_format": "vtt"}}, (400, "invalid_parameter", "caption")),
        ({"caption": {"file_format": "srt", "style": "default"}}, (501, "not_simulated", "caption.style")),
        ({"watermark": {"text": "x"}}, (402, "plan_upgrade_required", "watermark")),
        ({"callback_url": "http://example.com/hook"}, (400, "invalid_parameter", "callback_url")),
        ({"callback_url": "ftp://127.0.0.1/hook"}, (400, "invalid_parameter", "callback_url")),
    ],
)
def test_a_wrong_order_is_refused_by_its_field(
    heygen: HeyGenDesk, changes: dict[str, Any], expected: tuple[int, str, str | None]
) -> None:
    """Every field is checked, the error names it, nothing is made (heygen page, "The order")."""
    assert expected == heygen.refusal(**changes)
    assert [] == heygen.server.bill()["generations"]


def test_a_full_order_is_accepted(heygen: HeyGenDesk) -> None:
    """Every field the union holds for avatars, at the edges of its range (heygen page, "The order")."""
    answer = heygen.post(
        script="x" * 5000,
        title="job-1",
        callback_url="https://app.example/hook",
        callback_id="job-1",
        folder_id="f",
        fit="contain",
        voice_settings={
            "speed": 0.5,
            "pitch": 50,
            "volume": 0,
            "locale": "en-US",
            "engine_settings": {"engine_type": "starfish"},
        },
        engine={"type": "avatar_iii"},
        background=GREEN,
        caption={"file_format": "srt"},
        output_format="mp4",
    )

    assert 200 == answer.status_code, answer.text


def test_the_webm_refusal_says_it_plainly(heygen: HeyGenDesk) -> None:
    """The vendor's sentence for a look without matting (heygen page, "Cut-outs")."""
    message = heygen.post(avatar_id="look_kai_desk", output_format="webm").json()["error"]["message"]

    assert "This video avatar does not support webm output." == message


def test_the_eleventh_video_at_once_must_wait(heygen: HeyGenDesk) -> None:
    """Ten unfinished videos an account, then 429 + Retry-After; a finished one frees its place.

    (heygen page, "Wallet and concurrency")
    """
    for number in range(10):
        heygen.order(title=str(number), script=f"Hello [[fail]] {number}")

    refused = heygen.post()
    heygen.pass_time()
    later = heygen.post()

    assert (429, "rate_limit_exceeded", "30") == (
        refused.status_code,
        refused.json()["error"]["code"],
        refused.headers["Retry-After"],
    )
    assert 200 == later.status_code


def test_an_empty_wallet_orders_nothing(tmp_path: Path) -> None:
    """A wallet at zero answers 402 insufficient_credit (heygen page, "Account and key")."""
    poor = HeyGenSettings(accounts={DEMO_KEY: 0.0}, background=False, sizes=SIZES)

    with heygen_desk(tmp_path, poor) as heygen:
        assert (402, "insufficient_credit", None) == heygen.refusal()


def test_a_key_replays_its_first_answer(heygen: HeyGenDesk) -> None:
    """The same Idempotency-Key replays the first answer for 24 h, even for another body; then it is a new video.

    (heygen page, "Idempotency")
    """
    first = heygen.post("k1")
    heygen.clock.forward(24 * 3600 - 1)
    again, other_body = heygen.post("k1"), heygen.post("k1", script="Something else")
    heygen.clock.forward(2)
    late = heygen.post("k1")

    assert first.json() == again.json() == other_body.json()
    assert first.json() != late.json()
    assert ["k1", "k1"] == [g["idempotency_key"] for g in heygen.server.bill()["generations"]]
    assert 4 == heygen.server.bill()["submits"]


@pytest.mark.parametrize(
    ("look", "engine", "said"),
    [
        ("look_ana_studio", None, "This video avatar does not support Avatar IV video generation"),
        ("look_ana_studio", "avatar_iv", "This video avatar does not support Avatar IV video generation"),
        ("look_kai_desk", "avatar_iii", "This video avatar does not support Avatar III video generation"),
        ("look_mia_twin", None, "This video avatar does not support Avatar IV video generation"),
        ("look_leo_photo", "avatar_v", "This photo avatar does not support Avatar V video generation"),
    ],
)
def test_an_engine_a_look_does_not_know_is_refused(
    heygen: HeyGenDesk, look: str, engine: str | None, said: str
) -> None:
    """Six public clients: without an engine v3 takes Avatar IV, and most stock looks know only Avatar III."""
    answer = heygen.post(avatar_id=look, engine={"type": engine} if engine else None, voice_id="voice_en_ana")

    assert (400, said) == (answer.status_code, answer.json()["error"]["message"])
    assert [] == heygen.server.bill()["generations"]


def test_a_photos_background_can_always_be_removed(heygen: HeyGenDesk) -> None:
    """Only video avatars must have been trained with matting."""
    assert heygen.order(avatar_id="look_zoe_photo", background=GREEN, remove_background=True)


def test_looks_exist_in_all_combinations() -> None:
    """Whatever depends on engine, type or matting can be met; the first is the commonest: stock, Avatar III only."""
    looks = HeyGenSettings().looks

    assert {("avatar_iii",), ("avatar_iv",), ("avatar_v",), ("avatar_iv", "avatar_iii"), ("avatar_v", "avatar_iv")} == {
        look.engines for look in looks
    }
    assert {("avatar_iii",), ("avatar_iv",), ("avatar_iv", "avatar_iii")} == {
        look.engines for look in looks if look.photo
    }
    assert {(True, True), (False, True), (False, False)} == {
        (look.webm, look.matting) for look in looks if not look.photo
    }
    assert ("studio_avatar", ("avatar_iii",)) == (looks[0].avatar_type, looks[0].engines)


def test_a_key_belongs_to_its_account_and_route(tmp_path: Path) -> None:
    """The scope of a key is route and account (heygen page, "Idempotency")."""
    two = HeyGenSettings(accounts={DEMO_KEY: 1.0, "other": 1.0}, background=False, sizes=SIZES)

    with heygen_desk(tmp_path, two) as heygen:
        mine = heygen.order("k1")
        hook = heygen.http.post(
            "/v3/webhooks/endpoints", json={"url": "https://x.example/h"}, headers={"Idempotency-Key": "k1"}
        )
        heygen.http.headers["X-Api-Key"] = "other"
        theirs = heygen.order("k1")
        foreign = heygen.http.get(f"/v3/videos/{mine}")

    assert mine != theirs
    assert "endpoint_id" in hook.json()["data"]
    assert 404 == foreign.status_code


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ñ"])
def test_a_key_has_a_form(heygen: HeyGenDesk, key: str) -> None:
    """1 to 255 characters of letters, digits and four signs (heygen page, "Idempotency")."""
    answer = heygen.http.post("/v3/videos", json=heygen.usual, headers={b"Idempotency-Key": key.encode()})

    assert (400, "Idempotency-Key") == (answer.status_code, answer.json()["error"]["param"])


def test_a_repeat_in_flight_is_a_conflict(heygen: HeyGenDesk) -> None:
    """The same key while the first request is being answered gives 409 request_in_progress.

    (heygen page, "Idempotency")
    """
    fetched, go_on = threading.Event(), threading.Event()
    answers: list[httpx.Response] = []

    def slow_order() -> None:
        answers.append(
            heygen.post(
                "k1", avatar_id="look_ana_studio", background={"type": "image", "url": f"http://127.0.0.1:{port}/x.png"}
            )
        )

    with _slow_server(fetched, go_on) as port:
        ordering = threading.Thread(target=slow_order)
        ordering.start()
        fetched.wait(PATIENCE)
        repeat = heygen.post("k1")
        go_on.set()
        ordering.join()

    assert (409, "request_in_progress") == (repeat.status_code, repeat.json()["error"]["code"])
    assert [400] == [answer.status_code for answer in answers], "the picture was none: download_failed"


def test_refusals_are_forgotten_unless_switched(tmp_path: Path) -> None:
    """Hole 29: whether a refusal is replayed is unknown; by default it is not, a switch makes it so."""
    replaying = HeyGenSettings(idempotency_replays_refusals=True, background=False, sizes=SIZES)

    with heygen_desk(tmp_path / "a") as heygen:
        forgotten = [heygen.post("k", avatar_id="nobody").status_code, heygen.post("k").status_code]
    with heygen_desk(tmp_path / "b", replaying) as heygen:
        replayed = [heygen.post("k", avatar_id="nobody").status_code, heygen.post("k").status_code]

    assert ([404, 200], [404, 404]) == (forgotten, replayed)


def test_a_url_that_cannot_be_fetched_is_refused(heygen: HeyGenDesk) -> None:
    """An unreachable media URL answers 400 download_failed (heygen page, "Uploads and media")."""
    background = {"type": "image", "url": "http://127.0.0.1:9/x.png"}

    assert (400, "download_failed", "background.url") == heygen.refusal(background=background)


def test_settings_are_json() -> None:
    """A process is started with a settings file."""
    settings = HeyGenSettings(seconds_per_video=0.5, sizes=SIZES, accounts={"k": 2.0})

    assert settings == HeyGenSettings.from_json(json.loads(json.dumps(settings.to_json())))
    with pytest.raises(ValueError, match="no such settings"):
        HeyGenSettings.from_json({"seconds": 1})
