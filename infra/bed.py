"""Makes the soft bed that lies under a film in which nothing else would be heard: our own music, free of any licence.

`python -m infra.bed` writes shared/media/sounds/bed.webm. Eight bars of long chords and a few plucked notes, 24 s, that
close in a circle: every note and its echo is added round the end, so a film of any length hears no seam. Nothing sounds
above 3.5 kHz, where a voice has its consonants.
"""

import argparse
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

RATE, BAR = 48_000, 3.0  # samples and seconds: four beats at 80 a minute
LOUDNESS = -20.0  # LUFS of the file
TARGET = Path(__file__).resolve().parents[1] / "shared" / "media" / "sounds" / "bed.webm"

Wave = NDArray[np.float64]

# MIDI notes of each bar: F, C over E, D minor, A minor, F, C, G with a fourth, G.
_CHORDS = (
    (41, 53, 57, 60, 64),
    (40, 52, 55, 60, 67),
    (38, 50, 57, 60, 65),
    (45, 52, 57, 60, 64),
    (41, 53, 57, 60, 69),
    (36, 48, 55, 64, 67),
    (43, 50, 55, 60, 67),
    (43, 50, 55, 59, 62),
)
_PLUCKED = ((0, 3), (2, 4), (3, 2), (5, 3), (6, 4))  # (eighth of the bar, which note of the chord, an octave up)


def bed() -> Wave:
    """Return the bed, shape (2, samples), -1..1."""
    length = round(len(_CHORDS) * BAR * RATE)
    dry = np.zeros((2, length))
    for bar, chord in enumerate(_CHORDS):
        for number, note in enumerate(chord):
            _add(dry, _held(note), bar * BAR - 0.6, 0.5 + 0.4 * (number % 2) - 0.2 * (number == 0))
        for number, (eighth, which) in enumerate(_PLUCKED):
            if (bar + number) % 3:
                _add(dry, 0.5 * _plucked(chord[which] + 12), (bar + eighth / 8) * BAR, 0.25 + 0.5 * (number % 2))
    return _softened(dry)


def _held(note: int) -> Wave:
    """Return a long tone that comes and goes over the bars beside its own."""
    at = np.arange(round((BAR + 1.8) * RATE)) / RATE
    swell = np.minimum(1.0, at / 1.4) * np.minimum(1.0, (at[-1] - at) / 1.6)
    partials = sum(0.5**k * np.sin(2 * np.pi * _hertz(note) * k * at + k) for k in (1, 2, 3))
    return np.asarray(0.25 * np.sin(swell * np.pi / 2) ** 2 * (1 + 0.06 * np.sin(2 * np.pi * 0.7 * at)) * partials)


def _plucked(note: int) -> Wave:
    at = np.arange(round(2.0 * RATE)) / RATE
    partials = sum(
        weight * np.sin(2 * np.pi * _hertz(note) * k * at) * np.exp(-at * fall)
        for k, weight, fall in ((1, 1.0, 3.0), (2, 0.25, 5.0), (4, 0.06, 9.0))
    )
    return np.asarray(0.35 * np.minimum(1.0, at / 0.008) * np.minimum(1.0, (at[-1] - at) / 0.2) * partials)


def _hertz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _add(mix: Wave, tone: Wave, start: float, right: float) -> None:
    """Add a tone from `start` seconds on, round the end where it is longer; `right` is its place, 0 left .. 1."""
    where = (round(start * RATE) + np.arange(len(tone))) % mix.shape[1]
    np.add.at(mix[0], where, tone * np.cos(right * np.pi / 2))
    np.add.at(mix[1], where, tone * np.sin(right * np.pi / 2))


def _softened(dry: Wave) -> Wave:
    """Add the echo of a room and take away what is high or lower than phones play; all of it in the circle."""
    length = dry.shape[1]
    chance, at = np.random.default_rng(20261128), np.arange(round(2.2 * RATE)) / RATE
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    keep = 1 / (1 + (hertz / 1800) ** 4) * (hertz > 45) * (hertz < 3500)  # noqa: PLR2004 - the edges named above
    wet = np.empty_like(dry)
    for side in (0, 1):
        room = np.zeros(length)
        room[: len(at)] = chance.standard_normal(len(at)) * np.exp(-at * 3.2) * 0.004
        room[0] += 1.0
        wet[side] = np.fft.irfft(np.fft.rfft(dry[side]) * np.fft.rfft(room) * keep, length)
    return np.asarray(wet / np.abs(wet).max() * 0.5)


def main() -> None:
    """Write the file."""
    argparse.ArgumentParser(prog="python -m infra.bed", description=__doc__).parse_args()
    raw = bed().T.astype("<f4").tobytes()
    gain = LOUDNESS - _loudness(raw)
    TARGET.parent.mkdir(exist_ok=True)
    coded = ("-c:a", "libopus", "-b:a", "80k", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")
    _ffmpeg(raw, "-af", f"volume={gain:.2f}dB", *coded, str(TARGET))


def _loudness(raw: bytes) -> float:
    said = _ffmpeg(raw, "-af", "ebur128", "-f", "null", "-")
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


def _ffmpeg(raw: bytes, *words: str) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-y"]
    command += ["-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-", *words]
    done = subprocess.run(command, input=raw, capture_output=True, check=True)  # noqa: S603 - our own ffmpeg, no shell
    return done.stderr.decode(errors="replace")


if __name__ == "__main__":
    main()
