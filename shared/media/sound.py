"""Writes the filter graph of a film's sound: voices at one loudness, the footage or a soft bed under them; pure.

Speech stands at -16 LUFS, and so does the whole film. What lies under it falls and rises along a curve made from the
times at which somebody speaks, not by a compressor that reacts to them. Unless silence was asked for, a film is never
without any sound for more than a breath.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10
from pathlib import Path

from shared.media.ffmpeg import Demuxer, Source
from shared.media.graph import PlacedPresenter
from shared.media.segments import Cut
from shared.media.takes import LOUDNESS
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Sound

BED = Path(__file__).parent / "sounds" / "bed.webm"  # made by infra/bed.py
BED_LOUDNESS, BED_SECONDS = -20.0, 24  # LUFS and length of that file
RATE = 48_000
_PRIMING = 1024  # samples of nothing that ffmpeg's AAC begins with: so many are left out, or all sound would be late
_SHAPE = f"aresample={RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"
_UNDER, _BETWEEN = -36.0, -28.0  # LUFS of the bed under speech, and between it at most
_GATE = 12.0  # LU below a film's mean: R 128 counts nothing more than 10 below, so the bed makes no speech quieter
_DUCKED = -16.0  # dB by which footage falls under speech
_BREATH = 1.5  # seconds without speech that need no bed
_DOWN, _HOLD, _UP = 0.25, 0.15, 0.6  # seconds: before speech, after it, and back
# True peaks lie between samples: four times as many are looked at. The encoder may add half a decibel.
_CEILING = f"aresample=192000,alimiter=limit=0.82:level=disabled:attack=5:release=80,aresample={RATE}"

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mix:
    """Inputs and the graph whose output `[sound]` is the film's sound, to the film's end on the film's clock."""

    sources: tuple[Source, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring the footage found: dB to be added to it and to the whole, and when it is silent all the same."""

    footage: float = 0.0
    whole: float = 0.0
    silent: tuple[Span, ...] = ()


def mix(
    edit: Edit,
    row: Sequence[Cut],
    films: Mapping[str, Source],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    first: int,
    found: Measured = Measured(),
) -> Mix:
    """Return the film's sound; `loud` names the footage that has a sound track, `first` the number of the first input.

    A film in which nothing sounds gets silence: players and social networks expect a track.
    """
    desk = _Desk(edit, first)
    total = _samples(edit, sum(cut.frames for cut in row))
    spoken = [_span(presenter, edit) for presenter in presenters if presenter.take.gain is not None]
    layers = [_voice(desk, presenter) for presenter in presenters if presenter.take.gain is not None]
    sounding = list(_sounding(row, edit, loud, found.silent)) if edit.sound is Sound.DUCK else []
    if sounding:
        _world(desk, row, films, loud)
        desk.chains.append(f"[world]{_curve(spoken, found.footage, found.footage + _DUCKED)}[low]")
        layers.append("low")
    if edit.sound is not Sound.MUTE and (bed := _bed(row, edit, spoken, sounding)):
        number = desk.open(Source(BED, Demuxer.WEBM))
        loop = BED_SECONDS * RATE
        end, out = total / RATE, min(1.2, total / RATE / 8)
        fades = f"afade=t=in:d={min(0.3, out):.3f},afade=t=out:st={end - out:.3f}:d={out:.3f}"
        looped = f"atrim=end_sample={loop},aloop=loop=-1:size={loop},atrim=end_sample={total},asetpts=N/SR/TB"
        desk.chains.append(f"[{number}:a:0]{_SHAPE},{looped},{bed},{fades}[bed]")
        layers.append("bed")
    whole = f"apad=whole_len={total},atrim=start_sample={_PRIMING}:end_sample={total}"
    if not layers:
        desk.chains.append(f"anullsrc=r={RATE}:cl=stereo,{whole}[sound]")
    else:
        named = "".join(f"[{layer}]" for layer in layers)
        joined = f"amix=inputs={len(layers)}:normalize=0:duration=longest," if len(layers) > 1 else ""
        louder = f"volume={found.whole:.2f}dB," if found.whole else ""
        desk.chains.append(f"{named}{joined}{louder}{_CEILING},{whole}[sound]")
    return Mix(tuple(desk.sources), ";".join(desk.chains))


def world(edit: Edit, row: Sequence[Cut], films: Mapping[str, Source], loud: frozenset[str]) -> Mix:
    """Return the footage's own sound alone, to be measured."""
    desk = _Desk(edit, 0)
    _world(desk, row, films, loud)
    desk.chains.append("[world]anull[sound]")
    return Mix(tuple(desk.sources), ";".join(desk.chains))


@dataclass(slots=True)
class _Desk:
    """Inputs and chains, growing as sounds are laid."""

    edit: Edit
    first: int
    sources: list[Source] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)

    def open(self, source: Source) -> int:
        """Add an input, return its number."""
        self.sources.append(source)
        return self.first + len(self.sources) - 1


def _span(presenter: PlacedPresenter, edit: Edit) -> Span:
    """Return from when to when a presenter speaks, in seconds of the film."""
    start = presenter.start / edit.fps
    return start, min(presenter.end / edit.fps, start + presenter.take.facts.seconds)


def _sounding(row: Sequence[Cut], edit: Edit, loud: frozenset[str], silent: Sequence[Span]) -> Iterator[Span]:
    """Yield from when to when footage is heard."""
    for cut in row:
        if cut.shot.node in loud and cut.moving:
            begin, end = cut.start / edit.fps, (cut.start + cut.moving) / edit.fps
            within = [(max(start, begin) - begin, min(stop, end) - begin) for start, stop in silent]
            gaps = _gaps([each for each in within if each[1] > each[0]], end - begin)
            yield from ((begin + start, begin + stop) for start, stop in gaps)


def _bed(row: Sequence[Cut], edit: Edit, spoken: Sequence[Span], sounding: Sequence[Span]) -> str:
    """Return the bed's loudness over time as a filter; "" where a film needs none.

    Alone it is what the film sounds like; beside footage that is heard it only fills what would be silent.
    """
    if not spoken and not sounding:
        return f"volume={LOUDNESS - BED_LOUDNESS:.2f}dB"
    total = row[-1].end / edit.fps
    free = list(_gaps([*spoken, *sounding], total))
    gaps = any(end - start > _BREATH for start, end in free)
    share = max(1e-3, 1 - sum(end - start for start, end in free) / total)
    between = max(_UNDER, min(_BETWEEN, LOUDNESS + 10 * log10(share) - _GATE)) - BED_LOUDNESS
    if sounding:
        return _curve([*spoken, *sounding], between, None) if gaps else ""
    filmed = any(cut.moving for cut in row)
    return _curve(spoken, between, _UNDER - BED_LOUDNESS) if gaps or filmed else ""


def _gaps(spans: Sequence[Span], total: float) -> Iterator[Span]:
    """Yield what no span covers."""
    clock = 0.0
    for start, end in sorted(spans):
        if start > clock:
            yield clock, start
        clock = max(clock, end)
    if total > clock:
        yield clock, total


def _curve(spans: Sequence[Span], free: float, under: float | None) -> str:
    """Return a filter that turns a sound from `free` dB to `under` dB in these spans; None is silence."""
    low = 0.0 if under is None else 10 ** (under / 20)
    high = 10 ** (free / 20)
    ramps = [
        f"clip(min((t-{start - _DOWN:.3f})/{_DOWN}\\,({end + _HOLD + _UP:.3f}-t)/{_UP})\\,0\\,1)"
        for start, end in spans
    ]
    most = ramps[0] if ramps else "0"
    for ramp in ramps[1:]:
        most = f"max({most}\\,{ramp})"
    # Small frames, so that the steps between them are not heard.
    return f"asetnsamples=n=480,volume=volume={high:.6f}-{high - low:.6f}*{most}:eval=frame"


def _voice(desk: _Desk, presenter: PlacedPresenter) -> str:
    """Lay one presenter's voice where it is heard; return its name."""
    length, take = _samples(desk.edit, presenter.end - presenter.start), presenter.take
    number = desk.open(Source(take.source.path, take.source.demuxer, ("-vn", "-t", f"{length / RATE + 0.1:.6f}")))
    begin = _samples(desk.edit, presenter.start)
    loud = f"atrim=end_sample={length},volume={take.gain:.2f}dB,adelay={begin}S:all=1"
    desk.chains.append(f"[{number}:a:0]{_SHAPE},{loud}[voice{number}]")
    return f"voice{number}"


def _world(desk: _Desk, row: Sequence[Cut], films: Mapping[str, Source], loud: frozenset[str]) -> None:
    """Lay the footage's own sound as `[world]`."""
    pieces = [_piece(desk, cut, films, loud) for cut in row]
    desk.chains += [f"{piece}[piece{index}]" for index, piece in enumerate(pieces)]
    laid = "".join(f"[piece{index}]" for index in range(len(pieces)))
    desk.chains.append(f"{laid}concat=n={len(pieces)}:v=0:a=1[world]")


def _piece(desk: _Desk, cut: Cut, films: Mapping[str, Source], loud: frozenset[str]) -> str:
    """Return one cut's own sound: its file's while the picture moves, silence while a frame is held."""
    length, moving = _samples(desk.edit, cut.frames), _samples(desk.edit, cut.moving)
    if cut.shot.node is None or cut.shot.node not in loud or not moving:
        return f"anullsrc=r={RATE}:cl=stereo,atrim=end_sample={length}"
    film = films[cut.shot.node]
    window = ("-vn", "-ss", f"{cut.shot.offset:.6f}", "-t", f"{moving / RATE + 0.1:.6f}")
    number = desk.open(Source(film.path, film.demuxer, window))
    edge = min(0.05, moving / RATE / 4)  # a cut in the middle of a sound would click
    soft = f"afade=t=in:d={edge:.3f},afade=t=out:st={moving / RATE - edge:.3f}:d={edge:.3f}"
    heard = f"atrim=end_sample={moving},apad=whole_len={moving},{soft}"
    return f"[{number}:a:0]{_SHAPE},{heard},apad=whole_len={length},atrim=end_sample={length}"


def _samples(edit: Edit, frames: int) -> int:
    return round(frames * RATE / edit.fps)
