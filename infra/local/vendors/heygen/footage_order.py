"""What an order for footage (`POST /v3/models/videos`) may say, and how it is refused (heygen_video page, "The order").

Nothing is lenient: an unknown field, a length that is no whole number, a picture in a mode that takes none are 400s
that name their field. A film is asked for in one of three modes; only two of them hear an aspect ratio.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.local.vendors.heygen.contract import Markers, check_url
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import FOOTAGE_MODEL, HeyGenSettings

_FIELDS = {
    "model", "mode", "prompt", "duration", "resolution", "aspect_ratio", "image", "reference_images",
    "reference_videos", "reference_audio", "seed", "prompt_enhancement", "callback_url", "callback_id",
}  # fmt: skip
RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
RESOLUTIONS = ("480p", "768p", "1080p", "2k")
_LARGE = RESOLUTIONS[2:]  # filmed wide and tall only
_ENHANCEMENTS = ("turbo", "quality", "disabled")
_LONGEST_PROMPT = 32_000
_SHORTEST = 5
_MOST_SEED = 2**32 - 1
_MOST = {"reference_images": 9, "reference_videos": 3, "reference_audio": 3}
_MOST_REFERENCES = 12
_FAMILY = {"reference_images": "image/", "reference_videos": "video/", "reference_audio": "audio/"}


class Mode(StrEnum):
    """How a film is asked for; the service's own default is the third, which also costs the most."""

    TEXT = "text_to_video"
    IMAGE = "image_to_video"
    REFERENCE = "reference_to_video"


@dataclass(frozen=True, slots=True)
class Handed:
    """A file handed in with an order: exactly one of url, asset and data."""

    param: str
    family: str  # "image/", "video/", "audio/"
    url: str | None = None
    asset: str | None = None
    data: str | None = None  # base64
    mime: str = ""


@dataclass(frozen=True, slots=True)
class FootageOrder:
    """An order for footage that was understood."""

    mode: Mode
    prompt: str
    seconds: int
    resolution: str
    aspect_ratio: str  # "" where the picture decides
    files: tuple[Handed, ...]
    seed: int | None
    callback_url: str | None
    callback_id: str | None

    @property
    def markers(self) -> Markers:
        """What the prompt asks the stand-in to do."""
        return Markers.of(self.prompt)


def parse_footage(body: Any, settings: HeyGenSettings) -> FootageOrder:
    """Return the order a request body holds. Raises RefusedError."""
    if not isinstance(body, dict):
        raise invalid("body", "The request body must be a JSON object")
    if unknown := sorted(set(body) - _FIELDS):
        raise invalid(unknown[0], "Extra inputs are not permitted")
    if body.get("model") != FOOTAGE_MODEL:
        raise invalid("model", f"Input should be '{FOOTAGE_MODEL}'")
    mode = Mode(_one_of(body, "mode", tuple(Mode), Mode.REFERENCE.value))
    resolution = _one_of(body, "resolution", RESOLUTIONS, "768p")
    order = FootageOrder(
        mode=mode,
        prompt=_prompt(body),
        seconds=_seconds(body, settings),
        resolution=resolution,
        aspect_ratio=_ratio(body, mode, resolution),
        files=_files(body, mode, settings),
        seed=_seed(body),
        callback_url=_text(body, "callback_url"),
        callback_id=_text(body, "callback_id"),
    )
    _one_of(body, "prompt_enhancement", _ENHANCEMENTS, "turbo")
    if order.callback_url is not None:
        check_url("callback_url", order.callback_url, settings)
    if order.markers.moderation:
        raise RefusedError("content_policy_violation", "The prompt violates our content policy", param="prompt")
    if (resolution, mode is Mode.REFERENCE) not in settings.footage_prices:
        raise RefusedError(
            "not_simulated", f"HeyGen films {resolution} at a price nobody has published", param="resolution"
        )
    return order


def without_data(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order whose base64 is a word in its place: as it stands in the record."""

    def short(value: Any) -> Any:
        match value:
            case {"type": "base64"}:
                return {**value, "data": "kept"}
            case list():
                return [short(one) for one in value]
        return value

    return {name: short(value) for name, value in body.items()}


def _prompt(body: Mapping[str, Any]) -> str:
    prompt = _text(body, "prompt")
    if prompt is None or not 1 <= len(prompt) <= _LONGEST_PROMPT:
        raise invalid("prompt", f"prompt must have 1 to {_LONGEST_PROMPT} characters")
    return prompt


def _seconds(body: Mapping[str, Any], settings: HeyGenSettings) -> int:
    asked = body.get("duration", _SHORTEST)
    if not isinstance(asked, int) or isinstance(asked, bool):
        raise invalid("duration", "Input should be a valid integer")
    if asked < _SHORTEST:
        raise invalid("duration", f"Input should be greater than or equal to {_SHORTEST}")
    if asked > settings.footage_longest:
        raise invalid("duration", f"Input should be less than or equal to {settings.footage_longest}")
    return asked


def _ratio(body: Mapping[str, Any], mode: Mode, resolution: str) -> str:
    allowed = (*RATIOS, "adaptive") if mode is Mode.REFERENCE else RATIOS
    ratio = _one_of(body, "aspect_ratio", allowed, "adaptive" if mode is Mode.REFERENCE else "16:9")
    if mode is Mode.IMAGE:
        return ""  # read, and ignored: the picture's shape decides
    if resolution in _LARGE and ratio not in ("16:9", "9:16"):
        raise invalid("aspect_ratio", f"{resolution} is filmed in 16:9 and 9:16 only")
    return "" if ratio == "adaptive" else ratio


def _seed(body: Mapping[str, Any]) -> int | None:
    seed = body.get("seed")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= _MOST_SEED):
        raise invalid("seed", f"seed must be a whole number of 0 to {_MOST_SEED}")
    return seed


def _files(body: Mapping[str, Any], mode: Mode, settings: HeyGenSettings) -> tuple[Handed, ...]:
    image = body.get("image")
    if (image is not None) != (mode is Mode.IMAGE):
        raise invalid("image", f"image belongs to {Mode.IMAGE}, and only there")
    if image is not None:
        return (_handed("image", image, "image/", settings),)
    found: list[Handed] = []
    for name, most in _MOST.items():
        given = body.get(name) or []
        if not isinstance(given, list) or len(given) > most:
            raise invalid(name, f"{name} must be a list of at most {most}")
        found += [_handed(f"{name}.{n}", one, _FAMILY[name], settings) for n, one in enumerate(given)]
    if found and mode is not Mode.REFERENCE:
        raise invalid(found[0].param.split(".", maxsplit=1)[0], f"references belong to {Mode.REFERENCE}")
    if len(found) > _MOST_REFERENCES:
        raise invalid("reference_images", f"at most {_MOST_REFERENCES} references in all")
    if mode is Mode.REFERENCE and not any(one.family != "audio/" for one in found):
        raise invalid("reference_images", f"{Mode.REFERENCE} needs at least one image or video reference")
    return tuple(found)


def _handed(param: str, given: Any, family: str, settings: HeyGenSettings) -> Handed:
    shapes = {"url": {"url"}, "asset_id": {"asset_id"}, "base64": {"media_type", "data"}}
    kind = given.get("type") if isinstance(given, dict) else None
    if kind not in shapes:
        raise invalid(f"{param}.type", f"Input should be {', '.join(shapes)}")
    rest = {name: value for name, value in given.items() if name != "type"}
    if set(rest) != shapes[kind] or not all(isinstance(value, str) and value for value in rest.values()):
        raise invalid(param, f"a file of type {kind} has exactly {', '.join(sorted(shapes[kind]))}")
    if kind == "base64" and not rest["media_type"].startswith(family):
        raise invalid(f"{param}.media_type", f"media_type must be {family}*")
    if kind == "url":
        check_url(f"{param}.url", rest["url"], settings)
    return Handed(
        param, family, rest.get("url"), rest.get("asset_id"), rest.get("data"), str(rest.get("media_type", ""))
    )


def _text(body: Mapping[str, Any], name: str) -> str | None:
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise invalid(name, "Input should be a valid string")
    return given


def _one_of(body: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    given = body.get(name, default)
    if given not in allowed:
        raise invalid(name, f"Input should be {', '.join(allowed)}")
    return str(given)
