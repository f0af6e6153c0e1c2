"""Looks at a presenter's take before it is laid over footage: can it be cut out, where is the person, how loud.

No field of a provider's API tells what a look can do, and a take may come with another background than was ordered,
so the pixels decide. A few small frames a second are enough to find the visible box. Most takes were looked at when
they came (`arrival.py`), and what was found then is believed.
"""

from dataclasses import dataclass, field
from pathlib import Path

from shared.media.alpha_track import alpha_track
from shared.media.arrival import as_picture
from shared.media.boxes import Box
from shared.media.ffmpeg import Budget, Source
from shared.media.keying import Rgb, rgb
from shared.media.matte import judged
from shared.media.probe import FilmFacts
from shared.media.sources import beside_encoder, source_of, transparent
from shared.media.take_notes import TakeFound, TakeSound
from shared.media.take_samples import sampled
from shared.pipeline.edit.edit import Appearance
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import Cutout
from shared.pipeline.plan.warned import Warned, WarningText

LOUDNESS = -16.0  # LUFS a voice is brought to, the habit of phones and the web
_VOICE_RAISED, _VOICE_LOWERED = 15.0, -15.0  # dB it is moved at most
_NEARLY = 0.1  # seconds by which a take may be seen shorter than it is and count as whole


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
    sound: TakeSound = field(default_factory=TakeSound)
    head: Box | None = None  # in the take's own pixels; None = it was not found


def measure(
    look: Appearance, path: Path, facts: FilmFacts, folder: Path, budget: Budget, known: TakeFound | None = None
) -> MeasuredTake:
    """Measure a take; when it can't be cut out as claimed it becomes an inset, and a warning says so.

    `known` is what was found of it already. Raises MediaRefused when nobody is seen in it, or it cannot be read;
    MediaFailed when the machine failed.
    """
    warnings = list[WarningText]()
    if known is None or not _fits(known, look):
        known, why = _found(look, path, facts, folder, budget)
        warnings += [as_picture(look.node, why)] if why else []
    gain = None
    if facts.audio_codec is None:
        warnings.append(warning(Warned.TAKE_SILENT, f"{look.node}: the take has no sound", node=look.node))
    elif known.sound.loudness is None:
        warnings.append(warning(Warned.TAKE_SILENT, f"{look.node}: the take is silent", node=look.node))
    else:
        gain = min(_VOICE_RAISED, max(_VOICE_LOWERED, LOUDNESS - known.sound.loudness))
    source = source_of(path, facts, *beside_encoder(facts), clear=True)
    made_of = look.node, source, facts, known.cutout, known.visible, known.key
    return MeasuredTake(*made_of, gain, tuple(warnings), known.sound, known.head)


def _fits(known: TakeFound, look: Appearance) -> bool:
    """Tell whether what was found of a whole take is what would be found of it as it is seen."""
    ordered = (known.cutout, known.key_color) == (look.cutout, look.key_color)
    return ordered and look.seconds > known.facts.seconds - _NEARLY


def _found(look: Appearance, path: Path, facts: FilmFacts, folder: Path, budget: Budget) -> tuple[TakeFound, str]:
    """Look at a take, as long as it is seen; also return why it cannot be cut out as was claimed."""
    source, key = source_of(path, facts, clear=True), rgb(look.key_color)
    seconds = facts.seconds if look.seconds > facts.seconds - _NEARLY else look.seconds
    kind = Cutout.ALPHA if transparent(facts) else look.cutout  # better than what was hoped for
    raw, sound = _sample(kind, seconds, source, facts, folder, budget)
    matte = judged(kind, raw, facts, key)
    if matte.why and kind is not look.cutout:
        raw, _ = _sample(look.cutout, seconds, source, facts, folder, budget)
        matte = judged(look.cutout, raw, facts, key)
    return TakeFound(facts, matte.cutout, look.key_color, matte.box, matte.key, sound, matte.head), matte.why


def _sample(
    kind: Cutout, seconds: float, source: Source, facts: FilmFacts, folder: Path, budget: Budget
) -> tuple[bytes, TakeSound]:
    """Return small raw frames and the voice, of a transparent take without decoding its picture."""
    apart = kind is Cutout.ALPHA and transparent(facts)
    alone = alpha_track(source.path, facts, seconds + 1, folder) if apart else None
    if alone is None:
        return sampled(kind, seconds, [source], facts, folder, budget)
    heard = Source(source.path, source.demuxer, ("-vn",), source.square)
    found = sampled(kind, seconds, [heard, alone], facts, folder, budget)
    alone.path.unlink()
    return found
