"""Writes the filter graph of a film's sound: voices at one loudness, the footage or a soft bed under them; pure.

Speech is mixed at -16 LUFS, and the whole film is brought to the loudness that was asked for (`loudness.py`). What lies
under speech falls and rises along a curve made from the times at which somebody speaks, not by a compressor that reacts
to them. Unless silence was asked for, a film is never without any sound for more than a breath.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.media.beds import BED, RATE, SHAPE, Prepared, Span, bed, bed_level, curve, gaps, under
from shared.media.blending import sounds
from shared.media.canvas import PlacedPresenter
from shared.media.ffmpeg import Demuxer, Source
from shared.media.segments import Cut
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.heard import MUSIC_LEVEL
from shared.pipeline.plan.plan import Blend, Sound

_PRIMING = 1024  # samples of nothing that ffmpeg's AAC begins with: so many are left out, or all sound would be late
DUCKED = -16.0  # dB by which footage falls under speech
# True peaks lie between samples: four times as many are looked at. The encoder may add half a decibel.
_CEILING = f"aresample=192000,alimiter=limit=0.82:level=disabled:attack=5:release=80,aresample={RATE}"


@dataclass(frozen=True, slots=True)
class Mix:
    """Inputs, the first being number 0, and the graph that makes one sound of them."""

    sources: tuple[Source, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What measuring found: dB to add to the footage and to the whole, when footage is silent, if peaks are high."""

    footage: float = 0.0
    whole: float = 0.0
    silent: tuple[Span, ...] = ()
    limited: bool = True  # peaks are held back
    carried: bool = False  # words are few: between them the bed or the music is as loud as a film of it alone


def mix(
    edit: Edit,
    row: Sequence[Cut],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    footage: Mix | None,
    found: Measured = Measured(),
    music: Prepared | None = None,
) -> Mix:
    """Return all that sounds in a film as `[sound]`, laid together; `levelled` and `ended` make the film's sound of it.

    `loud` names the footage that is heard (`heard_of`), which is `footage` (`world`). A film in which nothing sounds
    gets silence: players and social networks expect a track.
    """
    desk = _Desk(edit)
    total = _total(edit, row)
    spoken = [_span(presenter, edit) for presenter in presenters if presenter.take.gain is not None]
    sounding = list(_sounding([cut for cut in row if not cut.shot.card], edit, loud, found.silent))
    cards = list(_sounding([cut for cut in row if cut.shot.card], edit, loud, found.silent))
    under_words = [*spoken, *cards]  # what lies under a voice lies under a card's own sound, too
    low = []
    if footage and (sounding or cards):
        desk.sources += footage.sources
        curved = curve(spoken, found.footage, found.footage + DUCKED)
        desk.chains += [footage.text, f"[world]{curved}[low]"]
        low = ["low"]
    voices = [_voice(desk, presenter) for presenter in presenters if presenter.take.gain is not None]
    layers = [*voices, *low]
    if music:
        numbers = [desk.open(each) for each in music.sources]
        usual = music.order.level == MUSIC_LEVEL  # nobody asked for another
        alone = not sounding and (not spoken or (found.carried and usual))
        desk.chains += under(music, numbers, total, under_words, alone=alone)
        layers.append("music")
    elif edit.sound is not Sound.MUTE and (level := bed_level(row, edit, under_words, sounding, carries=found.carried)):
        desk.chains.append(bed(desk.open(Source(BED, Demuxer.WEBM)), total, level))
        layers.append("bed")
    if not layers:
        desk.chains.append(f"anullsrc=r={RATE}:cl=stereo,atrim=end_sample={total}[sound]")
    else:
        named = "".join(f"[{layer}]" for layer in layers)
        joined = f"amix=inputs={len(layers)}:normalize=0:duration=longest" if len(layers) > 1 else "anull"
        desk.chains.append(f"{named}{joined}[sound]")
    return Mix(tuple(desk.sources), ";".join(desk.chains))


def levelled(mixed: Mix, found: Measured) -> str:
    """Return the filters that bring a mix to its loudness: louder, its peaks held back."""
    louder = [f"volume={found.whole:.2f}dB"] if found.whole else []
    ceiling = [_CEILING] if found.limited and mixed.sources else []  # silence has no peaks
    return ",".join((*louder, *ceiling)) or "anull"


def ended(edit: Edit, row: Sequence[Cut]) -> str:
    """Return the filters that have a sound end with its film, and begin as its encoder needs it."""
    total = _total(edit, row)
    return f"apad=whole_len={total},atrim=start_sample={_PRIMING}:end_sample={total}"


def heard_of(edit: Edit, sounding: Collection[str]) -> frozenset[str]:
    """Return whose own sound is heard, of files with a sound track: footage's where it was asked for, and cards'."""
    ducked = edit.sound is Sound.DUCK
    shots = (shot for shot in edit.shots if shot.node in sounding)
    return frozenset(shot.node for shot in shots if shot.node and (shot.heard if shot.card else ducked))


def world(edit: Edit, row: Sequence[Cut], films: Mapping[str, Source], loud: frozenset[str]) -> Mix:
    """Return the footage's own sound as `[world]`."""
    desk = _Desk(edit)
    pieces = [_piece(desk, cut, films, loud) for cut in row]
    desk.chains += [f"{piece}[piece{index}]" for index, piece in enumerate(pieces)]
    desk.chains += sounds(row, lambda frames: _samples(desk.edit, frames))
    return Mix(tuple(desk.sources), ";".join(desk.chains))


@dataclass(slots=True)
class _Desk:
    """Inputs and chains, growing as sounds are laid."""

    edit: Edit
    sources: list[Source] = field(default_factory=list)
    chains: list[str] = field(default_factory=list)

    def open(self, source: Source) -> int:
        """Add an input, return its number."""
        self.sources.append(source)
        return len(self.sources) - 1


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
            heard = gaps([each for each in within if each[1] > each[0]], end - begin)
            yield from ((begin + start, begin + stop) for start, stop in heard)


def _voice(desk: _Desk, presenter: PlacedPresenter) -> str:
    """Lay one presenter's voice where it is heard; return its name."""
    length, take = _samples(desk.edit, presenter.end - presenter.start), presenter.take
    number = desk.open(Source(take.source.path, take.source.demuxer, ("-vn", "-t", f"{length / RATE + 0.1:.6f}")))
    begin = _samples(desk.edit, presenter.start)
    loud = f"atrim=end_sample={length},volume={take.gain:.2f}dB,adelay={begin}S:all=1"
    desk.chains.append(f"[{number}:a:0]{SHAPE},{loud}[voice{number}]")
    return f"voice{number}"


def _piece(desk: _Desk, cut: Cut, films: Mapping[str, Source], loud: frozenset[str]) -> str:
    """Return one cut's own sound: its file's while the picture moves, silence while a frame is held."""
    edit, before = desk.edit, cut.before(desk.edit.fps)
    length, read = _samples(edit, cut.painted), _samples(edit, before + cut.read)
    if cut.shot.node is None or cut.shot.node not in loud or not cut.moving:
        return f"anullsrc=r={RATE}:cl=stereo,atrim=end_sample={length}"
    film = films[cut.shot.node]
    begin = cut.shot.offset - before / edit.fps
    number = desk.open(
        Source(film.path, film.demuxer, ("-vn", "-ss", f"{begin:.6f}", "-t", f"{read / RATE + 0.1:.6f}"))
    )
    # A cut in the middle of a sound would click; one that dips takes its sound along.
    come, go = (
        edge.half / edit.fps if edge.how is Blend.DIP else min(0.05, read / RATE / 4)
        for edge in (cut.opening, cut.closing)
    )
    soft = f"afade=t=in:d={come:.3f},afade=t=out:st={read / RATE - go:.3f}:d={go:.3f}"
    late = _samples(edit, cut.opening.reach - before)
    heard = f"atrim=end_sample={read},apad=whole_len={read},{soft}{f',adelay={late}S:all=1' if late else ''}"
    return f"[{number}:a:0]{SHAPE},{heard},apad=whole_len={length},atrim=end_sample={length}"


def _samples(edit: Edit, frames: int) -> int:
    return round(frames * RATE / edit.fps)


def _total(edit: Edit, row: Sequence[Cut]) -> int:
    return _samples(edit, sum(cut.frames for cut in row))
