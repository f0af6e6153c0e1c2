"""Small media made with ffmpeg for the tests, and eyes and ears to judge what was composed."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from imageio_ffmpeg import get_ffmpeg_exe

from shared.pipeline.edit.edit import Appearance, Cue, Edit, Shot, Title
from shared.pipeline.plan.heard import Loudness, Music
from shared.pipeline.plan.plan import Cutout, Placement, Size, Sound
from tests.patience import PATIENCE

Pixels = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]

SIZE = Size(180, 320)
FPS = 24
RED, GREEN, BLUE, WHITE, ORANGE = (200, 30, 30), (0, 255, 0), (30, 30, 200), (255, 255, 255), (230, 140, 40)
_TAGGED = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
Color = tuple[int, int, int]


def ffmpeg(*words: str | Path) -> bytes:
    """Run ffmpeg, return its output."""
    command = [get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, words)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def hexed(color: Color) -> str:
    """Return a colour as ffmpeg writes it."""
    return "0x{:02x}{:02x}{:02x}".format(*color)


def film(
    path: Path, *colors: Color, each: float = 1.0, size: Size = SIZE, tone: float | None = None, fps: int = FPS
) -> Path:
    """Make an MP4 that shows each colour for `each` seconds; `tone` in Hz is its sound."""
    words: list[str | Path] = []
    for color in colors:
        words += ["-f", "lavfi", "-i", f"color={hexed(color)}:s={size.width}x{size.height}:r={fps}:d={each}"]
    row = "".join(f"[{index}:v]" for index in range(len(colors)))
    joined = f"{row}concat=n={len(colors)},format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[v]"
    sound: list[str | Path] = ["-an"]
    if tone is not None:
        words += ["-f", "lavfi", "-i", f"sine=f={tone}:r=44100:d={each * len(colors)},volume=2"]
        sound = ["-map", f"{len(colors)}:a", "-c:a", "aac"]
    ffmpeg(*words, "-filter_complex", joined, "-map", "[v]", *sound, *_TAGGED, "-c:v", "libx264", "-crf", "12", path)
    return path


@dataclass(frozen=True, slots=True)
class Person:
    """A flat-coloured presenter in a take of 180x320: a rectangle x, y, width, height."""

    box: tuple[int, int, int, int] = (60, 80, 60, 200)
    color: Color = ORANGE
    seconds: float = 2.0
    tone: float | None = 880.0
    drift: int = 0  # pixels it moves to the right over the take


def take(path: Path, person: Person, background: Color | None) -> Path:
    """Make a presenter's take: transparent VP9 WebM when `background` is None, else by the path's suffix."""
    x, y, width, height = person.box
    base = f"{hexed(background)}@1" if background else "black@0"
    mode = "rgba" if background is None else "rgb24"
    person_picture = f"color={hexed(person.color)}:s={width}x{height}:r=25:d={person.seconds}"
    words: list[str | Path] = ["-f", "lavfi", "-i", f"color={base}:s=180x320:r=25:d={person.seconds},format={mode}"]
    words += ["-f", "lavfi", "-i", person_picture]
    move = f"{x}+{person.drift}*t/{person.seconds}"
    pixel = "yuva420p" if background is None else "yuv420p"
    graph = f"[0][1]overlay='{move}':{y}:format=rgb,scale=out_color_matrix=bt709:out_range=tv,format={pixel}[v]"
    sound: list[str | Path] = ["-an"]
    if person.tone is not None:
        words += ["-f", "lavfi", "-i", f"sine=f={person.tone}:r=44100:d={person.seconds}"]
        sound = ["-map", "2:a", "-c:a", "libopus" if path.suffix == ".webm" else "aac"]
    codec = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", "10", "-b:v", "0"]
    if path.suffix == ".mp4":
        codec = ["-c:v", "libx264", "-crf", "12"]
    ffmpeg(*words, "-filter_complex", graph, "-map", "[v]", *sound, *_TAGGED, *codec, path)
    return path


def pixels(path: Path, size: Size = SIZE, *, before: tuple[str, ...] = ()) -> Pixels:
    """Decode every frame: (frame, y, x, RGB); `before` are options of the reader."""
    raw = ffmpeg(
        *before, "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"
    )
    return np.frombuffer(raw, np.uint8).reshape(-1, size.height, size.width, 3)


def samples(path: Path, *, before: tuple[str, ...] = ()) -> Samples:
    """Decode the sound: (sample, channel) in -1..1 at 48 kHz; `before` are options of the reader."""
    raw = ffmpeg(*before, "-i", path, "-map", "0:a", "-f", "f32le", "-ar", "48000", "-ac", "2", "-")
    return np.frombuffer(raw, np.float32).reshape(-1, 2)


def loudness(path: Path) -> tuple[float, float]:
    """Return a film's integrated loudness in LUFS and its true peak in dBTP (EBU R 128)."""
    said = heard_by(path, "ebur128=peak=true")
    whole, peak = (re.findall(rf"{name}:\s+(-?[\d.]+|-inf) ", said)[-1] for name in ("I", "Peak"))
    return float(whole), float(peak)


def silences(path: Path, shortest: float = 1.0) -> list[float]:
    """Return the lengths in seconds of all stretches below -60 dBFS."""
    return [
        float(each)
        for each in re.findall(r"silence_duration: ([\d.]+)", heard_by(path, f"silencedetect=n=-60dB:d={shortest}"))
    ]


def heard_by(path: Path, meter: str) -> str:
    """Return what an audio meter of ffmpeg prints about a film."""
    command = [get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path), "-af", meter, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE, text=True).stderr


def level(sound: Samples, tone: float, start: float, end: float) -> float:
    """Return how loud one tone is between two seconds, in dB of full scale."""
    part = sound[int(start * 48000) : int(end * 48000), 0]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) * 4 / len(part)
    middle = round(tone * len(part) / 48000)
    peak = float(spectrum[max(0, middle - 4) : middle + 5].max())
    return 20 * float(np.log10(max(peak, 1e-6)))


def like(frame: Pixels, color: Color, *, within: int = 40) -> npt.NDArray[np.bool_]:
    """Tell for every pixel of a frame whether it has about this colour."""
    away = np.abs(frame.astype(int) - np.array(color)).max(axis=-1)
    return np.asarray(away <= within)


def bounds(mask: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what is set (right and bottom just outside)."""
    down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1


def shot(seconds: float, node: str | None = "clip", offset: float = 0.0, footage: float | None = None) -> Shot:
    """Return a shot of the one clip, wholly moving unless said otherwise."""
    return Shot(seconds, node, offset, seconds if footage is None else footage)


def colored(seconds: float, color: str = "#1e1ec8") -> Shot:
    """Return a flat colour, blue."""
    return Shot(seconds, None, color=color)


def looks(
    cutout: Cutout = Cutout.ALPHA,
    *,
    node: str = "presenter",
    start: float = 0.0,
    seconds: float = 2.0,
    place: Placement | None = None,
    fade: float = 0.0,
    key_color: str = "#00ff00",
) -> Appearance:
    """Return a presenter's appearance."""
    return Appearance(node, start, seconds, cutout, place or Placement(), fade, key_color)


def edit(
    *shots: Shot,
    looks: tuple[Appearance, ...] = (),
    titles: tuple[Title, ...] = (),
    cues: tuple[Cue, ...] = (),
    sound: Sound = Sound.MUTE,
    seconds: float | None = None,
    size: Size = SIZE,
    loudness: Loudness | None = Loudness.WEB,
    music: Music | None = None,
) -> Edit:
    """Return an edit as long as its shots unless said otherwise."""
    length = sum(one.seconds for one in shots) if seconds is None else seconds
    return Edit(size, FPS, length, shots, looks, titles, cues, sound, loudness=loudness, music=music)
