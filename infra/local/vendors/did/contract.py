"""What an order (`POST /clips`) may say; a field nobody knows is refused (did page, "The order")."""

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.vendors.did.refusals import RefusedError, unsound
from infra.local.vendors.did.settings import DEFAULT_PRESENTER, DidSettings, Presenter, Voice

_FIELDS = {
    "presenter_id", "driver_id", "script", "config", "presenter_config", "background", "name", "user_data", "webhook",
    "result_url",
}  # fmt: skip
_UNSIMULATED = ("presenter_config", "result_url")
_SHORTEST, _LONGEST, _LONGEST_SPOKEN = 3, 40_000, 10_000
_FORMATS = ("mp4", "mov", "webm")
_LEAST_SIDE, _MOST_SIDE = 150, 1080
_MAKERS = ("microsoft", "elevenlabs", "amazon", "google", "azure-openai")
_SLOWEST, _FASTEST = 0.7, 1.2  # of an ElevenLabs voice
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_RATE = re.compile(r"[0-9](\.[0-9]{1,3})?")
_PITCH = re.compile(r"([+-][0-9]{1,2})st")
_MARKUP = re.compile(r"<[^<>]{1,200}>")
_MARKER = re.compile(r"\[\[(fail|reject|slow|webhook|moderation|celebrity|file|nocallback|broke)(?::([\w.]+))?\]\]")


@dataclass(frozen=True, slots=True)
class Order:
    """An order that was understood."""

    presenter: Presenter
    voice: Voice
    script: str
    form: str  # mp4, mov or webm
    longest_side: int | None  # None: as large as the presenter is
    transparent: bool
    color: str | None
    name: str | None
    user_data: str | None
    webhook: str | None
    rate: float
    semitones: int


@dataclass(frozen=True, slots=True)
class Markers:
    """What a script asks the stand-in to do; markers are never spoken.

    `[[fail:Kind]]`, `[[reject:Kind]]`, `[[slow:N]]`, `[[webhook:never]]` (`twice`, `late`, `early`), `[[moderation]]`,
    `[[celebrity]]`, `[[file:KIND]]` (`[[file:KIND.N]]`: only the first N downloads); HeyGen's `[[nocallback]]` and
    `[[broke]]` are passed by.
    """

    failure: str | None = None
    rejection: str | None = None
    slow: float = 0.0
    webhook: str = ""
    refused: str | None = None
    file: str = ""  # what stands in the film's place: a key of `spoil.SPOILED`
    files: int = 10**6  # downloads that get it

    @classmethod
    def of(cls, script: str) -> "Markers":
        """Read the markers of a script."""
        found = dict(_MARKER.findall(script))
        named = "TextModerationError" if "moderation" in found else None
        file, _, files = found.get("file", "").partition(".")
        return cls(
            failure=(found["fail"] or "InternalError") if "fail" in found else None,
            rejection=(found["reject"] or "TextModerationError") if "reject" in found else None,
            slow=float(found.get("slow") or 0.0),
            webhook=found.get("webhook", ""),
            refused="CelebrityRecognizedError" if "celebrity" in found else named,
            file=file,
            files=int(files or 10**6),
        )


def spoken(script: str) -> str:
    """Return a script without its markers."""
    return _MARKER.sub("", script)


def parse(body: Any, settings: DidSettings) -> Order:
    """Return the order a request body holds. Raises RefusedError."""
    if not isinstance(body, dict):
        raise unsound("body", "must be object")
    _known(body, _FIELDS, "")
    for name in _UNSIMULATED:
        if name in body:
            raise RefusedError("NotSimulatedError", f"D-ID takes {name}, this stand-in does not")
    presenter = _presenter(body, settings)
    script = _object(body, "script")
    text = _text(script)
    voice, rate, semitones = _voice(script, presenter, settings)
    form, longest = _config(body)
    transparent, color = _background(body, form, presenter)
    return Order(
        presenter=presenter,
        voice=voice,
        script=text,
        form=form,
        longest_side=longest,
        transparent=transparent,
        color=color if presenter.green else None,  # without a green screen there is nothing to paint on
        name=_string(body, "name"),
        user_data=_user_data(body),
        webhook=_webhook(body, settings),
        rate=rate,
        semitones=semitones,
    )


def _presenter(body: Mapping[str, Any], settings: DidSettings) -> Presenter:
    """Return who is filmed: somebody, even when nobody was named."""
    _string(body, "driver_id")
    named = _string(body, "presenter_id") or DEFAULT_PRESENTER
    if (found := settings.presenter(named)) is None:
        raise RefusedError("NotFoundError", f"presenter {named} not found")
    return found


def _text(script: Mapping[str, Any]) -> str:
    kind = script.get("type")
    if kind == "audio":
        raise RefusedError("NotSimulatedError", "D-ID speaks audio files, this stand-in only texts")
    if kind != "text":
        raise unsound("script.type", "must be text or audio")
    _known(script, {"type", "input", "subtitles", "provider", "ssml"}, "script.")
    for name in ("subtitles", "ssml"):
        if not isinstance(script.get(name, False), bool):
            raise unsound(f"script.{name}", "must be boolean")
    text = script.get("input")
    if not isinstance(text, str) or not _SHORTEST <= len(text) <= _LONGEST:
        raise unsound("script.input", f"must be {_SHORTEST} to {_LONGEST} characters")
    if len(_MARKUP.sub("", text)) > _LONGEST_SPOKEN:
        raise unsound("script.input", f"must be at most {_LONGEST_SPOKEN} characters without markup")
    if refused := Markers.of(text).refused:
        raise RefusedError(refused, "the text did not pass moderation")
    return text


def _voice(script: Mapping[str, Any], presenter: Presenter, settings: DidSettings) -> tuple[Voice, float, int]:
    """Return who speaks, how fast (1 = usual) and how many semitones higher: the presenter's own voice unasked."""
    if "provider" not in script:
        own = settings.voice("microsoft", presenter.voice_id)
        return own or settings.voices[0], 1.0, 0
    maker = _object(script, "provider", "script.")
    if maker.get("type") not in _MAKERS:
        raise unsound("script.provider.type", f"must be one of {', '.join(_MAKERS)}")
    more = {"language"} if maker["type"] == "microsoft" else {"model_id"}
    _known(maker, {"type", "voice_id", "voice_config", *more}, "script.provider.")
    if not isinstance(maker.get("voice_id"), str):
        raise unsound("script.provider.voice_id", "is required")
    voice = settings.voice(maker["type"], maker["voice_id"])
    if voice is None:
        raise RefusedError("BadRequestError", f"voice {maker['voice_id']} is not a voice of {maker['type']}")
    tuned = maker.get("voice_config", {})
    if not isinstance(tuned, dict):
        raise unsound("script.provider.voice_config", "must be object")
    if maker["type"] == "elevenlabs":
        return voice, _elevenlabs(tuned), 0
    return voice, *_microsoft(tuned, voice)


def _elevenlabs(tuned: Mapping[str, Any]) -> float:
    """Return how fast an ElevenLabs voice speaks; its `style` is a number, not a word."""
    place = "script.provider.voice_config."
    _known(tuned, {"stability", "similarity_boost", "style", "rate", "use_speaker_boost"}, place)
    rate, style = tuned.get("rate", 1.0), tuned.get("style", 0.0)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not _SLOWEST <= rate <= _FASTEST:
        raise unsound(f"{place}rate", "must be a number of 0.7 to 1.2")
    if isinstance(style, bool) or not isinstance(style, int | float):
        raise unsound(f"{place}style", "must be a number")
    return float(rate)


def _microsoft(tuned: Mapping[str, Any], voice: Voice) -> tuple[float, int]:
    """Return how fast a voice speaks and how many semitones higher.

    What D-ID does with a style that a voice does not list is unknown, so the stricter is assumed.
    """
    place = "script.provider.voice_config."
    _known(tuned, {"style", "rate", "pitch"}, place)
    rate, pitch = tuned.get("rate", "1"), tuned.get("pitch", "+0st")
    if not isinstance(rate, str) or not _RATE.fullmatch(rate):
        raise unsound(f"{place}rate", "must be a string like 1.1")
    if not isinstance(pitch, str) or (higher := _PITCH.fullmatch(pitch)) is None:
        raise unsound(f"{place}pitch", "must be a string like +2st")
    if "style" in tuned and tuned["style"] not in voice.styles:
        raise unsound(f"{place}style", f"must be a style of {voice.id}: {', '.join(voice.styles) or 'none'}")
    return float(rate), int(higher[1])


def _config(body: Mapping[str, Any]) -> tuple[str, int | None]:
    if "config" not in body:
        return "mp4", None
    config = _object(body, "config")
    _known(config, {"result_format", "output_resolution"}, "config.")
    form, longest = config.get("result_format", "mp4"), config.get("output_resolution")
    if form not in _FORMATS:
        raise unsound("config.result_format", f"must be one of {', '.join(_FORMATS)}")
    if longest is None:
        return form, None
    if isinstance(longest, bool) or not isinstance(longest, int) or not _LEAST_SIDE <= longest <= _MOST_SIDE:
        raise unsound("config.output_resolution", f"must be an integer of {_LEAST_SIDE} to {_MOST_SIDE}")
    return form, longest


def _background(body: Mapping[str, Any], form: str, presenter: Presenter) -> tuple[bool, str | None]:
    """Return (whether nothing stands behind the presenter, the colour that does)."""
    if "background" not in body:
        return False, None
    background = _object(body, "background")
    if "source_url" in background:
        raise RefusedError("NotSimulatedError", "D-ID takes background.source_url, this stand-in does not")
    _known(background, {"color"}, "background.")
    color = background.get("color")
    if color is False:
        if form != "webm":
            raise RefusedError("BadRequestError", "background.color false requires result_format webm")
        if not presenter.green:
            raise RefusedError("BadRequestError", "presenter does not support a transparent background")
        return True, None
    if not isinstance(color, str) or not _COLOR.fullmatch(color):
        raise unsound("background.color", "must be false or a string like #00b140")
    return False, color


def _user_data(body: Mapping[str, Any]) -> str | None:
    found = _string(body, "user_data")
    if found is not None and not (found.strip() and len(found) <= 1000):  # noqa: PLR2004 - D-ID's own limit
        raise unsound("user_data", "must be 1 to 1000 characters")
    return found


def _webhook(body: Mapping[str, Any], settings: DidSettings) -> str | None:
    """Return where to call back: https, or a host that is excepted."""
    url = _string(body, "webhook")
    if url is None:
        return None
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme != "http" or parts.hostname not in settings.insecure_hosts:
        raise unsound("webhook", 'must match pattern "^https://"')
    return url


def _string(body: Mapping[str, Any], name: str) -> str | None:
    found = body.get(name)
    if name in body and not isinstance(found, str):
        raise unsound(name, "must be string")
    return found


def _object(body: Mapping[str, Any], name: str, inside: str = "") -> Mapping[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise unsound(inside + name, "is required" if found is None else "must be object")
    return found


def _known(given: Mapping[str, Any], allowed: set[str], inside: str) -> None:
    if unknown := sorted(set(given) - allowed):
        raise unsound(inside + unknown[0], "must NOT have additional properties")
