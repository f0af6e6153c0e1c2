"""One more instance of a laptop's functions: another process, another port, the same project."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from infra.local.ports import claimed
from infra.local.world import ROOT
from tests.patience import PATIENCE

GRACE = 10.0  # seconds it may take to stop by itself


def answers(port: int) -> bool:
    """Tell whether somebody listens."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Twin:
    """Runs inside `with`, on the world of a laptop's `folder`; its log is `data/twin.log`.

    `settings` are its functions' own, laid over the laptop's; `process` is laid over this process's environment; `code`
    is the checkout it runs, `places` the data folder it finds everything by and `world` the file it reads, if they are
    not the laptop's.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        process: Mapping[str, str] | None = None,
        code: Path = ROOT,
        places: Path | None = None,
        world: Path | None = None,
    ) -> None:
        self._data = folder / "data"
        self._places = places or self._data
        self._world: dict[str, Any] = json.loads((world or folder / "world.json").read_text(encoding="utf-8"))
        self._world["environment"] = dict(settings)
        self._environment = process or {}
        self._code = code
        self._process: subprocess.Popen[bytes] | None = None
        self._written: IO[bytes] | None = None
        self.port = claimed(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self._data / "twin.log"

    def __enter__(self) -> Self:
        told = self._data / "twin.json"
        told.write_text(json.dumps({**self._world, "port": self.port}), encoding="utf-8")
        self._written = self.log.open("ab")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "infra.local.process",
                "functions",
                "--data",
                str(self._places),
                "--world",
                str(told),
            ],
            cwd=self._code,
            env={**os.environ, "PYTHONPATH": str(self._code), **self._environment},
            stdin=subprocess.PIPE,
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )
        until = time.monotonic() + PATIENCE
        while not answers(self.port):
            assert self._process.poll() is None, f"the twin ended: {self.log.read_text()}"
            assert time.monotonic() < until, "the twin does not answer"
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
        if self._written:
            self._written.close()
