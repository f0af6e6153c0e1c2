"""What is sent to D-ID, and what each answer means: a test a row of the table (did page, "Errors")."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from shared.egress.client import Egress
from shared.pipeline.vendors.breaker import Sign
from shared.providers.did.questions import KeyForm
from shared.providers.ports import Misconfigured, NotSent, Refused, SpeechOrder, TryLater, Unknown
from tests.egress.loopback import Loopback, Script, raw, reply, reset
from tests.patience import PATIENCE
from tests.providers.orders import KEY, LOOPBACK, did, speech

RAW = "the vendor's own words"
AMBER = "v2_public_Amber@0zSz8kflCN"
ACCEPTED = reply(201, {"id": "clp_1", "object": "clip", "status": "created"})


def order(**changes: Any) -> SpeechOrder:
    """A transparent presenter of D-ID's."""
    return speech(**{"avatar_id": AMBER, "token": "0123abcd", **changes})


def refusal(status: int, kind: str, says: str = RAW, headers: dict[str, str] | None = None, **more: Any) -> Script:
    """Answer as D-ID refuses."""
    return reply(status, {"kind": kind, "description": says, **more}, headers)


def submit(*scripts: Script, asked: SpeechOrder | None = None) -> str:
    """Submit to a server that plays the scripts."""
    with Loopback(*scripts) as server:
        return did(server.url).submit(asked or order(), api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)


def sent(asked: SpeechOrder) -> dict[str, Any]:
    """Return the body D-ID hears."""
    with Loopback(ACCEPTED) as server:
        did(server.url).submit(asked, api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)
    body: dict[str, Any] = server.heard[0].json
    return body


def test_transparent_presenter() -> None:
    """Transparent means webm and no colour; the name holds the attempt and the one call; no shape is ordered."""
    with Loopback(ACCEPTED) as server:
        made = did(server.url).submit(order(), api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)

    (heard,) = server.heard
    assert made == "clp_1"
    assert (heard.method, heard.target) == ("POST", "/clips")
    assert heard.headers["authorization"] == f"Basic {KEY}"
    assert "idempotency-key" not in heard.headers
    assert heard.json == {
        "presenter_id": AMBER,
        "script": {"type": "text", "input": "Good morning."},
        "config": {"result_format": "webm"},
        "background": {"color": False},
        "name": "j1.presenter-1.t1.a1.0123abcd",
        "user_data": "j1.presenter-1.t1.a1",
        "webhook": "https://abroll.example/heygen_webhook/x",
    }


@pytest.mark.parametrize(
    ("cutout", "config", "background"),
    [("key", {"result_format": "mp4"}, {"color": "#00ff00"}), ("inset", {"result_format": "mp4"}, None)],
)
def test_the_other_cutouts(cutout: str, config: dict[str, str], background: dict[str, str] | None) -> None:
    """A colour is painted into an mp4; a plain rectangle says nothing of what is behind."""
    body = sent(order(cutout=cutout))

    assert (config, background) == (body["config"], body.get("background"))


def test_the_key_in_base64() -> None:
    """The other form that is in the wild, as the setting says."""
    with Loopback(ACCEPTED) as server:
        client = did(server.url, form=KeyForm.BASE64)
        client.submit(order(), api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)

    assert server.heard[0].headers["authorization"] == f"Basic {base64.b64encode(KEY.encode()).decode()}"


@pytest.mark.parametrize(
    ("changes", "provider"),
    [
        ({"voice_id": "en-US-JennyNeural"}, {"type": "microsoft", "voice_id": "en-US-JennyNeural"}),
        (
            {"voice_id": "en-US-JennyNeural", "speed": 1.25, "pitch": -3, "locale": "en-GB"},
            {
                "type": "microsoft",
                "voice_id": "en-US-JennyNeural",
                "voice_config": {"rate": "1.25", "pitch": "-3st"},
                "language": "en-GB",
            },
        ),
        ({"voice_id": "elevenlabs/21m0"}, {"type": "elevenlabs", "voice_id": "21m0"}),
        (
            {"voice_id": "elevenlabs/21m0", "speed": 1.1},
            {"type": "elevenlabs", "voice_id": "21m0", "voice_config": {"rate": 1.1}},
        ),
        ({"voice_id": "nobody/21m0"}, {"type": "microsoft", "voice_id": "nobody/21m0"}),
        (
            {"voice_id": "en-US-JennyNeural", "style": "cheerful"},
            {"type": "microsoft", "voice_id": "en-US-JennyNeural", "voice_config": {"style": "cheerful"}},
        ),
    ],
)
def test_voices(changes: dict[str, Any], provider: dict[str, Any]) -> None:
    """A voice is its maker's, changed by that maker's own fields (did page, "Voices")."""
    assert provider == sent(order(**changes))["script"]["provider"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"speed": 1.1}, "voice.speed"),
        ({"locale": "en-GB"}, "voice.locale"),
        ({"voice_id": "elevenlabs/21m0", "pitch": 2}, "voice.pitch"),
        ({"voice_id": "elevenlabs/21m0", "speed": 1.3}, "voice.speed"),
        ({"voice_id": "amazon/Joanna", "speed": 1.1}, "voice.speed"),
        ({"voice_id": "google/x", "locale": "en-GB"}, "voice.locale"),
        ({"style": "cheerful"}, "voice.style"),
        ({"voice_id": "elevenlabs/21m0", "style": "cheerful"}, "voice.style"),
    ],
)
def test_what_a_voice_cannot_do_is_refused_unsent(changes: dict[str, Any], field: str) -> None:
    """D-ID would film it and leave it out."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused) as refused:
        did(server.url).submit(order(**changes), api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)

    assert refused.value.code == "invalid"
    assert field in str(refused.value)
    assert [] == server.heard


@pytest.mark.parametrize(
    ("changes", "key", "code"),
    [
        ({"avatar_id": ""}, KEY, "avatar_not_found"),
        ({"avatar_id": "../talks"}, KEY, "avatar_not_found"),
        ({}, "two words", "key_rejected"),
    ],
)
def test_what_must_not_be_sent(changes: dict[str, Any], key: str, code: str) -> None:
    """Without a presenter D-ID films somebody else; a key no header can hold is the tenant's to mend."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused) as refused:
        did(server.url).submit(order(**changes), api_key=key, idempotency_key="k", total_seconds=PATIENCE)

    assert (code, []) == (refused.value.code, server.heard)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (refusal(401, "AuthorizationError", "user unauthenticated"), "key_rejected"),
        (refusal(402, "InsufficientCreditsError", "not enough credits"), "credits"),
        (reply(402, {}), "credits"),
        (refusal(403, "PermissionError", "user has no permission for stitch"), "plan"),
        (reply(403, {"message": "Authorization header requires 'Credential' parameter"}), "key_rejected"),
        (refusal(404, "NotFoundError", "presenter not found"), "avatar_not_found"),
        (refusal(404, "NotFoundError", "voice not found"), "voice_not_found"),
        (refusal(451, "TextModerationError"), "safety"),
        (refusal(451, "CelebrityRecognizedError"), "safety"),
        (refusal(451, "AudioModerationError"), "safety"),
        (reply(451, b"<html>"), "safety"),
        (refusal(400, "ImageModerationError"), "safety"),
        (refusal(400, "ValidationError", details={"script.input": "too short"}), "script"),
        (refusal(415, "UnsupportedMimeTypeError"), "invalid"),
    ],
)
def test_refusals(script: Script, code: str) -> None:
    """Every kind of D-ID's, and every status without one, has a word of ours; its own words are never shown."""
    with pytest.raises(Refused) as refused:
        submit(script, asked=order(cutout="inset"))

    assert refused.value.code == code
    assert RAW not in f"{refused.value} {refused.value.next_move}"
    assert KEY not in "".join(refused.value.__notes__)


@pytest.mark.parametrize(
    ("cutout", "says", "code"),
    [
        ("alpha", "presenter does not support a transparent background", "webm_unsupported"),
        ("key", "background is not supported", "background_unsupported"),
        ("inset", "background is not supported", "invalid"),
    ],
)
def test_a_cutout_that_is_refused_in_words(cutout: str, says: str, code: str) -> None:
    """What stands behind a presenter is told by words only."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "BadRequestError", says), asked=order(cutout=cutout))

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cutout", "green", "code"),
    [
        ("alpha", False, "webm_unsupported"),
        ("key", False, "background_unsupported"),
        ("alpha", True, "invalid"),
        ("alpha", None, "invalid"),
    ],
)
def test_a_refusal_that_names_nothing_is_asked_about(cutout: str, green: bool | None, code: str) -> None:
    """D-ID's words for a missing green screen are unknown: one free look at the presenter tells."""
    told = reply(200, {"presenter_id": AMBER, "is_greenscreen": green})
    with pytest.raises(Refused) as refused:
        submit(refusal(400, "BadRequestError"), told, asked=order(cutout=cutout))

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("script", "after"), [(refusal(429, "TooManyRequestsError"), 60), (reply(429, b"", {"retry-after": "7"}), 7)]
)
def test_busy(script: Script, after: int) -> None:
    """D-ID says no wait: a minute; the one it says where it does."""
    with pytest.raises(TryLater) as later:
        submit(script)

    assert timedelta(seconds=after) == later.value.after


@pytest.mark.parametrize(
    "script",
    [
        refusal(500, "InternalError"),
        reply(504, {"message": "Endpoint request timed out"}),
        refusal(409, "NotReadyError"),
        reply(408, b""),
        reply(201, {"object": "clip"}),
        reply(200, b"<html>"),
        reset(),
        raw(b"HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{", hang_up=True),
    ],
)
def test_what_may_have_been_made_is_unknown(script: Script) -> None:
    """Nothing of this says that no clip was made, and nothing here is ever repeated."""
    with pytest.raises(Unknown):
        submit(script)


@pytest.mark.parametrize("script", [reply(404, {"message": "x"}), reply(403, {"message": "Missing"}), reply(302, b"")])
def test_an_address_that_is_not_dids(script: Script) -> None:
    """A gateway that knows no kinds does not know the path: the operator's to mend."""
    with pytest.raises(Misconfigured):
        submit(script)


def test_nobody_there() -> None:
    """No byte left us."""
    with Loopback(ACCEPTED) as server:
        url = server.url
    with pytest.raises(NotSent) as unsent:
        did(url, Egress(LOOPBACK)).submit(order(), api_key=KEY, idempotency_key="k", total_seconds=PATIENCE)
    assert Sign.UNREACHABLE is unsent.value.sign


@pytest.mark.parametrize(
    ("script", "sign"),
    [(refusal(500, "InternalError"), Sign.SERVER_ERROR), (reset(), Sign.SERVER_ERROR), (reply(408, b""), None)],
)
def test_what_shows_that_did_is_in_trouble_is_told(script: Script, sign: Sign | None) -> None:
    """The breaker counts its own failures only."""
    with pytest.raises(Unknown) as unknown:
        submit(script)

    assert sign is unknown.value.sign
