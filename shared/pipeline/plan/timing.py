"""Seconds: how long a script takes to speak, how long a scene lasts, and how a person reads a length."""

import unicodedata
from typing import assert_never

from shared.pipeline.plan.capabilities import SpeechRate
from shared.pipeline.plan.plan import Length

SHORTEST_SPEECH = 1.0  # seconds; also what a script of signs alone is counted as


def speech_seconds(script: str, rate: SpeechRate, speed: float | None = None) -> float:
    """Estimate how long a script takes to speak, in seconds with one decimal; `speed` 1.0 is normal."""
    text = " ".join(script.split())
    wide = sum(unicodedata.east_asian_width(character) in ("W", "F") for character in text)
    seconds = wide / rate.ideographs + (len(text) - wide) / rate.letters
    return round(max(seconds / (speed or 1.0), SHORTEST_SPEECH), 1)


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


def say(seconds: float) -> str:
    """Write a length for a person: "22 s", "4.5 s"."""
    return f"{round(seconds, 1):g} s"


def say_scenes(numbers: list[int]) -> str:
    """Name scenes for a person, counted from 1: "scene 2", "scenes 2, 3 and 5"."""
    *most, last = [str(number + 1) for number in numbers]
    return f"scenes {', '.join(most)} and {last}" if most else f"scene {last}"
