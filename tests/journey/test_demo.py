"""`make demo` as a person runs it: to the end, again, and stopped with Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from shared.media.probe import probe
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def _demo(out: Path, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "infra.local.demo", "--out", str(out), "--data", str(out / "cloud"), *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_the_demo_ends_with_the_path_of_a_right_film(tmp_path: Path) -> None:
    """Exit 0, the last path printed is the MP4's: 720x1280, 24 fps, H.264 and AAC, 22 s; nothing is left running."""
    with _demo(tmp_path) as process:
        said, _ = process.communicate(timeout=PATIENCE)

    film = Path(said.split()[-1])
    facts = probe(film)
    assert 0 == process.returncode, said
    assert ".mp4" == film.suffix
    assert (720, 1280, 24, "h264", "aac") == (
        facts.width,
        facts.height,
        round(facts.fps),
        facts.video_codec,
        facts.audio_codec,
    )
    assert abs(facts.seconds - 22.0) < 0.1
    assert [] == _left(tmp_path)


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    """A stopped demo says so, exits 130 and takes its processes with it."""
    with _demo(tmp_path) as process:
        _until(lambda: bool(_left(tmp_path)))
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)

    assert 130 == process.returncode, said
    assert [] == _left(tmp_path)


def test_a_killed_demo_takes_its_processes_with_it(tmp_path: Path) -> None:
    """Even after kill -9 the laptop's processes notice that nobody holds them any more."""
    with _demo(tmp_path) as process:
        _until(lambda: len(_left(tmp_path)) >= 2)
        process.kill()
        process.communicate(timeout=PATIENCE)
        _until(lambda: not _left(tmp_path))

    assert [] == _left(tmp_path)


def _left(folder: Path) -> list[str]:
    """Return the command lines of processes that still work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in command and "infra.local.process" in command:
                found.append(command)
    return found


def _until(holds: Callable[[], bool], limit: float = PATIENCE) -> None:
    until = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
