"""What is published is whole, small, and stands alone."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from shared.client.client import VERSION
from tests.rules.sources import ROOT

BUILD = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"
ALONE = """
import sys
sys.path.insert(0, sys.argv[1])
import abroll_client, abroll_client.commands.main as command
found = sys.modules
ours = sorted(name for name in found if name.split(".")[0] in ("flask", "functions", "infra", "pydantic", "shared"))
print(ours, command.run(["--version"]), abroll_client.__file__.startswith(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as `pip install .` does, from what it is made of."""
    tree = tmp_path_factory.mktemp("tree")
    client = [path for path in (ROOT / "shared" / "client").rglob("*.*") if path.is_file() and path.suffix != ".pyc"]
    for path in (ROOT / "pyproject.toml", *client):
        copied = tree / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=tree, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return next((tree / "dist").glob("*.whl"))


def test_the_wheel_is_the_client(wheel: Path) -> None:
    """Every module of the client, its types' marker, the command, and two packages it needs."""
    with zipfile.ZipFile(wheel) as opened:
        listed = opened.namelist()
        told = {Path(name).name: opened.read(name).decode() for name in listed if name.startswith("abroll-")}

    modules = {f"abroll_client/{path.relative_to(ROOT / 'shared' / 'client')}" for path in _modules()}
    assert modules | {"abroll_client/py.typed"} == {name for name in listed if not name.startswith("abroll-")}
    assert "abroll = abroll_client.commands.main:main" in told["entry_points.txt"]
    needed = [
        line for line in told["METADATA"].splitlines() if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert ["Requires-Dist: click>=8.2", "Requires-Dist: httpx>=0.28"] == needed
    assert VERSION == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_the_wheel_stands_alone(wheel: Path, tmp_path: Path) -> None:
    """Outside this tree it runs, and brings nothing of what abroll itself is made of."""
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE, str(tmp_path)],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert f"abroll, version {VERSION}\n[] 0 True\n" == done.stdout


def _modules() -> list[Path]:
    return [path for path in (ROOT / "shared" / "client").rglob("*.py") if "__pycache__" not in path.parts]
