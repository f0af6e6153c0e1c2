"""Judges a clip of a tenant's own before it is kept: what it is by its packets, then it is decoded.

Nothing the file says of itself is believed: its length is what its packets add up to, and one that claims another is
told as that. How it is turned, odd pixels, a changing frame rate, 4K and HDR are no faults: the composition shows it
upright, in square pixels, at the film's own rate and size, its light brought to BT.709 (`tones.py`). Much is decoded as
a take's is (`arrival.py`): every frame of a short clip, key frames of a long or large one. Measured: 90 frames of
3840x2160 in HEVC with ten bits, 50 Mbit/s, take 6 s of one CPU and 280 MB.
"""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.media.arrival import ERRORS, dropped
from shared.media.canvas import YUV
from shared.media.errors import NO_PICTURE, SOUND_ALONE, MediaRefused
from shared.media.ffmpeg import PICTURES, SOUNDS, UNDECODED, Budget, run
from shared.media.probe import FilmFacts, own_colors, played_length, probe, told_length
from shared.media.sources import source_of
from shared.media.tones import GIVEN, Light, light_of, toned
from shared.pipeline.plan.picture import LONGEST_CLIP, SHORTEST_CLIP, OwnFile

SMALLEST_SIDE, LARGEST_SIDE = 144, 4096  # pixels of the shorter, of the longer side
MOST_PIXELS = 4096 * 2304  # of a frame: 4K as phones and cameras film it
FASTEST = 61.0  # frames a second
_CLIP_SECONDS = 25.0
_SMALL = "scale=16:16:flags=neighbor"  # colours no scaler can read are found here, not when a film is composed
_OFF, _OFF_SHARE = 0.5, 0.05  # seconds, or share, by which what a file says of its length may be off
_TWO = 2  # frames that make a moving picture
_EXPORT = "Export it as an MP4 (H.264, AAC) of 1080p or 4K, and send that."
_UNREADABLE = "the clip cannot be decoded: it is damaged, or coded in a way we cannot read"
_LARGE = "the clip has {size} pixels, more than 4K (4096x2304)"
_SMALLER = "Export it as 4K or 1080p, and send that."
_TOO_LARGE = re.compile(r"Picture size (\d{4,5}x\d{4,5}) exceeds")
_CUT_IT = f"Send {SHORTEST_CLIP:g} to {LONGEST_CLIP:.0f} seconds."


def judged_clip(path: Path) -> OwnFile:
    """Decode a clip. Raises MediaRefused saying what is wrong, MediaFailed when the machine failed."""
    budget = Budget(_CLIP_SECONDS)
    facts = _probed(path, budget)
    _whole(facts, told_length(path), played_length(path))
    _readable(facts)
    if own_colors(path):
        why = "the clip's colours are Dolby Vision's own (profile 5), which other players show green and violet"
        raise MediaRefused(why, "Export it as HDR10, HLG or Rec. 709 (Dolby Vision 8.1 and 8.4 can be sent, too).")
    source = source_of(path, facts, *dropped(facts))
    shown = f"{_SMALL}:{GIVEN},{source.tones}" if source.tones else f"{_SMALL}:{YUV},format=yuv420p"
    words = ["-max_error_rate", ERRORS, "-map", "0:V:0", "-vf", shown, "-map", "0:a:0?", "-f", "null", "-"]
    with TemporaryDirectory(prefix="clip-") as folder:
        try:
            run([source], words, Path(folder), budget)
        except MediaRefused as wrong:
            raise MediaRefused(_UNREADABLE, _EXPORT) from wrong
    told = (facts.container, facts.seconds, facts.width, facts.height, facts.audio_codec is not None)
    return OwnFile(*told, fps=facts.fps, hdr=toned(facts.primaries, facts.transfer))


def _probed(path: Path, budget: Budget) -> FilmFacts:
    """Look at a clip's packets; what ffmpeg says of its own options nobody can use."""
    try:
        return probe(path, timeout=budget.left())
    except MediaRefused as wrong:
        if wrong.why.endswith(NO_PICTURE):
            raise MediaRefused(SOUND_ALONE, "Export its sound as MP3, AAC (M4A), WAV or FLAC.") from wrong
        if not wrong.why.startswith(UNDECODED):
            raise
        if larger := _TOO_LARGE.search(wrong.why):
            raise MediaRefused(_LARGE.format(size=larger[1]), _SMALLER) from wrong
        raise MediaRefused(_UNREADABLE, _EXPORT) from wrong


def _whole(facts: FilmFacts, *lengths: float | None) -> None:
    """Refuse a clip of the wrong length, or none of whose own words about it is true. Raises MediaRefused."""
    frames = round(facts.fps * facts.seconds)
    told = min((each for each in lengths if each), key=lambda each: abs(each - facts.seconds), default=None)
    if told and abs(told - facts.seconds) > max(_OFF, _OFF_SHARE * facts.seconds):
        why = f"the clip says it lasts {told:.1f} s, and {facts.seconds:.1f} s of picture are there"
        if told < facts.seconds:
            cut = "it was cut without being exported anew"
            raise MediaRefused(f"{why}: {cut}", "Export it anew: what was cut off is still in it.")
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
    if facts.width * facts.height > MOST_PIXELS or max(facts.width, facts.height) > LARGEST_SIDE:
        raise MediaRefused(_LARGE.format(size=size), _SMALLER)
    if min(facts.width, facts.height) < SMALLEST_SIDE:
        raise MediaRefused(f"the clip has {size} pixels: hardly anything would be seen", "Send a larger one.")
    if facts.fps > FASTEST:
        raise MediaRefused(f"the clip has {facts.fps:.0f} frames a second", "Export it with at most 60.")
    if light_of(facts.transfer) is Light.OTHER:
        why = f"the clip's light is coded as no screen shows it (linear or logarithmic: transfer {facts.transfer})"
        raise MediaRefused(why, "Grade it to Rec. 709, HLG or HDR10 (PQ), and export that.")
