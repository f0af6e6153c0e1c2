"""The project's own files as the rules read them."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("functions", "infra", "shared")
PUBLISHED = ROOT / "shared" / "client"  # what customers install: the rules of what is deployed are not its own
PRINTED = (PUBLISHED / "schemas.py",)  # from the OpenAPI description


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the folders' Python files, in order."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if path not in PRINTED))


@cache
def deployed_files(*folders: str) -> tuple[Path, ...]:
    """Return the folders' Python files, in order, without what customers install."""
    return tuple(path for path in python_files(*folders) if not path.is_relative_to(PUBLISHED))


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return a file's name as the repository has it."""
    return path.relative_to(ROOT).as_posix()


def kept_files() -> list[Path]:
    """Return every text file that is, or is about to be, in the repository; where there is no git, every file."""
    if shutil.which("git") and (listed := _listed()) is not None:
        paths = [ROOT / line for line in listed.splitlines()]
    else:
        hidden = re.compile(r"/(\.[^/]+|__pycache__|build|demo)/")
        paths = [path for path in ROOT.rglob("*") if not hidden.search(f"/{name_of(path)}/")]
    return [path for path in paths if path.is_file() and path.suffix not in (".jpg", ".mp4", ".otf", ".png", ".ttf")]


def _listed() -> str | None:
    """Return what git lists, None where this folder is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607  # git is where it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout if listed.returncode == 0 else None


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names a file imports, at its top and inside its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for a chain of names, else the empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def found(places: Mapping[str, object]) -> str:
    """Return what a rule found, a line each."""
    return "\n".join(f"{where}: {what}" for where, what in places.items())
