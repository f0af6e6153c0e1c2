"""Runs of ffmpeg that paint a stretch of a film each, as whoever lays films out hands them to whoever paints."""

import hashlib
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


@dataclass(frozen=True, slots=True)
class PartOrder:
    """A part of a film to be painted: by which engine, and in which runs, one after the other."""

    engine: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Painted:
    """A part's stretches in their order."""

    stretches: tuple[Path, ...]


def engine() -> str:
    """Name what paints here: what another one has painted may not be joined to it without another encoding."""
    parts = (RENDERER, version("imageio-ffmpeg"), PAINTED_AS, EXACT)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def painted_by(one: Run, name: str, folder: Path, budget: Budget) -> Path:
    """Render a stretch's picture. Raises MediaRefused, MediaFailed."""
    words = ["-filter_complex", one.text, "-map", "[film]", "-an", "-frames:v", str(one.frames), *PAINTED_AS, *EXACT]
    run(one.sources, ["-filter_complex_threads", "2", *words, name], folder, budget)
    return folder / name


def lacking(order: PartOrder) -> tuple[str, ...]:
    """Return the names of the files a part is painted from that do not lie beside its pictures yet."""
    files = (source.path for one in order.runs for source in one.sources if source.demuxer is not Demuxer.ROW)
    return tuple(dict.fromkeys(path.name for path in files if not path.exists()))


def painted_part(order: PartOrder, folder: Path, budget: Budget) -> Painted:
    """Render a part's stretches into `folder`. Raises MediaRefused, MediaFailed."""
    names = ((one, f"run-{number}.mp4") for number, one in enumerate(order.runs))
    return Painted(tuple(painted_by(one, name, folder, budget) for one, name in names))
