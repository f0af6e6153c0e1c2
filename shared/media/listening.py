"""Listens to a film's encoded sound, beside what was heard of its takes: loudness, peaks, silence, clipping, delay."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Budget, Source
from shared.media.levels import LEVEL_EVERY, PIECE, SAMPLE_RATE, STEREO, UNHEARD_AT, levels
from shared.media.streaming import stream
from shared.media.take_notes import TakeSound
from shared.pipeline.edit.edit import Edit
from shared.pipeline.quality.figures import SoundFigures, Span

_QUIET = -45.0  # dBFS: what is no sound beside speech
_NOTHING = -69.0  # LUFS: the meter's word for nothing is -70
_MOST_LATE = 25  # windows a voice is looked for to either side
_SAME_VOICE, _LIVELY = 0.6, 6.0  # correlation, and dB its loudness must vary by, for a voice to be found again


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """What was heard of one take: loudness in LUFS (None: nothing), where it is clipped, in seconds of the film."""

    loudness: float | None
    clipped: tuple[Span, ...]


def listened(
    film: Source, edit: Edit, seconds: float, presenters: Sequence[PlacedPresenter], folder: Path, budget: Budget
) -> tuple[SoundFigures, tuple[VoiceHeard, ...]]:
    """Return what is heard of a film of so many seconds, and of each presenter's take in their order.

    Raises MediaFailed when ffmpeg failed.
    """
    pieces = stream([Source(film.path, film.demuxer, ("-vn",))], listening("0:a:0"), folder, budget, PIECE, rest=True)
    return heard_in(pieces, edit, seconds, presenters, folder)


def listening(sound: str, *, until: float | None = None) -> list[str]:
    """Return the words that write what is heard of a sound as `heard_in` reads it, to the folder and the output.

    `until` is where it ends, in seconds, for one that brings what its encoder filled its last frame with.
    """
    end = "" if until is None else f"atrim=end_sample={round(until * SAMPLE_RATE)},"
    graph = (
        f"[{sound}]aresample={SAMPLE_RATE}:async=1:first_pts=0,{end}{STEREO},asplit[loud][levels];"
        "[loud]ebur128=metadata=1:peak=true,ametadata=print:key=lavfi.r128.I:file=loud.txt,"
        "ametadata=print:key=lavfi.r128.true_peak:file=peak.txt[heard]"
    )
    return ["-filter_complex", graph, "-map", "[heard]", "-f", "null", "-", "-map", "[levels]", "-f", "f32le", "-"]


def heard_in(
    pieces: Iterable[bytes], edit: Edit, seconds: float, presenters: Sequence[PlacedPresenter], folder: Path
) -> tuple[SoundFigures, tuple[VoiceHeard, ...]]:
    """Return what is heard in the pieces of a film's sound, and what its meter has written to the folder."""
    windows = list(levels(pieces))
    loudness = _last(folder / "loud.txt", r"lavfi\.r128\.I=(-?[\d.]+)")
    heard = loudness is not None and loudness > _NOTHING
    late = [far for one in presenters for far in _late(windows, one.take.sound.levels, one.start / edit.fps)]
    late.sort(key=abs)
    return (
        SoundFigures(
            loudness if heard else None,
            edit.loudness,
            _peak(folder / "peak.txt") if heard else None,
            tuple(_silences(windows, seconds)),
            late[-1] if late else None,
        ),
        tuple(_voice(one.take.sound, one.start / edit.fps, one.end / edit.fps) for one in presenters),
    )


def _voice(sound: TakeSound, start: float, end: float) -> VoiceHeard:
    """Say what is heard of a take between two seconds of its film."""
    spans = (
        (round(start + first, 2), round(min(end, start + last), 2))
        for first, last in sound.clipped
        if start + first < end
    )
    return VoiceHeard(sound.loudness, tuple(spans))


def _last(printed: Path, key: str) -> float | None:
    said = re.findall(key, printed.read_text("ascii", "replace"))
    return float(said[-1]) if said else None


def _peak(printed: Path) -> float | None:
    from math import log10

    said = re.findall(r"true_peak=([\d.]+)", printed.read_text("ascii", "replace"))
    top = max(map(float, said), default=0.0)
    return 20 * log10(top) if top > 0 else None


def _silences(windows: Sequence[float], seconds: float) -> Iterator[Span]:
    """Yield the stretches in which nothing is heard; a sound that ends before its picture is silent from there on."""
    since: int | None = None
    whole = [*windows, *[UNHEARD_AT] * max(0, round(seconds / LEVEL_EVERY) - len(windows)), 0.0]
    for number, level in enumerate(whole):
        if level <= UNHEARD_AT:
            since = number if since is None else since
        elif since is not None:
            yield round(since * LEVEL_EVERY, 2), round(min(seconds, number * LEVEL_EVERY), 2)
            since = None


def _late(film: Sequence[float], take: Sequence[float], start: float) -> Iterator[float]:
    """Yield by how many seconds a take is heard after its place; nothing where it cannot be told."""
    begin = round(start / LEVEL_EVERY)
    lips = [_QUIET] * _MOST_LATE + [max(_QUIET, level) for level in take] + [_QUIET] * _MOST_LATE
    deep = _deviations(lips)
    if deep is None:
        return
    scores: list[float] = []
    first, windows = begin - 2 * _MOST_LATE, len(lips) + 2 * _MOST_LATE
    heard_there = [max(_QUIET, level) for level in film[max(0, first) : first + windows]]
    around = [_QUIET] * max(0, -first) + heard_there
    around += [_QUIET] * (windows - len(around))
    for shift in range(2 * _MOST_LATE + 1):
        heard = _deviations(around[shift : shift + len(lips)])
        scores.append(sum(map(mul, deep, heard)) / len(deep) if heard else 0.0)
    best = max(range(len(scores)), key=scores.__getitem__)
    if scores[best] < _SAME_VOICE:
        return
    yield round((best - _MOST_LATE + _between(scores, best)) * LEVEL_EVERY, 3)


def _deviations(levels: Sequence[float]) -> list[float] | None:
    """Return how far each level is from their mean, in standard deviations; None where they hardly differ."""
    if not levels or max(levels) - min(levels) < _LIVELY:
        return None
    mean = sum(levels) / len(levels)
    away = [level - mean for level in levels]
    spread = (sum(map(mul, away, away)) / len(away)) ** 0.5
    return [each / spread for each in away]


def _between(scores: Sequence[float], best: int) -> float:
    """Return where between its neighbours a highest score really lies, -0.5 to 0.5 of a window."""
    if not 0 < best < len(scores) - 1:
        return 0.0
    before, top, after = scores[best - 1 : best + 2]
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend else 0.0
