"""The mark in the sound: five steady quiet tones that spell a 16-bit hash, readable from any half second of a mix.

Each tone is one of 16 frequencies 12 Hz apart and carries four bits; the fifth is the exclusive-or of the other four.
Scripts sound in 6.4-7.4 kHz, footage in 8.0-9.0 kHz: above speech, below what AAC and Opus leave out, hardly noticed
by the ear.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 48_000
_SPACING = 12.0  # Hz; half a second resolves 4 Hz
_CHOICES = 16
_GROUPS = 5
_PROMINENCE = 1.5  # how much louder than the runner-up of its group a tone must be; all five, and the check, must agree
_SHOULDER = 3.0  # Hz either side of a tone that still belong to it
_FLOOR = 2e-6  # amplitude under which nothing is a tone


class Band(IntEnum):
    """Where a hash sounds: the band's lowest frequency, Hz."""

    SCRIPT = 6400
    PROMPT = 8000


def tones(value: int, band: Band, samples: int, *, level: float, start: int = 0) -> Sound:
    """Return `samples` of mono sound at 48 kHz that spell `value`.

    `level` is the amplitude of each of the five tones.
    """
    at = (np.arange(start, start + samples, dtype=np.float64) / RATE) * 2 * np.pi
    out = np.zeros(samples, np.float32)
    for group, nibble in enumerate(_nibbles(value)):
        out += (level * np.sin(at * _frequency(band, group, nibble) + group * 1.3)).astype(np.float32)
    return out


def heard(sound: Sound, band: Band) -> int | None:
    """Return the hash that sounds in a stretch of mono sound at 48 kHz (half a second or so), or None."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) / max(len(sound), 1)
    resolution = RATE / len(sound)
    reach = max(1, round(_SHOULDER / resolution))
    nibbles: list[int] = []
    for group in range(_GROUPS):
        centres = [round(_frequency(band, group, choice) / resolution) for choice in range(_CHOICES)]
        strengths = np.array([spectrum[centre - reach : centre + reach + 1].max() for centre in centres])
        order = np.argsort(strengths)
        if strengths[order[-1]] < max(_FLOOR, strengths[order[-2]] * _PROMINENCE):
            return None
        nibbles.append(int(order[-1]))
    value = nibbles[0] << 12 | nibbles[1] << 8 | nibbles[2] << 4 | nibbles[3]
    return value if _nibbles(value)[4] == nibbles[4] else None


def _nibbles(value: int) -> tuple[int, int, int, int, int]:
    four = (value >> 12 & 15, value >> 8 & 15, value >> 4 & 15, value & 15)
    return (*four, four[0] ^ four[1] ^ four[2] ^ four[3])


def _frequency(band: Band, group: int, choice: int) -> float:
    return band + (group * _CHOICES + choice) * _SPACING
