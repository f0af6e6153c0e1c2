"""Stages what each function is deployed with: `main.py` at the root, `shared/` beside it, the pinned requirements.

`python -m infra.package` fills build/functions/<name>/, which Terraform zips (infra/archives.tf). The buildpack
compiles all it finds, so nothing is staged but what the deployed Python runs; what is large and only some functions
use goes to these alone: files as CARRIED_BY says, packages as the `carries` of `infra/functions.json` do.
"""

import argparse
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAGED = ROOT / "build" / "functions"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.md")
PUBLISHED = "client"  # in shared/; installed by customers, deployed nowhere
DESCRIPTION = "shared/door/openapi.json"
PUBLISHES = "health"  # the description, for whoever asks
# What lays words, picture and sound of a film out; only composing does.
PAINTS = (
    *("backdrops", "beds", "blending", "compose", "graph", "inking", "inspection", "laid", "lettering", "listening"),
    *("logo", "loudness", "painting", "part_work", "people", "product_card", "shaping", "sound", "text_layout"),
    *("wording", "zones"),
)
CARRIED_BY = {  # 28 MB of fonts, the pages, half a megabyte of description, and what composes
    DESCRIPTION: ("health", "mcp"),
    "shared/door/console": ("console",),
    "shared/media/fonts": ("compose",),
    "shared/media/sounds": ("compose",),
    **{f"shared/media/{name}.py": ("compose",) for name in PAINTS},
}


PIN = re.compile(r"(?m)^(?=[a-z])")  # each pin begins a line; its hashes and whose it is (`# via`) are indented
VIA = re.compile(r"(?m)^    #(?: via|  ) ([\w.-]+)")


def rows() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the inventory's functions by name."""
    table: Mapping[str, Mapping[str, Mapping[str, list[str]]]] = json.loads(
        (ROOT / "infra" / "functions.json").read_text(encoding="utf-8")
    )
    return table["functions"]


def functions() -> tuple[str, ...]:
    """Return the names of all functions, as the inventory lists them."""
    return tuple(rows())


def pins(function: str) -> str:
    """Return requirements.txt without what only other functions carry, and what is needed by nothing else."""
    table = rows()
    dropped = {package for row in table.values() for package in row["carries"]} - set(table[function]["carries"])
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = {block.partition("==")[0]: block for block in PIN.split(text) if block.strip()}
    wanted_by = {name: set(VIA.findall(block)) for name, block in blocks.items()}
    while alone := {name for name, by in wanted_by.items() if name not in dropped and by and by <= dropped}:
        dropped |= alone
    return "".join(block for name, block in blocks.items() if name not in dropped)


def stage(function: str, folder: Path) -> Path:
    """Make `folder` the root of one function's archive, whatever it held before; return it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "functions" / function, folder, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "shared", folder / "shared", ignore=LEFT_OUT)
    shutil.rmtree(folder / "shared" / PUBLISHED)
    for large, carriers in CARRIED_BY.items():
        if function not in carriers:
            _remove(folder / large)
    if (described := folder / DESCRIPTION).exists():
        described.write_text(_shortened(described.read_text(encoding="utf-8"), function), encoding="utf-8")
    (folder / "requirements.txt").write_text(pins(function), encoding="utf-8")
    return folder


def _shortened(description: str, function: str) -> str:
    """Return the description without its spaces; who does not publish it gets the bodies only."""
    whole = json.loads(description)
    kept = whole if function == PUBLISHES else {"components": {"schemas": whole["components"]["schemas"]}}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def main() -> None:
    """Stage every function."""
    argparse.ArgumentParser(prog="python -m infra.package", description=__doc__).parse_args()
    shutil.rmtree(STAGED, ignore_errors=True)
    for function in functions():
        stage(function, STAGED / function)


if __name__ == "__main__":
    main()
