"""Judges a clip of a tenant's own before it is kept: what it is by its packets, then it is decoded.

Nothing the file says of itself is believed: its length is what its packets add up to, and one that claims another is
told as that. How it is turned, odd pixels and a changing frame rate are no faults: the composition shows it upright, in
square pixels, at the film's own rate. Much is decoded as a take's is (`arrival.py`): every frame of a short clip.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.arrival import ERRORS, dropped
from shared.media.errors import MediaRefused
from shared.media.ffmpeg import PICTURES, SOUNDS, UNDECODED, Budget, run
from shared.media.probe import FilmFacts, probe, told_length
from shared.media.sources import source_of
from shared.pipeline.plan.picture import LONGEST_CLIP, SHORTEST_CLIP, OwnFile

SMALLEST_SIDE = 144  # pixels of the shorter side
MOST_PIXELS = 1920 * 1088  # of a frame: each clip a film shows is decoded beside others
FASTEST = 61.0  # frames a second
_CLIP_SECONDS = 25.0
_OFF, _OFF_SHARE = 0.5, 0.05  # seconds, or share, by which what a file says of its length may be off
_TWO = 2  # frames that make a moving picture
_EXPORT = "Export it as an MP4 (H.264, AAC), at most 1080p, and send that."
_UNREADABLE = "the clip cannot be decoded: it is damaged, or coded in a way we cannot read"
_CUT_IT = f"Send {SHORTEST_CLIP:g} to {LONGEST_CLIP:.0f} seconds."


def judged_clip(path: Path) -> OwnFile:
    """Decode a clip. Raises MediaRefused saying what is wrong, MediaFailed when the machine failed."""
    budget = Budget(_CLIP_SECONDS)
    facts = _probed(path, budget)
    _whole(facts, told_length(path))
    _readable(facts)
    words = ["-max_error_rate", ERRORS, "-map", "0:V:0", "-map", "0:a:0?", "-f", "null", "-"]
    with TemporaryDirectory(prefix="clip-") as folder:
        try:
            run([source_of(path, facts, *dropped(facts))], words, Path(folder), budget)
        except MediaRefused as wrong:
            raise MediaRefused(_UNREADABLE, _EXPORT) from wrong
    return OwnFile(facts.container, facts.seconds, facts.width, facts.height, facts.audio_codec is not None)


def _probed(path: Path, budget: Budget) -> FilmFacts:
    """Look at a clip's packets; what ffmpeg says of its own options nobody can use."""
    try:
        return probe(path, timeout=budget.left())
    except MediaRefused as wrong:
        if not wrong.why.startswith(UNDECODED):
            raise
        raise MediaRefused(_UNREADABLE, _EXPORT) from wrong


def _whole(facts: FilmFacts, told: float | None) -> None:
    """Refuse a clip of the wrong length, or that says another than it has. Raises MediaRefused."""
    frames = round(facts.fps * facts.seconds)
    if told and abs(told - facts.seconds) > max(_OFF, _OFF_SHARE * facts.seconds):
        why = f"the clip says it lasts {told:.1f} s, and {facts.seconds:.1f} s of picture are there"
        raise MediaRefused(why, "Send it again, or export it anew.")
    if not SHORTEST_CLIP <= facts.seconds <= LONGEST_CLIP + 0.5 / max(facts.fps, 1):
        raise MediaRefused(f"the clip lasts {facts.seconds:.1f} s", _CUT_IT)
    if frames < _TWO or not facts.keys:
        raise MediaRefused("the clip has no moving picture", "Send a picture as the scene's background instead.")


def _readable(facts: FilmFacts) -> None:
    """Refuse a clip no film could show. Raises MediaRefused."""
    size = f"{facts.width}x{facts.height}"
    if facts.video_codec not in PICTURES:
        raise MediaRefused(f"the picture is coded in a way we cannot read ({facts.video_codec[:20]})", _EXPORT)
    if facts.audio_codec is not None and facts.audio_codec not in SOUNDS:
        raise MediaRefused(f"the sound is coded in a way we cannot read ({facts.audio_codec[:20]})", _EXPORT)
    if facts.width * facts.height > MOST_PIXELS:
        raise MediaRefused(f"the clip has {size} pixels, more than a film of 1080p", _EXPORT)
    if min(facts.width, facts.height) < SMALLEST_SIDE:
        raise MediaRefused(f"the clip has {size} pixels: hardly anything would be seen", "Send a larger one.")
    if facts.fps > FASTEST:
        raise MediaRefused(f"the clip has {facts.fps:.0f} frames a second", "Export it with at most 60.")
