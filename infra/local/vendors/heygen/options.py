"""The optional fields of an order, each checked on its own: format, background, voice, engine, captions, size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import III, IV, Look, V

_RATIOS = ("16:9", "9:16", "4:5", "5:4", "1:1", "auto")
_SPEEDS, _PITCHES, _VOLUMES = (0.5, 1.5), (-50, 50), (0.0, 1.0)
_SAID = {III: "Avatar III", IV: "Avatar IV", V: "Avatar V"}
_ENGINES = tuple(_SAID)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_BY_ORIENTATION = {"portrait": "9:16", "landscape": "16:9", "square": "1:1"}


@dataclass(frozen=True, slots=True)
class Background:
    """What was asked to stand behind the presenter."""

    color: str | None = None
    url: str | None = None
    asset_id: str | None = None


def format_of(body: Mapping[str, Any], look: Look) -> tuple[bool, bool]:
    """Return (webm, whether what is behind the look is taken away: with webm unasked). Raises RefusedError."""
    webm = _choice(body, "output_format", ("mp4", "webm"), "mp4") == "webm"
    if webm and not look.webm:
        raise invalid("output_format", f"This {_kind(look)} does not support webm output.")
    removed = body.get("remove_background", False)
    if not isinstance(removed, bool):
        raise invalid("remove_background", "remove_background must be a boolean")
    if removed and not look.photo and not look.matting:
        raise invalid("remove_background", "Video avatars must be trained with matting enabled.")
    return webm, webm or removed


def background_of(body: Mapping[str, Any], look: Look, *, webm: bool) -> Background | None:
    """Return what shall stand behind the presenter. Raises RefusedError."""
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
        raise invalid("background", f"This {_kind(look)} does not support a custom background.")
    if given["type"] == "color":
        if not isinstance(given.get("value"), str) or not _COLOR.fullmatch(given["value"]):
            raise invalid("background.value", "background.value must be a colour like #rrggbb")
        return Background(color=given["value"])
    if (given.get("url") is None) == (given.get("asset_id") is None):
        raise invalid("background.url", "background needs exactly one of url and asset_id")
    return Background(url=given.get("url"), asset_id=given.get("asset_id"))


def voice_settings_of(body: Mapping[str, Any]) -> tuple[float, int, float]:
    """Return speed, pitch and volume. Raises RefusedError."""
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


def engine_of(body: Mapping[str, Any], look: Look) -> str:
    """Return the engine, Avatar IV where none is named, and check what depends on it. Raises RefusedError."""
    given = body.get("engine")
    if given is None:
        given = {"type": IV}
    if not isinstance(given, dict):
        raise invalid("engine", "Input should be a valid dictionary")
    if given.get("type") not in _ENGINES:
        raise invalid("engine.type", f"engine.type must be one of {', '.join(_ENGINES)}")
    engine = str(given["type"])
    if unknown := sorted(set(given) - ({"type", "reference_look_id"} if engine == "avatar_v" else {"type"})):
        raise invalid(f"engine.{unknown[0]}", f"Unknown field: engine.{unknown[0]}")
    if engine not in look.engines:
        raise RefusedError("invalid_parameter", f"This {_kind(look)} does not support {_SAID[engine]} video generation")
    if body.get("expressiveness") is not None:
        _choice(body, "expressiveness", ("high", "medium", "low"), "medium")
        if not look.photo or engine != IV:
            raise invalid("expressiveness", "expressiveness is for photo avatars on avatar_iv only")
    if body.get("motion_prompt") is not None and (engine == III or (engine == IV and not look.photo)):
        raise invalid("motion_prompt", f"motion_prompt is not supported for this avatar on {engine}")
    return engine


def check_caption(body: Mapping[str, Any]) -> None:
    """Check captions, watermark and fit. Raises RefusedError."""
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


def resolution_of(body: Mapping[str, Any]) -> str:
    """Return the resolution. Raises RefusedError."""
    resolution = _choice(body, "resolution", ("4k", "1080p", "720p"), "1080p")
    if resolution == "4k":
        raise invalid("resolution", "4k is not available for this engine for the time being")
    return resolution


def ratio_of(body: Mapping[str, Any], look: Look) -> str:
    """Return the aspect ratio, "auto" resolved. Raises RefusedError."""
    ratio = _choice(body, "aspect_ratio", _RATIOS, "16:9")
    return _BY_ORIENTATION[look.orientation] if ratio == "auto" else ratio


def _kind(look: Look) -> str:
    return "photo avatar" if look.photo else "video avatar"


def _choice(body: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise invalid(name, f"{name} must be one of {', '.join(allowed)}")
    return str(value)
