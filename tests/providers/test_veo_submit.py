"""What is sent to Veo, and what each answer means: a test a row of the table (pipeline README, "Paid call")."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from shared.egress.client import Egress
from shared.providers.ports import (
    Blamed,
    ClipOrder,
    Misconfigured,
    NotSent,
    Refused,
    StoredMedia,
    TryLater,
    Unknown,
)
from shared.providers.veo.client import Veo
from tests.egress.loopback import Loopback, Script, drip, raw, reply, reset
from tests.patience import PATIENCE
from tests.providers.orders import LOOPBACK, MODEL, MODELS, OPERATION, Tokens, clip, veo

RAW = "the vendor's own words"
ACCEPTED = reply(200, {"name": OPERATION})


def refusal(code: int, message: str = RAW, **more: Any) -> Script:
    """Answer as Google's interfaces refuse."""
    return reply(code, {"error": {"code": code, "message": message, **more}})


def submit(script: Script, order: ClipOrder | None = None) -> str:
    """Submit to a server that plays the script."""
    with Loopback(script) as server:
        return veo(server.url).submit(order or clip(), total_seconds=PATIENCE)


def test_base_clip_from_words() -> None:
    """Everything that has a default at Veo is stated; nothing is asked about images that are not there."""
    with Loopback(ACCEPTED) as server:
        name = veo(server.url).submit(clip(audio=True, seconds=6), total_seconds=PATIENCE)

    assert name == OPERATION
    assert server.heard[0].target == f"/v1/{MODELS}/{MODEL}:predictLongRunning"
    assert server.heard[0].headers["authorization"] == "Bearer token-1"
    assert server.heard[0].json == {
        "instances": [{"prompt": "A cup on a table."}],
        "parameters": {
            "sampleCount": 1,
            "durationSeconds": 6,
            "aspectRatio": "9:16",
            "resolution": "720p",
            "generateAudio": True,
            "personGeneration": "allow_adult",
            "storageUri": "gs://takes/jobs/j1/clip-1/t1-a1/",
        },
    }


def test_base_clip_from_an_image() -> None:
    """The first frame goes with its type, cropped to the film's shape."""
    with Loopback(ACCEPTED) as server:
        veo(server.url).submit(clip(image=StoredMedia("gs://films/a.png", "image/png")), total_seconds=PATIENCE)

    sent = server.heard[0].json
    assert sent["instances"] == [
        {"prompt": "A cup on a table.", "image": {"gcsUri": "gs://films/a.png", "mimeType": "image/png"}}
    ]
    assert sent["parameters"]["resizeMode"] == "crop"


def test_base_clip_with_references() -> None:
    """Reference images are assets, and are not cropped."""
    with Loopback(ACCEPTED) as server:
        veo(server.url).submit(
            clip(references=(StoredMedia("gs://films/a.jpg", "image/jpeg"),)), total_seconds=PATIENCE
        )

    sent = server.heard[0].json
    assert sent["instances"][0]["referenceImages"] == [
        {"image": {"gcsUri": "gs://films/a.jpg", "mimeType": "image/jpeg"}, "referenceType": "asset"}
    ]
    assert "resizeMode" not in sent["parameters"]


def test_extension_adds_seven_seconds_whatever_was_asked() -> None:
    """An extension carries the film so far, no image and no resizeMode, and lasts 7 s."""
    with Loopback(ACCEPTED) as server:
        veo(server.url).submit(
            clip(seconds=8, video=StoredMedia("gs://takes/c.mp4", "video/mp4")), total_seconds=PATIENCE
        )

    sent = server.heard[0].json
    assert sent["instances"] == [
        {"prompt": "A cup on a table.", "video": {"gcsUri": "gs://takes/c.mp4", "mimeType": "video/mp4"}}
    ]
    assert sent["parameters"] == {
        "sampleCount": 1,
        "durationSeconds": 7,
        "aspectRatio": "9:16",
        "resolution": "720p",
        "generateAudio": False,
        "personGeneration": "allow_adult",
        "storageUri": "gs://takes/jobs/j1/clip-1/t1-a1/",
    }


@pytest.mark.parametrize(
    "order",
    [
        clip(image=StoredMedia("gs://a", "image/png"), video=StoredMedia("gs://b", "video/mp4")),
        clip(image=StoredMedia("gs://a", "image/png"), references=(StoredMedia("gs://b", "image/png"),)),
        clip(video=StoredMedia("gs://a", "video/mp4"), references=(StoredMedia("gs://b", "image/png"),)),
    ],
)
def test_two_kinds_of_input_are_never_sent(order: ClipOrder) -> None:
    """Veo would take such an order and fail late."""
    with Loopback(ACCEPTED) as server, pytest.raises(Refused) as refused:
        veo(server.url).submit(order, total_seconds=PATIENCE)

    assert refused.value.code == "invalid"
    assert server.heard == []


def test_paid_post_has_a_connection_of_its_own() -> None:
    """The next submit never meets a connection that is just closing (hole 16)."""
    with Loopback(ACCEPTED) as server:
        client = veo(server.url)
        client.submit(clip(), total_seconds=PATIENCE)
        client.submit(clip(), total_seconds=PATIENCE)

    assert server.connections == 2


def test_unreachable_is_not_sent() -> None:
    """A refused connection proves that nothing was made."""
    with Loopback(ACCEPTED) as gone:
        url = gone.url

    with pytest.raises(NotSent):
        veo(url).submit(clip(), total_seconds=PATIENCE)


def test_unresolved_is_not_sent() -> None:
    """A name server's silence proves that nothing was made."""
    egress = Egress(resolve=lambda _host, _port: ())

    with pytest.raises(NotSent):
        veo("https://us-central1-aiplatform.googleapis.com", egress=egress).submit(clip(), total_seconds=PATIENCE)


def test_deadline_before_the_connection_is_not_sent() -> None:
    """A total that is over before anything left proves that nothing was made."""
    with Loopback(ACCEPTED) as server, pytest.raises(NotSent):
        veo(server.url).submit(clip(), total_seconds=0)

    assert server.heard == []


def test_guarded_endpoint_is_our_mistake() -> None:
    """An endpoint the guard refuses is a setting to mend, not an outage to wait for."""
    with pytest.raises(Misconfigured, match="not on the public internet"):
        veo("https://127.0.0.1", egress=Egress()).submit(clip(), total_seconds=PATIENCE)


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, 30),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "99999"}, 3600),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry-after": "-5"}, 30),
        ({"retry-after": "9" * 5000}, 30),
    ],
)
def test_429_is_later(headers: dict[str, str], after: int) -> None:
    """Nothing was made; the wait is the one asked for in seconds, else 30 s."""
    script = reply(429, {"error": {"code": 429, "message": RAW, "status": "RESOURCE_EXHAUSTED"}}, headers)

    with pytest.raises(TryLater) as later:
        submit(script)

    assert later.value.after == timedelta(seconds=after)


def test_401_once_renews_the_token() -> None:
    """An expired token made nothing: the order goes again, once, with a new one."""
    tokens = Tokens()

    with Loopback(refusal(401), ACCEPTED) as server:
        name = veo(server.url, tokens).submit(clip(), total_seconds=PATIENCE)

    assert name == OPERATION
    assert [heard.headers["authorization"] for heard in server.heard] == ["Bearer token-1", "Bearer token-2"]
    assert server.heard[0].body == server.heard[1].body


def test_401_twice_is_misconfigured() -> None:
    """A new token that is refused as well will not get better."""
    tokens = Tokens()

    with Loopback(refusal(401)) as server, pytest.raises(Misconfigured):
        veo(server.url, tokens).submit(clip(), total_seconds=PATIENCE)

    assert (tokens.renewed, len(server.heard)) == (1, 2)


def test_401_then_a_broken_line_is_unknown() -> None:
    """The second order may have been taken."""
    with Loopback(refusal(401), reset()) as server, pytest.raises(Unknown):
        veo(server.url).submit(clip(), total_seconds=PATIENCE)


def test_token_trouble_passes_through() -> None:
    """Where no token can be had nothing was sent, and the wiring's own decision stands."""

    def none() -> str:
        raise NotSent("no token")

    with Loopback(ACCEPTED) as server:
        client = Veo(endpoint=server.url, project="p", token=none, refresh=none, egress=Egress(LOOPBACK))
        with pytest.raises(NotSent, match="no token"):
            client.submit(clip(), total_seconds=PATIENCE)

    assert server.heard == []


@pytest.mark.parametrize("status", [400, 405, 413, 422])
def test_bad_order_is_refused(status: int) -> None:
    """A 4xx that blames the order proves that nothing was made."""
    with pytest.raises(Refused) as refused:
        submit(refusal(status))

    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    ("message", "why", "blamed"),
    [
        (
            "Veo could not generate videos because the input image violates usage guidelines. Support codes: 15236754",
            "Google's safety filter refused the clip (a real person's likeness), support code 15236754.",
            Blamed.LIKENESS,
        ),
        (
            "The input image is not allowed. Support code: 58061214",
            "Google's safety filter refused the clip (child safety), support code 58061214.",
            Blamed.IMAGE,
        ),
        (
            "The prompt could not be submitted. Support code: 61493863, 78610348",
            "Google's safety filter refused the clip (violence, toxic language), support code 61493863, 78610348.",
            Blamed.WORDS,
        ),
    ],
)
def test_unsafe_order_is_refused_in_plain_words(message: str, why: str, blamed: Blamed) -> None:
    """Support codes are read before anything else; what a person can do the steps say, who know the order."""
    with pytest.raises(Refused) as refused:
        submit(refusal(400, message))

    assert (refused.value.code, str(refused.value), refused.value.blamed) == ("safety", why, blamed)


@pytest.mark.parametrize(
    "script",
    [
        refusal(403, status="PERMISSION_DENIED"),
        refusal(400, details=[{"reason": "RESOURCE_PROJECT_INVALID"}]),
        refusal(400, status="FAILED_PRECONDITION"),
        reply(403, b"<html>no</html>"),
        reply(307, headers={"location": "https://login.example/"}),
    ],
    ids=["permission", "project", "precondition", "HTML", "redirect"],
)
def test_our_set_up_is_misconfigured(script: Script) -> None:
    """Nothing was made, and no job can mend it."""
    with pytest.raises(Misconfigured) as misconfigured:
        submit(script)

    assert misconfigured.value.next_move.endswith(".")


def test_404_names_the_model_that_is_gone() -> None:
    """A retired model answers 404 at submit."""
    with pytest.raises(Misconfigured, match=r"The model veo-3\.1-generate-001 is gone"):
        submit(refusal(404))


def test_service_agents_in_the_making_are_later() -> None:
    """The first use of a bucket in a project clears within 90 s."""
    message = "Service agents are being provisioned (https://…). So please try again in a few minutes."

    with pytest.raises(TryLater) as later:
        submit(refusal(400, message, status="FAILED_PRECONDITION"))

    assert later.value.after == timedelta(seconds=90)


@pytest.mark.parametrize("status", [408, 409, 425, 499, 500, 501, 502, 503, 504, 529])
def test_undecided_status_is_unknown(status: int) -> None:
    """A server's trouble does not say whether the clip is in the making."""
    with pytest.raises(Unknown):
        submit(refusal(status))


@pytest.mark.parametrize(
    "script",
    [
        reply(200, b""),
        reply(200, b"<html>hello</html>", {"content-type": "text/html"}),
        reply(200, b"{"),
        reply(200, b"[" * 100_000),
        reply(200, b"null"),
        reply(200, b'["name"]'),
        reply(200, {}),
        reply(200, {"name": ""}),
        reply(200, {"name": 7}),
        reply(200, {"name": {"x": 1}}),
        reply(200, {"error": {"code": 3, "message": RAW}}),
        reply(200, b'{"name": "\xff"}'),
        reply(204),
        reply(200, b"x" * (9 * 2**20)),
        reply(200, b"x", {"content-encoding": "gzip"}),
    ],
)
def test_success_without_a_name_is_unknown(script: Script) -> None:
    """An answer that cannot be read does not unmake the clip."""
    with pytest.raises(Unknown):
        submit(script)


@pytest.mark.parametrize(
    "script",
    [
        reset(),
        reset(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
        raw(b"", hang_up=True),
        raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", hang_up=True),
        raw(b"nonsense\r\n\r\n", hang_up=True),
    ],
    ids=["reset before", "reset after", "closed before", "closed after", "not HTTP"],
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
        veo(server.url, egress=egress).submit(clip(), total_seconds=9)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_vendors_words_stand_only_in_the_note(status: int) -> None:
    """No person reads a vendor's raw text; the log may, cut to 500 characters."""
    with pytest.raises((TryLater, Refused, Misconfigured, Unknown)) as raised:
        submit(refusal(status, RAW + "x" * 1000))

    assert RAW not in f"{raised.value} {getattr(raised.value, 'next_move', '')}"
    (note,) = raised.value.__notes__
    assert RAW in note
    assert len(note) < 540
