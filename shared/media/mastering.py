"""Makes a film's sound as the film will have it: mixed, encoded, listened to, lowered where coding raised its peaks.

A limiter holds peaks back before the encoder, which adds to them: mostly less than half a decibel, seen 0.8. Only what
came of it tells, so it is listened to here, beside the painting, and not once more in the finished film.
"""

from dataclasses import dataclass
from pathlib import Path

from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.laid import LaidOut
from shared.media.listening import VoiceHeard, listened
from shared.media.loudness import Balanced, balanced
from shared.media.runs import EXACT, UNEDITED
from shared.media.watching import measuring
from shared.pipeline.quality.figures import SoundFigures
from shared.pipeline.quality.rules import RULES, Fault

CODED_AS = ("-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2")
_LESS = 0.1  # dB below the highest peak allowed: what coding adds varies with what it is given
# The finished film is then listened to, and its report says what lacks: a film is none the worse for it.
_UNMEASURED = (MediaRefused, MediaFailed, ArithmeticError, LookupError, OSError, ValueError)
_TRIES = 2  # a film is lowered at most so often; what is left is in its report


@dataclass(frozen=True, slots=True)
class SoundMade:
    """A film's sound, encoded, and what was heard of it; None where that could not be measured."""

    file: Path
    figures: SoundFigures | None
    voices: tuple[VoiceHeard, ...]


def mastered(laid: LaidOut) -> SoundMade:
    """Make a film's sound, no peak of it higher than a film may have. Raises MediaRefused, MediaFailed."""
    mix, lowered = mixed(laid), 0.0
    made = _made(laid, mix, lowered)
    for _ in range(_TRIES):
        over = _over(made.figures)
        if over <= 0:
            break
        lowered += over + _LESS
        made = _made(laid, mix, lowered)
    mix.mixed.path.unlink()  # a function's folder is memory
    return made


def mixed(laid: LaidOut) -> Balanced:
    """Mix the film's sound at the loudness asked for. Raises MediaRefused, MediaFailed."""
    bench, layout = laid.bench, laid.layout
    given = (layout.edit, layout.row, laid.films, layout.loud, layout.presenters)
    return balanced(*given, bench.folder, bench.budget, laid.music)


def encoded(mix: Balanced, folder: Path, budget: Budget, *, lowered: float = 0.0) -> Source:
    """Encode a mix as films have it, so many dB lower. Raises MediaRefused, MediaFailed."""
    sound = folder / "sound.mp4"
    lower = f",volume={-lowered:.2f}dB" if lowered else ""
    words = ["-map", "0:a:0", "-af", f"{mix.finish}{lower}", *CODED_AS, *EXACT, *UNEDITED, sound.name]
    run([mix.mixed], words, folder, budget)
    return Source(sound, Demuxer.MP4)


def _made(laid: LaidOut, mix: Balanced, lowered: float) -> SoundMade:
    bench, layout = laid.bench, laid.layout
    sound, seconds = encoded(mix, bench.folder, bench.budget, lowered=lowered), layout.frames / layout.edit.fps
    try:
        budget = measuring(bench.budget, seconds)
        figures, voices = listened(sound, layout.edit, seconds, layout.presenters, bench.folder, budget)
    except _UNMEASURED:
        return SoundMade(sound.path, None, ())
    return SoundMade(sound.path, figures, voices)


def _over(heard: SoundFigures | None) -> float:
    """Return by how many dB a sound's peaks are too high; of a film planned before there was a choice, none."""
    if heard is None or heard.asked is None or heard.peak is None:
        return 0.0
    return heard.peak - RULES[Fault.PEAKS].limit
