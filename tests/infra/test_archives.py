"""What a function is deployed with is whole: it starts from its archive alone."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package import PIN, functions, pins, rows, stage
from tests.infra.inventory import ROOT, terraform
from tests.infra.reach import reached

# As the platform starts it: only the archive and the packages of its pins; functions-framework loads main.py.
START = """
import json, sys
folder = sys.argv[1]
for module in json.loads(sys.argv[2]):
    sys.modules[module] = None  # not installed there
from functions_framework import create_app
create_app("main", folder + "/main.py")
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("main", "shared")]
print(json.dumps([module.__file__ for module in ours if module.__file__]))
"""

EVERYTHING = """
import importlib, pathlib, sys
sys.path.insert(0, sys.argv[1])
folder = pathlib.Path(sys.argv[1])
for path in sorted((folder / "shared").rglob("*.py")):
    importlib.import_module(".".join(path.relative_to(folder).with_suffix("").parts))
from shared.config import read_tables, SHIPPED_TABLES
from shared.media.faces import EMOJI, FOLDER, LETTERS, SYMBOLS
read_tables(str(SHIPPED_TABLES))
assert all((FOLDER / name).is_file() for name in (*LETTERS, *SYMBOLS, EMOJI)) and FOLDER.is_relative_to(folder)
"""


def pinned(text: str) -> set[str]:
    """Return the names of the packages that these pins install."""
    return {block.partition("==")[0] for block in PIN.split(text) if block.strip()}


@cache
def installed() -> Mapping[str, list[str]]:
    """Return the packages of every module that is installed, read once: there are thousands of files of them."""
    return packages_distributions()


def modules(packages: set[str]) -> set[str]:
    """Return the modules of these packages."""
    return {name for name, by in installed().items() if {canonicalize_name(one) for one in by} <= packages}


def carried(function: str) -> tuple[set[str], set[str]]:
    """Return the modules of the packages that only some functions carry: this one's, and the others'."""
    some = {package for row in rows().values() for package in row["carries"]}
    own = set(rows()[function]["carries"])
    return modules(own), modules(some - own)


def alone(code: str, folder: Path, *more: str) -> str:
    """Run code in a fresh interpreter that sees `folder` and the installed packages; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(folder), *more],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


@pytest.mark.parametrize("function", functions())
def test_a_function_starts_from_its_archive(function: str, tmp_path: Path) -> None:
    """functions-framework loads main.py without what it does not carry, and all modules of ours are the archive's."""
    folder = stage(function, tmp_path / function)

    loaded = json.loads(alone(START, folder, json.dumps(sorted(modules(pinned(every_pin()) - pinned(pins(function)))))))

    assert str(folder / "main.py") in loaded
    assert [] == [path for path in loaded if not path.startswith(f"{folder}/")]


def test_everything_shared_is_in_the_archive(tmp_path: Path) -> None:
    """All of shared/ can be imported there, with its tables and its fonts: lazy imports find what they need."""
    folder = stage("compose", tmp_path / "compose")

    assert "" == alone(EVERYTHING, folder)


def test_an_archive_holds_nothing_but_what_runs(tmp_path: Path) -> None:
    """The root holds main.py, shared/ and the pins; no test, no infra, no compiled file."""
    folder = stage("jobs", tmp_path / "jobs")
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}

    assert {"main.py", "requirements.txt", "shared"} == {path.name for path in folder.iterdir()}
    assert set() == {path for path in files if path.suffix not in {".py", ".json", ".txt"}}
    assert set() == {path for path in files if {"tests", "infra", "__pycache__"} & set(path.parts)}


@pytest.mark.parametrize("function", functions())
def test_only_compose_carries_the_fonts(function: str, tmp_path: Path) -> None:
    """The fonts are in compose's archive, every one with its licence; no other archive is above 1 MB, packed."""
    folder = stage(function, tmp_path / function)
    shipped = {path.name for path in (ROOT / "shared" / "media" / "fonts").iterdir()}
    fonts = folder / "shared" / "media" / "fonts"

    assert (shipped if function == "compose" else set()) == {path.name for path in fonts.glob("*")}
    assert {"OFL.txt", "DejaVu-LICENSE.txt"} <= shipped
    packed = Path(shutil.make_archive(str(tmp_path / "source"), "zip", folder)).stat().st_size
    assert function == "compose" or packed < 2**20


@pytest.mark.parametrize("function", functions())
def test_a_function_carries_what_it_can_reach(function: str) -> None:
    """Of the packages that only some carry it has those its code can come to import, lazily or not, and no other."""
    own, others = carried(function)

    assert own == reached(function) & (own | others)


@pytest.mark.parametrize("function", functions())
def test_a_functions_pins_are_whole(function: str) -> None:
    """They are pins of requirements.txt with all their hashes, and what one of them requires is among them."""
    text = pins(function)
    named = pinned(text)
    needed = {
        canonicalize_name(wanted.name)
        for name in named
        for wanted in map(Requirement, distribution(name).requires or ())
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""})
    }

    assert set() == needed - named
    assert set(text.splitlines()) <= set(every_pin().splitlines())
    assert all("--hash=sha256:" in block for block in PIN.split(text) if block.strip())


def test_what_shapes_text_and_film_is_installed_where_it_is_used() -> None:
    """ICU, HarfBuzz and ffmpeg weigh 220 MB installed: only compose carries all; who judges uploads lacks ICU."""
    heavy = {"imageio-ffmpeg", "pyicu-wheels", "uharfbuzz"}

    found = {name: heavy & pinned(pins(name)) for name in functions()}

    films = {"imageio-ffmpeg"}
    judges = dict.fromkeys(("console", "tenant"), films | {"uharfbuzz"})
    ours = {"compose": heavy, **judges} | dict.fromkeys(("paint_part", "watch_presenter"), films)
    assert ours == {name: has for name, has in found.items() if has}


def test_the_pins_are_exact() -> None:
    """Every shipped requirement has one version and a hash, the framework among them."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith((" ", "#"))]

    assert [] == [line for line in named if "==" not in line or not line.endswith("\\")]
    assert ["functions-framework"] == [line.split("==")[0] for line in named if line.startswith("functions-framework")]


def every_pin() -> str:
    return (ROOT / "requirements.txt").read_text("utf-8")


def test_staging_forgets_what_was_there(tmp_path: Path) -> None:
    """A file left from an earlier staging is not deployed."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    (folder / "old.py").write_text("", encoding="utf-8")

    stage("jobs", folder)

    assert not (folder / "old.py").exists()


def test_terraform_zips_what_is_staged() -> None:
    """The archive's source is the staged folder, its mode is fixed, its object is named by its content."""
    text = terraform()["archives.tf"]

    assert '"${path.module}/../build/functions/${each.key}"' in text
    assert 'output_file_mode = "0644"' in text
    assert '"${each.key}-${data.archive_file.function[each.key].output_md5}.zip"' in text
