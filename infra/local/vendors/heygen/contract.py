"""What an order (`POST /v3/videos`) may say, and how it is refused.

The union of v3, checked field by field (facts: heygen §4a).
"""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import PHOTO, HeyGenSettings, Look, Voice

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
_RATIOS = ("16:9", "9:16", "4:5", "5:4", "1:1", "auto")
_LONGEST_SCRIPT = 5000
_SPEEDS, _PITCHES, _VOLUMES = (0.5, 1.5), (-50, 50), (0.0, 1.0)
_ENGINES = ("avatar_iii", "avatar_iv", "avatar_v")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_MARKER = re.compile(r"\[\[(fail|slow|nocallback|callback|badsig|moderation)(?::([\w.]+))?\]\]")
_BY_ORIENTATION = {"portrait": "9:16", "landscape": "16:9", "square": "1:1"}


@dataclass(frozen=True, slots=True)
class Background:
    """What was asked to stand behind the presenter."""

    color: str | None = None
    url: str | None = None
    asset_id: str | None = None


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
    transparent: bool
    background: Background | None
    speed: float
    pitch: int
    volume: float


@dataclass(frozen=True, slots=True)
class Markers:
    """What a script asks the stand-in to do; markers are never spoken.

    `[[fail:code]]`, `[[slow:N]]`, `[[nocallback]]`, `[[callback:twice]]`, `[[badsig]]`, `[[moderation]]`.
    """

    failure: str | None = None
    slow: float = 0.0
    callbacks: int = 1
    bad_signature: bool = False
    moderation: bool = False

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
    webm, transparent = _format(body, look)
    speed, pitch, volume = _voice_settings(body)
    _engine(body, look)
    _caption(body)
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
        resolution=_resolution(body),
        aspect_ratio=_ratio(body, look),
        webm=webm,
        transparent=transparent,
        background=_background(body, look, webm=webm),
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


def _format(body: Mapping[str, Any], look: Look) -> tuple[bool, bool]:
    webm = _choice(body, "output_format", ("mp4", "webm"), "mp4") == "webm"
    if webm and not look.matting:
        raise invalid("output_format", "This video avatar does not support webm output.")
    removed = body.get("remove_background", False)
    if not isinstance(removed, bool):
        raise invalid("remove_background", "remove_background must be a boolean")
    if removed and not look.matting:
        raise invalid("remove_background", "This video avatar was not trained with matting.")
    return webm, webm


def _background(body: Mapping[str, Any], look: Look, *, webm: bool) -> Background | None:
    given = body.get("background")
    if given is None:
        return None
    if webm:
        raise invalid("background", "background is not supported with webm output")
    if not isinstance(given, dict) or given.get("type") not in ("color", "image"):
        raise invalid("background.type", "background.type must be color or image")
    allowed = {"type", "value"} if given["type"] == "color" else {"type", "url", "asset_id"}
    if unknown := sorted(set(given) - allowed):
        raise invalid(f"background.{unknown[0]}", f"Unknown field: background.{unknown[0]}")
    if not look.keyable:
        raise invalid("background", "This video avatar does not support a custom background.")
    if given["type"] == "color":
        if not isinstance(given.get("value"), str) or not _COLOR.fullmatch(given["value"]):
            raise invalid("background.value", "background.value must be a colour like #rrggbb")
        return Background(color=given["value"])
    if (given.get("url") is None) == (given.get("asset_id") is None):
        raise invalid("background.url", "background needs exactly one of url and asset_id")
    return Background(url=given.get("url"), asset_id=given.get("asset_id"))


def _voice_settings(body: Mapping[str, Any]) -> tuple[float, int, float]:
    given = body.get("voice_settings") or {}
    if not isinstance(given, dict):
        raise invalid("voice_settings", "voice_settings must be an object")
    if unknown := sorted(set(given) - {"speed", "pitch", "volume", "locale", "engine_settings"}):
        raise invalid(f"voice_settings.{unknown[0]}", f"Unknown field: voice_settings.{unknown[0]}")
    if "locale" in given and not isinstance(given["locale"], str | None):
        raise invalid("voice_settings.locale", "voice_settings.locale must be a string")
    return (
        _number(given, "speed", _SPEEDS, 1.0),
        round(_number(given, "pitch", _PITCHES, 0)),
        _number(given, "volume", _VOLUMES, 1.0),
    )


def _number(given: Mapping[str, Any], name: str, limits: tuple[float, float], default: float) -> float:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not limits[0] <= value <= limits[1]:
        raise invalid(
            f"voice_settings.{name}", f"voice_settings.{name} must be between {limits[0]:g} and {limits[1]:g}"
        )
    return float(value)


def _engine(body: Mapping[str, Any], look: Look) -> None:
    given = body.get("engine") or {"type": "avatar_iv"}
    if not isinstance(given, dict) or given.get("type") not in _ENGINES:
        raise invalid("engine.type", f"engine.type must be one of {', '.join(_ENGINES)}")
    engine = given["type"]
    if unknown := sorted(set(given) - ({"type", "reference_look_id"} if engine == "avatar_v" else {"type"})):
        raise invalid(f"engine.{unknown[0]}", f"Unknown field: engine.{unknown[0]}")
    if engine not in look.engines:
        raise invalid("engine.type", f"This avatar does not support {engine}")
    if body.get("expressiveness") is not None:
        _choice(body, "expressiveness", ("high", "medium", "low"), "medium")
        if look.avatar_type != PHOTO or engine != "avatar_iv":
            raise invalid("expressiveness", "expressiveness is for photo avatars on avatar_iv only")
    if body.get("motion_prompt") is not None and (
        engine == "avatar_iii" or (engine == "avatar_iv" and look.avatar_type != PHOTO)
    ):
        raise invalid("motion_prompt", f"motion_prompt is not supported for this avatar on {engine}")


def _caption(body: Mapping[str, Any]) -> None:
    given = body.get("caption")
    if given is not None:
        if not isinstance(given, dict) or given.get("file_format") != "srt" or set(given) - {"file_format", "style"}:
            raise invalid("caption", 'caption must be {"file_format": "srt", "style"?: "default"}')
        if given.get("style") is not None:
            raise RefusedError(
                "not_simulated",
                "HeyGen can burn captions in, this stand-in cannot: leave caption.style out",
                param="caption.style",
            )
    if body.get("watermark") is not None:
        raise RefusedError("plan_upgrade_required", "watermark is for Enterprise plans", param="watermark")
    _choice(body, "fit", ("cover", "contain"), "cover")


def _resolution(body: Mapping[str, Any]) -> str:
    resolution = _choice(body, "resolution", ("4k", "1080p", "720p"), "1080p")
    if resolution == "4k":
        raise invalid("resolution", "4k is not available for this engine for the time being")
    return resolution


def _ratio(body: Mapping[str, Any], look: Look) -> str:
    ratio = _choice(body, "aspect_ratio", _RATIOS, "16:9")
    return _BY_ORIENTATION[look.orientation] if ratio == "auto" else ratio


def _choice(body: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise invalid(name, f"{name} must be one of {', '.join(allowed)}")
    return str(value)
