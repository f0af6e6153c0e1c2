"""What HeyGen offers to choose from, listed whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.vendors.heygen.server import HeyGenServer
from infra.local.vendors.heygen.settings import DEMO_KEY, HeyGenSettings
from shared.egress import Egress
from shared.providers.heygen_offers import HeyGenOffers
from shared.providers.offers import OfferedLook, OfferedVoice
from shared.providers.ports import KeyChanged, TryLater
from tests.egress.loopback import Loopback, Script, reply, reset
from tests.providers.orders import KEY, LOOPBACK

Question = Callable[[HeyGenOffers], object]
LISTS: list[Question] = [lambda offers: offers.looks(api_key=KEY), lambda offers: offers.voices(api_key=KEY)]


def offers(url: str) -> HeyGenOffers:
    """A client at this address."""
    return HeyGenOffers(endpoint=url, egress=Egress(LOOPBACK))


def test_looks() -> None:
    """A look comes with what it takes to choose it; rejected and nameless ones are left out."""
    look = {
        "id": "look_1",
        "name": "Anna",
        "group_id": "group_1",
        "avatar_type": "studio_avatar",
        "gender": "female",
        "preferred_orientation": "portrait",
        "supported_api_engines": ["avatar_iv"],
        "default_voice_id": "v_en",
        "preview_image_url": "https://files.heygen.example/1.png",
        "preview_video_url": None,
        "status": "completed",
    }
    first = reply(200, {"data": [look, {"id": "look_2", "status": "failed"}], "has_more": True, "next_token": "n"})
    second = reply(200, {"data": [{"name": "nobody"}, 7, {"id": "look_3"}], "has_more": False, "next_token": None})

    with Loopback(first, second) as server:
        found = offers(server.url).looks(api_key=KEY)

    assert found == (
        OfferedLook(
            id="look_1",
            name="Anna",
            group="group_1",
            kind="studio_avatar",
            gender="female",
            orientation="portrait",
            engines=("avatar_iv",),
            default_voice_id="v_en",
            image_url="https://files.heygen.example/1.png",
            video_url=None,
        ),
        OfferedLook("look_3", "", "", "", "", "", (), None, None, None),
    )
    assert [heard.target for heard in server.heard] == [
        "/v3/avatars/looks?limit=50",
        "/v3/avatars/looks?limit=50&token=n",
    ]


def test_voices() -> None:
    """A voice comes with its language and a sample."""
    voice = {
        "voice_id": "v_en",
        "name": "Ruth",
        "language": "English",
        "gender": "female",
        "preview_audio_url": "https://files.heygen.example/v.mp3",
    }

    with Loopback(reply(200, {"data": [voice, {"name": "nobody"}], "has_more": False})) as server:
        found = offers(server.url).voices(api_key=KEY)

    assert found == (OfferedVoice("v_en", "Ruth", "English", "female", "https://files.heygen.example/v.mp3"),)
    assert server.heard[0].target == "/v3/voices?limit=100"


@pytest.mark.parametrize("question", LISTS)
@pytest.mark.parametrize("script", [reply(500), reply(404), reply(200, {}), reply(200, b"<html>"), reset()])
def test_half_a_list_is_none(script: Script, question: Question) -> None:
    """A list that cannot be read to its end is asked for again."""
    begun = reply(200, {"data": [{"id": "look_1", "voice_id": "v_1"}], "has_more": True, "next_token": "n"})

    with Loopback(begun, script) as server, pytest.raises(TryLater):
        question(offers(server.url))


@pytest.mark.parametrize("question", LISTS)
def test_rejected_key(question: Question) -> None:
    """A key that does not work lists nothing."""
    with Loopback(reply(401)) as server, pytest.raises(KeyChanged):
        question(offers(server.url))


def test_stand_ins_offers(tmp_path: Path) -> None:
    """Against the stand-in: all its voices, and all its looks but the rejected one."""
    settings = HeyGenSettings(background=False)
    server = HeyGenServer(tmp_path, settings=settings)
    try:
        client = offers(server.start())
        looks, voices = client.looks(api_key=DEMO_KEY), client.voices(api_key=DEMO_KEY)
    finally:
        server.stop()

    assert [look.id for look in looks] == [look.id for look in settings.looks if look.usable]
    assert [voice.id for voice in voices] == [voice.id for voice in settings.voices]
