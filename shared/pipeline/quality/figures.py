"""What was measured of a finished film, in figures: what the rules are held against; pure.

Times are seconds of the film, shares are of 1, loudness is LUFS. A figure that is None was not looked for, or there is
nothing it could be about: nobody speaks, nothing is written.
"""

from dataclasses import dataclass

Span = tuple[float, float]  # from when to when, in seconds of the film


@dataclass(frozen=True, slots=True)
class SoundFigures:
    """A film's sound: loudness as asked and as it is, true peak in dBTP, stretches without sound, how late it is."""

    loudness: float | None  # None = nothing is heard
    asked: float | None  # None = planned before there was a choice
    peak: float | None
    silences: tuple[Span, ...]
    late: float | None  # seconds by which speech is heard after its picture; negative: before it


@dataclass(frozen=True, slots=True)
class SpeechFigures:
    """One presenter's speech: how loud it stands in the film, how far above the bed, and where its take is clipped."""

    node: str
    span: Span
    level: float | None  # None = it has no sound
    over_bed: float | None  # LU; None = nothing is heard beside it
    clipped: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Still:
    """A stretch that should have moved, or shown something, and the node whose footage it is; "" for none."""

    span: Span
    node: str


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """A film's picture: where it stands still, is black or has one flat colour without anybody having asked for it."""

    frozen: tuple[Still, ...]
    black: tuple[Still, ...]
    flat: tuple[Still, ...]


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """Where one presenter stands: shares of the face outside the safe area and of the product's place behind them."""

    node: str
    span: Span
    face_high: float  # of the film's height
    face_outside: float
    hides: float | None  # share of the product's place; None = no product is shown behind


@dataclass(frozen=True, slots=True)
class TextFigures:
    """One text on the picture: its letters' size and what they stand on."""

    span: Span
    letters: float | None  # of the frame's shorter side
    least: float  # the smallest of its kind
    outside: float  # share of its letters' box outside the safe area
    over_face: float  # share of a face it covers
    hides: float  # share of the product's place it covers
    contrast: float | None = None  # at its worst moment; None = it was never seen whole
    shortened: bool = False  # it was too long for the frame, and ends early


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a film; a part that is None could not be measured, and `unmeasured` says why."""

    planned: float  # seconds the film should last
    frame: float  # seconds of one
    lasts: float | None
    heard: SoundFigures | None
    spoken: tuple[SpeechFigures, ...]
    seen: PictureFigures | None
    standing: tuple[PersonFigures, ...]
    written: tuple[TextFigures, ...]
    silence_asked: bool = False
    unmeasured: tuple[str, ...] = ()
