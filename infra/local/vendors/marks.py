"""Reads from any film what was filmed, spoken and laid where: the marks that the stand-ins paint into their media.

Writers are `strip` (footage), `badge` (presenter) and `tones` (sound); all of them spell `payload`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infra.local.vendors import badge, figure, media, strip, tones
from infra.local.vendors.badge import Box
from infra.local.vendors.payload import FootageMark, PresenterMark, hash16
from infra.local.vendors.tones import RATE, Band

__all__ = [
    "Box",
    "FootageMark",
    "Heard",
    "PresenterMark",
    "Reading",
    "Seen",
    "figure_box",
    "hash16",
    "read_film",
    "read_sound",
]

_SPEECH_HZ = 4000  # loudness is measured below this, so that the tones do not count


@dataclass(frozen=True, slots=True)
class Seen:
    """One sampled picture; `box` is the presenter's badge card in pixels."""

    at: float
    footage: FootageMark | None
    presenter: PresenterMark | None
    box: Box | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A film's properties and what its pictures show."""

    width: int
    height: int
    fps: float
    seconds: float
    has_sound: bool
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One stretch of sound from `at` on: the script and the footage prompt that sound in it, dBFS below 4 kHz."""

    at: float
    script: int | None
    prompt: int | None
    loudness: float


def read_film(path: Path, *, every: float = 0.5) -> Reading:
    """Read the marks of one picture each `every` seconds, in the middle of each stretch.

    That is at every/2, every*3/2, … Raises media.UnreadableMediaError.
    """
    found = media.probe(path)
    pictures = media.frames(path, rate=2 / every, width=found.width, height=found.height)
    seen = tuple(_look(picture, index * every / 2) for index, picture in enumerate(pictures) if index % 2)
    return Reading(found.width, found.height, found.fps, found.seconds, bool(found.audio), seen)


def figure_box(card: Box) -> Box:
    """Return the box the presenter fills, to within 2 %, reckoned from the badge's box."""
    unit = card.width / figure.BADGE_WIDTH
    left, top, right, bottom = figure.VISIBLE
    x, y = card.x - (figure.BADGE_LEFT - left) * unit, card.y - (figure.BADGE_TOP - top) * unit
    return Box(x, y, (right - left) * unit, (bottom - top) * unit)


def read_sound(path: Path, *, every: float = 0.5) -> tuple[Heard, ...]:
    """Read the tones of each stretch of `every` seconds (0.5 is what they are made for); a silent file gives ().

    Raises media.UnreadableMediaError.
    """
    if not media.probe(path).audio:
        return ()
    sound = media.sound(path)
    size = round(every * RATE)
    return tuple(_listen(sound[start : start + size], start / RATE) for start in range(0, len(sound) - size + 1, size))


def _look(picture: strip.Plane, at: float) -> Seen:
    found = badge.find(picture)
    presenter, box = found or (None, None)
    return Seen(at, strip.read(picture), presenter, box)


def _listen(stretch: tones.Sound, at: float) -> Heard:
    spectrum = np.abs(np.fft.rfft(stretch)) ** 2
    cut = round(_SPEECH_HZ * len(stretch) / RATE)
    power = float(2 * spectrum[1:cut].sum()) / len(stretch) ** 2
    loudness = 10 * np.log10(power) if power > 0 else -120.0
    return Heard(at, tones.heard(stretch, Band.SCRIPT), tones.heard(stretch, Band.PROMPT), max(-120.0, float(loudness)))
