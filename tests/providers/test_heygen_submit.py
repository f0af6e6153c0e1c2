"""What is sent to HeyGen, and what each answer means: a test a row of the table (pipeline README, "Paid call")."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from shared.egress.client import Egress
from shared.providers.ports import InFlight, Misconfigured, NotSent, Refused, SpeechOrder, TryLater, Unknown
from tests.egress.loopback import Loopback, Script, drip, raw, reply, reset
from tests.patience import PATIENCE
from tests.providers.heygen_answers import RAW, refusal
from tests.providers.orders import KEY, LOOPBACK, heygen, speech

ACCEPTED = reply(200, {"data": {"video_id": "v_1", "status": "waiting", "output_format": "webm"}})
ATTEMPT = "j1.presenter-1.t1.a1.r0"


def submit(script: Script, order: SpeechOrder | None = None) -> str:
    """Submit to a server that plays the script."""
    with Loopback(script) as server:
        return heygen(server.url).submit(
            order or speech(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE
        )


def sent(order: SpeechOrder) -> dict[str, Any]:
    """Return the body HeyGen hears."""
    with Loopback(ACCEPTED) as server:
        heygen(server.url).submit(order, api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)
    body: dict[str, Any] = server.heard[0].json
    return body


def test_transparent_presenter() -> None:
    """Transparent means webm and no background; the attempt's name stands in title and callback_id."""
    with Loopback(ACCEPTED) as server:
        made = heygen(server.url).submit(speech(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)

    (heard,) = server.heard
    assert made == "v_1"
    assert (heard.method, heard.target) == ("POST", "/v3/videos")
    assert (heard.headers["x-api-key"], heard.headers["idempotency-key"]) == (KEY, ATTEMPT)
    assert "authorization" not in heard.headers
    assert heard.json == {
        "type": "avatar",
        "avatar_id": "look_anna",
        "script": "Good morning.",
        "title": "j1.presenter-1.t1.a1",
        "callback_id": "j1.presenter-1.t1.a1",
        "callback_url": "https://abroll.example/heygen_webhook/x",
        "aspect_ratio": "9:16",
        "resolution": "1080p",
        "output_format": "webm",
    }


def test_presenter_on_a_flat_colour() -> None:
    """A key colour means mp4 with that background, and the look's own taken away, or it would stand before it."""
    body = sent(speech(cutout="key", key_color="#00b140"))

    assert (body["output_format"], body["background"]) == ("mp4", {"type": "color", "value": "#00b140"})
    assert body["remove_background"] is True


def test_presenter_in_a_frame() -> None:
    """A plain rectangle means mp4 and whatever stands behind the look."""
    body = sent(speech(cutout="inset"))

    assert body["output_format"] == "mp4"
    assert {"background", "remove_background"}.isdisjoint(body)


def test_voice_and_captions() -> None:
    """A voice, its settings and captions are sent only where the order states them."""
    body = sent(speech(voice_id="v_en", speed=1.25, pitch=-3, locale="en-GB", captions=True))

    assert body["voice_id"] == "v_en"
    assert body["voice_settings"] == {"speed": 1.25, "pitch": -3, "locale": "en-GB"}
    assert body["caption"] == {"file_format": "srt"}


def test_settings_hold_only_what_is_stated() -> None:
    """A zero is a statement, a None is not."""
    body = sent(speech(pitch=0))

    assert body["voice_settings"] == {"pitch": 0}


def test_without_a_callback() -> None:
    """No address, no field."""
    assert "callback_url" not in sent(speech(callback_url=""))


@pytest.mark.parametrize("data", [{"video_id": "v_1"}, {"id": "v_1"}, {"video_id": "v_1", "id": "other"}])
def test_a_made_video_is_known_under_either_name(data: dict[str, Any]) -> None:
    """`video_id` is documented, `id` is what every other answer says."""
    assert "v_1" == submit(reply(200, {"data": data}))


def test_the_engine_is_an_object() -> None:
    """HeyGen reads {"type": …}; a bare word is "Input should be a valid dictionary"."""
    body = sent(speech(engine="avatar_iii"))

    assert body["engine"] == {"type": "avatar_iii"}


def test_without_an_engine_none_is_sent() -> None:
    """A look that names none is left to HeyGen's default."""
    assert "engine" not in sent(speech())


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_key_that_cannot_be_sent_is_rejected(key: str) -> None:
    """A key with characters no header may hold is the tenant's to mend, and nothing is sent."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused) as refused:
        heygen(server.url).submit(speech(), api_key=key, idempotency_key=ATTEMPT, total_seconds=PATIENCE)

    assert refused.value.code == "key_rejected"
    assert server.heard == []


@pytest.mark.parametrize("key", ["", "a b", "a/b", "a" * 256])
def test_idempotency_key_heygen_might_ignore_is_not_sent(key: str) -> None:
    """An ignored key would make a repeat a second bill."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused, match="Idempotency-Key"):
        heygen(server.url).submit(speech(), api_key=KEY, idempotency_key=key, total_seconds=PATIENCE)

    assert server.heard == []


def test_unreachable_is_not_sent() -> None:
    """A refused connection proves that nothing was made."""
    with Loopback(ACCEPTED) as gone:
        url = gone.url

    with pytest.raises(NotSent):
        heygen(url).submit(speech(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)


def test_guarded_endpoint_is_our_mistake() -> None:
    """An endpoint the guard refuses is a setting to mend, not an outage to wait for."""
    client = heygen("https://127.0.0.1", egress=Egress())

    with pytest.raises(Misconfigured, match="not on the public internet"):
        client.submit(speech(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=PATIENCE)


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (refusal(429, "rate_limit_exceeded", headers={"retry-after": "12"}), 12),
        (refusal(429, "rate_limit_exceeded"), 30),
        (refusal(429, "something_new"), 30),
        (reply(429, b"<html>", {"retry-after": "5"}), 5),
        (reply(429), 30),
        (refusal(400, "resource_not_ready"), 30),
        (refusal(400, "asset_not_available"), 30),
    ],
)
def test_busy_is_later(script: Script, after: int) -> None:
    """Nothing was made; the wait is the one asked for, else 30 s."""
    with pytest.raises(TryLater) as later:
        submit(script)

    assert later.value.after == timedelta(seconds=after)


@pytest.mark.parametrize("code", ["request_in_progress", "conflict", ""])
def test_409_is_in_flight(code: str) -> None:
    """The same key is being answered: asking again with it is free."""
    with pytest.raises(InFlight):
        submit(refusal(409, code))


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (401, "unauthorized", "key_rejected"),
        (401, "authentication_failed", "key_rejected"),
        (403, "forbidden", "key_rejected"),
        (403, "something_new", "key_rejected"),
        (403, "resource_access_denied", "avatar_not_usable"),
        (403, "voice_not_usable", "voice_not_usable"),
        (403, "ai_vendor_access_restricted", "plan"),
        (402, "insufficient_credit", "credits"),
        (402, "something_new", "credits"),
        (429, "quota_exceeded", "credits"),
        (429, "trial_limit_exceeded", "credits"),
        (402, "subscription_required", "plan"),
        (402, "plan_upgrade_required", "plan"),
        (404, "avatar_not_found", "avatar_not_found"),
        (404, "avatar_group_not_found", "avatar_not_found"),
        (404, "voice_not_found", "voice_not_found"),
        (400, "avatar_not_usable", "avatar_not_usable"),
        (400, "avatar_consent_required", "avatar_not_usable"),
        (400, "avatar_expired", "avatar_not_usable"),
        (400, "voice_unavailable", "voice_not_usable"),
        (400, "voice_expired", "voice_not_usable"),
        (400, "content_policy_violation", "safety"),
        (400, "script_too_short", "script"),
        (400, "tts_text_invalid", "script"),
        (400, "video_too_long", "script"),
        (400, "unlimited_mode_disabled", "plan"),
        (400, "resource_limit_exceeded", "plan"),
        (400, "invalid_parameter", "invalid"),
        (400, "something_new", "invalid"),
        (404, "resource_not_found", "invalid"),
        (413, "payload_too_large", "invalid"),
        (422, "something_new", "invalid"),
    ],
)
def test_refusal_by_code(status: int, code: str, word: str) -> None:
    """A parsed refusal proves that nothing was made, and says so in words of ours."""
    with pytest.raises(Refused) as refused:
        submit(refusal(status, code))

    assert refused.value.code == word
    assert str(refused.value).endswith(".")
    assert refused.value.next_move.endswith(".")


@pytest.mark.parametrize(("status", "word"), [(401, "key_rejected"), (403, "key_rejected"), (402, "credits")])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b'{"error": "no"}', b"[]"])
def test_refusal_by_status(status: int, word: str, body: bytes) -> None:
    """The edge answers empty or in HTML: then the status decides."""
    with pytest.raises(Refused) as refused:
        submit(reply(status, body))

    assert refused.value.code == word


def test_rejected_key_says_where_to_put_a_new_one() -> None:
    """The next move of a bad key is the tenant's own page."""
    with pytest.raises(Refused) as refused:
        submit(refusal(401, "unauthorized"))

    assert "/tenant/" in refused.value.next_move


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("This video avatar does not support webm output.", None),
        ("output format not available", "output_format"),
        ("Only avatars trained with matting can do this", None),
    ],
)
def test_look_without_transparency(message: str, param: str | None) -> None:
    """The refusal of webm has a word of its own, since the next cutout follows from it."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", message, param=param))

    assert refused.value.code == "webm_unsupported"


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("Background is not supported for this avatar", None),
        ("not allowed", "background.type"),
        ("needs matting", None),
        ("Video avatars must be trained with matting enabled.", "remove_background"),
        ("not allowed", "remove_background"),
    ],
)
def test_look_without_a_flat_colour(message: str, param: str | None) -> None:
    """So has the refusal of a colour behind the look."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", message, param=param), speech(cutout="key"))

    assert refused.value.code == "background_unsupported"


@pytest.mark.parametrize("cutout", ["alpha", "key", "inset"])
@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("This video avatar does not support Avatar IV video generation", None),
        ("This avatar does not support avatar_iii", None),
        ("This photo avatar does not support Avatar V video generation.", "avatar_id"),
        ("not one of the look's", "engine.type"),
        ("Input should be a valid dictionary", "engine"),
    ],
)
def test_look_without_the_engine(cutout: str, message: str, param: str | None) -> None:
    """A look that lost an engine after the order says so in words of ours, whatever else was asked for."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", message, param=param), speech(cutout=cutout))

    assert refused.value.code == "engine_unsupported"


@pytest.mark.parametrize("cutout", ["key", "inset"])
def test_webm_is_only_blamed_where_it_was_asked_for(cutout: str) -> None:
    """An order for mp4 cannot be refused for webm."""
    message = "This video avatar does not support webm output."

    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", message), speech(cutout=cutout))

    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    ("param", "why"),
    [
        ("voice_settings.speed", "HeyGen refuses the order as invalid (field voice_settings.speed)."),
        ("Please pay!", "HeyGen refuses the order as invalid."),
        (7, "HeyGen refuses the order as invalid."),
    ],
)
def test_invalid_order_names_the_field(param: Any, why: str) -> None:
    """A field's name is told, a vendor's sentence is not."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "invalid_parameter", param=param))

    assert str(refused.value) == why


@pytest.mark.parametrize(
    "script",
    [reply(404), reply(404, b"<html>"), reply(405), reply(410), reply(302, headers={"location": "https://x.example/"})],
)
def test_address_that_is_not_heygens_is_misconfigured(script: Script) -> None:
    """An interface that is gone is ours to mend; no tenant can."""
    with pytest.raises(Misconfigured):
        submit(script)


@pytest.mark.parametrize("status", [408, 425, 499, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("code", ["internal_error", "insufficient_credit", ""])
def test_undecided_status_is_unknown(status: int, code: str) -> None:
    """A server's trouble does not say whether the film is in the making, whatever its words."""
    with pytest.raises(Unknown):
        submit(refusal(status, code))


@pytest.mark.parametrize(
    "script",
    [
        reply(200, b""),
        reply(200, b"<html>"),
        reply(200, b"[" * 100_000),
        reply(200, {"data": None}),
        reply(200, {"data": {"video_id": None}}),
        reply(200, {"data": {"video_id": 7}}),
        reply(200, {"data": [{"video_id": "v_1"}]}),
        reply(200, {"video_id": "v_1"}),
        reply(200, {"error": {"code": "insufficient_credit", "message": RAW}, "data": None}),
        reply(204),
    ],
)
def test_success_without_an_id_is_unknown(script: Script) -> None:
    """An answer that cannot be read does not unmake the film."""
    with pytest.raises(Unknown):
        submit(script)


@pytest.mark.parametrize(
    "script",
    [reset(), reset(b"HTTP/1.1 200 OK\r\n"), raw(b"", hang_up=True), raw(b"nonsense\r\n\r\n", hang_up=True)],
    ids=["reset before", "reset after", "closed", "not HTTP"],
)
def test_broken_line_is_unknown(script: Script) -> None:
    """Once the order has left, a broken line proves nothing."""
    with pytest.raises(Unknown):
        submit(script)


def test_dripping_answer_is_unknown_at_the_deadline() -> None:
    """The total ends an answer that never ends (hole 15)."""
    egress = Egress(LOOPBACK, monotonic=itertools.count().__next__)
    script = drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b" ")

    with Loopback(script) as server, pytest.raises(Unknown):
        heygen(server.url, egress=egress).submit(speech(), api_key=KEY, idempotency_key=ATTEMPT, total_seconds=9)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_parameter"), (401, "unauthorized"), (409, "conflict"), (429, "rate_limit_exceeded"), (500, "x")],
)
def test_vendors_words_and_the_key_stay_out(status: int, code: str) -> None:
    """No person reads a vendor's raw text, and not even the log reads the key."""
    with pytest.raises((TryLater, Refused, InFlight, Unknown)) as raised:
        submit(refusal(status, code, f"{RAW} about {KEY}"))

    assert RAW not in f"{raised.value} {getattr(raised.value, 'next_move', '')}"
    (note,) = raised.value.__notes__
    assert RAW in note
    assert KEY not in note
