"""Writes the chains of what lies under a film's speech: our own soft bed, or music that was sent; pure.

Both come and go along a curve made from the times at which somebody speaks. Music is looped where it is shorter than
the film: its last second lies over its first, so that it goes round in a circle without a seam.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.music import DEMUXER
from shared.media.segments import Cut
from shared.media.takes import LOUDNESS
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.heard import Music

BED = Path(__file__).parent / "sounds" / "bed.webm"  # made by infra/bed.py
BED_LOUDNESS, BED_SECONDS = -20.0, 24  # LUFS and length of that file
RATE = 48_000
SHAPE = f"aresample={RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"
UNDER, _BETWEEN = -36.0, -28.0  # LUFS of a bed or music under speech, and of a bed between it at most
_GATE = 12.0  # LU below a film's mean: R 128 counts nothing more than 10 below, so the bed makes no speech quieter
_BREATH = 1.5  # seconds without speech that need no bed
_DOWN, _HOLD, _UP = 0.25, 0.15, 0.6  # seconds: before speech, after it, and back
_FADE_IN = 0.3  # seconds
_MOST_RAISED = 24.0  # dB
SEAM = 1.0  # seconds of a loop in which its end lies over its beginning

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Music as inputs that follow each other, longer together than the film."""

    order: Music
    sources: tuple[Source, ...]


def prepared(music: Music, path: Path, seconds: float, folder: Path, budget: Budget) -> Prepared:
    """Open music for a film of so many seconds, as a circle where it is shorter. Raises MediaRefused, MediaFailed."""
    demuxer, left = DEMUXER[path.suffix.removeprefix(".")], music.seconds - music.start
    begin = ("-vn", "-ss", f"{music.start:.3f}")
    if left >= seconds + 0.1:
        return Prepared(music, (Source(path, demuxer, (*begin, "-t", f"{seconds + 0.1:.3f}")),))
    # In one go: what begins within an MP3 or AAC lacks its first packets, and would be silent for 50 ms.
    parts = (
        f"[0:a:0]{SHAPE},atrim=start={music.start:.3f},asetpts=PTS-STARTPTS,asplit=3[first][second][all]",
        f"[first]atrim=end={SEAM:g}[head];[second]atrim=end={SEAM:g}[over]",
        f"[all]atrim=start={SEAM:g},asetpts=PTS-STARTPTS[rest]",
        f"[rest][over]acrossfade=d={SEAM:g}:c1=qsin:c2=qsin[circle]",
    )
    kept = [("-map", f"[{name}]", "-c:a", "pcm_s16le", "-bitexact", f"{name}.wav") for name in ("circle", "head")]
    words = ["-filter_complex", ";".join(parts), *(word for each in kept for word in each)]
    run([Source(path, demuxer, ("-vn",))], words, folder, budget)
    head, circle = Source(folder / "head.wav", Demuxer.WAV), folder / "circle.wav"
    return Prepared(music, (head, Source(circle, Demuxer.WAV, ("-stream_loop", "-1"))))


def under(music: Prepared, numbers: Sequence[int], total: int, spoken: Sequence[Span], *, alone: bool) -> Iterator[str]:
    """Yield the chains of `[music]`, `total` samples long, from its inputs; `alone`: it is all that is heard."""
    order, length = music.order, total / RATE
    for number in numbers:
        yield f"[{number}:a:0]{SHAPE}[tune{number}]"
    tunes = "".join(f"[tune{number}]" for number in numbers)
    joined = f"{tunes}concat=n={len(numbers)}:v=0:a=1" if len(numbers) > 1 else f"{tunes}anull"
    level = min(_MOST_RAISED, (LOUDNESS if alone else order.level) - order.loudness)
    if order.duck and spoken:
        loud = curve(spoken, level, min(level, UNDER - order.loudness))
    else:
        loud = f"volume={level:.2f}dB"
    out = min(order.fade_out, length / 8)
    fades = f"afade=t=in:d={min(_FADE_IN, length / 8):.3f}"
    if out:
        fades += f",afade=t=out:st={length - out:.3f}:d={out:.3f}"
    yield f"{joined},atrim=end_sample={total},asetpts=N/SR/TB,{loud},{fades}[music]"


def bed(number: int, total: int, level: str) -> str:
    """Return the chain of `[bed]`, `total` samples long."""
    loop = BED_SECONDS * RATE
    end, out = total / RATE, min(1.2, total / RATE / 8)
    fades = f"afade=t=in:d={min(_FADE_IN, out):.3f},afade=t=out:st={end - out:.3f}:d={out:.3f}"
    looped = f"atrim=end_sample={loop},aloop=loop=-1:size={loop},atrim=end_sample={total},asetpts=N/SR/TB"
    return f"[{number}:a:0]{SHAPE},{looped},{level},{fades}[bed]"


def bed_level(
    row: Sequence[Cut], edit: Edit, spoken: Sequence[Span], sounding: Sequence[Span], *, carries: bool = False
) -> str:
    """Return the bed's loudness over time as a filter; "" where a film needs none.

    Alone it is what the film sounds like, and so it is between a few words where it `carries` the film; beside footage
    that is heard it only fills what would be silent.
    """
    if not spoken and not sounding:
        return f"volume={LOUDNESS - BED_LOUDNESS:.2f}dB"
    total = row[-1].end / edit.fps
    free = list(gaps([*spoken, *sounding], total))
    silent = any(end - start > _BREATH for start, end in free)
    share = max(1e-3, 1 - sum(end - start for start, end in free) / total)
    between = max(UNDER, min(_BETWEEN, LOUDNESS + 10 * log10(share) - _GATE)) - BED_LOUDNESS
    if sounding:
        return curve([*spoken, *sounding], between, None) if silent else ""
    between = LOUDNESS - BED_LOUDNESS if carries else between
    filmed = any(cut.moving for cut in row)
    return curve(spoken, between, UNDER - BED_LOUDNESS) if silent or filmed else ""


def gaps(spans: Sequence[Span], total: float) -> Iterator[Span]:
    """Yield what no span covers."""
    clock = 0.0
    for start, end in sorted(spans):
        if start > clock:
            yield clock, start
        clock = max(clock, end)
    if total > clock:
        yield clock, total


def curve(spans: Sequence[Span], free: float, under: float | None) -> str:
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
