"""Runs ffmpeg on files nobody vouches for: forced demuxer, files only, known codecs, bounded sizes, killed on overrun.

ffmpeg guesses a file's format from its content, and some formats are scripts that open other files or the network
(an ffconcat text named .jpg is read as a playlist). So every input names its demuxer, found by our own sniffing,
and may open nothing but files. Measured with ffmpeg 9.0 of imageio-ffmpeg 0.6, November 2026.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.media.errors import MediaFailed, MediaRefused

PICTURES = frozenset({"h264", "hevc", "av1", "vp8", "vp9", "mpeg4"})  # what a film's picture may be coded in
SOUNDS = frozenset({"aac", "opus", "vorbis", "mp3", "pcm_s16le", "flac"})
_RAW = ("pcm_f32le", "pcm_s24le", "pcm_s32le", "pcm_u8")  # what music may be coded in beside them
_DECODERS = ("libdav1d", "libvpx", "libvpx-vp9", "libopus", "mp3float", "png")  # called otherwise than what they decode
_CODECS = ",".join((*sorted(PICTURES | SOUNDS), *_RAW, *_DECODERS))
RUNS_AT_ONCE = 2  # runs side by side where each keeps one core busy: what composes has two
UNDECODED = "it cannot be decoded"  # how a refusal begins that ffmpeg itself gave the reason for
_MACHINE = ("no space left", "cannot allocate memory", "resource temporarily unavailable", "too many open files")


class Demuxer(StrEnum):
    """ffmpeg's names for the containers we open."""

    MP4 = "mov"
    WEBM = "matroska"
    IVF = "ivf"  # only transparencies this package has taken out itself
    MP3 = "mp3"
    AAC = "aac"
    WAV = "wav"
    FLAC = "flac"
    PNG = "png_pipe"  # only pictures this package has painted itself
    ROW = "image2"  # the same, by a pattern of their names
    PARTS = "concat"  # only lists this package has written itself


@dataclass(frozen=True, slots=True)
class Source:
    """One input: where it lies, what it is, options that stand before it.

    `square` is the filter that squares its pixels, its comma behind it; `tones` are those that bring it to BT.709 once
    it is as large as it is shown (`tones.py`), none for most films.
    """

    path: Path
    demuxer: Demuxer
    options: tuple[str, ...] = ()
    square: str = ""
    tones: str = ""

    @property
    def arguments(self) -> list[str]:
        """Return the words that open this input and nothing else."""
        threads = "1" if self.demuxer in (Demuxer.PNG, Demuxer.ROW) else "2"  # a picture is over before two have begun
        guards = ["-protocol_whitelist", "file", "-max_pixels", str(4096 * 4096), "-threads", threads]
        if self.demuxer is not Demuxer.PARTS:
            guards += ["-codec_whitelist", _CODECS]
        return [*guards, *self.options, "-f", self.demuxer, "-i", f"file:{self.path.absolute()}"]


class Budget:
    """Seconds a whole composition may take, handed from one run to the next."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left; an empty budget is a failure worth trying again."""
        left = self._end - self._clock()
        if left <= 0:
            raise MediaFailed("the composition ran out of its time")
        return left


def started(
    sources: Sequence[Source], arguments: Sequence[str], folder: Path, complaints: int
) -> subprocess.Popen[bytes]:
    """Start ffmpeg in `folder`, which is all it has for a home; its output is a pipe, its `complaints` go there.

    It leads a session of its own, so that whoever stops it stops what it has started, too.
    """
    from imageio_ffmpeg import get_ffmpeg_exe  # light importers must not pay for it

    words = [get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-y", "-v", "error"]
    for source in sources:
        words += source.arguments
    return subprocess.Popen(  # noqa: S603 - a list of words, no shell; texts and names never become options
        [*words, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaints,
        start_new_session=True,
        env={"LC_ALL": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)},
    )


def run(sources: Sequence[Source], arguments: Sequence[str], folder: Path, budget: Budget) -> bytes:
    """Run ffmpeg in `folder`, return its standard output.

    Raises MediaRefused when ffmpeg could not make sense of its input, MediaFailed when it was killed, overran or
    found no room.
    """
    with started(sources, arguments, folder, subprocess.PIPE) as process:
        try:
            out, err = process.communicate(timeout=budget.left())
        except BaseException as problem:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(problem, subprocess.TimeoutExpired):
                raise MediaFailed(f"ffmpeg was stopped after {problem.timeout:.0f} s") from problem
            raise
    if process.returncode:
        raise _verdict(process.returncode, err.decode("utf-8", "replace"))
    return out


def _verdict(code: int, said: str) -> MediaRefused | MediaFailed:
    brief = _brief(said)
    if code < 0:
        return MediaFailed(f"ffmpeg was killed (signal {-code}), most often for memory")
    if any(word in said.lower() for word in _MACHINE):
        return MediaFailed(f"ffmpeg found no room: {brief}")
    return MediaRefused(f"{UNDECODED} (ffmpeg: {brief})", "Check the files this film is made of.")


def _brief(said: str) -> str:
    lines = [re.sub(r"[^\x20-\x7e]", "?", line).strip() for line in said.splitlines()]
    plain = [re.sub(r"(file:)?/\S*/|^\[[^\]]*\]\s*|\b0x[0-9a-f]+", "", line) for line in lines if line]
    return " / ".join(dict.fromkeys(plain[:3]))[:300] or "no reason given"
