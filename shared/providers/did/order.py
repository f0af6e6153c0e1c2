"""Writes a presenter's order as D-ID's clips read it; every field it does not know is refused there.

Transparent means webm and `background.color: false`; a flat colour means mp4 with that colour; a plain rectangle is mp4
as the presenter was filmed (did page, "Cut-outs"). No shape is ordered, for there is none to order: a clip has its
presenter's. `output_resolution` would only make it smaller. Subtitles are burned in there, so they are never asked for.
"""

import re
from typing import Any

from shared.providers.did.words import DID_NOBODY, untunable
from shared.providers.ports import SpeechOrder

MICROSOFT = "microsoft"
MAKERS = (MICROSOFT, "elevenlabs", "amazon", "google", "azure-openai")
ELEVENLABS_RATES = (0.7, 1.2)
NAME = re.compile(r"(?P<attempt>.+)\.[0-9a-f]{8}")


def clip_name(order: SpeechOrder) -> str:
    """Name a clip: its attempt, and the one call that ordered it."""
    return f"{order.title}.{order.token}"


def attempt_of(name: str) -> str:
    """Return the attempt a clip's name speaks of, the name itself where it is none of ours."""
    found = NAME.fullmatch(name)
    return found["attempt"] if found else name


def read_voice(voice_id: str) -> tuple[str, str]:
    """Return (maker, its voice): "elevenlabs/ID" names both, a bare id is Microsoft's."""
    maker, slash, name = voice_id.partition("/")
    return (maker, name) if slash and maker in MAKERS else (MICROSOFT, voice_id)


def order_body(order: SpeechOrder) -> dict[str, Any]:
    """Write the body of POST /clips. Raises Refused where D-ID would film something else than what was asked for."""
    if not order.avatar_id:
        raise DID_NOBODY.fails()
    body: dict[str, Any] = {
        "presenter_id": order.avatar_id,
        "script": {"type": "text", "input": order.script, **_provider(order)},
        "config": {"result_format": "webm" if order.cutout == "alpha" else "mp4"},
        "name": clip_name(order),
        "user_data": order.title,
    }
    if order.cutout == "alpha":
        body["background"] = {"color": False}
    if order.cutout == "key":
        body["background"] = {"color": order.key_color}
    if order.callback_url:
        body["webhook"] = order.callback_url
    return body


def _provider(order: SpeechOrder) -> dict[str, Any]:
    """Write who speaks and how; only Microsoft's voices have a pitch and a language to choose."""
    told = {"voice.speed": order.speed, "voice.pitch": order.pitch, "voice.locale": order.locale}
    asked = [name for name, value in told.items() if value is not None]
    if not order.voice_id:
        if asked:
            raise untunable(asked[0], "without a voice_id the presenter's own voice speaks as it is").fails()
        return {}
    maker, voice = read_voice(order.voice_id)
    provider: dict[str, Any] = {"type": maker, "voice_id": voice}
    if maker != MICROSOFT and (foreign := [name for name in asked if name != "voice.speed"]):
        raise untunable(foreign[0], f"{maker}'s voices have none").fails()
    config: dict[str, Any] = {}
    if order.speed is not None:
        config["rate"] = _rate(maker, order.speed)
    if order.pitch is not None:
        config["pitch"] = f"{order.pitch:+d}st"
    if config:
        provider["voice_config"] = config
    if order.locale is not None:
        provider["language"] = order.locale
    return {"provider": provider}


def _rate(maker: str, speed: float) -> str | float:
    """Write how fast a voice speaks: Microsoft's in words, ElevenLabs' within its limits, no other's at all."""
    if maker == MICROSOFT:
        return f"{speed:g}"
    slowest, fastest = ELEVENLABS_RATES
    if maker == "elevenlabs" and slowest <= speed <= fastest:
        return speed
    why = f"{maker}'s voices speak at {slowest:g} to {fastest:g}" if maker == "elevenlabs" else f"{maker}'s have none"
    raise untunable("voice.speed", why).fails()
