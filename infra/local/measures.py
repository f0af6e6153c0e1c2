"""What can be measured of a finished film: length, loudness, silence, stills and black frames; ffmpeg's own meters."""

import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from shared.media.probe import probe

SECONDS = 600.0  # a meter may take
FROZEN, BLACK, SILENT = 0.6, 0.1, 1.5  # seconds: shorter ones are no fault


@dataclass(frozen=True, slots=True)
class Measures:
    """Figures of one film; stretches are lengths in seconds."""

    width: int  # pixels
    height: int
    fps: float
    seconds: float
    loudness: float | None  # LUFS, integrated (EBU R 128); None = no sound is heard
    peak: float | None  # dBTP
    silences: tuple[float, ...]  # below -60 dBFS
    freezes: tuple[float, ...]  # nothing moves
    blacks: tuple[float, ...]

    def plain(self) -> dict[str, object]:
        """Return the figures as JSON has them."""
        return asdict(self)


def measured(film: Path) -> Measures:
    """Measure a film; raises what the probe and ffmpeg raise on one that is broken."""
    facts = probe(film)
    meters = (
        *("-filter_complex", f"[0:v]freezedetect=n=-60dB:d={FROZEN},blackdetect=d={BLACK}[v]"),
        *("-map", "[v]", "-map", "0:a"),
        *("-af", f"silencedetect=n=-60dB:d={SILENT},ebur128=peak=true"),
    )
    said = _ffmpeg("-i", f"file:{film.absolute()}", *meters, "-f", "null", "-")
    loudness, peak = (_last(said, rf"{name}:\s+(-?[\d.]+|-inf|nan) ") for name in ("I", "Peak"))
    heard = peak is not None and loudness is not None and loudness > LEAST
    return Measures(
        facts.width,
        facts.height,
        facts.fps,
        facts.seconds,
        loudness if heard else None,
        peak if heard else None,
        _all(said, r"silence_duration: ([\d.]+)"),
        _frozen(said, facts.seconds),
        _all(said, r"black_duration:([\d.]+)"),
    )


LEAST = -69.0  # LUFS; the meter's word for nothing is -70


def still(film: Path, seconds: float, picture: Path, wide: int) -> None:
    """Save the frame at a moment as a JPEG, `wide` pixels wide."""
    shape = ("-frames:v", "1", "-vf", f"scale={wide}:-2", "-q:v", "4")
    _ffmpeg("-ss", f"{seconds:.3f}", "-i", f"file:{film.absolute()}", *shape, "-y", f"file:{picture.absolute()}")


def _ffmpeg(*words: str) -> str:
    command = [get_ffmpeg_exe(), "-hide_banner", "-nostats", *words]
    done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS, text=True)  # noqa: S603  # our own words
    return done.stderr


def _last(said: str, pattern: str) -> float | None:
    found = re.findall(pattern, said)
    return float(found[-1]) if found and found[-1] not in ("-inf", "nan") else None


def _frozen(said: str, seconds: float) -> tuple[float, ...]:
    """Return the lengths of still stretches; of one at the film's end the meter tells the start alone."""
    starts, lengths = _all(said, r"freeze_start: ([\d.]+)"), _all(said, r"freeze_duration: ([\d.]+)")
    return (*lengths, *(round(seconds - start, 3) for start in starts[len(lengths) :]))


def _all(said: str, pattern: str) -> tuple[float, ...]:
    return tuple(float(each) for each in re.findall(pattern, said))
