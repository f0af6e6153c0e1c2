"""What `make run` prints is pasted here and ends with a film of the uploaded photo; a taken port is one sentence.

It needs curl and a shell, as the person does who pastes it.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.vendors.marks import read_film
from tests.patience import PATIENCE
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
        assert 0 == process.wait(PATIENCE)


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


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_readmes_request_is_answered_as_it_says(printed: str, tmp_path: Path) -> None:
    """Pasted as it stands, but for the port and the folder of this laptop."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    asked, shown = re.findall(r"```sh\n(curl.*?)```\n\n```json\n(.*?)```", readme, re.DOTALL)[0]
    url = printed.partition("ABROLL=")[2].split()[0]
    here = asked.replace("http://127.0.0.1:8080", url).replace(".abroll/run/", f"{tmp_path}/data/")

    ran = subprocess.run(["/bin/sh", "-eu"], input=here, text=True, capture_output=True, check=False)

    assert (0, "") == (ran.returncode, ran.stderr)
    assert _part_of(json.loads(shown), json.loads(ran.stdout)), ran.stdout


def _part_of(shown: object, answered: object) -> bool:
    if isinstance(shown, dict) and isinstance(answered, dict):
        return all(name in answered and _part_of(value, answered[name]) for name, value in shown.items())
    return shown == answered


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """Nothing is started, and the next free port is offered with the command that takes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "infra.local", "--data", str(tmp_path / "data"), "--port", str(port)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert (1, "") == (ran.returncode, ran.stdout)
    assert 1 == len(ran.stderr.splitlines())
    assert ran.stderr.startswith(f"port {port} is taken; port ")
    assert "make run PORT=" in ran.stderr
    assert not (tmp_path / "data").exists()
