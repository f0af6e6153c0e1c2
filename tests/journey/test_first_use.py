"""What `make run` prints is pasted here and ends with a film of the uploaded photo; a taken port is one sentence.

It needs curl and a shell, as the person does who pastes it.
"""

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.vendors.marks import read_film
from tests.system.conftest import ROOT, WORLD

AFTER = "Ctrl-C stops everything"


@pytest.fixture
def printed(tmp_path: Path) -> Iterator[str]:
    """Return what a fresh `make run` prints; it runs until the test is over."""
    world = tmp_path / "world.json"
    world.write_text(json.dumps(WORLD), encoding="utf-8")
    command = [sys.executable, "-m", "infra.local", "--data", str(tmp_path / "data"), "--world", str(world)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            if line.startswith(AFTER):
                break
            lines.append(line)
        yield "".join(lines)
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(30)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_first_use_ends_with_a_film_of_the_photo(printed: str, shell: str, tmp_path: Path) -> None:
    """The five calls, as printed: key, photo, order, watch, fetch; the film shows the photo that was uploaded."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "infra").symlink_to(ROOT / "infra")
    script = printed.partition("export ")[1] + printed.partition("export ")[2]

    ran = subprocess.run([shell, "-eu"], input=script, cwd=here, text=True, capture_output=True, check=False)

    assert (0, "") == (ran.returncode, ran.stderr), ran.stdout + ran.stderr
    assert "The film is ready" in ran.stdout
    film = here / "film.mp4"
    photo = ran.stdout.partition("photo ")[2].split()[0]
    seen = [mark.photo for mark in (each.footage for each in read_film(film, every=1.0).seen) if mark]
    assert {int(photo[:4], 16)} == set(seen)  # the stand-in marks footage with the first 16 bits of its photo's hash


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """Nothing is started, and the next free port is offered with the command that takes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "infra.local", "--data", str(tmp_path / "data"), "--port", str(port)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert (1, "") == (ran.returncode, ran.stdout)
    assert 1 == len(ran.stderr.splitlines())
    assert ran.stderr.startswith(f"port {port} is taken; port ")
    assert "make run PORT=" in ran.stderr
    assert not (tmp_path / "data").exists()
