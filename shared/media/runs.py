"""Runs of ffmpeg that paint a stretch of a film each, as whoever lays films out hands them to whoever paints."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.pipeline.plan.composition import RENDERER

# Measured on 22 s of 720x1280: superfast with veryfast's tree of what later frames take from earlier ones saves a tenth
# to a fifth of veryfast's time with subme=1, at the same size and 0.0003 of SSIM; without the tree it writes 1.8 times
# the bytes. Four threads cost what ffmpeg's own choice costs.
PAINTED_AS = (
    *(
        "-c:v",
        "libx264",
        "-preset",
        "superfast",
        "-x264-params",
        "mbtree=1:rc-lookahead=10",
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
# Networks refuse edit lists. Signed offsets put the first frame at 0 without one, and the sound leaves out what its
# encoder puts before it (`sound.py`). A picture without B-frames would do too: measured, 26 to 44 % more bytes.
UNEDITED = ("-movflags", "+faststart+negative_cts_offsets", "-use_editlist", "0")
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


def painting(graph: str, shown: str, frames: int, name: str) -> list[str]:
    """Return the words that render `frames` of a graph's output `[shown]` to a file."""
    words = ["-filter_complex_threads", "2", "-filter_complex", graph, "-map", f"[{shown}]", "-an"]
    return [*words, "-frames:v", str(frames), *PAINTED_AS, *EXACT, name]


def painted_by(one: Run, name: str, folder: Path, budget: Budget) -> Path:
    """Render a stretch's picture. Raises MediaRefused, MediaFailed."""
    run(one.sources, painting(one.text, "film", one.frames, name), folder, budget)
    return folder / name


def one_row(stretches: Sequence[Path], folder: Path) -> Source:
    """Return stretches of a folder after each other as one input, which is read as if they were one file."""
    if len(stretches) == 1:
        return Source(stretches[0], Demuxer.MP4)
    script = folder / "stretches.txt"
    script.write_text("ffconcat version 1.0\n" + "".join(f"file {path.name}\n" for path in stretches), "ascii")
    return Source(script, Demuxer.PARTS)
