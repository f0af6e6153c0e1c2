"""HeyGen calls back: signed to registered endpoints, unsigned to the order's own URL, again when it was not heard."""

import hashlib
import hmac
from pathlib import Path

import pytest

from infra.local.vendors.heygen.settings import HeyGenSettings, SignatureHeaders
from tests.patience import PATIENCE
from tests.vendors.desk import SIZES, HeyGenDesk, heygen_desk
from tests.vendors.receiver import Receiver


def signature(secret: str, raw: bytes) -> str:
    """Return lower-case hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def register(heygen: HeyGenDesk, url: str, **more: object) -> dict[str, str]:
    """Register an endpoint; return what was told."""
    answer = heygen.http.post("/v3/webhooks/endpoints", json={"url": url, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, str] = answer.json()["data"]
    return told


def test_success_is_told_with_url_and_callback_id(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """Event_type, and event_data with video_id, url (not video_url) and the echoed callback_id.

    (heygen page, "Webhooks")
    """
    video_id = heygen.order(callback_url=f"{receiver.url}/hook/x", callback_id="job-7f")
    heygen.pass_time()

    (arrived,) = receiver.arrived
    data = arrived.event["event_data"]
    assert ("/hook/x", "avatar_video.success") == (arrived.path, arrived.event["event_type"])
    assert (video_id, "job-7f", "") == (data["video_id"], data["callback_id"], data["folder_id"])
    assert data["url"].startswith(heygen.server.url)
    assert {"duration", "thumbnail_url", "video_url"}.isdisjoint(data)


def test_failure_is_told_with_msg(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """A failure carries msg (heygen page, "Webhooks")."""
    heygen.order(script="Hello [[fail]]", callback_url=f"{receiver.url}/hook", callback_id="c")
    heygen.pass_time()

    (arrived,) = receiver.arrived
    assert "avatar_video.fail" == arrived.event["event_type"]
    assert {"video_id", "msg", "callback_id"} == set(arrived.event["event_data"])


def test_the_own_url_is_unsigned_and_endpoints_fire_as_well(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """A per-request callback has no secret, so no signature; registered endpoints get the event too.

    (heygen page, "Callbacks")
    """
    secret = register(heygen, f"{receiver.url}/all")["secret"]
    heygen.order(callback_url=f"{receiver.url}/own")
    heygen.pass_time()

    own, everything = sorted(receiver.arrived, key=lambda one: one.path, reverse=True)
    assert "signature" not in own.headers
    assert signature(secret, everything.raw) == everything.headers["signature"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (SignatureHeaders.SIGNATURE, {"signature"}),
        (SignatureHeaders.LEGACY, {"signature"}),
        (SignatureHeaders.X_HEYGEN, {"x-heygen-signature"}),
        (SignatureHeaders.HEYGEN, {"heygen-signature", "heygen-timestamp", "heygen-event-id"}),
    ],
)
def test_the_header_set_is_a_switch(
    tmp_path: Path, receiver: Receiver, headers: SignatureHeaders, expected: set[str]
) -> None:
    """Nobody knows the header's name for sure; the signature is over the raw body under every one of them.

    (heygen page, "Signature")
    """
    settings = HeyGenSettings(signature_headers=headers, background=False, sizes=SIZES)

    with heygen_desk(tmp_path, settings) as heygen:
        secret = register(heygen, f"{receiver.url}/all")["secret"]
        heygen.order(script="Hello [[fail]]")
        heygen.pass_time()

    (arrived,) = receiver.arrived
    found = {name for name in arrived.headers if "signature" in name or name.startswith("heygen-")}
    assert expected == found
    assert signature(secret, arrived.raw) in arrived.headers.values()


def test_a_delivery_is_repeated_until_it_is_taken(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """A non-2xx is retried with growing waits; the body stays the same (heygen page, "Webhooks")."""
    receiver.answers = [500, 302, 404]
    heygen.order(script="Hello [[fail]]", callback_url=f"{receiver.url}/hook")
    heard = []
    for seconds in (10, 0.5, 0.6, 1.0, 1.1, 3.0, 1.1, 3600):
        heygen.pass_time(seconds)
        heard.append(len(receiver.arrived))

    assert [1, 1, 2, 2, 3, 3, 4, 4] == heard
    assert 1 == len({one.raw for one in receiver.arrived})


def test_an_unheard_delivery_is_given_up_after_a_day(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """Retries last up to 24 h (heygen page, "Webhooks")."""
    receiver.answers = [500] * 100
    heygen.order(script="Hello [[fail]]", callback_url=f"{receiver.url}/hook")
    for _ in range(60):
        heygen.pass_time(3600)
    heard = len(receiver.arrived)
    heygen.pass_time(24 * 3600)

    assert 5 < heard < 30
    assert heard == len(receiver.arrived)


@pytest.mark.parametrize(("marker", "times"), [("[[nocallback]]", 0), ("[[callback:twice]]", 2)])
def test_callbacks_may_be_forgotten_or_doubled(heygen: HeyGenDesk, receiver: Receiver, marker: str, times: int) -> None:
    """No call at all, or two; the event history knows either way (heygen page, "Webhooks")."""
    heygen.order(script=f"Hello [[fail]] {marker}", callback_url=f"{receiver.url}/hook")
    heygen.pass_time()
    history = heygen.http.get("/v3/webhooks/events").json()["data"]

    assert times == len(receiver.arrived)
    assert ["avatar_video.fail"] == [event["event_type"] for event in history]


def test_a_bad_signature_on_request(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """Marker [[badsig]]: signed with another secret (heygen page, "Signature")."""
    secret = register(heygen, f"{receiver.url}/all")["secret"]
    heygen.order(script="Hello [[fail]] [[badsig]]")
    heygen.pass_time()

    (arrived,) = receiver.arrived
    assert signature(secret, arrived.raw) != arrived.headers["signature"]


def test_an_endpoint_hears_what_it_asked_for(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """`events` filters, null means all (heygen page, "Webhooks")."""
    register(heygen, f"{receiver.url}/good", events=["avatar_video.success"])
    register(heygen, f"{receiver.url}/bad", events=["avatar_video.fail"])
    register(heygen, f"{receiver.url}/all", events=None)
    heygen.order(script="Hello [[fail]]")
    heygen.pass_time()

    assert {"/bad", "/all"} == {one.path for one in receiver.arrived}


def test_a_secret_is_told_twice_in_a_life(heygen: HeyGenDesk, receiver: Receiver) -> None:
    """The secret comes on create and rotate only; the old one is dead at once (heygen page, "Webhooks")."""
    made = register(heygen, f"{receiver.url}/all")
    path = f"/v3/webhooks/endpoints/{made['endpoint_id']}"
    (listed,) = heygen.http.get("/v3/webhooks/endpoints").json()["data"]
    new = heygen.http.post(f"{path}/rotate-secret").json()["data"]["secret"]
    changed = heygen.http.patch(path, json={"events": ["avatar_video.fail"]}).json()["data"]
    heygen.order(script="Hello [[fail]]")
    heygen.pass_time()

    assert made["secret"].startswith("whsec_")
    assert "secret" not in listed
    assert ["avatar_video.fail"] == changed["events"]
    assert new != made["secret"]
    assert signature(new, receiver.arrived[0].raw) == receiver.arrived[0].headers["signature"]


def test_endpoints_are_checked_and_removed(heygen: HeyGenDesk) -> None:
    """Https is demanded, events must exist, one URL once (409), a removed endpoint is 404 (heygen page, "Webhooks")."""
    made = register(heygen, "https://app.example/hook")
    path = f"/v3/webhooks/endpoints/{made['endpoint_id']}"
    wrong: list[dict[str, object]] = [
        {"url": "http://app.example/x"},
        {"url": "https://a.example", "events": ["nothing"]},
        {"url": "https://app.example/hook"},
        {},
    ]
    statuses = [heygen.http.post("/v3/webhooks/endpoints", json=body).status_code for body in wrong]
    removed = [heygen.http.delete(path).status_code, heygen.http.delete(path).status_code]

    assert [400, 400, 409, 400] == statuses
    assert [200, 404] == removed
    assert [] == heygen.http.get("/v3/webhooks/endpoints").json()["data"]


def test_a_call_comes_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    """With background on, the call comes without anybody asking."""
    with heygen_desk(tmp_path, HeyGenSettings(sizes=SIZES)) as heygen:
        heygen.order(callback_url=f"{receiver.url}/hook")
        heygen.clock.forward(10)
        heard = receiver.something.wait(PATIENCE)

    assert heard
