"""A server of `python -m infra.local.google` that is killed and started again, on the same files and the same port."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
ADDRESS = re.compile(r"(?:http://)?127\.0\.0\.1:(\d+)")


class Victim:
    """One server process at a time; `slowest` is the longest start so far, from exec to the line it prints, in ms.

    `package` is found in the folder `home`, and nothing else of ours is.
    """

    def __init__(
        self, service: str, data: Path, *extra: str, package: str = "infra.local.google", home: Path = ROOT
    ) -> None:
        self._command = [sys.executable, "-m", package, service, "--data", str(data), *extra]
        self._home = home
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        self.announced = ""
        self.slowest = 0.0

    def start(self) -> str:
        """Start it, wait until it serves and return its address as announced."""
        begun = time.monotonic()
        self.spawn()
        found = ADDRESS.search(self._line())
        if found is None:
            raise AssertionError(f"the server did not start: it said {self.announced!r}")
        if self._port != "0":
            self.slowest = max(self.slowest, 1000 * (time.monotonic() - begun))
        self._port = found[1]
        return found[0]

    def spawn(self) -> None:
        """Start it without waiting."""
        self._process = subprocess.Popen(  # our own interpreter, our own module
            [*self._command, "--port", self._port],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._home,
            env={**os.environ, "PYTHONPATH": str(self._home)},
        )

    def kill(self) -> None:
        """Send SIGKILL and wait until it is gone; harmless when nothing runs."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None

    def alive(self) -> bool:
        """Say whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> int:
        """Send SIGTERM and return the exit status."""
        assert self._process is not None
        with self._process as process:
            process.terminate()
            status = process.wait(PATIENCE)
        self._process = None
        return status

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        self.announced = self._process.stdout.readline().strip()
        return self.announced
