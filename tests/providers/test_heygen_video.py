"""What is sent to HeyGen for footage, and what each answer means: a test a row of its page."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from shared.egress.client import Egress
from shared.providers.ports import (
    Blamed,
    Failure,
    Filmed,
    Handed,
    InFlight,
    KeyChanged,
    KeyedClipOrder,
    Lost,
    Misconfigured,
    NotSent,
    Pending,
    Refused,
    TryLater,
    Unknown,
)
from tests.egress.loopback import Loopback, Script, drip, raw, reply, reset
from tests.patience import PATIENCE
from tests.providers.heygen_answers import RAW, refusal
from tests.providers.orders import KEY, heygen_video, keyed_clip

ACCEPTED = reply(202, {"data": {"video_id": "v_1", "status": "pending"}})
ATTEMPT = "j1.clip-1.t1.a1.r0"
PHOTO = Handed(b"\xff\xd8\xff photo", "image/jpeg")
SENT_PHOTO = {"type": "base64", "media_type": "image/jpeg", "data": base64.b64encode(PHOTO.raw).decode()}


def submit(script: Script, order: KeyedClipOrder | None = None, total: float = PATIENCE) -> str:
    """Submit to a server that plays the script."""
    with Loopback(script) as server:
        return heygen_video(server.url).submit(
            order or keyed_clip(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=total
        )


def sent(order: KeyedClipOrder) -> dict[str, Any]:
    """Return the body HeyGen hears."""
    with Loopback(ACCEPTED) as server:
        heygen_video(server.url).submit(order, api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)
    body: dict[str, Any] = server.heard[0].json
    return body


def look(script: Script, video: str = "v_1") -> Pending | Filmed | Failure:
    """Poll a server that plays the script."""
    with Loopback(script) as server:
        return heygen_video(server.url).poll(video, api_key=KEY)


def test_words_alone() -> None:
    """Everything HeyGen would choose otherwise is stated: mode, length, resolution, ratio, and no added words."""
    with Loopback(ACCEPTED) as server:
        made = heygen_video(server.url).submit(
            keyed_clip(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE
        )

    (heard,) = server.heard
    assert "v_1" == made
    assert ("POST", "/v3/models/videos") == (heard.method, heard.target)
    assert (KEY, ATTEMPT) == (heard.headers["x-api-key"], heard.headers["idempotency-key"])
    assert {
        "model": "heygen-video-1",
        "mode": "text_to_video",
        "prompt": "A cup on a table.",
        "duration": 8,
        "resolution": "768p",
        "aspect_ratio": "9:16",
        "prompt_enhancement": "disabled",
        "callback_id": "j1.clip-1.t1.a1",
    } == heard.json


def test_a_first_frame_decides_the_shape() -> None:
    """The picture travels as its own bytes, and no ratio beside it: it would be ignored."""
    body = sent(keyed_clip(image=PHOTO))

    assert ("image_to_video", SENT_PHOTO) == (body["mode"], body["image"])
    assert {"aspect_ratio", "reference_images"}.isdisjoint(body)


def test_a_reference_is_named_in_the_prompt() -> None:
    """The product's photo is a reference that the prompt points at; the film's ratio is stated."""
    body = sent(keyed_clip(references=(PHOTO,)))

    assert ("reference_to_video", [SENT_PHOTO], "9:16") == tuple(
        body[name] for name in ("mode", "reference_images", "aspect_ratio")
    )
    assert "A cup on a table. The product is the one in <Picture 1>." == body["prompt"]


def test_a_picture_larger_than_heygen_takes_is_not_sent() -> None:
    """Five megabytes as base64 (heygen_video page, "Pictures")."""
    with pytest.raises(Refused) as refused:
        submit(ACCEPTED, keyed_clip(image=Handed(bytes(5 * 2**20 + 1), "image/png")))

    assert "invalid" == refused.value.code


@pytest.mark.parametrize("key", ["", "two words", "schlüssel"])
def test_key_that_cannot_be_sent_is_rejected(key: str) -> None:
    """Nothing is sent under a key no header can carry."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused) as refused:
        heygen_video(server.url).submit(keyed_clip(), api_key=key, idempotency_key=ATTEMPT, total_seconds=PATIENCE)

    assert ("key_rejected", []) == (refused.value.code, server.heard)


@pytest.mark.parametrize("key", ["", "a b", "a" * 256])
def test_idempotency_key_heygen_might_ignore_is_not_sent(key: str) -> None:
    """An ignored key would make a repeat a second bill."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused, match="Idempotency-Key"):
        heygen_video(server.url).submit(keyed_clip(), api_key=KEY, idempotency_key=key, total_seconds=PATIENCE)

    assert [] == server.heard


def test_unreachable_is_not_sent() -> None:
    """A refused connection proves that nothing was made."""
    with Loopback(ACCEPTED) as gone:
        url = gone.url

    with pytest.raises(NotSent):
        heygen_video(url).submit(keyed_clip(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)


def test_guarded_endpoint_is_our_mistake() -> None:
    """An endpoint the guard refuses is a setting to mend."""
    client = heygen_video("https://127.0.0.1", egress=Egress())

    with pytest.raises(Misconfigured, match="not on the public internet"):
        client.submit(keyed_clip(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (refusal(429, "rate_limit_exceeded", headers={"retry-after": "12"}), 12),
        (refusal(429, "rate_limit_exceeded"), 30),
        (reply(429), 30),
        (refusal(400, "asset_not_available"), 30),
    ],
)
def test_busy_is_later(script: Script, after: int) -> None:
    """The account's places are taken, by presenters too: nothing was made."""
    with pytest.raises(TryLater) as later:
        submit(script)

    assert timedelta(seconds=after) == later.value.after


def test_409_is_in_flight() -> None:
    """The same key is being answered: asking again with it is free."""
    with pytest.raises(InFlight):
        submit(refusal(409, "request_in_progress"))


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (401, "unauthorized", "key_rejected"),
        (403, "forbidden", "key_rejected"),
        (403, "", "key_rejected"),
        (402, "insufficient_credit", "credits"),
        (402, "", "credits"),
        (429, "quota_exceeded", "credits"),
        (402, "trial_limit_exceeded", "plan"),
        (402, "plan_upgrade_required", "plan"),
        (400, "content_policy_violation", "safety"),
        (400, "download_failed", "invalid"),
        (404, "asset_not_found", "invalid"),
        (413, "payload_too_large", "invalid"),
        (400, "invalid_parameter", "invalid"),
        (400, "something_new", "invalid"),
        (422, "", "invalid"),
    ],
)
def test_refusal_by_code(status: int, code: str, word: str) -> None:
    """A parsed refusal proves that nothing was made, in words that speak of a clip and never of a presenter."""
    with pytest.raises(Refused) as refused:
        submit(refusal(status, code))

    said = f"{refused.value} {refused.value.next_move}"
    assert word == refused.value.code
    assert refused.value.next_move.endswith(".")
    assert not {"script", "avatar_id", "voice_id"} & set(said.replace(".", "").split())


@pytest.mark.parametrize(
    ("param", "blamed"), [("prompt", Blamed.WORDS), ("image", Blamed.IMAGE), ("reference_images.0", Blamed.IMAGE)]
)
def test_a_safety_filter_says_what_it_is_about(param: str, blamed: Blamed) -> None:
    """The field tells whether words or a picture were refused."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "content_policy_violation", param=param))

    assert ("safety", blamed) == (refused.value.code, refused.value.blamed)


@pytest.mark.parametrize(
    "script",
    [
        refusal(500, "internal_error"),
        reply(502, b"<html>"),
        refusal(504, "gateway_timeout"),
        reply(408),
        reply(425),
        reply(202, {"data": {"status": "pending"}}),
        reply(200, b"<html>"),
        reset(),
    ],
)
def test_what_does_not_decide_is_unknown(script: Script) -> None:
    """It may have been made: the same key will tell."""
    with pytest.raises(Unknown):
        submit(script)


def test_an_answer_that_stops_half_way_is_unknown() -> None:
    """The deadline passes, and nothing more has come."""
    with pytest.raises(Unknown):
        submit(raw(b"HTTP/1.1 202 Accepted\r\nContent-Length: 90\r\n\r\n{"), total=0.5)


def test_a_slow_answer_is_unknown() -> None:
    """The deadline passes while bytes still drip."""
    with pytest.raises(Unknown):
        submit(drip(b"HTTP/1.1 202 Accepted\r\nContent-Length: 90\r\n\r\n", b" "), total=0.5)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_another_address(status: int) -> None:
    """HeyGen does not redirect; whoever does is not HeyGen."""
    with pytest.raises(Misconfigured):
        submit(reply(status, b"", {"location": "https://elsewhere.example/"}))


@pytest.mark.parametrize("status", [404, 405, 410])
def test_an_unknown_address_is_our_mistake(status: int) -> None:
    """Without a code of HeyGen's the route is gone."""
    with pytest.raises(Misconfigured):
        submit(reply(status))


@pytest.mark.parametrize("word", ["pending", "processing", "waiting", "generating", "queued", "completed"])
def test_what_has_not_ended_is_pending(word: str) -> None:
    """Whatever HeyGen says besides its three last words; a film without a link has not ended either."""
    assert Pending() == look(reply(200, {"data": {"status": word, "video_url": None}}))


def test_a_finished_film() -> None:
    """Its link and its length; the answer names no id."""
    data = {"status": "completed", "video_url": "https://files.example/a.mp4", "duration": 8.0, "width": 768}

    assert Filmed("https://files.example/a.mp4", 8.0) == look(reply(200, {"data": data}))


def test_an_answer_about_another_film_is_none() -> None:
    """Where it does name an id, it is the one that was asked about."""
    with pytest.raises(TryLater):
        look(reply(200, {"data": {"id": "v_2", "status": "completed", "video_url": "https://files.example/a.mp4"}}))


@pytest.mark.parametrize("word", ["failed", "cancelled"])
@pytest.mark.parametrize(
    ("code", "message", "word_of_ours", "after"),
    [
        ("internal_error", "", "rendering", 60),
        (None, None, "rendering", 60),
        ("content_policy_violation", "", "safety", None),
        ("MODERATION_FAILED", "", "safety", None),
        ("insufficient_credit", "", "credits", None),
        ("plan_upgrade_required", "", "plan", None),
    ],
)
def test_a_last_word(word: str, code: str | None, message: str | None, word_of_ours: str, after: int | None) -> None:
    """What another attempt may mend is tried again after a minute; what it cannot is told."""
    seen = look(reply(200, {"data": {"status": word, "failure_code": code, "failure_message": message}}))

    assert isinstance(seen, Failure)
    assert (word_of_ours, after) == (seen.code, seen.retry_after and seen.retry_after.seconds)


def test_a_picture_may_be_what_the_filter_is_about() -> None:
    """The message tells it."""
    data = {"status": "failed", "failure_code": "content_policy_violation", "failure_message": "The input image …"}

    seen = look(reply(200, {"data": data}))

    assert isinstance(seen, Failure)
    assert Blamed.IMAGE == seen.blamed


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (refusal(404, "video_not_found"), Lost),
        (refusal(401, "unauthorized"), KeyChanged),
        (refusal(403, "forbidden"), KeyChanged),
        (refusal(500, "internal_error"), TryLater),
        (reply(200, b"<html>"), TryLater),
        (reset(), TryLater),
    ],
)
def test_a_look_without_an_answer(script: Script, error: type[Exception]) -> None:
    """Not there, not ours any more, or not now."""
    with pytest.raises(error):
        look(script)


@pytest.mark.parametrize("video", ["", "..", "a/b", "a?b", "x" * 256])
def test_an_id_that_could_lead_elsewhere_is_not_asked_for(video: str) -> None:
    """An id is put into a path: what is none is lost without a question."""
    with Loopback(ACCEPTED) as server, pytest.raises(Lost):
        heygen_video(server.url).poll(video, api_key=KEY)

    assert [] == server.heard


def test_the_key_is_in_no_error() -> None:
    """HeyGen's words are noted for the log without the tenant's key."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", f"{RAW} {KEY}"))

    (note,) = refused.value.__notes__
    assert KEY not in note
    assert RAW in note
    assert RAW not in str(refused.value)
