"""ffmpeg, driven over pipes: probe a file, decode it to arrays, encode planes as they are painted."""

import re
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from infra.local.vendors.tones import RATE, Sound

_AT_ONCE = threading.BoundedSemaphore(2)  # two cores
_QUIET = ("-hide_banner", "-loglevel", "error", "-nostdin", "-y")


class UnreadableMediaError(Exception):
    """ffmpeg could not make sense of a file, or could not write one."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a media file is."""

    container: str
    width: int
    height: int
    fps: float
    seconds: float
    video: str  # codec, "" when there is no picture
    audio: str  # codec, "" when there is no sound
    comment: str


def probe(path: Path) -> Probe:
    """Read a file's header. Raises UnreadableMediaError."""
    text = _finished("-hide_banner", "-nostdin", "-i", str(path)).stderr.decode(errors="replace")
    container = re.search(r"Input #0, ([\w,]+), from", text)
    length = re.search(r"Duration: (\d+):(\d+):([\d.]+)", text)
    if container is None or length is None:
        raise UnreadableMediaError(f"{path.name} is not a film ffmpeg can read")
    video = re.search(r"Stream #0.*?: Video: (\w+).*?, (\d+)x(\d+).*?([\d.]+) fps", text)
    audio = re.search(r"Stream #0.*?: Audio: (\w+)", text)
    comment = re.search(r"comment\s*: (.*)", text)
    return Probe(
        container=container[1],
        width=int(video[2]) if video else 0,
        height=int(video[3]) if video else 0,
        fps=float(video[4]) if video else 0.0,
        seconds=int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]),
        video=video[1] if video else "",
        audio=audio[1] if audio else "",
        comment=comment[1].strip() if comment else "",
    )


def frames(path: Path, *, rate: float, width: int, height: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the luma pictures shown at 0, 1/rate, 2/rate, … seconds, each of shape (height, width)."""
    chosen = ("-vf", f"fps=fps={rate}:round=up", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1")
    with _running(*_decoder(path), "-i", str(path), "-an", *chosen) as process:
        assert process.stdout is not None  # noqa: S101 - we asked Popen for the pipe
        while len(raw := process.stdout.read(width * height)) == width * height:
            yield np.frombuffer(raw, np.uint8).reshape(height, width)


def last_frame(path: Path, *, width: int, height: int) -> NDArray[np.uint8]:
    """Return a film's last picture as RGB, shape (height, width, 3)."""
    raw = run("-sseof", "-0.5", "-i", str(path), "-an", "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1")
    size = width * height * 3
    if len(raw) < size:
        raise UnreadableMediaError(f"{path.name} has no last frame of {width}x{height}")
    return np.frombuffer(raw[-size:], np.uint8).reshape(height, width, 3)


def sound(path: Path) -> Sound:
    """Return a file's sound, mono, 48 kHz, -1..1."""
    raw = run("-i", str(path), "-vn", "-ac", "1", "-ar", str(RATE), "-f", "f32le", "pipe:1")
    return np.frombuffer(raw, np.float32)


def run(*arguments: str) -> bytes:
    """Run ffmpeg and return what it wrote to its standard output. Raises UnreadableMediaError."""
    done = _finished(*_QUIET, *arguments)
    if done.returncode:
        raise UnreadableMediaError(done.stderr.decode(errors="replace").strip()[-600:])
    return done.stdout


def encode(pictures: Iterable[bytes], *arguments: str) -> None:
    """Feed raw pictures to ffmpeg's standard input. Raises UnreadableMediaError. At most two encoders run at once."""
    with _AT_ONCE, _running(*arguments, feed=True) as process:
        assert process.stdin is not None  # noqa: S101 - we asked Popen for the pipe
        try:
            for picture in pictures:
                process.stdin.write(picture)
        except BrokenPipeError:
            pass  # ffmpeg died; the exit code and its last words below say why
        process.stdin.close()
        words = process.stderr.read() if process.stderr else b""
        if process.wait():
            raise UnreadableMediaError(words.decode(errors="replace").strip()[-600:])


def _finished(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - our own ffmpeg, arguments in a list, no shell
        _command(*arguments), capture_output=True, check=False
    )


@contextmanager
def _running(*arguments: str, feed: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    out, words = (subprocess.DEVNULL, subprocess.PIPE) if feed else (subprocess.PIPE, subprocess.DEVNULL)
    process = subprocess.Popen(  # noqa: S603 - our own ffmpeg, arguments in a list, no shell
        _command(*_QUIET, *arguments), stdin=subprocess.PIPE if feed else subprocess.DEVNULL, stdout=out, stderr=words
    )
    try:
        yield process
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None and not pipe.closed:
                pipe.close()
        if process.poll() is None:
            process.kill()
        process.wait()


def _decoder(path: Path) -> tuple[str, ...]:
    """Ffmpeg's own VP9 decoder drops alpha.

    The badge is opaque, but the picture under transparent pixels must be the take's.
    """
    return ("-c:v", "libvpx-vp9") if path.suffix == ".webm" else ()


def _command(*arguments: str) -> list[str]:
    return [imageio_ffmpeg.get_ffmpeg_exe(), *arguments]
