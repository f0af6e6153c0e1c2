"""Writes a presenter's order as HeyGen v3 reads it; unknown fields are rejected there, so nothing is sent unasked.

Transparent means webm and no `background` at all (heygen page, "Cut-outs"); a flat colour means mp4 with `background
{type: color, value}`; a plain rectangle is mp4 as the look was made.
"""

from typing import Any

from shared.codes import Code
from shared.providers.ports import Refused, SpeechOrder

_PLAIN_EXTRAS = frozenset({"brand_glossary_id", "expressiveness", "fit", "folder_id", "motion_prompt"})


def order_body(order: SpeechOrder) -> dict[str, Any]:
    """Write the body of POST /v3/videos. Raises: Refused for an option HeyGen does not have."""
    body: dict[str, Any] = {
        "type": "avatar",
        "avatar_id": order.avatar_id,
        "script": order.script,
        "title": order.title,
        "callback_id": order.title,
        "aspect_ratio": order.aspect_ratio,
        "resolution": order.resolution,
        "output_format": "webm" if order.cutout == "alpha" else "mp4",
    }
    if order.callback_url:
        body["callback_url"] = order.callback_url
    if order.voice_id:
        body["voice_id"] = order.voice_id
    if order.cutout == "key":
        body["background"] = {"type": "color", "value": order.key_color}
    voice = {"speed": order.speed, "pitch": order.pitch, "locale": order.locale}
    if any(value is not None for value in voice.values()):
        body["voice_settings"] = {name: value for name, value in voice.items() if value is not None}
    if order.captions:
        body["caption"] = {"file_format": "srt"}
    return body | dict(_extra(name, value) for name, value in order.extra)


def _extra(name: str, value: str) -> tuple[str, Any]:
    if name == "engine":
        return name, {"type": value}
    if name in _PLAIN_EXTRAS:
        return name, value
    raise Refused(
        f"HeyGen has no option called {name}.",
        code=Code.INVALID,
        next_move="Leave it out of the integration's provider_config.",
    )
