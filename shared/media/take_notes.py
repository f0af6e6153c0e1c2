"""What a take was found to be when it came, kept with its file: whoever composes a film of it need not decode it again.

A note is a hint. It is read by the engine that wrote it only (`runs.engine`); where there is none, as of a take that
was too long to be decoded whole, the film's maker finds out by itself.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from pathlib import Path

from shared.media.boxes import Box
from shared.media.errors import MediaFailed
from shared.media.kept import given_back, kept
from shared.media.keying import Rgb
from shared.media.probe import FilmFacts
from shared.media.runs import engine
from shared.pipeline.plan.plan import Cutout

_LOWEST, _STEPS = -60.0, 4  # dBFS of a voice that is silent, and steps a decibel
_NOWHERE = Path("/")  # a note names no file


@dataclass(frozen=True, slots=True)
class TakeSound:
    """A voice as it was sent: loudness in LUFS, the dBFS of its first windows, where it is clipped (seconds of it).

    Windows are told in quarters of a decibel.
    """

    loudness: float | None = None
    levels: tuple[float, ...] = ()
    clipped: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TakeFound:
    """A take looked at and listened to, to its end.

    `cutout` is how it can be laid over when it was ordered on `key_color`; `visible` is the box of all that is seen of
    it, `key` its real key colour, `head` the box of its head in the take's pixels, None where it was not found.
    """

    facts: FilmFacts
    cutout: Cutout
    key_color: str
    visible: Box
    key: Rgb
    sound: TakeSound
    head: Box | None = None


@dataclass(frozen=True, slots=True)
class _Note:
    engine: str
    levels: str  # of the voice: quarters of a decibel above the lowest, a byte each
    found: TakeFound


def note_of(found: TakeFound, most: int) -> str:
    """Return what was found of a take as a text of at most so many bytes; empty where it does not fit in."""
    levels = b64encode(bytes(min(255, round(_STEPS * (level - _LOWEST))) for level in found.sound.levels))
    told = replace(found, sound=replace(found.sound, levels=()))
    note = kept(_Note(engine(), levels.decode(), told), _NOWHERE)
    return note if len(note) <= most else ""


def noted(note: str) -> TakeFound | None:
    """Return what a note says of its take; None when another engine has made it, or it is none."""
    try:
        read = given_back(_Note, note, _NOWHERE)
        levels = tuple(_LOWEST + level / _STEPS for level in b64decode(read.levels, validate=True))
    except (MediaFailed, ValueError):
        return None
    return replace(read.found, sound=replace(read.found.sound, levels=levels)) if read.engine == engine() else None
