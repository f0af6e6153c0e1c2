"""The gallery of a few films at a quarter of the size: every kind it is asked for is shown, measured and right."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
FILMS = ("shapes", "alone-square", "inset", "scripts")
SHAPES = {"9x16": (180, 320), "1x1": (180, 180), "4x5": (180, 226), "16x9": (320, 180)}

REASONS = {  # of the report: letters of a quarter's size are thin, and a presenter who cannot be cut out covers much
    "alone-square-1x1": ["words have"],
    "inset-9x16": ["presenter-1 covers"],
}


def test_every_kind_of_film_is_shown(tmp_path: Path) -> None:
    """The page names each film with its stills; no film stands still, is black or silent, or lasts otherwise.

    What its own report says of a film is as expected, too.
    """
    out = tmp_path / "gallery"
    words = ["--small", "--out", str(out), "--data", str(tmp_path / "cloud"), "--only", *FILMS]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "infra.local.gallery", *words]

    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        _, error = process.communicate(timeout=PATIENCE)

    assert 0 == process.returncode, error
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    page = (out / "index.html").read_text(encoding="utf-8")
    assert len(FILMS) + 3 == len(figures) == page.count("<article>")
    assert SHAPES == {
        name.removeprefix("shapes-"): (row["width"], row["height"])
        for name, row in figures.items()
        if name.startswith("shapes-")
    }
    assert all((out / f"{name}-{at}.jpg").stat().st_size for name in figures for at in (10, 50, 90))
    assert {name: [] for name in figures} == {name: row["faults"] for name, row in figures.items()}
    assert REASONS == {
        name: [" ".join(each.partition(": ")[2].split()[:2]) for each in row["reasons"]]
        for name, row in figures.items()
        if row["reasons"]
    }
