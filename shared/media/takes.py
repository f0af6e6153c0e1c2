"""Looks at a presenter's take before it is laid over footage: can it be cut out, where is the person, how loud.

No field of a provider's API tells what a look can do, and a take may come with another background than was ordered,
so the pixels decide. A few small frames a second are enough to find the visible box.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from shared.media.alpha_track import alpha_track
from shared.media.arrival import as_picture
from shared.media.boxes import Box
from shared.media.ffmpeg import Budget, Source, run
from shared.media.keying import Rgb, rgb
from shared.media.matte import filters, judged
from shared.media.probe import FilmFacts
from shared.media.sources import source_of, transparent
from shared.pipeline.edit.edit import Appearance
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import Warned, WarningText, warning

SAMPLES = 4  # frames a second looked at
LOUDNESS = -16.0  # LUFS a voice is brought to, the habit of phones and the web


@dataclass(frozen=True, slots=True)
class MeasuredTake:
    """A presenter's file as it really is; `gain` in dB brings its voice to LOUDNESS, None = it has no sound."""

    node: str
    source: Source
    facts: FilmFacts
    cutout: Cutout
    visible: Box
    key: Rgb
    gain: float | None
    warnings: tuple[WarningText, ...]


def measure(look: Appearance, path: Path, facts: FilmFacts, folder: Path, budget: Budget) -> MeasuredTake:
    """Measure a take; when it can't be cut out as claimed it becomes an inset, and a warning says so.

    Raises MediaRefused when nobody is seen in it, or it cannot be read; MediaFailed when the machine failed.
    """
    source, key = source_of(path, facts, clear=True), rgb(look.key_color)
    kind = Cutout.ALPHA if transparent(facts) else look.cutout  # better than what was hoped for
    raw, found = _sample(kind, look.seconds, source, facts, folder, budget)
    matte = judged(kind, raw, facts, key)
    if matte.why and kind is not look.cutout:
        raw, _ = _sample(look.cutout, look.seconds, source, facts, folder, budget)
        matte = judged(look.cutout, raw, facts, key)
    warnings: tuple[WarningText, ...] = (as_picture(look.node, matte.why),) if matte.why else ()
    gain = None
    if facts.audio_codec is None:
        warnings += (warning(Warned.TAKE_SILENT, f"{look.node}: the take has no sound", node=look.node),)
    elif found is None:
        warnings += (warning(Warned.TAKE_SILENT, f"{look.node}: the take is silent", node=look.node),)
    else:
        gain = min(15.0, max(-15.0, LOUDNESS - found))
    return MeasuredTake(look.node, source, facts, matte.cutout, matte.box, matte.key, gain, warnings)


def _sample(
    kind: Cutout, seconds: float, source: Source, facts: FilmFacts, folder: Path, budget: Budget
) -> tuple[bytes, float | None]:
    """Return small raw frames (none for an inset) and the voice's loudness in LUFS, in one run."""
    words: list[str] = ["-t", f"{seconds:.3f}"]
    apart = kind is Cutout.ALPHA and transparent(facts)
    alone = alpha_track(source.path, facts, seconds + 1, folder) if apart else None
    sources = [source] if alone is None else [Source(source.path, source.demuxer, ("-vn",)), alone]
    if kind is not Cutout.INSET:
        shown = filters(kind, facts, source.square, apart=alone is not None)
        small = f"fps={SAMPLES}:start_time=0:round=down,{shown}"
        words += ["-map", f"{len(sources) - 1}:V:0", "-vf", small, "-f", "rawvideo", "-"]
    report = folder / "loudness.txt"
    report.unlink(missing_ok=True)
    if facts.audio_codec:
        meter = f"aresample=48000,aformat=channel_layouts=stereo,ebur128=metadata=1,ametadata=print:file={report.name}"
        words += ["-map", "0:a:0", "-t", f"{seconds:.3f}", "-af", meter, "-f", "null", "-"]
    if "-f" not in words:
        return b"", None
    raw = run(sources, words, folder, budget)
    if alone:
        alone.path.unlink()
    return raw, _loudness(report)


def _loudness(report: Path) -> float | None:
    if not report.exists():
        return None
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", report.read_text("ascii", "replace"))
    return float(heard[-1]) if heard and float(heard[-1]) > -55 else None  # noqa: PLR2004 - nobody speaks that low
