"""What HeyGen tells for free of an account, its avatars and its voices."""

import pytest

from shared.pipeline.plan.looks import Look, LookType
from shared.providers.ports import (
    Refused,
)
from tests.egress.loopback import Loopback, Script, reply
from tests.providers.heygen_answers import listed, refusal
from tests.providers.orders import KEY, heygen


def test_check_key_tells_the_billing_type() -> None:
    """A working key says how its account pays."""
    with Loopback(reply(200, {"data": {"username": "u", "billing_type": "wallet"}})) as server:
        assert heygen(server.url).check_key(api_key=KEY) == "wallet"

    assert server.heard[0].target == "/v3/users/me"


def test_avatar() -> None:
    """A look tells its engines and its own voice."""
    answer = {
        "id": "look_1",
        "name": "Anna",
        "avatar_type": "photo_avatar",
        "supported_api_engines": ["avatar_iv", 7, "avatar_v"],
        "default_voice_id": "v_en",
        "status": "completed",
    }

    with Loopback(reply(200, {"data": answer})) as server:
        found = heygen(server.url).avatar("look_1", api_key=KEY)

    assert found == Look("look_1", "Anna", LookType.PHOTO, ("avatar_iv", "avatar_v"), "v_en")
    assert server.heard[0].target == "/v3/avatars/looks/look_1"


def test_groups_id_is_told_with_its_looks() -> None:
    """The commonest mistake gets the ids that work."""
    scripts = (
        refusal(404, "avatar_not_found"),
        reply(200, {"data": {"id": "group_1", "name": "Anna", "looks_count": 2}}),
        listed({"id": "look_1"}, {"id": "look_2"}),
    )

    with Loopback(*scripts) as server, pytest.raises(Refused) as refused:
        heygen(server.url).avatar("group_1", api_key=KEY)

    assert refused.value.code == "avatar_is_group"
    assert refused.value.next_move == "Use the id of one look as avatar_id. Its looks are look_1, look_2."
    assert [heard.target for heard in server.heard] == [
        "/v3/avatars/looks/group_1",
        "/v3/avatars/group_1",
        "/v3/avatars/looks?limit=20&group_id=group_1",
    ]


def test_unknown_avatar() -> None:
    """Neither look nor group."""
    with Loopback(refusal(404, "avatar_not_found")) as server, pytest.raises(Refused) as refused:
        heygen(server.url).avatar("nobody", api_key=KEY)

    assert refused.value.code == "avatar_not_found"


@pytest.mark.parametrize("status", ["processing", "pending_consent", "failed"])
def test_unfinished_avatar(status: str) -> None:
    """A look that is not finished cannot be filmed."""
    answer = reply(200, {"data": {"id": "look_1", "name": "Anna", "status": status}})

    with Loopback(answer) as server, pytest.raises(Refused) as refused:
        heygen(server.url).avatar("look_1", api_key=KEY)

    assert refused.value.code == "avatar_not_usable"


@pytest.mark.parametrize("status", [None, "complete", "completed"])
def test_voice(status: str | None) -> None:
    """A voice tells its name."""
    with Loopback(reply(200, {"data": {"voice_id": "v_1", "name": "Ruth", "status": status}})) as server:
        assert heygen(server.url).voice("v_1", api_key=KEY).name == "Ruth"

    assert server.heard[0].target == "/v3/voices/v_1"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (refusal(404, "voice_not_found"), "voice_not_found"),
        (reply(200, {"data": {"name": "Ruth", "status": "failed"}}), "voice_not_usable"),
        (reply(200, {"data": {"name": "Ruth", "status": "processing"}}), "voice_not_usable"),
    ],
)
def test_voice_that_cannot_speak(script: Script, word: str) -> None:
    """An unknown or unfinished voice is refused before anything is spent."""
    with Loopback(script) as server, pytest.raises(Refused) as refused:
        heygen(server.url).voice("v_1", api_key=KEY)

    assert refused.value.code == word
