"""Seconds: how long a script takes to speak, how long a scene lasts, and how a person reads a length."""

import re
import unicodedata
from collections.abc import Sequence
from typing import assert_never

from shared.pipeline.plan.capabilities import SpeechRate
from shared.pipeline.plan.plan import Length
from shared.pipeline.plan.ssml import Silence, read_script

TAIL = 0.3  # seconds a scene before a backdrop lasts beyond its take: a presenter stands still in them
SHORTEST_BACKDROP = 2.0  # seconds; less is a flash
READING = 17.0  # letters a second people read
READING_START = 0.5  # seconds until they have found the text
SHORTEST_SPEECH = 1.0  # seconds; also what a script of signs alone is counted as
_SILENT = ("Cc", "Cf", "Cn", "Cs", "Me", "Sk", "So")
_UNSAID = re.compile("[\ufe00-\ufe0f]")  # how the sign before it looks
_SYLLABLES = re.compile(  # a character is a syllable: Ethiopic, Cherokee, Canadian, kana, Yi, Korean
    "[\u1200-\u139f\u13a0-\u13ff\u1400-\u167f\u2d80-\u2ddf\u3041-\u30ff\ua000-\ua4cf\uab00-\uab2f\uac00-\ud7a3]"
)
_WEIGHTS = {"letters": 1.0, "abjads": 1.3, "syllables": 2.0, "ideographs": 3.2}


def speech_seconds(script: str, rate: SpeechRate, speed: float | None = None) -> float:
    """Estimate how long a script takes to speak, in seconds with one decimal; `speed` 1.0 is normal.

    Markup is not speech; a break in it lasts as long as it says, whatever the speed.
    """
    said, silent = 0.0, 0.0
    for part in read_script(script):
        if isinstance(part, Silence):
            silent += part.seconds
        else:
            said += sum(1 / getattr(rate, kind) for kind in map(_sound, " ".join(part.said.split())) if kind)
    return round(max(said / (speed or 1.0) + silent, SHORTEST_SPEECH), 1)


def speech_weight(text: str) -> float:
    """Return how long a text takes to say, compared with others: a letter is 1."""
    return sum(_WEIGHTS[kind] for kind in map(_sound, text) if kind)


def _sound(character: str) -> str:
    """Return which of the speech rates a character counts in, "" for what is not said: tones, points, emoji."""
    kind = unicodedata.category(character)
    if kind in _SILENT or unicodedata.combining(character) or _UNSAID.match(character):
        return ""
    if _SYLLABLES.match(character):
        return "syllables"
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return "ideographs"
    return "abjads" if unicodedata.bidirectional(character) in ("R", "AL") else "letters"


def reading_seconds(text: str) -> float:
    """Return how long people take to read a text on the picture."""
    return READING_START + len(" ".join(text.split())) / READING


def lasting(length: Length, shown: float, spoken: float | None) -> float:
    """Return how long a scene (or a film) of `shown` seconds of picture and `spoken` seconds of speech lasts."""
    if spoken is None:
        return shown
    match length:
        case Length.FILM:
            return shown
        case Length.SCRIPT:
            return spoken
        case Length.LONGER:
            return max(shown, spoken)
        case _:
            assert_never(length)


def following(spoken: float, fixed: float, least: Sequence[float]) -> list[float]:
    """Return the seconds of scenes that share what a speech leaves to them, each at least so many.

    `fixed` is how long the other scenes last. Nothing but a backdrop is seen after the last word, and not for long.
    """
    spans: list[float] = []
    left = spoken + TAIL - fixed
    for index, shortest in enumerate(least):
        spans.append(round(max(left / (len(least) - index), shortest), 3))
        left -= spans[-1]
    return spans


def say(seconds: float) -> str:
    """Write a length for a person: "22 s", "4.5 s"."""
    return f"{round(seconds, 1):g} s"


def say_scenes(numbers: list[int]) -> str:
    """Name scenes for a person, counted from 1: "scene 2", "scenes 2, 3 and 5"."""
    *most, last = [str(number + 1) for number in numbers]
    return f"scenes {', '.join(most)} and {last}" if most else f"scene {last}"
