"""What an order (`POST /v3/videos`) may say, and how it is refused.

The union of v3, checked field by field (heygen page, "The order").
"""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.vendors.heygen.options import (
    Background,
    background_of,
    check_caption,
    engine_of,
    format_of,
    ratio_of,
    resolution_of,
    voice_settings_of,
)
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import HeyGenSettings, Look, Voice

_FIELDS = {
    "type", "avatar_id", "script", "audio_url", "audio_asset_id", "voice_id", "title", "callback_url", "callback_id",
    "folder_id", "brand_glossary_id", "resolution", "aspect_ratio", "fit", "background", "remove_background",
    "output_format", "voice_settings", "engine", "expressiveness", "motion_prompt", "caption", "watermark",
}  # fmt: skip
_TEXTS = (
    "avatar_id",
    "script",
    "audio_url",
    "audio_asset_id",
    "voice_id",
    "title",
    "callback_url",
    "callback_id",
    "folder_id",
    "brand_glossary_id",
    "motion_prompt",
)
_TYPES = ("avatar", "image", "cinematic_avatar", "studio")
_LONGEST_SCRIPT = 5000
_MARKER = re.compile(r"\[\[(fail|slow|nocallback|callback|badsig|moderation|broke|file|srt)(?::([\w.]+))?\]\]")


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was understood."""

    look: Look
    voice: Voice | None
    script: str | None
    audio_url: str | None
    audio_asset_id: str | None
    title: str | None
    callback_url: str | None
    callback_id: str | None
    folder_id: str | None
    resolution: str
    aspect_ratio: str
    webm: bool
    removed: bool  # nothing of the look's own background is left
    engine: str
    background: Background | None
    speed: float
    pitch: int
    volume: float


@dataclass(frozen=True, slots=True)
class Markers:
    """What a script asks the stand-in to do; markers are never spoken.

    `[[fail:code]]`, `[[slow:N]]`, `[[nocallback]]`, `[[callback:twice]]`, `[[badsig]]`, `[[moderation]]`,
    `[[broke]]` (no money for it), `[[file:KIND]]` (`[[file:KIND.N]]`: only the first N downloads), `[[srt:STATUS]]`,
    `[[srt:private]]` (a redirect) or `[[srt:KIND]]` (a key of `spoil.SUBTITLES`).
    """

    failure: str | None = None
    slow: float = 0.0
    callbacks: int = 1
    bad_signature: bool = False
    moderation: bool = False
    broke: bool = False
    file: str = ""  # what stands in the film's place: a key of `spoil.SPOILED`
    files: int = 10**6  # downloads that get it
    subtitles: str = ""

    @classmethod
    def of(cls, script: str) -> "Markers":
        """Read the markers of a script."""
        found = dict(_MARKER.findall(script))
        callbacks = 2 if found.get("callback") == "twice" else 1
        return cls(
            failure=(found["fail"] or "rendering_failed") if "fail" in found else None,
            slow=float(found.get("slow") or 0.0),
            callbacks=0 if "nocallback" in found else callbacks,
            bad_signature="badsig" in found,
            moderation="moderation" in found,
            broke="broke" in found,
            file=found.get("file", "").partition(".")[0],
            files=int(found.get("file", "").partition(".")[2] or 10**6),
            subtitles=found.get("srt", ""),
        )


def spoken(script: str) -> str:
    """Return a script without its markers."""
    return _MARKER.sub("", script)


def parse(body: Any, settings: HeyGenSettings) -> Order:
    """Return the order a request body holds. Raises RefusedError."""
    if not isinstance(body, dict):
        raise invalid("body", "The request body must be a JSON object")
    kind = body.get("type")
    if kind not in _TYPES:
        raise invalid("type", f"type must be one of {', '.join(_TYPES)}")
    if kind != "avatar":
        raise RefusedError(
            "not_simulated", f"HeyGen takes type {kind!r}, this stand-in takes only 'avatar'", param="type"
        )
    if unknown := sorted(set(body) - _FIELDS):
        raise invalid(unknown[0], f"Unknown field: {unknown[0]}")
    for name in _TEXTS:
        if body.get(name) is not None and not isinstance(body[name], str):
            raise invalid(name, f"{name} must be a string")
    look = _look(body, settings)
    script = _speech_source(body)
    webm, removed = format_of(body, look)
    speed, pitch, volume = voice_settings_of(body)
    engine = engine_of(body, look)
    check_caption(body)
    url = body.get("callback_url")
    if url is not None:
        check_url("callback_url", url, settings)
    return Order(
        look=look,
        voice=_voice(body, look, settings) if script is not None else None,
        script=script,
        audio_url=body.get("audio_url"),
        audio_asset_id=body.get("audio_asset_id"),
        title=body.get("title"),
        callback_url=url,
        callback_id=body.get("callback_id"),
        folder_id=body.get("folder_id"),
        resolution=resolution_of(body),
        aspect_ratio=ratio_of(body, look),
        webm=webm,
        removed=removed,
        engine=engine,
        background=background_of(body, look, webm=webm),
        speed=speed,
        pitch=pitch,
        volume=volume,
    )


def check_url(param: str, url: str, settings: HeyGenSettings) -> None:
    """Demand https, or a host that is excepted. Raises RefusedError."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in settings.insecure_hosts:
        raise invalid(param, f"{param} must be a public https URL")


def _look(body: Mapping[str, Any], settings: HeyGenSettings) -> Look:
    if not body.get("avatar_id"):
        raise invalid("avatar_id", "avatar_id is required")
    look = settings.look(body["avatar_id"])
    if look is None:
        raise RefusedError("avatar_not_found", f"Avatar {body['avatar_id']} not found", param="avatar_id")
    if not look.usable:
        raise RefusedError(
            "avatar_not_usable", "This avatar cannot be used because it did not pass content moderation."
        )
    return look


def _speech_source(body: Mapping[str, Any]) -> str | None:
    given = [name for name in ("script", "audio_url", "audio_asset_id") if body.get(name) is not None]
    if len(given) != 1:
        raise invalid("script", "Exactly one of script, audio_url, audio_asset_id is required")
    script: str | None = body.get("script")
    if script is None:
        return None
    if not 1 <= len(script) <= _LONGEST_SCRIPT:
        raise invalid("script", "script must have 1 to 5000 characters")
    if not any(letter.isalnum() for letter in spoken(script)):
        raise RefusedError("tts_text_invalid", "The script holds nothing that can be spoken", param="script")
    if Markers.of(script).moderation:
        raise RefusedError("content_policy_violation", "The script violates our content policy", param="script")
    return script


def _voice(body: Mapping[str, Any], look: Look, settings: HeyGenSettings) -> Voice:
    voice_id = body.get("voice_id") or look.default_voice_id
    if voice_id is None:
        raise invalid("voice_id", "voice_id is required: this avatar has no default voice")
    voice = settings.voice(voice_id)
    if voice is None:
        raise RefusedError("voice_not_found", f"Voice {voice_id} not found", param="voice_id")
    return voice
