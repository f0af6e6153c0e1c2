"""Writes a presenter's order as HeyGen v3 reads it; unknown fields are rejected there, so nothing is sent unasked.

Transparent means webm and no `background` at all, what stands behind the look is then removed unasked; a flat colour
means mp4 with `background {type: color, value}` and `remove_background`, without which the look's own background stays
in front of it; a plain rectangle is mp4 as the look was made (heygen page, "Cut-outs"). Without an `engine` HeyGen
takes Avatar IV, which most stock video looks do not know.
"""

from typing import Any

from shared.providers.ports import SpeechOrder


def order_body(order: SpeechOrder) -> dict[str, Any]:
    """Write the body of POST /v3/videos."""
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
        body["remove_background"] = True
    if order.engine:
        body["engine"] = {"type": order.engine}
    voice = {"speed": order.speed, "pitch": order.pitch, "locale": order.locale}
    if any(value is not None for value in voice.values()):
        body["voice_settings"] = {name: value for name, value in voice.items() if value is not None}
    if order.captions:
        body["caption"] = {"file_format": "srt"}
    return body
