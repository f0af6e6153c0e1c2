"""The laptop's cloud as a whole: starts its processes in order, restarts what dies, ends them by process id."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from infra.admin import keys, platform_keys, tenants
from infra.local.google_cloud import write_tables
from infra.local.process import READY
from infra.local.world import PLAN, ROOT, Places, World
from shared.config import settings
from shared.door.keys import KEY_BEGINS
from shared.wiring import Wiring

ORDER = ("google", "vendors", "functions")
GRACE = 10.0  # seconds a process may take to stop by itself
LAST_WORDS = 500  # bytes of a log that an error repeats


class CannotStart(Exception):
    """A process ended before it was ready; the message names it and its log."""


class Laptop:
    """One data folder's cloud."""

    def __init__(self, data: Path, world_file: Path | None = None, port: int | None = None) -> None:
        world = World.read(world_file)
        self.world = world if port is None else replace(world, port=port)
        self.places = Places.of(data, self.world)
        self._world_file = world_file
        self._port = port
        self._scratch = data / "scratch"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, IO[bytes]] = {}
        self._over = threading.Event()
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Start everything; returns when all answers. Raises CannotStart."""
        write_tables(self.world, self.places)
        self._write_settings()
        shutil.rmtree(self._scratch, ignore_errors=True)  # what killed processes could not clear away
        self._scratch.mkdir()
        try:
            for name in ORDER:
                self._start(name)
        except CannotStart:
            self.stop()
            raise
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """End everything, functions first."""
        self._over.set()
        if self._keeper:
            self._keeper.join()
        for name in reversed(ORDER):
            process = self._running.pop(name, None)
            if process:
                _end(process)
        for log in self._logs.values():
            log.close()

    def kill(self, name: str) -> None:
        """Kill a process as a power cut would; the keeper starts it again."""
        self._running[name].kill()

    def freeze(self, name: str) -> None:
        """Stop a process in its tracks, as a platform that takes its CPU away does."""
        self._running[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self._running[name].send_signal(signal.SIGCONT)

    def seed(self, tenant: str) -> str:
        """Make the platform's secrets and a tenant with a key, once; return the key's text."""
        kept = self.places.data / f"key-{tenant}.txt"
        if not kept.exists():
            os.environ.update(self.places.environment())
            wiring = Wiring(settings(self.places.environment()))
            platform_keys.bootstrap(wiring)
            there = wiring.tenants.tenant(tenant) is not None  # its key's file was lost, or never written
            name = tenant.capitalize()
            made = keys.add(wiring, tenant) if there else tenants.add(wiring, tenant, name, PLAN)
            kept.write_text(made["key"], encoding="utf-8")
            kept.chmod(0o600)
            wiring.clients.close()
        return kept.read_text(encoding="utf-8")

    def ticket(self, key: str) -> str:
        """Return what signs its bearer in to the pages with a key, once within ten minutes."""
        os.environ.update(self.places.environment())
        wiring = Wiring(settings(self.places.environment()))
        platform_keys.bootstrap(wiring)  # what data of an older release lacks
        made = wiring.sessions.ticket(key.removeprefix(KEY_BEGINS).partition("_")[0])
        wiring.clients.close()
        return made

    def _write_settings(self) -> None:
        """Write what a shell needs to run `python -m infra.admin` on this cloud."""
        lines = (f"export {name}={shlex.quote(value)}\n" for name, value in self.places.environment().items())
        (self.places.data / "settings.sh").write_text("".join(lines), encoding="utf-8")

    def _start(self, name: str) -> None:
        log_path = self.places.data / f"{name}.log"
        log = self._logs.get(name) or log_path.open("ab")
        self._logs[name] = log
        command = [sys.executable, "-m", "infra.local.process", name, "--data", str(self.places.data)]
        if self._world_file:
            command += ["--world", str(self._world_file)]
        if self._port is not None:
            command += ["--port", str(self._port)]
        process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self._scratch)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        self._running[name] = process
        if process.stdout is None:
            raise CannotStart(f"{name} has no output")
        for line in process.stdout:
            if line.strip() == READY.encode():
                break
            log.write(line)
            log.flush()
        else:
            code = process.wait()
            raise CannotStart(f"{name} ended with code {code} before it was ready: {_last(log_path)}; see {log_path}")
        threading.Thread(target=_copy, args=(process.stdout, log), name=f"{name}-log", daemon=True).start()

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            for name in ORDER:
                if self._running[name].poll() is not None and not self._over.is_set():
                    _close(self._running[name])
                    with suppress(CannotStart):  # killed while it started: the next round tries again
                        self._start(name)


def _last(log: Path) -> str:
    """Return the end of what a process said, on one line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LAST_WORDS))
        return " ".join(file.read().decode(errors="replace").split()) or "it said nothing"


def _copy(source: IO[bytes], log: IO[bytes]) -> None:
    try:
        for line in source:
            log.write(line)
            log.flush()
    except ValueError:
        return  # the log was closed: we are stopping


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
