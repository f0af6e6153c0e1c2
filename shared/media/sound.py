"""Writes the filter graph of a film's sound: voices at one loudness, footage silent or lowered under them; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.media.ffmpeg import Source
from shared.media.graph import PlacedPresenter
from shared.media.segments import Cut
from shared.pipeline.edit.edit import Edit
from shared.pipeline.plan.plan import Sound

RATE = 48_000
_SHAPE = f"aresample={RATE}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"
# Under speech at -16 LUFS the footage falls by some 15 dB within 30 ms and comes back in half a second.
_DUCK = "sidechaincompress=threshold=0.015:ratio=10:attack=30:release=500"
_CEILING = "alimiter=limit=0.84:level=disabled:attack=5:release=80"


@dataclass(frozen=True, slots=True)
class Mix:
    """Inputs and the graph whose output `[sound]` is the film's sound, exactly as long as the film."""

    sources: tuple[Source, ...]
    text: str


def mix(
    edit: Edit,
    row: Sequence[Cut],
    films: Mapping[str, Source],
    loud: frozenset[str],
    presenters: Sequence[PlacedPresenter],
    first: int,
) -> Mix:
    """Return the film's sound; `loud` names the footage that has a sound track, `first` the number of the first input.

    A film in which nothing sounds gets silence: players and social networks expect a track.
    """
    desk = _Desk(edit, first)
    total = _samples(edit, sum(cut.frames for cut in row))
    voices = [_voice(desk, presenter) for presenter in presenters if presenter.take.gain is not None]
    named = "".join(f"[{name}]" for name in voices)
    speech = f"{named}amix=inputs={len(voices)}:normalize=0:duration=longest" if len(voices) > 1 else f"{named}anull"
    whole = f"apad=whole_len={total},atrim=end_sample={total}"
    if edit.sound is Sound.DUCK and loud:
        pieces = [_piece(desk, cut, films, loud) for cut in row]
        desk.chains += [f"{piece}[piece{index}]" for index, piece in enumerate(pieces)]
        laid = "".join(f"[piece{index}]" for index in range(len(pieces)))
        desk.chains.append(f"{laid}concat=n={len(pieces)}:v=0:a=1[world]")
        if voices:
            desk.chains.append(f"{speech},{whole},asplit[said][key]")
            desk.chains.append(f"[world][key]{_DUCK}[low]")
            desk.chains.append(f"[low][said]amix=inputs=2:normalize=0:duration=longest,{_CEILING},{whole}[sound]")
        else:
            desk.chains.append(f"[world]{_CEILING},{whole}[sound]")
    elif voices:
        desk.chains.append(f"{speech},{_CEILING},{whole}[sound]")
    else:
        desk.chains.append(f"anullsrc=r={RATE}:cl=stereo,{whole}[sound]")
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


def _voice(desk: _Desk, presenter: PlacedPresenter) -> str:
    """Lay one presenter's voice where it is heard; return its name."""
    length, take = _samples(desk.edit, presenter.end - presenter.start), presenter.take
    number = desk.open(Source(take.source.path, take.source.demuxer, ("-vn", "-t", f"{length / RATE + 0.1:.6f}")))
    begin = _samples(desk.edit, presenter.start)
    loud = f"atrim=end_sample={length},volume={take.gain:.2f}dB,adelay={begin}S:all=1"
    desk.chains.append(f"[{number}:a:0]{_SHAPE},{loud}[voice{number}]")
    return f"voice{number}"


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
