"""Hears when somebody speaks in a take: its sound in windows of 20 ms, against how loud its own speech is."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from operator import mul
from pathlib import Path
from statistics import median

from shared.media.ffmpeg import Budget, run
from shared.media.probe import FilmFacts
from shared.media.sources import source_of
from shared.pipeline.edit.letter_times import HEARD_EVERY

Span = tuple[float, float]

_RATE, _SAMPLES_HEARD = 8_000, round(8_000 * HEARD_EVERY)  # samples a second, and of 20 ms
_GAP_HEARD, _NO_CLICK = 0.12, 0.04  # seconds: shorter silences are stops within a word, shorter sounds are clicks
_SPOKEN = 0.01  # of the loudest window: what is lower is no speech to take the middle of
_PAUSED = 10 ** (-30 / 20)  # of the middle of the speech: what is lower is a pause
_LISTENED = 900.0  # seconds that are listened to


@dataclass(frozen=True, slots=True)
class TakeHeard:
    """From when to when, in seconds, a take is heard, and how loud each 20 ms are; nothing of one without sound."""

    spans: tuple[Span, ...] = ()
    levels: tuple[float, ...] = ()


def voice_of(path: Path, facts: FilmFacts, folder: Path, budget: Budget) -> TakeHeard:
    """Listen to a take.

    Raises MediaRefused where its sound cannot be read, MediaFailed when the machine failed.
    """
    if facts.audio_codec is None:
        return TakeHeard()
    shape = f"aresample={_RATE}:async=1:first_pts=0,aformat=sample_fmts=s16:channel_layouts=mono"
    words = ["-map", "0:a:0", "-t", f"{_LISTENED:.0f}", "-af", shape, "-f", "s16le", "-"]
    raw = run([source_of(path, facts)], words, folder, budget)
    samples = array("h", raw[: len(raw) // 2 * 2])
    levels = tuple(
        _level(samples[at : at + _SAMPLES_HEARD]) for at in range(0, len(samples) - _SAMPLES_HEARD + 1, _SAMPLES_HEARD)
    )
    return TakeHeard(tuple(runs(levels)), levels)


def runs(levels: Sequence[float]) -> Iterator[Span]:
    """Yield the runs of voice among the levels of windows of 20 ms."""
    loud = [level for level in levels if level > _SPOKEN * max(levels, default=0.0)]
    if not loud:
        return
    least, at, spans = _PAUSED * median(loud), 0, list[Span]()
    for heard, group in groupby(level > least for level in levels):
        length = sum(1 for _ in group)
        if heard:
            spans.append((at * _SAMPLES_HEARD / _RATE, (at + length) * _SAMPLES_HEARD / _RATE))
        at += length
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < _GAP_HEARD:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    yield from ((start, end) for start, end in joined if end - start >= _NO_CLICK)


def _level(window: "array[int]") -> float:
    return sqrt(sum(map(mul, window, window)) / len(window))
