"""What imports cannot show: the pipeline is told the time and never asks for it, and nobody else does in secret."""

import ast
from collections.abc import Callable

import pytest

from tests.rules.sources import deployed_files, dotted, found, imports, name_of, parsed, python_files

# All the pipeline may lean on. Whatever is not here must be handed in.
PURE = {
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "itertools",
    "json",
    "math",
    "re",
    "shared",
    "types",
    "typing",
    "unicodedata",
}
CLOCKS = {
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.localtime",
    "time.gmtime",
    "time.sleep",
    "time.time",
    "time.time_ns",
}
EFFECTS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}
VERBS = ("Client", "AsyncClient", "HTTPTransport", "delete", "get", "head", "patch", "post", "put", "request", "stream")
CALLS_OUT = {f"httpx.{verb}" for verb in VERBS}
REAL_TIME = ("shared/parts/", "shared/steps/stopwatch.py")  # the stopwatch asks two clocks (hole 14)
GUARDED = ("shared/egress", "shared/cloud/signing.py")  # signing asks Google's own IAM, whose address is a setting


def _named(folder: str, names: set[str]) -> dict[str, object]:
    """Find where one of these is spoken of, called or not."""
    return _heard(folder, names, lambda node: node)


def _called(folder: str, names: set[str]) -> dict[str, object]:
    """Find where one of these is called: to name it in a type is no harm."""
    return _heard(folder, names, lambda node: node.func if isinstance(node, ast.Call) else None)


def _heard(folder: str, names: set[str], pick: Callable[[ast.AST], ast.AST | None]) -> dict[str, object]:
    places: dict[str, object] = {}
    for path in deployed_files(folder):
        for node in ast.walk(parsed(path)):
            picked = pick(node)
            if picked is not None and dotted(picked) in names:
                places[f"{name_of(path)}:{getattr(node, 'lineno', 0)}"] = dotted(picked)
    return places


def test_the_pipeline_leans_on_pure_parts_of_python_only() -> None:
    """Whatever the pipeline imports is on one short list, so that a new package cannot slip in."""
    strays = {
        f"{name_of(path)}: {name}"
        for path in python_files("shared/pipeline")
        for name in imports(parsed(path))
        if name.partition(".")[0] not in PURE
    }

    assert set() == strays


def test_the_pipeline_opens_prints_and_runs_nothing() -> None:
    """No builtin that touches the world outside is named in the pipeline."""
    named = _called("shared/pipeline", EFFECTS)

    assert not named, found(named)


def test_only_the_wiring_reads_the_clock() -> None:
    """Time is handed in: nothing in shared/ asks for it or sleeps, but where real things meet, and the stopwatch."""
    named = {where: what for where, what in _named("shared", CLOCKS).items() if not where.startswith(REAL_TIME)}

    assert not named, found(named)


def test_only_the_guarded_transport_calls_out() -> None:
    """Others know httpx by its answers and its errors; a client is opened where addresses are judged."""
    called = {where: what for where, what in _called("shared", CALLS_OUT).items() if not where.startswith(GUARDED)}

    assert not called, found(called)


def test_nothing_is_imported_by_a_name_made_up_at_run_time() -> None:
    """What no lint can see is not done: product code imports by `import` only."""
    made_up = {"__import__", "importlib.import_module"}

    called = _called("shared", made_up) | _called("functions", made_up)

    assert not called, found(called)


@pytest.mark.parametrize(
    ("line", "heard"), [("datetime.now(UTC)", "datetime.now"), ("when = time.time", "time.time"), ("open(p)", "open")]
)
def test_the_rules_hear_what_they_listen_for(line: str, heard: str) -> None:
    """The names these rules look for are heard in a line that has them."""
    tree = ast.parse(line)

    assert heard in {dotted(node) for node in ast.walk(tree)}
    assert heard in CLOCKS | EFFECTS
