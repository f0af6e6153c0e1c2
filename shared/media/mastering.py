"""Makes a film's sound as the film will have it: mixed, encoded, listened to, lowered where coding raised its peaks.

A limiter holds peaks back before the encoder, which adds to them: mostly less than half a decibel, seen 0.8. Only what
came of it tells, so it is listened to here, beside the painting, and not once more in the finished film.
"""

from dataclasses import dataclass
from pathlib import Path

from shared.media.errors import MediaFailed, MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.laid import LaidOut
from shared.media.levels import PIECE
from shared.media.listening import VoiceHeard, heard_in, listening
from shared.media.loudness import Balanced, balanced
from shared.media.runs import EXACT, UNEDITED
from shared.media.streaming import stream
from shared.pipeline.quality.figures import SoundFigures
from shared.pipeline.quality.rules import RULES, Fault

CODED_AS = ("-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2")
_LESS = 0.1  # dB below the highest peak allowed: what coding adds varies with what it is given
# The finished film is then listened to, and its report says what lacks: a film is none the worse for it.
_UNMEASURED = (MediaRefused, MediaFailed, ArithmeticError, LookupError, OSError, ValueError)
_FILE = "sound.mp4"
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
    run([mix.mixed], _encoding(mix, lowered), folder, budget)
    return Source(folder / _FILE, Demuxer.MP4)


def _encoding(mix: Balanced, lowered: float) -> list[str]:
    lower = f",volume={-lowered:.2f}dB" if lowered else ""
    return ["-map", "0:a:0", "-af", f"{mix.finish}{lower}", *CODED_AS, *EXACT, *UNEDITED, _FILE]


def _made(laid: LaidOut, mix: Balanced, lowered: float) -> SoundMade:
    """Encode a mix, and decode and hear meanwhile what comes of it: every sample that players will play."""
    bench, layout = laid.bench, laid.layout
    seconds = layout.frames / layout.edit.fps
    words = [*_encoding(mix, lowered), "-flags2", "+skip_manual", "-dec", "0:0", *listening("dec:0", until=seconds)]
    try:
        pieces = stream([mix.mixed], words, bench.folder, bench.budget, PIECE, rest=True)
        figures, voices = heard_in(pieces, layout.edit, seconds, layout.presenters, bench.folder)
    except _UNMEASURED:
        return SoundMade(encoded(mix, bench.folder, bench.budget, lowered=lowered).path, None, ())
    return SoundMade(bench.folder / _FILE, figures, voices)


def _over(heard: SoundFigures | None) -> float:
    """Return by how many dB a sound's peaks are too high; of a film planned before there was a choice, none."""
    if heard is None or heard.asked is None or heard.peak is None:
        return 0.0
    return heard.peak - RULES[Fault.PEAKS].limit
