"""Every import contract of pyproject.toml is kept by the tree, and bites when somebody breaks it."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.rules.sources import PRODUCT, ROOT, python_files


@dataclass(frozen=True, slots=True)
class Breach:
    """A file somebody adds, and the contracts it breaks: these and no other."""

    file: str
    line: str
    breaks: tuple[str, ...]


BREACHES = (
    Breach("shared/pipeline/plan/planted.py", "import time", ("pure",)),
    Breach("shared/pipeline/plan/planted.py", "from random import uniform", ("pure",)),
    Breach("shared/pipeline/plan/planted.py", "import httpx", ("pure",)),
    Breach("shared/pipeline/plan/planted.py", "from shared.log import log", ("pure", "inward")),
    Breach("shared/cloud/planted.py", "from shared.providers.ports import NotSent", ("inward",)),
    Breach("shared/planted.py", "import re", ("inward",)),
    Breach("shared/pipeline/edit/planted.py", "from shared.pipeline.job.job import Job", ("rooms",)),
    Breach("shared/pipeline/job/planted.py", "from shared.pipeline.edit.edit import Edit", ("rooms",)),
    Breach("shared/pipeline/plan/planted.py", "from shared.pipeline.job.job import Job", ("rooms",)),
    Breach("shared/parts/planted.py", "import re", ("parts",)),
    Breach("shared/steps/planted.py", "from shared.parts.stores import StoreParts", ("inward", "steps")),
    Breach("functions/planted/main.py", "from shared.parts.doors import DoorParts", ("doors",)),
    Breach("shared/egress/planted.py", "import re", ("guard",)),
    Breach("shared/client/planted.py", "from shared.codes import Code", ("inward",)),
    Breach("shared/door/planted.py", "from shared.client.webhooks import verify", ("published",)),
    Breach("infra/planted.py", "from shared.client.client import Abroll", ("published",)),
    Breach("shared/providers/veo/planted.py", "from shared.providers.heygen.words import KEY", ("strangers",)),
    Breach("shared/providers/heygen_video/planted.py", "from shared.providers.veo.client import Veo", ("footage",)),
    Breach("shared/providers/heygen/planted.py", "from shared.providers.heygen_video.words import WORDS", ("footage",)),
    Breach("functions/planted/main.py", "from shared.steps.sweep import Sweep", ("doors",)),
    Breach("functions/planted/main.py", "from functions.sweep.main import main", ("apart",)),
    Breach("functions/planted/main.py", "from infra.local.world import ROOT", ("deployed",)),
    Breach("shared/door/planted.py", "def late() -> None:\n    import infra.local.world", ("deployed",)),
    Breach("shared/steps/planted.py", "from google.cloud import firestore", ("google",)),
    Breach("infra/planted.py", "import grpc", ("google",)),
    Breach("shared/providers/planted.py", "import socket", ("sockets",)),
    Breach("shared/steps/planted.py", "import pydantic", ("frames",)),
    Breach("shared/cloud/planted.py", "import flask", ("frames",)),
    Breach("shared/providers/planted.py", "from shared.log import log", ("providers",)),
    Breach("shared/providers/planted.py", "from shared.cloud.secrets import Secrets", ("inward", "providers")),
    Breach("shared/media/planted.py", "from shared.egress.client import Egress", ("media",)),
    Breach("shared/steps/planted.py", "from shared.config import Settings", ("steps",)),
    Breach("shared/steps/planted.py", "from shared.door.keys import caller", ("inward", "steps")),
    Breach("infra/local/google/planted.py", "from shared.config import Settings", ("embedded",)),
    Breach("infra/local/google/planted.py", "from infra.local.world import ROOT", ("embedded",)),
    Breach("infra/local/google/planted.py", "from ..world import ROOT", ("embedded",)),
    Breach("infra/local/vendors/planted.py", "from infra.local.google_cloud import now", ("vendors",)),
    Breach("infra/local/vendors/planted.py", "from shared.pipeline.plan.plan import Plan", ("vendors",)),
)


def _contracts() -> dict[str, dict[str, Any]]:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["id"]: contract for contract in linter["contracts"]}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what the contracts are about."""
    there = tmp_path_factory.mktemp("tree")
    for path in python_files(*PRODUCT):
        copied = there / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
    shutil.copy(ROOT / "pyproject.toml", there)
    return there


@pytest.fixture(scope="module")
def already(copy: Path) -> set[str]:
    """Return what is broken before anybody plants anything: nothing, or the first test below says so."""
    return _broken(copy)


@pytest.fixture
def plant(copy: Path) -> Iterator[Any]:
    """Add a file for one test."""
    planted: list[Path] = []

    def plant(breach: Breach) -> Path:
        path = copy / breach.file
        path.parent.mkdir(exist_ok=True)
        path.write_text(breach.line + "\n", encoding="utf-8")
        planted.append(path)
        return copy

    yield plant
    for path in planted:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _broken(tree: Path) -> set[str]:
    """Return the ids of the contracts lint-imports names as broken in a tree."""
    # A folder without __init__.py is put together from all of Python's path: nothing but the tree may stand there.
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=tree,
        env={**environ, "COLUMNS": "500", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = {contract["name"]: known for known, contract in _contracts().items()}
    heard = {name: verdict for line in linted.stdout.splitlines() for name, _, verdict in [line.rpartition(" ")]}
    ruled = {known: heard[name] for name, known in verdicts.items() if name in heard}
    assert set(verdicts.values()) == set(ruled), linted.stdout + linted.stderr
    assert (linted.returncode != 0) == ("BROKEN" in ruled.values())
    return {known for known, verdict in ruled.items() if verdict == "BROKEN"}


def test_the_tree_keeps_every_contract(already: set[str]) -> None:
    """No import of ours breaks a contract, and every contract is read."""
    assert set() == already


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.file}: {breach.line}")
def test_a_breach_is_named(breach: Breach, plant: Any, already: set[str]) -> None:
    """Whoever breaks a contract reads its sentence."""
    tree = plant(breach)

    broken = _broken(tree)

    assert set(breach.breaks) == broken - already


def test_every_contract_has_a_breach_of_its_own() -> None:
    """A contract nobody has seen biting is not one."""
    assert set(_contracts()) == {known for breach in BREACHES for known in breach.breaks}


def test_what_is_forbidden_exists() -> None:
    """A misspelt package would forbid nothing: whatever a contract names outside our tree can be imported."""
    listed = ("forbidden_modules", "protected_modules")
    named = {name for contract in _contracts().values() for key in listed for name in contract.get(key, ())}
    outside = {name for name in named if name.partition(".")[0] not in PRODUCT}

    assert {"google", "pydantic", "time"} <= outside
    assert set() == {name for name in outside if importlib.util.find_spec(name) is None}


def test_every_file_of_ours_is_read() -> None:
    """The linter silently skips what is no Python name, such as a folder that begins with a digit: there is none."""
    names = [path.relative_to(ROOT).with_suffix("") for path in python_files(*PRODUCT)]

    assert [] == [name for name in names if not all(part.isidentifier() for part in name.parts)]


def test_breaches_are_python() -> None:
    """A planted file that cannot be parsed would prove nothing."""
    for breach in BREACHES:
        assert ast.parse(breach.line).body
