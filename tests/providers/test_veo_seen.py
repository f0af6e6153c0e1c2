"""Whether a Veo model still exists, asked by an order that is refused, and never paid."""

import pytest

from shared.pipeline.vendors.radar import Seen
from tests.egress.loopback import Loopback, Script, reply, reset
from tests.providers.orders import veo

MODEL = "veo-3.1-generate-001"


def refusal(code: int, status: str, message: str = "words") -> Script:
    """Answer as Google refuses."""
    return reply(code, {"error": {"code": code, "status": status, "message": message}})


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (refusal(400, "INVALID_ARGUMENT"), Seen.THERE),
        (refusal(404, "NOT_FOUND"), Seen.GONE),
        (reply(404, b"<html>"), Seen.UNCLEAR),
        (refusal(400, "FAILED_PRECONDITION"), Seen.UNCLEAR),
        (refusal(400, "INVALID_ARGUMENT", "RESOURCE_PROJECT_INVALID"), Seen.UNCLEAR),
        (reply(400), Seen.UNCLEAR),
        (refusal(401, "UNAUTHENTICATED"), Seen.UNCLEAR),
        (refusal(403, "PERMISSION_DENIED"), Seen.UNCLEAR),
        (refusal(429, "RESOURCE_EXHAUSTED"), Seen.UNCLEAR),
        (refusal(503, "UNAVAILABLE"), Seen.UNCLEAR),
        (reply(302, headers={"location": "https://example.com"}), Seen.UNCLEAR),
        (reset(), Seen.UNCLEAR),
        (reply(200, {"name": "projects/p/operations/o"}), Seen.TAKEN),
        (reply(200, b"{}"), Seen.TAKEN),
    ],
)
def test_what_an_answer_says(script: Script, what: Seen) -> None:
    """Only Google's own 404 says that a model is gone; whatever it takes may be billed."""
    with Loopback(script, script) as server:
        seen = veo(server.url).seen(MODEL)

    assert what is seen


def test_the_order_cannot_become_a_film() -> None:
    """A shape Veo does not film, of a length it does not film, written nowhere, without sound: refused twice over."""
    with Loopback(refusal(400, "INVALID_ARGUMENT")) as server:
        veo(server.url).seen(MODEL)

    (heard,) = server.heard
    assert heard.target.endswith(f"/models/{MODEL}:predictLongRunning")
    assert {"aspectRatio": "1:1", "durationSeconds": 1, "sampleCount": 1, "generateAudio": False} == heard.json[
        "parameters"
    ]


def test_nobody_there() -> None:
    """No connection says nothing of a model."""
    with Loopback(reply(400)) as gone:
        url = gone.url

    assert Seen.UNCLEAR is veo(url).seen(MODEL)
