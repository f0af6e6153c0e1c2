"""Tells whether a presenter's file is the film that was ordered, before anybody counts it as arrived.

A vendor's link may serve an error page, half a film, one nobody can decode, or a person before a wall where
transparency or a key colour was ordered. What it costs to find out is bounded: all packets are walked (a second for
500 MB), a short film is decoded to its picture's end, of a long one all sound and some key frames. What is seen and
heard of a short one meanwhile is told, so that whoever composes a film of it need not decode it again. Measured in
seconds of a CPU: 3.7 for 16 s of 1080x1920 in VP9 with transparency, 1.2 for 96 s of it, 1.7 for 328 s that are key
frames only (433 MB); on a slower one 2.0 for 16 s of 720x1280, 2.2 with what is told of it. Transparency is decoded
apart from its picture: of 21 s of a grainy 720x1280 4.5 instead of 5.4.
"""

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import PICTURES, SOUNDS, Budget, run
from shared.media.keying import rgb
from shared.media.probe import FilmFacts, probe, told_length
from shared.media.sources import source_of, transparent
from shared.media.take_notes import TakeFound, TakeSound
from shared.pipeline.plan.advice import warning
from shared.pipeline.plan.plan import KEY_COLOR, Cutout
from shared.pipeline.plan.warned import Warned, WarningText

_SURELY = 1_000_000_000  # pixels decoded whole: 43 s of 720x1280 at 25 frames a second
ERRORS = "0.1"  # share of frames that may fail to decode: above it the file is broken, not scratched
_SHORT, _SHARE = 0.5, 0.05  # seconds, or share, a film may lack of what its maker says it lasts
_HEARD = 0.5  # share of the picture for which a speaker is heard at least
_FASTER, _SLOWER, _SLACK = 5, 5, 10.0  # times, and seconds, a speech may differ from its estimate
# The same where its maker tells its length and the file has it: a voice may spell numbers, emoji, or a script it cannot
# read, for many times what is estimated, and what was so made and billed is the take that was ordered.
_SPELLED, _SPELLED_SLACK = 20, 30.0
_LOOKS_LEAST, _LOOKS, _LOOKS_RATE = 2, 60, 2  # small frames that are judged: at least, at most, a second
_BEYOND = 1.0  # seconds after a picture's end for which its transparency is still read
_NEXT = "Ask for this take again."


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a take was ordered as: seconds by the vendor's own word, as they were estimated from the script; how."""

    stated: float | None
    estimated: float
    cutout: Cutout = Cutout.INSET
    key_color: str = KEY_COLOR


@dataclass(frozen=True, slots=True)
class Arrived:
    """A take that is what was ordered; `cutout` is how it can really be laid over, `why` says why not as ordered.

    `found` is what was seen and heard of it to its end; None of a take too long for that.
    """

    facts: FilmFacts
    cutout: Cutout
    why: str = ""
    found: TakeFound | None = None


def as_picture(node: str, why: str) -> WarningText:
    """Say that a take cannot be cut out, and what is done instead."""
    return warning(Warned.TAKE_AS_PICTURE, f"{node}: {why}; it is shown as a picture in the film")


def arrived(path: Path, ordered: Ordered, *, timeout: float) -> Arrived:
    """Judge a take: picture and speech, whole, decodable, of its length, somebody in it.

    Raises MediaRefused, saying what is wrong, or MediaFailed when this machine could not tell.
    """
    budget = Budget(timeout)
    facts = probe(path, timeout=budget.left())
    wrong = _streams(facts) or _length(facts, ordered, told_length(path))
    if wrong:
        raise MediaRefused(wrong, _NEXT)
    with TemporaryDirectory(prefix="arrival-") as folder:
        return _looked_at(_Take(path, facts, Path(folder), budget), ordered)


def _streams(facts: FilmFacts) -> str:
    if facts.video_codec not in PICTURES:
        return f"the picture is coded in a way we cannot read ({facts.video_codec[:20]})"
    if facts.audio_codec is None:
        return "the film has no sound, though a speech was ordered"
    if facts.audio_codec not in SOUNDS:
        return f"the sound is coded in a way we cannot read ({facts.audio_codec[:20]})"
    return ""


def _length(facts: FilmFacts, ordered: Ordered, told: float | None) -> str:
    for says, seconds in (("its maker says", ordered.stated), ("it says itself", told)):
        if seconds and facts.seconds < seconds - max(_SHORT, _SHARE * seconds):
            return f"the film ends after {facts.seconds:.1f} s, {says} {seconds:.1f} s"
    if facts.heard < _HEARD * facts.seconds:
        return f"the sound ends after {facts.heard:.1f} of {facts.seconds:.1f} s"
    least = (ordered.estimated - _SLACK) / _FASTER
    told_true = bool(ordered.stated) and facts.seconds <= (ordered.stated or 0.0) * (1 + _SHARE) + _SHORT
    times, slack = (_SPELLED, _SPELLED_SLACK) if told_true else (_SLOWER, _SLACK)
    most = ordered.estimated * times + slack
    if not max(least, 0.0) < facts.seconds <= most:
        return f"{facts.seconds:.1f} s of film make no sense for a speech of about {ordered.estimated:.1f} s"
    return ""


@dataclass(frozen=True, slots=True)
class _Take:
    """A take on the table."""

    path: Path
    facts: FilmFacts
    folder: Path  # emptied at the end
    budget: Budget


def _looked_at(take: _Take, ordered: Ordered) -> Arrived:
    """Decode a take to its end, and see whether it can be cut out; transparency is better than what was hoped for."""
    from shared.media.matte import judged  # draws on Pillow: a look that finds no file must not pay for it

    facts, key = take.facts, rgb(ordered.key_color)
    kind = Cutout.ALPHA if transparent(facts) else ordered.cutout
    raw, sound = _decoded(take, kind)
    matte = judged(kind, raw, facts, key)
    if matte.why and kind is not ordered.cutout:
        raw, sound = _decoded(take, ordered.cutout)
        matte = judged(ordered.cutout, raw, facts, key)
    found = (
        TakeFound(facts, matte.cutout, ordered.key_color, matte.box, matte.key, sound, matte.head) if sound else None
    )
    return Arrived(facts, matte.cutout, matte.why, found)


def _decoded(take: _Take, kind: Cutout) -> tuple[bytes, TakeSound | None]:
    """Decode to the end; return the small raw frames to be judged, and a short film's voice.

    Raises MediaRefused when too much is broken.
    """
    from shared.media.alpha_track import alpha_track
    from shared.media.matte import filters
    from shared.media.take_samples import sampled

    facts, words = take.facts, ["-max_error_rate", ERRORS]
    if not dropped(facts):
        alone = alpha_track(take.path, facts, facts.seconds + _BEYOND, take.folder) if kind is Cutout.ALPHA else None
        sources = [source_of(take.path, facts, clear=kind is Cutout.ALPHA and alone is None)]
        sources += [alone] if alone else []
        # A picture nobody looks at, an inset's or one whose transparency is looked at, is decoded as the others are.
        words += ["-map", "0:V:0", "-f", "null", "-"] if kind is Cutout.INSET or alone else []
        return sampled(kind, facts.seconds, sources, facts, take.folder, take.budget, *words)
    source = source_of(take.path, facts, *dropped(facts), clear=kind is Cutout.ALPHA)
    words += ["-map", "0:V:0"]
    if kind is not Cutout.INSET:
        rate = min(max(_LOOKS_RATE, _LOOKS_LEAST / facts.seconds), _LOOKS / facts.seconds)
        small = f"fps={rate:.4f}:start_time=0:round=down,{filters(kind, facts, source.square)}"
        words += ["-vf", small, "-f", "rawvideo", "-"]
    return run([source], [*words, "-map", "0:a:0", "-f", "null", "-"], take.folder, take.budget), None


def dropped(facts: FilmFacts) -> tuple[str, ...]:
    """Return the option that leaves out all but key frames of a film too long to be decoded whole, or some of those.

    Decoders of VP9 pass over `-skip_frame`: packets are dropped before them.
    """
    frame = facts.width * facts.height
    if frame * facts.fps * facts.seconds <= _SURELY:
        return ()
    each = ceil(frame * facts.keys / _SURELY)
    return ("-bsf:v", f"noise=drop=not(key)+mod(n\\,{max(1, each)})")
