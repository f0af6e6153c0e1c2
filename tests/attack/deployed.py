"""A function under the server it has in the cloud: functions-framework with gunicorn's threads, in processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
THREADS = 16
ENVIRON = {
    "ABROLL_PROJECT": "demo",
    "ABROLL_PUBLIC_URL": "https://functions.example",
    "ABROLL_TASK_URL": "https://functions.example/{function}",
    "ABROLL_INVOKER": "tasks@demo.iam.gserviceaccount.com",
    "ABROLL_TAKES_BUCKET": "takes",
    "ABROLL_FILMS_BUCKET": "films",
}


@dataclass(frozen=True, slots=True)
class Deployed:
    """A running function on a port of loopback."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        """Open a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def asked(self, path: str = "/no/such/place") -> int:
        """Ask as a victim does; return the status. Raises TimeoutError when nobody answers."""
        with self.connect() as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: victim\r\nConnection: close\r\n\r\n".encode())
            return status(line)

    def peak(self) -> int:
        """Return the most memory its worker has held, in MiB."""
        workers = [held for held in map(_held, Path("/proc").glob("[0-9]*")) if held[0] == self.process.pid]
        return max(peak for _, peak in workers)


def status(line: socket.socket) -> int:
    """Return the status of the next answer, reading no further."""
    begin = b""
    while len(begin) < len("HTTP/1.1 200") and (more := line.recv(16)):
        begin += more
    return int(begin.split()[1]) if begin else 0


@contextmanager
def deployed(source: Path) -> Iterator[Deployed]:
    """Run a function until the block is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from functions_framework._cli import _cli; _cli()"
    command = [sys.executable, "-c", code, "--target", "main", "--source", str(source), "--host", "127.0.0.1"]
    environ: Mapping[str, str] = os.environ | ENVIRON | {"PYTHONPATH": str(ROOT), "THREADS": str(THREADS)}
    with subprocess.Popen(
        [*command, "--port", str(port)], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            running = Deployed(port, process)
            _await(running)
            yield running
        finally:
            process.terminate()


def _await(running: Deployed) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            running.asked()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _held(process: Path) -> tuple[int, int]:
    """Return a process's parent and the most memory it has held, in MiB."""
    try:
        lines = (process / "status").read_text("utf-8").splitlines()
    except OSError:
        return 0, 0
    said = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return int(said["PPid"][0]), int(said.get("VmHWM", ["0"])[0]) // 1024
