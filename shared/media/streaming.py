"""Runs ffmpeg and reads its output while it works, one piece at a time: a film's frames would not fit into memory."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.media.errors import MediaFailed
from shared.media.ffmpeg import Budget, Source


def stream(
    sources: Sequence[Source], arguments: Sequence[str], folder: Path, budget: Budget, size: int, *, rest: bool = False
) -> Iterator[bytes]:
    """Yield the standard output of ffmpeg in pieces of `size` bytes; what is left over at its end only as a `rest`.

    Raises MediaFailed when it ended badly or overran. Who stops reading stops ffmpeg.
    """
    from imageio_ffmpeg import get_ffmpeg_exe  # light importers must not pay for it

    words = [get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-y", "-v", "error"]
    for source in sources:
        words += source.arguments
    with subprocess.Popen(  # noqa: S603 - a list of words, no shell; texts and names never become options
        [*words, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a pipe nobody reads would fill up and stop it
        start_new_session=True,
        env={"LC_ALL": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)},
    ) as process:
        late = threading.Timer(budget.left(), _kill, (process,))
        late.start()
        try:
            piece = b""
            while process.stdout and len(piece := process.stdout.read(size)) == size:
                yield piece
            if rest and piece:
                yield piece
            if process.wait():
                raise MediaFailed(f"ffmpeg ended with {process.returncode}")
        finally:
            late.cancel()
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
