"""Runs of ffmpeg that paint a stretch of a film each, as whoever lays films out hands them to whoever paints."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.pipeline.plan.composition import RENDERER

# Measured on 12 s of 720x1280: subme=1 saves a quarter of veryfast's time at the same size and 0.0003 of SSIM;
# superfast would save as much and write twice the bytes. Four threads cost what ffmpeg's own choice costs.
PAINTED_AS = (
    *(
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-x264-params",
        "subme=1",
        "-crf",
        "20",
        "-profile:v",
        "high",
        "-threads",
        "4",
    ),
    *("-g", "48", "-video_track_timescale", "12288", "-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-color_range", "tv"),
)
EXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of ffmpeg that paints a stretch of a film: what it opens, its graph, and how many frames come of it."""

    sources: tuple[Source, ...]
    text: str
    frames: int


def engine() -> str:
    """Name what paints here: what another one has painted may not be joined to it without another encoding."""
    parts = (RENDERER, version("imageio-ffmpeg"), PAINTED_AS, EXACT)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def painted_by(one: Run, name: str, folder: Path, budget: Budget) -> Path:
    """Render a stretch's picture. Raises MediaRefused, MediaFailed."""
    words = ["-filter_complex", one.text, "-map", "[film]", "-an", "-frames:v", str(one.frames), *PAINTED_AS, *EXACT]
    run(one.sources, ["-filter_complex_threads", "2", *words, name], folder, budget)
    return folder / name


def one_row(stretches: Sequence[Path], folder: Path) -> Source:
    """Return stretches of a folder after each other as one input, which is read as if they were one file."""
    if len(stretches) == 1:
        return Source(stretches[0], Demuxer.MP4)
    script = folder / "stretches.txt"
    script.write_text("ffconcat version 1.0\n" + "".join(f"file {path.name}\n" for path in stretches), "ascii")
    return Source(script, Demuxer.PARTS)
