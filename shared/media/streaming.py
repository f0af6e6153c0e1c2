"""Runs ffmpeg and reads its output while it works, one piece at a time: a film's frames would not fit into memory."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.media.errors import MediaFailed
from shared.media.ffmpeg import Budget, Source, started


def stream(
    sources: Sequence[Source], arguments: Sequence[str], folder: Path, budget: Budget, size: int, *, rest: bool = False
) -> Iterator[bytes]:
    """Yield the standard output of ffmpeg in pieces of `size` bytes; what is left over at its end only as a `rest`.

    Raises MediaFailed when it ended badly or overran. Who stops reading stops ffmpeg.
    """
    quiet = subprocess.DEVNULL  # a pipe nobody reads would fill up and stop it
    with started(sources, arguments, folder, quiet) as process:
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
