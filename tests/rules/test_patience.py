"""A test waits for what must come as long as it takes: a guess of a machine's speed fails on a busier one."""

import ast
import tomllib
from collections.abc import Iterator

from tests.patience import PATIENCE
from tests.rules.sources import ROOT, found, name_of, parsed, python_files

WAITS = {"timeout", "total_seconds"}
RUNS_OUT = 1.0  # seconds: so short a wait is there to run out


def _clocked(tree: ast.AST) -> set[ast.Call]:
    """Return the calls in functions that hand a clock in: their seconds are that clock's."""
    return {
        call
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and any(isinstance(each, ast.keyword) and each.arg == "monotonic" for each in ast.walk(function))
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
    }


def guesses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the lines of waits whose seconds somebody guessed."""
    clocked = _clocked(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call not in clocked:
            for given in call.keywords:
                seconds = given.value.value if isinstance(given.value, ast.Constant) else None
                if given.arg in WAITS and isinstance(seconds, (int, float)) and seconds > RUNS_OUT:
                    yield call.lineno, f"{given.arg}={seconds}"


def test_no_wait_is_a_guess() -> None:
    """A wait is PATIENCE, has a name that says whose it is, or is too short for anything to come."""
    guessed = {
        f"{name_of(path)}:{line}": what for path in python_files("tests") for line, what in guesses(parsed(path))
    }

    assert not guessed, found(guessed)


def test_a_hang_is_named_by_its_wait() -> None:
    """A wait ends before pytest ends the whole test, which names no more than the test."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]

    assert PATIENCE < options["timeout"]


def test_a_guess_is_found() -> None:
    """A breach of each kind is heard; a named wait, one that runs out and one of a clock handed in pass."""
    breaches = "a(timeout=5)\nb.get(total_seconds=2.5)"
    right = "a(timeout=PATIENCE)\na(timeout=0.3)\ndef f():\n    a(monotonic=b).c(total_seconds=9)"

    assert [(1, "timeout=5"), (2, "total_seconds=2.5")] == list(guesses(ast.parse(breaches)))
    assert [] == list(guesses(ast.parse(right)))
