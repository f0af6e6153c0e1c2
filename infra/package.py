"""Stages what each function is deployed with: `main.py` at the root, `shared/` beside it, the pinned requirements.

`python -m infra.package` fills build/functions/<name>/, which Terraform zips (infra/archives.tf). The buildpack
compiles all it finds, so nothing is staged but what the deployed Python runs; what is large and only some functions
use goes to these alone.
"""

import argparse
import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAGED = ROOT / "build" / "functions"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.md")
CARRIED_BY = {"shared/media/fonts": ("compose",), "shared/media/sounds": ("compose",)}  # 28 MB


def functions() -> tuple[str, ...]:
    """Return the names of all functions, as the inventory lists them."""
    table = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))
    return tuple(table["functions"])


def stage(function: str, folder: Path) -> Path:
    """Make `folder` the root of one function's archive, whatever it held before; return it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "functions" / function, folder, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "shared", folder / "shared", ignore=LEFT_OUT)
    for large, carriers in CARRIED_BY.items():
        if function not in carriers:
            shutil.rmtree(folder / large)
    shutil.copyfile(ROOT / "requirements.txt", folder / "requirements.txt")
    return folder


def main() -> None:
    """Stage every function."""
    argparse.ArgumentParser(prog="python -m infra.package", description=__doc__).parse_args()
    shutil.rmtree(STAGED, ignore_errors=True)
    for function in functions():
        stage(function, STAGED / function)


if __name__ == "__main__":
    main()
