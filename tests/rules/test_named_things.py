"""Texts name what exists: each path, field and command of a message, a next move or a page is really there."""

import ast
import json
import re
from collections.abc import Iterator, Mapping

import pytest

from infra.openapi import described
from shared.codes import Code
from shared.log import Fact
from shared.pipeline.job.status import Stage, Status
from shared.providers.heygen.words import BY_CODE
from tests.rules.sources import ROOT, name_of, parsed, python_files

API = described()
PATHS = [re.compile(re.sub(r"\{[^}]+\}", r"[^/\\s]+", path)) for path in API["paths"]]
FUNCTIONS = json.loads((ROOT / "infra" / "functions.json").read_text(encoding="utf-8"))["functions"]
PAGES = ("README.md", "CONTRIBUTING.md", "infra/README.md", "functions/REFERENCE.md")
PATH = re.compile(r"(?<![\w./:~$<>{}*-])/(?:[a-z_]+|\{\})(?:/(?:[\w{}.-]+))*")
FIELD = re.compile(r"(?<![\w./-])[a-z]+(?:_[a-z0-9]+)+(?![\w(/])(?!\.\w)")
MODULE = re.compile(r"python -m (infra(?:\.\w+)+)")
TARGET = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)


def properties(schema: object) -> Iterator[str]:
    """Yield every property's and parameter's name in a description."""
    match schema:
        case Mapping():
            if isinstance(schema.get("properties"), Mapping):
                yield from schema["properties"]
            if "in" in schema and isinstance(schema.get("name"), str):
                yield schema["name"]
            yield from schema.get("enum", ()) if isinstance(schema.get("enum"), list) else ()
            for value in schema.values():
                yield from properties(value)
        case list():
            for value in schema:
                yield from properties(value)


ANSWERED = {
    node.value
    for path in python_files("shared/door", "shared/pipeline/plan", "shared/pipeline/job")
    for node in ast.walk(parsed(path))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value)
}
KNOWN = {
    *(str(name) for name in properties(API)),
    *FUNCTIONS,
    *Code,
    *Fact,
    *Status,
    *Stage,
    *BY_CODE,
    *ANSWERED,
    "surplus_output",  # an alarm's first word: the operator searches the log for it
    "spoke_twice",
    "open_line",
}


def sentences(tree: ast.Module) -> Iterator[str]:
    """Yield every text that a person may read: constants with a space, docstrings apart; {} for what is filled in."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            if " " in (text := "".join(parts)):
                yield text
        elif isinstance(node, ast.Constant) and id(node) not in docstrings | inside and " " in str(node.value):
            yield str(node.value)


def missing_paths(text: str) -> list[str]:
    """Return the paths in a text that no route has."""
    found = [path.rstrip(".,;:") for path in PATH.findall(text)]
    return [path for path in found if not any(route.fullmatch(path.replace("{}", "x")) for route in PATHS)]


def missing_fields(text: str) -> list[str]:
    """Return the names in a text that look like fields and are none."""
    return [name for name in FIELD.findall(text) if name not in KNOWN]


@pytest.mark.parametrize(
    "path", python_files("shared/door", "shared/steps", "shared/providers", "shared/pipeline"), ids=name_of
)
def test_a_message_names_what_exists(path: object) -> None:
    """No text sends a person to a path or a field that is not there."""
    texts = [text for text in sentences(parsed(path)) if not re.search(r"[;\[\]=]{2}|%\w", text)]

    assert {} == {text: gone for text in texts if (gone := [*missing_paths(text), *missing_fields(text)])}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_what_exists(page: str) -> None:
    """Every call, module and make target of a page is there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    calls = re.findall(r"(?:GET|POST|PUT|PATCH|DELETE) (/[\w{}/.]*\w)", text)
    modules = [module for module in MODULE.findall(text) if not list(ROOT.glob(module.replace(".", "/") + "*"))]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert [] == [call for call in calls if not any(route.fullmatch(re.sub(r"\{\w+\}", "x", call)) for route in PATHS)]
    assert [] == modules
    assert set() == set(TARGET.findall(text)) - targets


@pytest.mark.parametrize(
    ("text", "paths", "fields"),
    [
        ("Choose a voice from /catalog.", ["/catalog"], []),
        ("PUT /tenant/integrations/{} with a key", [], []),
        ("POST /jobs/{}/again makes it", ["/jobs/{}/again"], []),
        ("Leave it out of provider_setup.", [], ["provider_setup"]),
        ("give an avatar_id", [], []),
    ],
)
def test_what_is_not_there_would_be_found(text: str, paths: list[str], fields: list[str]) -> None:
    """The rule bites."""
    assert (paths, fields) == (missing_paths(text), missing_fields(text))
