"""Judges music before it is kept: its kind by its first bytes, then it is decoded to its end once, and measured.

What a file says of its own length is held against what was decoded, so that one that was cut short is told as that.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from shared.media.errors import MediaRefused
from shared.media.ffmpeg import Budget, Demuxer, Source, run
from shared.media.mp4 import NotAFilm, read_m4a
from shared.media.music_kinds import music_kind, tags_end
from shared.pipeline.plan.heard import LONGEST_MUSIC, SHORTEST_MUSIC, MusicFacts

MUSIC_SUFFIX = {Demuxer.MP3: "mp3", Demuxer.AAC: "aac", Demuxer.MP4: "m4a", Demuxer.WAV: "wav", Demuxer.FLAC: "flac"}
DEMUXER = {suffix: demuxer for demuxer, suffix in MUSIC_SUFFIX.items()}
_JUDGING_SECONDS = 40.0
_MOST_BROKEN = "0.005"  # share of packets that may fail: a stray one in a long file is not heard
_LACKING = 0.5  # seconds a file may be shorter than it says: encoders pad
_UNHEARD_BELOW = -55.0  # LUFS
_FEW = ("mono", "stereo", "1 channels", "2 channels")
_SEND_ANEW = "Send it again, or export it anew."
_AS_MUSIC = "Export it as MP3, AAC, FLAC or WAV of 16, 24 or 32 bits."
_UNREAD = re.compile(r"Codec \((\w{1,30})\) not on whitelist")  # ffmpeg's words
_OUR_KINDS = "Send an MP3, AAC (M4A), WAV or FLAC file."
_FLAC_HEAD = 42
_COUNTED = re.compile(rb"(?:Xing|Info)\x00\x00\x00(.)(....)", re.DOTALL)  # of an MP3's first, silent frame
_WAV_CHUNKS = 64
_NOT_READ = {
    b"\x1a\x45\xdf\xa3": "WebM or Matroska",
    b"OggS": "Ogg (Vorbis or Opus)",
    b"FORM": "AIFF",
    b"caff": "Core Audio (CAF)",
    b"RF64": "RF64",
    b"riff": "Wave64",
    b".snd": "AU",
    b"\x30\x26\xb2\x75": "WMA",
    b"wvpk": "WavPack",
    b"MAC ": "Monkey's Audio",
    b"\x0b\x77": "AC-3",
    b"MThd": "MIDI",
    b"#EXTM3U": "a playlist",
}


def judged_music(data: bytes) -> MusicFacts:
    """Decode music to its end. Raises MediaRefused saying what is wrong, MediaFailed when the machine failed."""
    demuxer = kind_of(data)
    told = _told(data, demuxer)
    with tempfile.TemporaryDirectory(prefix="music-") as name:
        folder = Path(name)
        path = folder / f"music.{MUSIC_SUFFIX[demuxer]}"
        path.write_bytes(data)
        shape = "aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo"
        meter = f"{shape},asetpts=N/SR/TB,ebur128=metadata=1,ametadata=print:file=heard.txt"
        limit = ("-t", str(LONGEST_MUSIC + 1))
        words = ["-max_error_rate", _MOST_BROKEN, "-map", "0:a:0", *limit, "-af", meter, "-f", "null", "-"]
        words += ["-map", "0:a:0", "-c", "copy", "-t", "0.1", "-bitexact", "-f", "framecrc", "head.txt"]
        try:
            run([Source(path, demuxer)], words, folder, Budget(_JUDGING_SECONDS))
        except MediaRefused as wrong:
            if coded := _UNREAD.search(wrong.why):
                raise MediaRefused(f"the music is coded in a way we cannot read ({coded[1]})", _AS_MUSIC) from wrong
            raise MediaRefused("the music cannot be decoded to its end", _SEND_ANEW) from wrong
        heard, head = (
            path.read_text("ascii", "replace") if path.exists() else ""
            for path in (folder / "heard.txt", folder / "head.txt")
        )
    seconds, loudness = _measured(heard)
    layout = re.search(r"(?m)^#channel_layout_name 0: (.+)$", head)
    return _accepted(MusicFacts(MUSIC_SUFFIX[demuxer], seconds, loudness), told, layout[1] if layout else "")


def kind_of(data: bytes) -> Demuxer:
    """Name music's kind by its first bytes. Raises MediaRefused."""
    if suffix := music_kind(data):
        return DEMUXER[suffix]
    if named := next((name for mark, name in _NOT_READ.items() if data.startswith(mark)), None):
        raise MediaRefused(f"the file is {named}, whose sound is not read", _AS_MUSIC)
    raise MediaRefused("the file is no music we can read", _OUR_KINDS)


def _measured(heard: str) -> tuple[float, float]:
    times = re.findall(r"pts_time:([\d.]+)", heard)
    levels = re.findall(r"lavfi\.r128\.I=(-?[\d.]+)", heard)
    return (float(times[-1]) + 0.1 if times else 0.0), (float(levels[-1]) if levels else -99.0)


def _accepted(facts: MusicFacts, told: float | None, layout: str) -> MusicFacts:
    """Return the facts of music that can be used. Raises MediaRefused."""
    if facts.seconds > LONGEST_MUSIC + 0.5:
        raise MediaRefused(f"the music lasts longer than {LONGEST_MUSIC:.0f} s", "Send a shorter piece.")
    if told is not None and facts.seconds < told - max(_LACKING, 0.01 * told):
        why = f"the music breaks off: it says it lasts {told:.1f} s, and {facts.seconds:.1f} s can be heard"
        raise MediaRefused(why, _SEND_ANEW)
    if facts.seconds < SHORTEST_MUSIC:
        raise MediaRefused(f"the music lasts {facts.seconds:.1f} s", f"Send at least {SHORTEST_MUSIC:.0f} s.")
    if layout not in _FEW:
        raise MediaRefused(f"the music has {layout or 'unknown'} sound", "Send it in mono or stereo.")
    if facts.loudness < _UNHEARD_BELOW:
        raise MediaRefused("the music is silent", "Send one that is heard.")
    return facts


def _told(data: bytes, demuxer: Demuxer) -> float | None:
    """Return how long a file says it lasts, None where it doesn't. Raises MediaRefused for an M4A that is none."""
    match demuxer:
        case Demuxer.MP4:
            return _m4a(lambda start, length: data[start : start + length], len(data))
        case Demuxer.FLAC if len(head := data[(at := tags_end(data)) : at + _FLAC_HEAD]) >= _FLAC_HEAD:
            packed = int.from_bytes(head[18:26])  # rate: 20 bits, channels: 3, depth: 5, samples: 36
            rate, samples = packed >> 44, packed & (2**36 - 1)
            return samples / rate if rate and samples else None
        case Demuxer.WAV:
            return _wav(data)
        case Demuxer.MP3:
            return _mp3(data)
    return None


def _m4a(read: Callable[[int, int], bytes], size: int) -> float | None:
    try:
        return read_m4a(read, size) or None
    except NotAFilm as wrong:
        move = _SEND_ANEW if "cut short" in str(wrong) else _OUR_KINDS
        raise MediaRefused(f"the music cannot be used: {wrong}", move) from wrong


def _wav(data: bytes) -> float | None:
    at, rate = 12, 0
    for _ in range(_WAV_CHUNKS):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt ":
            rate = int.from_bytes(data[at + 16 : at + 20], "little")  # bytes a second
        if name == b"data" and rate and length < 2**32 - 1:
            return length / rate
        at += 8 + length + length % 2
        if at >= len(data):
            break
    return None


def _mp3(data: bytes) -> float | None:
    """Read the count of frames that encoders write into the first one."""
    tag = tags_end(data)
    first = data[tag : tag + 256]
    found = _COUNTED.search(first)
    if not found or not found[1][0] & 1 or len(first) < 4 or first[0] != 0xFF:  # noqa: PLR2004 - an MP3 frame's header
        return None
    newest = first[1] & 0x18 == 0x18  # noqa: PLR2004 - MPEG-1; else 2 or 2.5, at half the rate and half the samples
    rates = (44100, 48000, 32000, 0) if newest else (22050, 24000, 16000, 0)
    rate = rates[first[2] >> 2 & 3] // (1 if newest or first[1] & 0x10 else 2)
    return int.from_bytes(found[2]) * (1152 if newest else 576) / rate if rate else None
