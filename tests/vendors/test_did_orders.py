"""D-ID at the order: what is accepted, what is refused, and that nothing makes a repeat harmless."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.vendors.did.settings import DEMO_KEY, DidSettings
from tests.vendors.desk import DidDesk, did_desk

Refusal = tuple[int, str, tuple[str, ...]]
AT_HER_DESK = "amy-Aq6OmGZnMt"
WEBM = {"result_format": "webm"}
NOTHING_BEHIND = {"color": False}


def text(**changes: Any) -> dict[str, Any]:
    """A script that is spoken, changed."""
    return {"type": "text", "input": "Good morning.", **changes}


def spoken_by(**maker: Any) -> dict[str, Any]:
    """A script spoken by this voice."""
    return text(provider=maker)


def refused(answer: httpx.Response) -> Refusal:
    """Return (status, kind, the fields it names)."""
    body = answer.json()
    return answer.status_code, body["kind"], tuple(body.get("details", {}))


def test_an_order_is_accepted_at_once(did: DidDesk) -> None:
    """The reply is the clip's id and that it was created (did page, "The order")."""
    answer = did.post(config=WEBM, background=NOTHING_BEHIND, user_data="a1", webhook="https://abroll.example/x")

    told = answer.json()
    assert 201 == answer.status_code
    assert ("clip", "created") == (told["object"], told["status"])
    assert told["id"].startswith("clp_")


def test_two_equal_orders_are_two_clips_and_two_bills(did: DidDesk) -> None:
    """No key is honoured: each order that arrives is filmed and billed."""
    orders = [did.http.post("/clips", json=did.usual, headers={"Idempotency-Key": "a1"}) for _ in range(2)]
    did.pass_time()

    assert 2 == len({answer.json()["id"] for answer in orders})
    assert [True, True] == [each["billed"] for each in did.server.bill()["generations"]]


@pytest.mark.parametrize("told", [DEMO_KEY, base64.b64encode(DEMO_KEY.encode()).decode()])
def test_the_key_is_taken_as_it_is_shown_and_in_base64(did: DidDesk, told: str) -> None:
    """Both are in the wild (did page, "Account and key")."""
    answer = httpx.get(did.server.url + "/credits", headers={"Authorization": f"Basic {told}"})

    assert 200 == answer.status_code


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer {DEMO_KEY}"}, {"Authorization": "Basic hg_key"}])
def test_a_foreign_key_is_refused_and_counted(did: DidDesk, headers: dict[str, str]) -> None:
    """401 by kind; how many came is told, since another vendor's key must never come here."""
    answer = httpx.post(did.server.url + "/clips", headers=headers, json=did.usual)

    assert (401, "AuthorizationError", ()) == refused(answer)
    assert 1 == did.server.bill()["foreign_keys"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "x"}, (400, "ValidationError", ("title",))),
        ({"script": None}, (400, "ValidationError", ("script",))),
        ({"script": text(input="Hi")}, (400, "ValidationError", ("script.input",))),
        ({"script": text(input="x" * 10_001)}, (400, "ValidationError", ("script.input",))),
        ({"script": text(input="x" + "<p>" * 13_400)}, (400, "ValidationError", ("script.input",))),
        ({"script": text(voice="x")}, (400, "ValidationError", ("script.voice",))),
        ({"script": {"type": "song"}}, (400, "ValidationError", ("script.type",))),
        ({"script": {"type": "audio"}}, (501, "NotSimulatedError", ())),
        ({"script": spoken_by(type="microsoft")}, (400, "ValidationError", ("script.provider.voice_id",))),
        ({"script": spoken_by(type="nobody", voice_id="x")}, (400, "ValidationError", ("script.provider.type",))),
        ({"script": spoken_by(type="microsoft", voice_id="nobody")}, (400, "BadRequestError", ())),
        ({"script": spoken_by(type="elevenlabs", voice_id="en-US-JennyNeural")}, (400, "BadRequestError", ())),
        (
            {"script": spoken_by(type="microsoft", voice_id="en-US-JennyNeural", voice_config={"rate": 1.1})},
            (400, "ValidationError", ("script.provider.voice_config.rate",)),
        ),
        (
            {"script": spoken_by(type="microsoft", voice_id="en-US-JennyNeural", voice_config={"pitch": "2"})},
            (400, "ValidationError", ("script.provider.voice_config.pitch",)),
        ),
        (
            {"script": spoken_by(type="microsoft", voice_id="en-US-JennyNeural", voice_config={"style": "bold"})},
            (400, "ValidationError", ("script.provider.voice_config.style",)),
        ),
        (
            {
                "script": spoken_by(
                    type="elevenlabs", voice_id="21m00Tcm4TlvDq8ikWAM", voice_config={"style": "cheerful"}
                )
            },
            (400, "ValidationError", ("script.provider.voice_config.style",)),
        ),
        ({"presenter_id": "nobody"}, (404, "NotFoundError", ())),
        ({"presenter_id": 7}, (400, "ValidationError", ("presenter_id",))),
        ({"config": {"result_format": "gif"}}, (400, "ValidationError", ("config.result_format",))),
        ({"config": {"output_resolution": 1920}}, (400, "ValidationError", ("config.output_resolution",))),
        ({"config": {"aspect_ratio": "9:16"}}, (400, "ValidationError", ("config.aspect_ratio",))),
        ({"background": NOTHING_BEHIND}, (400, "BadRequestError", ())),
        ({"background": {"color": "green"}, "config": WEBM}, (400, "ValidationError", ("background.color",))),
        ({"background": {"color": True}, "config": WEBM}, (400, "ValidationError", ("background.color",))),
        ({"background": NOTHING_BEHIND, "config": WEBM, "presenter_id": AT_HER_DESK}, (400, "BadRequestError", ())),
        ({"background": {"source_url": "https://x.example/a.png"}}, (501, "NotSimulatedError", ())),
        ({"result_url": "https://x.example/a.webm"}, (501, "NotSimulatedError", ())),
        ({"webhook": "http://abroll.example/x"}, (400, "ValidationError", ("webhook",))),
        ({"user_data": " "}, (400, "ValidationError", ("user_data",))),
        ({"script": text(input="Hello [[moderation]]")}, (451, "TextModerationError", ())),
        ({"script": text(input="Hello [[celebrity]]")}, (451, "CelebrityRecognizedError", ())),
    ],
)
def test_refusals(did: DidDesk, changes: dict[str, Any], expected: Refusal) -> None:
    """Every refusal has a kind and makes nothing (did page, "Errors")."""
    assert expected == refused(did.post(**changes))
    assert [] == did.server.bill()["generations"]


def test_without_a_presenter_somebody_else_is_filmed(did: DidDesk) -> None:
    """`presenter_id` has a default: leaving it out is no mistake there."""
    clip_id = did.order(presenter_id=None)

    assert "jack-Pt27VkP3hW" == did.clip(clip_id)["presenter_id"]


def test_no_credits(tmp_path: Path) -> None:
    """An account that has used up its credits is refused with 402; one that never had any has no list of them: 404."""
    with did_desk(tmp_path, accounts={DEMO_KEY: 0.0}) as did:
        assert (402, "InsufficientCreditsError", ()) == refused(did.post())
        assert (404, "NotFoundError", ()) == refused(did.http.get("/credits"))


def test_credits_are_used_up_by_films(did: DidDesk) -> None:
    """What was filmed is missing from the credits afterwards."""
    before = did.http.get("/credits").json()
    did.said("This cup is made by hand. It keeps your coffee warm for an hour.")
    did.pass_time()

    after = did.http.get("/credits").json()

    assert "deid-pro" == before["credits"][0]["plan_group"]
    assert before["remaining"] > after["remaining"]


@pytest.mark.parametrize(("wait", "header"), [(None, None), (12, "12")])
def test_an_account_makes_only_so_many_at_once(tmp_path: Path, wait: int | None, header: str | None) -> None:
    """Beyond its limit 429, with a wait or without one: nobody knows."""
    with did_desk(tmp_path, at_once=1, retry_after_seconds=wait) as did:
        did.order()
        answer = did.post()

    assert (429, "TooManyRequestsError", ()) == refused(answer)
    assert header == answer.headers.get("Retry-After")


@pytest.mark.parametrize("path", ["/talks", "/expressives", "/scenes", "/v3/videos"])
def test_what_is_not_served_is_refused_by_name(did: DidDesk, path: str) -> None:
    """An unknown path answers 404 as the gateway does, naming itself."""
    answer = did.http.post(path, json={})

    assert 404 == answer.status_code
    assert f"POST {path} " in answer.json()["message"]


def test_who_can_be_filmed_and_heard(did: DidDesk) -> None:
    """Presenters are told page by page and each by its id; voices by their maker."""
    page = did.http.get("/clips/presenters", params={"limit": 2}).json()
    rest = did.http.get("/clips/presenters", params={"limit": 2, "token": page["token"]}).json()
    one = did.http.get(f"/clips/presenters/{AT_HER_DESK}").json()
    voices = did.http.get("/tts/voices", params={"provider": "elevenlabs"}).json()

    assert [2, 2] == [len(each["presenters"]) for each in (page, rest)]
    assert "token" not in rest
    assert (AT_HER_DESK, False) == (one["presenter_id"], one["is_greenscreen"])
    assert 404 == did.http.get("/clips/presenters/nobody").status_code
    assert ["21m00Tcm4TlvDq8ikWAM"] == [voice["id"] for voice in voices]


def test_settings_are_read_as_they_were_written() -> None:
    """A laptop's world is a file."""
    settings = DidSettings(size=(320, 180), list_lag_seconds=60)

    assert settings == DidSettings.from_json(settings.to_json())
