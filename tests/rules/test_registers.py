"""Every code, webhook event and log fact stands in its register, is used, and is explained; nothing is said beside."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.reference import COMMAND, PAGE, page
from shared.codes import MEANINGS, Code
from shared.door.statuses import STATUS
from shared.log import FACTS, Fact
from shared.pipeline.job.job import Ending
from shared.steps.webhook_events import ENDINGS, EVENTS, WebhookEvent, event_of
from tests.rules.sources import deployed_files, name_of, parsed, python_files

REGISTERS = ("shared/codes.py", "shared/door/statuses.py", "shared/log.py", "shared/steps/webhook_events.py")
SPEAKERS = (
    "Failure",
    "FailureHeard",
    "ImageRefused",
    "Problem",
    "Refused",
    "Rejected",
    "Trouble",
    "Words",
    "WorkFailed",
    "_failed",
)


def used(register: str) -> set[str]:
    """Return the members of an enum that product code outside the registers names."""
    return {
        node.attr
        for path in deployed_files("shared")
        if name_of(path) not in REGISTERS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == register
    }


def literals(tree: ast.Module) -> Iterator[str]:
    """Yield every code that is written as a text where a code is raised."""
    codes = {code.value for code in Code}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call) in SPEAKERS:
            given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
            yield from (one.value for one in given if isinstance(one, ast.Constant) and one.value in codes)


def careless(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that write of a job with `log`, which knows nothing of jobs."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call) == "log" and "job" in {word.arg for word in call.keywords}:
            yield call.lineno


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def test_every_code_is_explained_and_used() -> None:
    """No code without a sentence and a next move; none that nobody raises."""
    assert set(Code) == set(MEANINGS)
    assert set() == {code for code, meaning in MEANINGS.items() if not (meaning.says and meaning.next_move)}
    assert set() == {code.name for code in Code} - used("Code")


def test_no_code_is_written_as_a_text() -> None:
    """A code is raised by its name in the register."""
    assert {} == {name_of(path): found for path in deployed_files("shared") if (found := [*literals(parsed(path))])}


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ('raise Problem("not_found", "no")', ["not_found"]),
        ('raise Refused("no", code="credits", next_move="pay")', ["credits"]),
        ('raise Problem(Code.NOT_FOUND, "no")', []),
        ('say("not_found")', []),
    ],
)
def test_a_code_as_a_text_would_be_found(planted: str, found: list[str]) -> None:
    """The rule bites."""
    assert found == list(literals(ast.parse(planted)))


def test_what_a_request_is_refused_with_has_a_status() -> None:
    """Every code that steps and doors raise as a Problem is answered with a status of HTTP."""
    raised = {
        arg.attr
        for path in deployed_files("shared")
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and _called(call) == "Problem"
        for arg in call.args[:1]
        if isinstance(arg, ast.Attribute) and isinstance(arg.value, ast.Name) and arg.value.id == "Code"
    }

    assert raised <= {code.name for code in STATUS}
    assert all(400 <= status <= 599 for status in STATUS.values())


def test_only_the_doors_speak_http() -> None:
    """No step raises a status: it raises a code, and the door knows what HTTP calls it."""
    steps = {name_of(path) for path in python_files("shared/steps") if "statuses" in path.read_text(encoding="utf-8")}

    assert set() == steps


def test_every_fact_is_explained_and_used() -> None:
    """No kind of line without a meaning; none that is never written."""
    assert set(Fact) == set(FACTS)
    assert set() == {fact.name for fact in Fact} - used("Fact") - {Fact.CRASHED.name}  # written by crashed()


def test_a_line_about_a_job_is_given_the_job() -> None:
    """Tenant and trace are never forgotten: `log` takes no job, `log_job` takes the whole one."""
    assert {} == {name_of(path): found for path in deployed_files("shared") if (found := [*careless(parsed(path))])}


def test_a_careless_line_would_be_found() -> None:
    """The rule bites."""
    assert [1] == list(careless(ast.parse("log(Fact.SWEPT, job=job.id)")))
    assert [] == list(careless(ast.parse("log_job(Fact.SWEPT, job)")))


def test_every_event_is_explained_and_sent() -> None:
    """No event without a sentence; each ending has its own."""
    assert set(WebhookEvent) == set(EVENTS)
    assert set(ENDINGS) == {event_of(ending) for ending in Ending}


def test_the_reference_page_is_the_codes_own() -> None:
    """functions/REFERENCE.md is what the registers print now."""
    assert page() == Path(PAGE).read_text(encoding="utf-8"), f"run `{COMMAND}`"
