"""Looks at a presenter's take before it is laid over footage: can it be cut out, where is the person, how loud.

No field of a provider's API tells what a look can do, and a take may come with another background than was ordered,
so the pixels decide. A few small frames a second are enough to find the visible box. Its sound is decoded once for all
that is asked of it: its loudness now, its levels and where it is clipped for the film's report.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from shared.media.alpha_track import alpha_track
from shared.media.arrival import as_picture
from shared.media.boxes import Box
from shared.media.ffmpeg import Budget, Source, run
from shared.media.keying import Rgb, rgb
from shared.media.levels import PIECE, SAMPLE_RATE, STEREO, Span, clipped, levels
from shared.media.matte import filters, judged
from shared.media.probe import FilmFacts
from shared.media.sources import source_of, transparent
from shared.pipeline.edit.edit import Appearance
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import Warned, WarningText

SAMPLES = 4  # frames a second looked at
LOUDNESS = -16.0  # LUFS a voice is brought to, the habit of phones and the web
_COMPARED = 30.0  # seconds of a voice by which it is found again in its film


@dataclass(frozen=True, slots=True)
class TakeSound:
    """A voice as it was sent: loudness in LUFS, the dBFS of its first windows, where it is clipped (seconds of it)."""

    loudness: float | None = None
    levels: tuple[float, ...] = ()
    clipped: tuple[Span, ...] = ()


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
    sound: TakeSound = TakeSound()


def measure(look: Appearance, path: Path, facts: FilmFacts, folder: Path, budget: Budget) -> MeasuredTake:
    """Measure a take; when it can't be cut out as claimed it becomes an inset, and a warning says so.

    Raises MediaRefused when nobody is seen in it, or it cannot be read; MediaFailed when the machine failed.
    """
    source, key = source_of(path, facts, clear=True), rgb(look.key_color)
    kind = Cutout.ALPHA if transparent(facts) else look.cutout  # better than what was hoped for
    raw, sound = _sample(kind, look.seconds, source, facts, folder, budget)
    matte = judged(kind, raw, facts, key)
    if matte.why and kind is not look.cutout:
        raw, _ = _sample(look.cutout, look.seconds, source, facts, folder, budget)
        matte = judged(look.cutout, raw, facts, key)
    warnings: tuple[WarningText, ...] = (as_picture(look.node, matte.why),) if matte.why else ()
    gain = None
    if facts.audio_codec is None:
        warnings += (warning(Warned.TAKE_SILENT, f"{look.node}: the take has no sound", node=look.node),)
    elif sound.loudness is None:
        warnings += (warning(Warned.TAKE_SILENT, f"{look.node}: the take is silent", node=look.node),)
    else:
        gain = min(15.0, max(-15.0, LOUDNESS - sound.loudness))
    return MeasuredTake(look.node, source, facts, matte.cutout, matte.box, matte.key, gain, warnings, sound)


def _sample(
    kind: Cutout, seconds: float, source: Source, facts: FilmFacts, folder: Path, budget: Budget
) -> tuple[bytes, TakeSound]:
    """Return small raw frames (none for an inset) and the voice as it was sent, in one run."""
    words: list[str] = ["-t", f"{seconds:.3f}"]
    apart = kind is Cutout.ALPHA and transparent(facts)
    alone = alpha_track(source.path, facts, seconds + 1, folder) if apart else None
    sources = [source] if alone is None else [Source(source.path, source.demuxer, ("-vn",)), alone]
    if kind is not Cutout.INSET:
        shown = filters(kind, facts, source.square, apart=alone is not None)
        small = f"fps={SAMPLES}:start_time=0:round=down,{shown}"
        words += ["-map", f"{len(sources) - 1}:V:0", "-vf", small, "-f", "rawvideo", "-"]
    report, windows, coarse = (folder / name for name in ("loudness.txt", "levels.raw", "coarse.raw"))
    for path in (report, windows, coarse):
        path.unlink(missing_ok=True)
    if facts.audio_codec:
        meter = f"aresample=48000,aformat=channel_layouts=stereo,ebur128=metadata=1,ametadata=print:file={report.name}"
        timed = f"aresample={SAMPLE_RATE}:async=1:first_pts=0,atrim=end"
        # One voice in two channels is 3 dB lower: it is clipped before that.
        graph = (
            f"[0:a:0]asplit=3[loud][whole][one];[loud]{meter}[heard];"
            f"[whole]{timed}={min(seconds, _COMPARED):.3f},{STEREO}[levels];"
            f"[one]pan=mono|c0=c0,{timed}={seconds:.3f},aformat=sample_fmts=u8[coarse]"
        )
        words += ["-filter_complex", graph, "-map", "[heard]", "-t", f"{seconds:.3f}", "-f", "null", "-"]
        words += ["-map", "[levels]", "-f", "f32le", windows.name, "-map", "[coarse]", "-f", "u8", coarse.name]
    if "-f" not in words:
        return b"", TakeSound()
    raw = run(sources, words, folder, budget)
    if alone:
        alone.path.unlink()
    return raw, _heard(report, windows, coarse)


def _heard(report: Path, windows: Path, coarse: Path) -> TakeSound:
    if not report.exists():
        return TakeSound()
    with windows.open("rb") as sound:
        heard = tuple(round(level, 2) for level in levels(iter(lambda: sound.read(PIECE), b"")))
    made = TakeSound(_loudness(report), heard, tuple(clipped(coarse.read_bytes())))
    windows.unlink()
    coarse.unlink()
    return made


def _loudness(report: Path) -> float | None:
    heard = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", report.read_text("ascii", "replace"))
    return float(heard[-1]) if heard and float(heard[-1]) > -55 else None  # noqa: PLR2004 - nobody speaks that low
