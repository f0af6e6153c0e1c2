"""What a submit may say, and how it is refused.

Veo's instance and parameter schema, checked as strictly as the service does.

Checked at the POST: shape, media, aspect ratio, what excludes what. Checked later, in the operation: durations, the
film to be extended (veo page, "What is checked when").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.local.vendors.veo.inputs import IMAGES, Media, invalid, media_of
from infra.local.vendors.veo.settings import VeoSettings

_INSTANCE = {"prompt", "image", "lastFrame", "video", "mask", "referenceImages", "cameraControl"}
_PARAMETERS = {
    "sampleCount", "storageUri", "durationSeconds", "aspectRatio", "resolution", "negativePrompt", "personGeneration",
    "generateAudio", "resizeMode", "compressionQuality", "enhancePrompt", "seed", "fps", "pubsubTopic",
}  # fmt: skip
_PEOPLE = ("allow_adult", "dont_allow", "disallow")
_MOST_REFERENCES = 3
_MOST_SAMPLES = 4
_MOST_SEED = 2**32 - 1
_MARKER = re.compile(r"\[\[(rai|filter|empty|err|slow|lost|file)(?::([\w.]+))?\]\]")


class Feature(StrEnum):
    """How a clip is made; the service prints these names in its messages."""

    TEXT = "text_to_video"
    IMAGE = "image_to_video"
    REFERENCE = "reference_to_video"
    EXTENSION = "video_extension"

    @property
    def durations(self) -> tuple[int, ...]:
        """Seconds it may be asked for, in the order the service prints them."""
        match self:
            case Feature.TEXT | Feature.IMAGE:
                return (8, 4, 6)
            case Feature.REFERENCE:
                return (8,)
            case Feature.EXTENSION:
                return (7,)


@dataclass(frozen=True, slots=True)
class Order:
    """A submit that was understood; `late` is the message it will fail with."""

    prompt: str
    feature: Feature
    image: Media | None
    video: Media | None
    references: tuple[Media, ...]
    seconds: float
    aspect_ratio: str
    resolution: str
    crop: bool
    sound: bool
    samples: int
    storage_uri: str | None
    late: str | None
    warnings: tuple[str, ...]

    @property
    def uses_storage(self) -> bool:
        """Whether any gs:// name is in it."""
        files = (self.image, self.video, *self.references)
        return self.storage_uri is not None or any(file is not None and file.uri is not None for file in files)


@dataclass(frozen=True, slots=True)
class Markers:
    """What a prompt asks the stand-in to do.

    `[[rai:CODE]] [[filter]] [[empty]] [[err:N]] [[slow:N]] [[lost]] [[lost:film]] [[file:KIND]]`.
    """

    safety: str | None = None
    filtered: bool = False
    empty: bool = False
    error: int | None = None
    slow: float = 0.0
    lost: bool = False
    lost_but_filmed: bool = False
    file: str = ""  # what is written in the film's place: a key of `spoil.SPOILED`

    @classmethod
    def of(cls, prompt: str) -> "Markers":
        """Read the markers of a prompt."""
        found = dict(_MARKER.findall(prompt))
        return cls(
            safety=(found["rai"] or "15236754") if "rai" in found else None,
            filtered="filter" in found,
            empty="empty" in found,
            error=int(found["err"]) if "err" in found else None,
            slow=float(found.get("slow") or 0.0),
            lost="lost" in found,
            lost_but_filmed=found.get("lost") == "film",
            file=found.get("file", ""),
        )


def parse(body: Any, model: str, settings: VeoSettings) -> Order:
    """Return the order a request body holds. Raises RefusedError."""
    instance, parameters = _shape(body)
    warnings = [f"instances[0].{name} ignored" for name in sorted(set(instance) - _INSTANCE)]
    warnings += [f"parameters.{name} ignored" for name in sorted(set(parameters) - _PARAMETERS)]
    if "generateAudio" not in parameters:
        warnings.append("parameters.generateAudio not stated")
    aspect_ratio = _one_of(parameters, "aspectRatio", ("16:9", "9:16"), "16:9")
    image, video = media_of(instance, "image", IMAGES), media_of(instance, "video", None)
    last = media_of(instance, "lastFrame", IMAGES)
    references = _references(instance, model, settings)
    prompt = _prompt(instance, needed=bool(references) or (image is None and video is None))
    for name in ("mask", "cameraControl"):
        if name in instance:
            raise invalid(f"{name} is not supported by {model}")
    late = _combination(image, video, references, last)
    if late is not None and not settings.late_combination_error:
        raise invalid(late)
    if video is not None and "resizeMode" in parameters and settings.refuse_resize_mode_on_video:
        raise invalid("resizeMode is supported for image-to-video only")
    _check_the_rest(parameters)
    feature = _feature(image, video, references)
    if parameters.get("enhancePrompt") is False:
        late = late or "Veo 3 prompt enhancement cannot be disabled"
    return Order(
        prompt=prompt,
        feature=feature,
        image=image,
        video=video,
        references=references,
        seconds=_seconds(parameters, feature),
        aspect_ratio=aspect_ratio,
        resolution=_one_of(parameters, "resolution", ("720p", "1080p"), "720p"),
        crop=_one_of(parameters, "resizeMode", ("pad", "crop"), "pad", any_case=True) == "crop",
        sound=_flag(parameters, "generateAudio"),
        samples=_samples(parameters),
        storage_uri=_storage(parameters),
        late=late,
        warnings=tuple(warnings),
    )


def _shape(body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the one instance and the parameters. Raises RefusedError."""
    if not isinstance(body, dict) or not isinstance(body.get("instances"), list) or len(body["instances"]) != 1:
        raise invalid("exactly one instance is expected in `instances`")
    instance, parameters = body["instances"][0], body.get("parameters") or {}
    if not isinstance(instance, dict) or not isinstance(parameters, dict):
        raise invalid("`instances[0]` and `parameters` must be objects")
    return instance, parameters


def _prompt(instance: Mapping[str, Any], *, needed: bool) -> str:
    prompt = instance.get("prompt", "")
    if not isinstance(prompt, str):
        raise invalid("prompt must be a string")
    if needed and not prompt.strip():
        raise invalid("prompt is required")
    return prompt


def _seconds(parameters: Mapping[str, Any], feature: Feature) -> float:
    seconds = parameters.get("durationSeconds", feature.durations[0])
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise invalid("durationSeconds must be a number")
    return seconds


def _combination(
    image: Media | None, video: Media | None, references: tuple[Media, ...], last: Media | None
) -> str | None:
    if image is not None and video is not None:
        return "image and video cannot be set at the same time"
    if image is not None and references:
        return "image and referenceImages cannot be set at the same time"
    if video is not None and references:
        return "video and referenceImages cannot be set at the same time"
    if last is not None and image is None:
        return "lastFrame requires image"
    return None


def _feature(image: Media | None, video: Media | None, references: tuple[Media, ...]) -> Feature:
    if video is not None:
        return Feature.EXTENSION
    if references:
        return Feature.REFERENCE
    return Feature.TEXT if image is None else Feature.IMAGE


def _references(instance: Mapping[str, Any], model: str, settings: VeoSettings) -> tuple[Media, ...]:
    given = instance.get("referenceImages", [])
    if not isinstance(given, list) or len(given) > _MOST_REFERENCES:
        raise invalid("referenceImages must be a list of at most 3")
    if given and model not in settings.references:
        raise invalid(f"referenceImages is not supported by {model}")
    found: list[Media] = []
    for item in given:
        if not isinstance(item, dict) or str(item.get("referenceType", "")).lower() != "asset":
            raise invalid('referenceImages[].referenceType must be "asset"')
        media = media_of(item, "image", IMAGES)
        if media is None:
            raise invalid("referenceImages[].image is required")
        found.append(media)
    return tuple(found)


def _one_of(
    holder: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str, *, any_case: bool = False
) -> str:
    value = holder.get(name, default)
    if any_case and isinstance(value, str):
        value = value.lower()
    if value not in allowed:
        raise invalid(f"Unsupported {name} {value!r}, supported values are {list(allowed)}")
    return str(value)


def _flag(holder: Mapping[str, Any], name: str) -> bool:
    value = holder.get(name, True)
    if not isinstance(value, bool):
        raise invalid(f"{name} must be a boolean")
    return value


def _check_the_rest(parameters: Mapping[str, Any]) -> None:
    """Check what changes nothing the stand-in draws. Raises RefusedError."""
    _one_of(parameters, "compressionQuality", ("optimized", "lossless"), "optimized", any_case=True)
    seed = parameters.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= _MOST_SEED:
        raise invalid(f"seed must be an integer between 0 and {_MOST_SEED}")
    if not isinstance(parameters.get("negativePrompt", ""), str):
        raise invalid("negativePrompt must be a string")
    if not isinstance(parameters.get("enhancePrompt", True), bool):
        raise invalid("enhancePrompt must be a boolean")


def _samples(parameters: Mapping[str, Any]) -> int:
    value = parameters.get("sampleCount", 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_SAMPLES:
        raise invalid("sampleCount must be between 1 and 4")
    return value


def _storage(parameters: Mapping[str, Any]) -> str | None:
    if "personGeneration" in parameters and parameters["personGeneration"] not in _PEOPLE:
        raise invalid(f"personGeneration {parameters['personGeneration']!r} is not allowed for this project")
    uri = parameters.get("storageUri")
    if uri is not None and (not isinstance(uri, str) or not re.fullmatch(r"gs://[^/]+(/.*)?", uri)):
        raise invalid("storageUri is not a Cloud Storage location")
    return uri
