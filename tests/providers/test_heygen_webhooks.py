"""HeyGen's registered webhooks: put up, replaced, rotated, taken down, and never anybody else's."""

import pytest

from shared.providers.ports import (
    KeyChanged,
    Refused,
    TryLater,
)
from tests.egress.loopback import Loopback, Script, reply, reset
from tests.providers.heygen_answers import listed, refusal
from tests.providers.orders import KEY, heygen


def test_register_webhook() -> None:
    """The secret comes once, with the registration."""
    made = reply(200, {"data": {"endpoint_id": "e_1", "secret": "whsec_1", "status": "enabled"}})

    with Loopback(listed(), made) as server:
        registered = heygen(server.url).register_webhook("https://abroll.example/h", api_key=KEY)

    assert registered == ("e_1", "whsec_1")
    assert server.heard[1].target == "/v3/webhooks/endpoints"
    assert server.heard[1].json == {
        "url": "https://abroll.example/h",
        "events": ["avatar_video.success", "avatar_video.fail"],
    }


def test_registering_again_replaces_the_forgotten_one() -> None:
    """A registration whose answer was lost has a secret nobody knows."""
    scripts = (
        listed(
            {"endpoint_id": "e_0", "url": "https://other.example/"},
            {"endpoint_id": "e_1", "url": "https://abroll.example/h"},
        ),
        reply(200, {"data": {"id": "e_1"}}),
        reply(200, {"data": {"endpoint_id": "e_2", "secret": "whsec_2"}}),
    )

    with Loopback(*scripts) as server:
        registered = heygen(server.url).register_webhook("https://abroll.example/h", api_key=KEY)

    assert registered == ("e_2", "whsec_2")
    assert [(heard.method, heard.target) for heard in server.heard[1:]] == [
        ("DELETE", "/v3/webhooks/endpoints/e_1"),
        ("POST", "/v3/webhooks/endpoints"),
    ]


def test_refused_webhook() -> None:
    """An address HeyGen does not take is told as such."""
    with Loopback(listed(), refusal(400, "invalid_parameter")) as server, pytest.raises(Refused) as refused:
        heygen(server.url).register_webhook("http://abroll.example/h", api_key=KEY)

    assert refused.value.code == "webhook_refused"


@pytest.mark.parametrize("script", [reply(200), reply(404)])
def test_unregister_of_what_is_gone_is_fine(script: Script) -> None:
    """Twice is once."""
    with Loopback(script) as server:
        heygen(server.url).unregister_webhook("e_1", api_key=KEY)

    assert (server.heard[0].method, server.heard[0].target) == ("DELETE", "/v3/webhooks/endpoints/e_1")


def test_a_rotation_is_asked_for_under_its_key() -> None:
    """The secret comes with the answer; the same key may be told it again."""
    with Loopback(reply(200, {"data": {"endpoint_id": "e_1", "secret": "whsec_2"}})) as server:
        secret = heygen(server.url).rotate_webhook("e_1", api_key=KEY, idempotency_key="once")

    assert "whsec_2" == secret
    assert ("POST", "/v3/webhooks/endpoints/e_1/rotate-secret") == (server.heard[0].method, server.heard[0].target)
    assert "once" == server.heard[0].headers["idempotency-key"]


@pytest.mark.parametrize(
    ("script", "told"), [(reply(401), KeyChanged), (reply(500), TryLater), (reset(), TryLater), (reply(200), TryLater)]
)
def test_a_rotation_without_a_secret_is_none(script: Script, told: type[Exception]) -> None:
    """Whoever asked asks again."""
    with Loopback(script) as server, pytest.raises(told):
        heygen(server.url).rotate_webhook("e_1", api_key=KEY, idempotency_key="once")


def test_only_ours_are_cleared() -> None:
    """What has our address, and what we knew by its id; not the one that is kept, not another's."""
    ours = "https://abroll.example/h"
    there = [
        {"endpoint_id": f"e_{number}", "url": url} for number, url in enumerate((ours, ours, "https://x.example/"))
    ]
    with Loopback(
        listed(*there, {"endpoint_id": "e_3", "url": "https://old.example/"}), reply(200), reply(404)
    ) as server:
        heygen(server.url).clear_webhooks(ours, known="e_3", keep="e_1", api_key=KEY)

    assert ["/v3/webhooks/endpoints/e_0", "/v3/webhooks/endpoints/e_3"] == [each.target for each in server.heard[1:]]


@pytest.mark.parametrize(("script", "told"), [(reply(401), KeyChanged), (reply(500), TryLater), (reset(), TryLater)])
def test_unregister_tells_what_it_could_not_do(script: Script, told: type[Exception]) -> None:
    """Whoever goes on without it says so."""
    with Loopback(script) as server, pytest.raises(told):
        heygen(server.url).unregister_webhook("e_1", api_key=KEY)
