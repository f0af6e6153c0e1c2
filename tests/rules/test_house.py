"""The house's small rules: what every file has, and what none may have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.rules.sources import (
    PRODUCT,
    deployed_files,
    dotted,
    found,
    imports,
    kept_files,
    name_of,
    parsed,
    python_files,
)

MOST_LINES = 300  # about 200 is the aim; this is where it ends
PATCHES = ("delattr", "setattr")  # pytest's monkeypatch may set variables, never our code
MOCKS = ("mock", "pytest_mock", "unittest")
VAGUE = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
ANYTHING_MAY_COME = {
    "shared/cloud/deliveries.py",  # a document nobody can read
    "shared/cloud/jobs.py",  # same
    "shared/door/console/door.py",
    "shared/door/public.py",
    "shared/door/request_body.py",  # each server breaks off a body with errors of its own
    "shared/media/images.py",  # a stranger's bytes may break a library anywhere: that refuses the image
    "shared/media/watching.py",  # a report that breaks must not break the painting it rides on
    "shared/media/inspection.py",  # what is measured of a film that is there: whatever breaks, the film stands
    "shared/door/task.py",
    "shared/steps/closing.py",  # no tenant stops another's
    "shared/steps/reap.py",  # as the sweep: no document stops all others
    "shared/steps/health.py",  # a check that breaks is a check that fails
    "shared/steps/sweep.py",
}

# Put together here, so that no file of the repository holds what these look for.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
HOMES = ("home", "root", "Users", "work", "private/var", "usr/local")
MACHINE = re.compile(r"(?<![\w./:}>*-])/(" + "|".join(HOMES) + r")/\w")
SITES = (
    "py" + "pi",
    "pythonhosted",
    "npm" + "js",
    "docker",
    "ghcr",
    "pkg" + ".dev",
    "jfrog",
    "arti" + "factory",
    "nexus",
)
HOSTS = re.compile(
    r"\b(?:[\w-]+\.)*(?:" + "|".join(map(re.escape, SITES)) + r")\.(?:org|com|io|net|dev)\b", re.IGNORECASE
)
HARMLESS = re.compile(r"lambda \*_: (None|sys\.exit\(.*\))|signal\.(SIG_IGN|SIG_DFL|default_int_handler)")
SILENCED = re.compile(r"#\s*(noqa(:[A-Z0-9, ]+)?|type:\s*ignore(\[[^\]]*\])?)\s*$")
PLACE = re.compile(
    r"(?<![a-z])(emulator|is_local|laptop|localhost|on_premise|stand_in)(?![a-z])|127\.0\.0\.1", re.IGNORECASE
)
INDEX = re.compile(r"^\s*(?:-i\s|--(?:extra-)?index-url|--find-links|--trusted-host)", re.MULTILINE)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _where(rule: re.Pattern[str], paths: list[Path] | None = None) -> dict[str, object]:
    places: dict[str, object] = {}
    for path in kept_files() if paths is None else paths:
        for number, line in enumerate(_lines(path), 1):
            if rule.search(line):
                places[f"{name_of(path)}:{number}"] = line.strip()[:120]
    return places


def test_every_module_says_what_it_is() -> None:
    """A module opens with a sentence."""
    silent = [name_of(path) for path in python_files(*PRODUCT) if not ast.get_docstring(parsed(path))]

    assert [] == silent


def test_a_module_is_called_after_what_it_does() -> None:
    """No file or folder is named for nothing in particular."""
    vague = [name_of(path) for path in python_files(*PRODUCT, "tests") if VAGUE & {path.stem, path.parent.name}]

    assert [] == vague


def test_no_module_is_long() -> None:
    """A module that grows beyond this is two."""
    long = {name_of(path): len(_lines(path)) for path in python_files(*PRODUCT) if len(_lines(path)) > MOST_LINES}

    assert not long, found(long)


def test_nothing_is_left_to_do() -> None:
    """What is not done is not announced in the code."""
    left = _where(UNFINISHED)

    assert not left, found(left)


def test_no_file_names_a_machine() -> None:
    """Nothing depends on where somebody has unpacked it."""
    named = _where(MACHINE)

    assert not named, found(named)


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the business of whoever installs them."""
    named = _where(HOSTS) | _where(INDEX)

    assert not named, found(named)


def test_the_product_speaks_in_log_lines() -> None:
    """Nothing in what is deployed prints: a line in the log has a name and a job."""
    spoken: dict[str, object] = {}
    for path in deployed_files("functions", "shared"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and dotted(node.func) in ("print", "sys.stdout.write", "sys.stderr.write"):
                spoken[f"{name_of(path)}:{node.lineno}"] = dotted(node.func)

    assert {name.partition(":")[0] for name in spoken} <= {"shared/log.py"}, found(spoken)


def test_nothing_is_mocked() -> None:
    """Tests meet the real code and real servers: no mock, no patch of what is ours."""
    mocked: dict[str, object] = {}
    for path in python_files("tests"):
        tree = parsed(path)
        mocked |= {name_of(path): name for name in imports(tree) if name.partition(".")[0] in MOCKS}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in PATCHES:
                mocked[f"{name_of(path)}:{node.lineno}"] = node.attr

    assert not mocked, found(mocked)


def test_no_signal_handler_takes_a_lock() -> None:
    """A handler runs wherever the main thread is, in a lock too: it does nothing, or leaves. `Ending` does the rest."""
    handlers = [
        (name_of(path), ast.unparse(call.args[1]))
        for path in python_files(*PRODUCT, "tests")
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and dotted(call.func) == "signal.signal" and len(call.args) == 2
    ]

    assert handlers
    assert [] == [
        (path, handler)
        for path, handler in handlers
        if not re.fullmatch(
            r"lambda \*_: (None|sys\.exit\(.*\))|signal\.(SIG_IGN|SIG_DFL|default_int_handler)", handler
        )
    ]


def test_the_black_box_knows_nothing_of_ours() -> None:
    """The system tests speak HTTP only, so that they run unchanged against a deployed project."""
    known = {
        f"{name_of(path)}: {name}"
        for path in python_files("tests/system")
        for name in imports(parsed(path))
        if name.partition(".")[0] in ("functions", "shared") or (name.startswith("infra") and path.stem != "conftest")
    }

    assert set() == known


def test_only_one_step_writes_jobs() -> None:
    """Whatever moves a job goes through commit.py; only its creation is create_job's."""
    writers: dict[str, object] = {}
    for path in python_files("functions", "shared", "infra"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and re.search(r"\bjobs\.(save|create)$", dotted(node.func)):
                writers[f"{name_of(path)}: {dotted(node.func)}"] = node.lineno

    assert {"shared/steps/commit.py: self.jobs.save", "shared/steps/create_job.py: self.jobs.create"} == set(writers)


def test_broad_excepts_stand_where_anything_may_come() -> None:
    """A step or a store names what it catches; a door answers for everything, and poison must not stop the sweep."""
    broad: dict[str, object] = {}
    for path in deployed_files("functions", "shared"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[-1], ast.Raise):
                caught = dotted(node.type) if node.type else "everything"
                if caught in ("BaseException", "Exception", "everything"):
                    broad[f"{name_of(path)}:{node.lineno}"] = caught

    assert {place.partition(":")[0] for place in broad} <= ANYTHING_MAY_COME, found(broad)


def test_an_exception_to_a_lint_has_its_reason_beside_it() -> None:
    """Whoever silences a lint says why, on the same line."""
    silenced = _where(SILENCED, list(python_files(*PRODUCT, "tests")))

    assert not silenced, found(silenced)


def test_values_are_slotted_and_the_pipelines_are_frozen() -> None:
    """A misspelt field is an error, and what the machine has said stays said."""
    loose: dict[str, object] = {}
    for path in python_files(*PRODUCT):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                wanted = {"frozen", "slots"} if name_of(path).startswith("shared/pipeline/") else {"slots"}
                for said in _dataclass_options(node):
                    if wanted - said:
                        loose[f"{name_of(path)}: {node.name}"] = f"lacks {', '.join(sorted(wanted - said))}"

    assert not loose, found(loose)


def _dataclass_options(node: ast.ClassDef) -> Iterator[set[str | None]]:
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if dotted(call) in ("dataclass", "dataclasses.dataclass"):
            given = decorator.keywords if isinstance(decorator, ast.Call) else []
            yield {word.arg for word in given if isinstance(word.value, ast.Constant) and word.value.value is True}


def test_what_is_deployed_does_not_know_where_it_runs() -> None:
    """There is no `if local`: no name and no text in the product's code tells a laptop from the cloud."""
    knowing: dict[str, object] = {}
    for path in deployed_files("functions", "shared"):
        tree = parsed(path)
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            spoken = dotted(node) or (node.value if isinstance(node, ast.Constant) and id(node) not in said else "")
            if isinstance(spoken, str) and PLACE.search(spoken):
                knowing[f"{name_of(path)}:{getattr(node, 'lineno', 0)}"] = spoken

    assert not knowing, found(knowing)


def test_these_rules_find_what_they_look_for() -> None:
    """Each pattern hears its own breach and lets an ordinary line pass."""
    assert UNFINISHED.search("# TO" + "DO: later")
    assert MACHINE.search('path = "/ho' + 'me/ana/abroll"')
    assert HOSTS.search("https://files.python" + "hosted.org/packages")
    assert SILENCED.search("x = 1  # no" + "qa: E501")
    assert not SILENCED.search("x = 1  # no" + "qa: E501  # a link")
    assert PLACE.search("STORAGE_EMULATOR_HOST")
    assert INDEX.search("--index" + "-url https://example.org/simple")
    assert not MACHINE.search(f"gs://films/home/x and https://functions.example/{HOMES[3]}/1")
