"""Checkouts of abroll's code to be run beside the present one: a revision of it, or the next release, made here.

The next release is the present code with what every release may bring: a form of its own behind the gate, a field in
each map of a job, a field of nodes that code uses, and, in every third of its jobs, a word older code cannot read.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from infra.local.world import ROOT
from shared.pipeline.job.schema import SCHEMA, WRITES

NEXT = SCHEMA + 1
SEED = "n+1"
WORD = "cinema"
FOLDERS = ("functions", "infra", "shared")
LARGE = "shared/media/fonts"
LAST_RELEASE = Path(__file__).with_name("last_release.txt")

CREATION = f"""
    if schema == {NEXT}:
        job = replace(job, nodes={{key: replace(node, planted="{SEED}") for key, node in job.nodes.items()}})
        if next(_BORN) % 3 == 0:
            word = replace(job.request.b_roll, model=Quality.CINEMA)
            job = replace(job, request=replace(job.request, b_roll=word))
    return follow(job, None, now, timeouts)
"""
SEEDED = f"""

_plain_whole = whole


def _seeded(value: Any) -> Any:
    match value:
        case Mapping():
            return {{**{{key: _seeded(item) for key, item in value.items()}}, "canary": "{SEED}"}}
        case list():
            return [_seeded(item) for item in value]
    return value


def whole(job: Job) -> dict[str, Any]:
    document = _plain_whole(job)
    if document["schema"] != {NEXT}:
        return document
    grown = {{key: _seeded(document[key]) for key in ("request", "plan", "purchases", "money", "timeline")}}
    nodes = {{key: _seeded(node) for key, node in document["nodes"].items()}}
    return {{**document, **grown, "nodes": nodes, "canary": "{SEED}"}}
"""


def next_release(folder: Path) -> Path:
    """Make the next release in an empty folder; return where its code is."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("fonts", "__pycache__", ".terraform"))
    (folder / LARGE).symlink_to(ROOT / LARGE)
    forms = "WRITES: Mapping[int, int] = "
    _changed(folder, "shared/pipeline/job/schema.py", f"{forms}{dict(WRITES)}", f"{forms}{ {**WRITES, NEXT: SCHEMA} }")
    _changed(folder, "shared/cloud/forms.py", "FORM_SECONDS = 10.0", "FORM_SECONDS = 0.2")
    _changed(
        folder, "shared/pipeline/plan/request.py", '    LITE = "lite"\n', f'    LITE = "lite"\n    CINEMA = "{WORD}"\n'
    )
    ledger = "    attempts: tuple[Attempt, ...] = ()"
    _changed(folder, "shared/pipeline/job/job.py", ledger, f"    planted: str | None = None\n{ledger}")
    creation = "shared/pipeline/job/creation.py"
    _changed(folder, creation, "\n    return follow(job, None, now, timeouts)\n", CREATION)
    _changed(folder, creation, "import FilmRequest\n", "import FilmRequest, Quality\n\n_BORN = iter(range(10**9))\n")
    born = "begin(now=live.at, usage_doc=month.doc, "
    _changed(folder, "shared/steps/create_job.py", born, f"{born}schema=self.jobs.forms.form(), ")
    documents = folder / "shared/cloud/documents.py"
    documents.write_text(documents.read_text("utf-8") + SEEDED, encoding="utf-8")
    return folder


def _changed(folder: Path, path: str, old: str, new: str) -> None:
    """Change a copied file; what is to be changed must stand there once."""
    text = (folder / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def revision(name: str, folder: Path) -> Path:
    """Check a revision of this repository out into an empty folder; return where its code is."""
    packed = _git("archive", "--format=zip", name)
    assert packed.returncode == 0, packed.stderr.decode()
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as files:
        files.extractall(folder)
    return folder


def tables_of(code: Path, world: Path, into: Path) -> Path:
    """Write the tables of a checkout's own laptop, in a world's sizes, into a file; return it.

    Tables come with the code that reads them: another release's may name what this one does not know.
    """
    own = (
        "import json, sys; from infra.local.world import World; "
        "given = json.load(open(sys.argv[1]))['tables']; given.pop('timeouts', None); "
        "json.dump(World(tables=given).all_tables(), open(sys.argv[2], 'w'))"
    )
    _in_its_own_words(code, own, world, into)
    return into


def places_of(code: Path, data: Path, into: Path) -> Path:
    """Make a data folder where a checkout's functions find a laptop's Google and vendors; return it.

    Places come with the code that reads them, like tables: another release may know fewer.
    """
    own = (
        "import json, sys; from dataclasses import fields; from infra.local.world import Places; "
        "ports = json.load(open(sys.argv[1])); known = {item.name for item in fields(Places)}; "
        "json.dump({name: port for name, port in ports.items() if name in known}, open(sys.argv[2], 'w'))"
    )
    into.mkdir()
    (into / "google").symlink_to(data / "google")  # whoever issues tokens
    _in_its_own_words(code, own, data / "ports.json", into / "ports.json")
    return into


def world_of(code: Path, world: Path, into: Path) -> Path:
    """Write what a checkout's own laptop knows of a world into a file; return it."""
    own = (
        "import json, sys; from dataclasses import fields; from infra.local.world import World; "
        "given = json.load(open(sys.argv[1])); known = {item.name for item in fields(World)}; "
        "json.dump({name: row for name, row in given.items() if name in known}, open(sys.argv[2], 'w'))"
    )
    _in_its_own_words(code, own, world, into)
    return into


def _in_its_own_words(code: Path, program: str, given: Path, into: Path) -> None:
    here = {**os.environ, "PYTHONPATH": str(code)}
    subprocess.run([sys.executable, "-c", program, str(given), str(into)], cwd=code, env=here, check=True)


def last_release() -> str | None:
    """Return the recorded revision, if it is in this checkout's history and reads what is written today."""
    name = LAST_RELEASE.read_text("utf-8").strip()
    if shutil.which("git") is None:
        return None
    shown = _git("show", f"{name}:shared/pipeline/job/schema.py")
    forms = re.search(r"^WRITES: .* = \{(.*)\}", shown.stdout.decode(), re.MULTILINE)
    known = [int(form.partition(":")[0]) for form in forms[1].split(",") if form.strip()] if forms else []
    return name if known and max(known) >= min(WRITES.values()) else None


def _git(*asked: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    assert git, "there is no git"
    return subprocess.run([git, *asked], cwd=ROOT, check=False, capture_output=True)


def dead(document: dict[str, Any]) -> list[str]:
    """Name the maps of a job of the next release whose seed was lost; none in a job of the present form."""
    if document["schema"] < NEXT:
        return []
    born = {key: document[key] for key in ("request", "plan", "money", "nodes")}
    first = {key: document[key][0] for key in ("purchases", "timeline")}
    lost = [*_dead(born["request"], "request"), *_dead(born["plan"], "plan"), *_dead(born["money"], "money")]
    lost += [found for key, each in first.items() for found in _dead(each, f"{key}.0")]
    for key, node in born["nodes"].items():
        lost += [f"nodes.{key}.{name}" for name in ("canary", "planted") if node.get(name) != SEED]
    return lost + ([] if document.get("canary") == SEED else ["document"])


def _dead(value: Any, path: str) -> list[str]:
    match value:
        case dict():
            mine = [] if value.get("canary") == SEED else [path]
            return mine + [found for key, item in value.items() for found in _dead(item, f"{path}.{key}")]
        case list():
            return [found for index, item in enumerate(value) for found in _dead(item, f"{path}.{index}")]
    return []
