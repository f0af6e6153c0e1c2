"""Tells whether a presenter's file is the film that was ordered, before anybody counts it as arrived.

A vendor's link may serve an error page, half a film, or one nobody can decode. What it costs to find out is bounded:
all packets are walked (a second for 500 MB), all sound is decoded, and of the picture every frame of a short film, the
key frames of a long one. Measured on two busy cores: 0.5 s for 30 s of 1080x1920, up to 3 s for 30 s of 720x1280 in VP9
with transparency, 1.5 s for six minutes of 1080x1920 (183 MB) that have a key frame every ten seconds.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import PICTURES, SOUNDS, Budget, Source, run
from shared.media.probe import FilmFacts, probe, sniff, told_length

_SURELY = 1_000_000_000  # pixels decoded whole: 43 s of 720x1280 at 25 frames a second
_ERRORS = "0.1"  # share of frames that may fail to decode: above it the file is broken, not scratched
_SHORT, _SHARE = 0.5, 0.05  # seconds, or share, a film may lack of what its maker says it lasts
_HEARD = 0.5  # share of the picture for which a speaker is heard at least
_FASTER, _SLOWER, _SLACK = 5, 5, 10.0  # times, and seconds, a speech may differ from its estimate
_NEXT = "Ask for this take again."
OPAQUE = "ordered with a transparent background, but the take is opaque"


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a take was ordered as: seconds by the vendor's own word, and as they were estimated from the script."""

    stated: float | None
    estimated: float


def as_picture(node: str, why: str) -> str:
    """Say that a take cannot be cut out, and what is done instead."""
    return f"{node}: {why}; it is shown as a picture in the film"


def arrived(path: Path, ordered: Ordered, *, timeout: float) -> FilmFacts:
    """Return the facts of a take that is what was ordered: picture and speech, whole, decodable, of its length.

    Raises MediaRefused, saying what is wrong, or MediaFailed when this machine could not tell.
    """
    budget = Budget(timeout)
    facts = probe(path, timeout=budget.left())
    wrong = _streams(facts) or _length(facts, ordered, told_length(path))
    if wrong:
        raise MediaRefused(wrong, _NEXT)
    _decoded(path, facts, budget)
    return facts


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
    most = ordered.estimated * _SLOWER + _SLACK
    if not max(least, 0.0) < facts.seconds <= most:
        return f"{facts.seconds:.1f} s of film make no sense for a speech of about {ordered.estimated:.1f} s"
    return ""


def _decoded(path: Path, facts: FilmFacts, budget: Budget) -> None:
    """Decode to the end; raises MediaRefused when too much of it cannot be."""
    pixels = facts.width * facts.height * facts.fps * facts.seconds
    options = () if pixels <= _SURELY else ("-skip_frame", "nokey")
    words = ["-max_error_rate", _ERRORS, "-map", "0:V:0", "-map", "0:a:0", "-f", "null", "-"]
    with TemporaryDirectory(prefix="arrival-") as folder:
        run([Source(path, sniff(path), options)], words, Path(folder), budget)
