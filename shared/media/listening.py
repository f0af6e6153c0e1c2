"""Listens to a finished film and to the takes it is made of: loudness, peaks, silence, clipping, and is it on time.

Sound is cheap to decode: measured, a minute of a film with its presenter takes 0.6 s of a CPU. Windows are 20 ms.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Budget, Source, run
from shared.pipeline.edit.edit import Edit
from shared.pipeline.quality.figures import SoundFigures, Span

_WINDOW = 0.02  # seconds
_SAMPLE_RATE = 48_000
_LEVEL = "lavfi.astats.Overall.RMS_level"
_UNHEARD_AT, _QUIET = -60.0, -45.0  # dBFS: what is no sound; what is none beside speech
_NOTHING = -69.0  # LUFS: the meter's word for nothing is -70
_MOST_LATE = 25  # windows a voice is looked for to either side
_LOOKED_FOR = 1500  # windows of a take that are compared: half a minute
_SAME_VOICE, _LIVELY = 0.6, 6.0  # correlation, and dB its loudness must vary by, for a voice to be found again
_FULL = re.compile(rb"[\xff]{3,}|[\x00]{3,}")  # three samples in a row at one end of what eight bits hold
_CLIPPED_ROWS, _TOGETHER = 5, 1.0  # so many of them within so many seconds are a clipped voice


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """What was heard of one take: loudness in LUFS (None: nothing), where it is clipped, in seconds of the film."""

    loudness: float | None
    clipped: tuple[Span, ...]


def listened(
    film: Source, edit: Edit, seconds: float, presenters: Sequence[PlacedPresenter], folder: Path, budget: Budget
) -> tuple[SoundFigures, tuple[VoiceHeard, ...]]:
    """Return what is heard of a film of so many seconds, and of each presenter's take in their order.

    Raises MediaRefused and MediaFailed as every run of ffmpeg does.
    """
    sounding = [one for one in presenters if one.take.facts.audio_codec]
    sources = [film, *(Source(one.take.source.path, one.take.source.demuxer, ("-vn",)) for one in sounding)]
    graph, outputs = [_meter(0, peaks=True)], list(_outputs(0))
    for number, one in enumerate(sounding, start=1):
        graph.append(_meter(number, seconds=(one.end - one.start) / edit.fps))
        outputs += _outputs(number)
    run(sources, ["-filter_complex", ";".join(graph), *outputs], folder, budget)
    windows = _windows(folder, 0)
    loudness = _last(folder, 0, "I")
    heard = loudness is not None and loudness > _NOTHING
    voices, late = dict[int, VoiceHeard](), list[float]()
    for number, one in enumerate(sounding, start=1):
        spoken, start = _windows(folder, number), one.start / edit.fps
        level = _last(folder, number, "I")
        voices[id(one)] = VoiceHeard(
            level if level is not None and level > _NOTHING else None, _clipped(folder, number, start)
        )
        late += _late(windows, spoken, start)
    late.sort(key=abs)
    return (
        SoundFigures(
            loudness if heard else None,
            edit.loudness,
            _peak(folder) if heard else None,
            tuple(_silences(windows, seconds)),
            late[-1] if late else None,
        ),
        tuple(voices.get(id(one), VoiceHeard(None, ())) for one in presenters),
    )


def _meter(number: int, *, seconds: float | None = None, peaks: bool = False) -> str:
    """Return the chains that meter one input's sound, and copy a take's as unsigned bytes."""
    cut = f",atrim=end={seconds:.3f}" if seconds else ""
    timed = f"aresample={_SAMPLE_RATE}:async=1:first_pts=0{cut}"
    loud = "ebur128=metadata=1:peak=true" if peaks else "ebur128=metadata=1"
    tops = f",ametadata=print:key=lavfi.r128.true_peak:file=peak-{number}.txt" if peaks else ""
    meter = "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level"
    steps = f"asetnsamples=n={round(_WINDOW * _SAMPLE_RATE)},{meter}"
    # One voice in two channels is 3 dB lower: it is clipped before that.
    begin = f"[{number}:a:0]asplit[byte{number}][whole{number}];[whole{number}]" if number else "[0:a:0]"
    chains = (
        f"{begin}{timed},aformat=sample_fmts=flt:channel_layouts=stereo,asplit[loud{number}][step{number}];"
        f"[loud{number}]{loud},ametadata=print:key=lavfi.r128.I:file=loud-{number}.txt{tops}[heard{number}];"
        f"[step{number}]{steps},ametadata=print:key={_LEVEL}:file=step-{number}.txt[stepped{number}]"
    )
    return f"{chains};[byte{number}]pan=mono|c0=c0,{timed},aformat=sample_fmts=u8[bytes{number}]" if number else chains


def _outputs(number: int) -> Iterator[str]:
    for name in ("heard", "stepped"):
        yield from ("-map", f"[{name}{number}]", "-f", "null", "-")
    if number:
        yield from ("-map", f"[bytes{number}]", "-f", "u8", f"bytes-{number}.raw")


def _last(folder: Path, number: int, key: str) -> float | None:
    said = re.findall(rf"lavfi\.r128\.{key}=(-?[\d.]+)", (folder / f"loud-{number}.txt").read_text("ascii", "replace"))
    return float(said[-1]) if said else None


def _peak(folder: Path) -> float | None:
    from math import log10

    said = re.findall(r"true_peak=([\d.]+)", (folder / "peak-0.txt").read_text("ascii", "replace"))
    top = max(map(float, said), default=0.0)
    return 20 * log10(top) if top > 0 else None


def _windows(folder: Path, number: int) -> list[float]:
    """Return how loud each window is in dBFS, never below the floor."""
    said = re.findall(r"RMS_level=(-?[\d.]+|-?inf|nan)", (folder / f"step-{number}.txt").read_text("ascii", "replace"))
    return [max(_UNHEARD_AT, float(each)) if each[-1].isdigit() else _UNHEARD_AT for each in said]


def _silences(windows: Sequence[float], seconds: float) -> Iterator[Span]:
    """Yield the stretches in which nothing is heard; a sound that ends before its picture is silent from there on."""
    since: int | None = None
    whole = [*windows, *[_UNHEARD_AT] * max(0, round(seconds / _WINDOW) - len(windows)), 0.0]
    for number, level in enumerate(whole):
        if level <= _UNHEARD_AT:
            since = number if since is None else since
        elif since is not None:
            yield round(since * _WINDOW, 2), round(min(seconds, number * _WINDOW), 2)
            since = None


def _clipped(folder: Path, number: int, start: float) -> tuple[Span, ...]:
    """Return where a take has many rows of samples at full scale, in seconds of the film."""
    path = folder / f"bytes-{number}.raw"
    at = [found.start() / _SAMPLE_RATE for found in _FULL.finditer(path.read_bytes())]
    path.unlink()
    spans: list[Span] = []
    for first, last in zip(at, at[_CLIPPED_ROWS - 1 :], strict=False):
        if last - first > _TOGETHER:
            continue
        if spans and start + first <= spans[-1][1] + _TOGETHER:
            spans[-1] = (spans[-1][0], round(start + last, 2))
        else:
            spans.append((round(start + first, 2), round(start + last, 2)))
    return tuple(spans)


def _late(film: Sequence[float], take: Sequence[float], start: float) -> Iterator[float]:
    """Yield by how many seconds a take is heard after its place; nothing where it cannot be told."""
    begin = round(start / _WINDOW)
    lips = [_QUIET] * _MOST_LATE + [max(_QUIET, level) for level in take[:_LOOKED_FOR]] + [_QUIET] * _MOST_LATE
    deep = _deviations(lips)
    if deep is None:
        return
    scores: list[float] = []
    for shift in range(-_MOST_LATE, _MOST_LATE + 1):
        at = begin - _MOST_LATE + shift
        row = [max(_QUIET, film[each]) if 0 <= each < len(film) else _QUIET for each in range(at, at + len(lips))]
        heard = _deviations(row)
        scores.append(sum(map(mul, deep, heard)) / len(deep) if heard else 0.0)
    best = max(range(len(scores)), key=scores.__getitem__)
    if scores[best] < _SAME_VOICE:
        return
    yield round((best - _MOST_LATE + _between(scores, best)) * _WINDOW, 3)


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
