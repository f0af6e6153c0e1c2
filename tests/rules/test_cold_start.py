"""Light functions import light: counted by what a fresh interpreter has loaded, never by a clock."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from shared.wiring import PART_OF
from tests.rules.sources import ROOT

# The platform imports main.py before there is any request; the first request then builds the function's parts.
SCRIPT = """
import importlib.util, json, sys
name, part, *left = sys.argv[1:]
sys.modules.update(dict.fromkeys(left))  # not found, as where they were never installed
sys.path.insert(0, ".")
import flask, functions_framework
flask.Flask("main").app_context().push()  # as the framework does
frame = set(sys.modules)
spec = importlib.util.spec_from_file_location("main", f"functions/{name}/main.py")
spec.loader.exec_module(importlib.util.module_from_spec(spec))
imported = set(sys.modules)
from shared.wiring import wiring
getattr(wiring(), part)
built = set(sys.modules)
print(json.dumps({"frame": sorted(frame), "imported": sorted(imported), "built": sorted(built)}))
"""
ENVIRON = {
    "ABROLL_PROJECT": "demo",
    "ABROLL_PUBLIC_URL": "https://functions.example",
    "ABROLL_TASK_URL": "https://functions.example/{function}",
    "ABROLL_INVOKER": "tasks@demo.iam.gserviceaccount.com",
    "ABROLL_TAKES_BUCKET": "takes",
    "ABROLL_FILMS_BUCKET": "films",
}
HEAVY = ("PIL", "icu", "imageio_ffmpeg", "numpy", "pydantic", "uharfbuzz")
CLIENTS = (
    "google.api_core",
    "google.cloud.firestore",
    "google.cloud.secretmanager",
    "google.cloud.storage",
    "google.cloud.tasks",
    "google.cloud.tasks_v2",
    "grpc",
)
LEFT_AT_HOME = ("pygments", "rich")  # httpx takes its command line in where they are; no requirements.txt has them
MOST_WEIGHT = 1.25  # times what Google's own needs
ROWS = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))["functions"]
FUNCTIONS = tuple(ROWS)
LIGHT = tuple(name for name, row in ROWS.items() if row["light"])


@dataclass(frozen=True, slots=True)
class Loads:
    """The modules loaded by the frame alone, after the function's import, after its parts were built."""

    frame: frozenset[str]
    imported: frozenset[str]
    built: frozenset[str]


def _loads(name: str) -> Loads:
    environ = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONSTARTUP")}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, PART_OF.get(name, name), *LEFT_AT_HOME],
        cwd=ROOT,
        env=environ | ENVIRON,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return Loads(**{when: frozenset(modules) for when, modules in json.loads(run.stdout).items()})


@pytest.fixture(scope="module")
def loads() -> Mapping[str, Loads]:
    """Load every function in an interpreter of its own."""
    with ThreadPoolExecutor(2) as two:
        return dict(zip(FUNCTIONS, two.map(_loads, FUNCTIONS), strict=True))


@pytest.fixture(scope="module")
def google() -> int:
    """Count the modules of the frame with the clients of Firestore and Tasks."""
    code = (
        "import flask, functions_framework, google.cloud.firestore, google.cloud.tasks_v2, sys; print(len(sys.modules))"
    )
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def _of(modules: frozenset[str], packages: tuple[str, ...]) -> set[str]:
    return {package for package in packages if any(f"{module}.".startswith(f"{package}.") for module in modules)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_importing_a_function_loads_nothing_heavy_and_no_client(loads: Mapping[str, Loads], name: str) -> None:
    """A module is imported before gunicorn forks: no client and no gRPC may be there yet, in any function."""
    mine = loads[name].imported - loads[name].frame

    assert set() == _of(mine, HEAVY + CLIENTS)


@pytest.mark.parametrize("name", LIGHT)
def test_a_light_function_stays_light_when_it_is_built(loads: Mapping[str, Loads], name: str) -> None:
    """What start_clip or sweep is made of knows no pictures, no pydantic, and no client before one is spoken to."""
    assert set() == _of(loads[name].built - loads[name].frame, HEAVY + CLIENTS)


@pytest.mark.parametrize("name", LIGHT)
def test_a_light_function_adds_little_to_what_google_needs(loads: Mapping[str, Loads], name: str, google: int) -> None:
    """Framework, Firestore and Tasks are there anyway: ours and httpx are at most a quarter of that, in modules."""
    mine = loads[name].built - loads[name].frame

    print(f"{name}: {len(mine)} beside {google}")
    assert google + len(mine) <= MOST_WEIGHT * google


def test_a_part_of_a_package_counts_as_the_package() -> None:
    """A module is heavy by the package it belongs to, and not by the first letters of its name."""
    modules = frozenset({"google.cloud.storage.blob", "grpc_status", "pydantic"})

    assert {"google.cloud.storage", "pydantic"} == _of(modules, HEAVY + CLIENTS)


def test_every_function_is_known_here_as_light_or_not() -> None:
    """A new function is one or the other, by decision."""
    heavy = {"batches", "compose", "console", "create_job", "feed_batch", "health", "paint_part", "tenant"}
    assert heavy == set(FUNCTIONS) - set(LIGHT)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_loads_the_laptop(loads: Mapping[str, Loads], name: str) -> None:
    """Nothing of infra is in a deployed archive, so nothing of it may be asked for."""
    assert set() == _of(loads[name].built, ("infra", "tests"))


def test_the_counts_are_shown(loads: Mapping[str, Loads]) -> None:
    """How many modules each function adds to the frame, at its import and when its parts are built."""
    print("\nfunction          frame  +import  +parts")
    for name, load in loads.items():
        imported, built = len(load.imported - load.frame), len(load.built - load.imported)
        print(f"{name:<17}{len(load.frame):6}{imported:9}{built:8}")

    assert set(FUNCTIONS) == set(loads)
