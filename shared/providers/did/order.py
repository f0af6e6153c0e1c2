"""Writes a presenter's order as D-ID's clips read it; every field it does not know is refused there.

Transparent means webm and `background.color: false`; a flat colour means mp4 with that colour; a plain rectangle is mp4
as the presenter was filmed (did page, "Cut-outs"). No shape is ordered, for there is none to order: a clip has its
presenter's. `output_resolution` would only make it smaller. Subtitles are burned in there, so they are never asked for.
"""

import re
from typing import Any

from shared.pipeline.plan.request import VoiceSettings
from shared.providers.did.words import DID_NOBODY, untunable
from shared.providers.ports import SpeechOrder
from shared.providers.words import Words

MICROSOFT, ELEVENLABS = "microsoft", "elevenlabs"
MAKERS = (MICROSOFT, ELEVENLABS, "amazon", "google", "azure-openai")
ELEVENLABS_RATES = (0.7, 1.2)
OWN_VOICE = "without a voice_id the presenter's own voice speaks as it is"
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


def untuned(voice_id: str | None, voice: VoiceSettings) -> tuple[str, Words] | None:
    """Return the first field a voice cannot do, and what to say; only Microsoft's have a pitch and a language."""
    asked = [name for name in ("speed", "pitch", "locale") if getattr(voice, name) is not None]
    if not asked:
        return None
    if not voice_id:
        return _lacks(asked[0], OWN_VOICE)
    maker, _ = read_voice(voice_id)
    if maker != MICROSOFT and (foreign := [name for name in asked if name != "speed"]):
        return _lacks(foreign[0], f"{maker}'s voices have none")
    slowest, fastest = ELEVENLABS_RATES
    if maker == MICROSOFT or voice.speed is None or (maker == ELEVENLABS and slowest <= voice.speed <= fastest):
        return None
    why = f"{maker}'s voices speak at {slowest:g} to {fastest:g}" if maker == ELEVENLABS else f"{maker}'s have none"
    return _lacks("speed", why)


def no_styles(voice_id: str | None) -> str | None:
    """Return why a voice can have no style, None where it may: Microsoft's alone have styles that have names."""
    if not voice_id:
        return OWN_VOICE
    maker, _ = read_voice(voice_id)
    return None if maker == MICROSOFT else f"{maker}'s voices have none"


def _lacks(name: str, why: str) -> tuple[str, Words]:
    field = f"voice.{name}"
    return field, untunable(field, why)


def _provider(order: SpeechOrder) -> dict[str, Any]:
    """Write who speaks and how. Raises Refused where the voice cannot do it."""
    if lacking := untuned(order.voice_id, VoiceSettings(order.speed, order.pitch, order.locale)):
        raise lacking[1].fails()
    if order.style is not None and (why := no_styles(order.voice_id)):
        raise untunable("voice.style", why).fails()
    if not order.voice_id:
        return {}
    maker, voice = read_voice(order.voice_id)
    provider: dict[str, Any] = {"type": maker, "voice_id": voice}
    config: dict[str, Any] = {}
    if order.speed is not None:
        config["rate"] = f"{order.speed:g}" if maker == MICROSOFT else order.speed
    if order.pitch is not None:
        config["pitch"] = f"{order.pitch:+d}st"
    if order.style is not None:
        config["style"] = order.style
    if config:
        provider["voice_config"] = config
    if order.locale is not None:
        provider["language"] = order.locale
    return {"provider": provider}
