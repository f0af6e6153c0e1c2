"""What a function's code can come to import, read from the files: its door, its part of the wiring, all these import.

Lazy imports count, types do not.
"""

import ast
from collections.abc import Iterator
from functools import cache

from shared.wiring import PART_OF
from tests.infra.inventory import ROOT

WIRING = "shared.wiring"
PARTS = tuple(f"shared.parts.{path.stem}" for path in sorted((ROOT / "shared" / "parts").glob("*.py")))


def reached(function: str) -> set[str]:
    """Return the outermost names of all modules that are not ours."""
    outside: set[str] = set()
    seen = {WIRING, *PARTS}  # of which only the function's own part counts
    wanted = [*_imported(f"functions.{function}.main"), *_part(PART_OF.get(function, function))]
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        if not name.startswith("shared."):
            outside.add(name.partition(".")[0])
        elif (ROOT / f"{name.replace('.', '/')}.py").exists():
            wanted += _imported(name)
    return outside


@cache
def parts() -> dict[str, ast.FunctionDef]:
    """Return the code of every part of an instance by its name."""
    trees = map(_parsed, PARTS)
    return {each.name: each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


def _part(part: str) -> Iterator[str]:
    """Yield what the wiring imports at its top, and in a part and all other parts that it is made of."""
    members = parts()
    for module in (WIRING, *PARTS):
        for each in _parsed(module).body:
            if isinstance(each, ast.Import | ast.ImportFrom):
                yield from _imports(each)
    wanted, seen = [part], set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in members:
            continue
        seen.add(name)
        yield from _imports(members[name])
        wanted += [each.attr for each in ast.walk(members[name]) if isinstance(each, ast.Attribute)]


@cache
def _imported(module: str) -> tuple[str, ...]:
    return tuple(_imports(_parsed(module)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


@cache
def _parsed(module: str) -> ast.Module:
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    _WithoutTypes().visit(tree)
    return tree


class _WithoutTypes(ast.NodeTransformer):
    """Takes out what is imported for the type checker alone."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Drop `if TYPE_CHECKING`."""
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)
