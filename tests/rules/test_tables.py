"""The tables agree with each other: waits with time limits, functions with folders, queries with indexes."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.world import FUNCTIONS, World
from shared.config import SHIPPED_TABLES, read_tables
from shared.pipeline.job.line import LINE
from shared.pipeline.job.timeouts import Timeouts, read_timeouts
from shared.pipeline.plan.capabilities import tables
from shared.steps.commit import notify_task
from tests.rules.sources import ROOT

LONGEST_DISPATCH = 1800  # Cloud Tasks: HTTP tasks are given 15 s to 30 min
SHORTEST_DISPATCH = 15
PUBLIC = {"create_job", "health", "heygen_webhook", "jobs", "tenant"}
LIMITED_BY = {  # a function, and the wait that must be its time limit
    "compose": "compose_function",
    "start_clip": "veo_function",
    "start_presenter": "heygen_function",
}

ROWS: Mapping[str, Mapping[str, Any]] = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["functions"]
QUEUES: Mapping[str, Mapping[str, Any]] = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["queues"]


def _waits(tables: Mapping[str, Any]) -> Timeouts:
    return read_timeouts(tables["timeouts"])


@pytest.fixture
def shipped() -> Timeouts:
    """Return the waits as they are deployed."""
    return _waits(read_tables(str(SHIPPED_TABLES)))


@pytest.fixture
def scaled() -> Timeouts:
    """Return the waits of the laptop."""
    return _waits(World().all_tables())


@pytest.mark.parametrize("vendor", ["veo", "heygen"])
def test_a_paid_call_ends_before_anybody_may_repeat_it(shipped: Timeouts, vendor: str) -> None:
    """Window < HTTP total < function (+60) < dispatch deadline (+30) < claim life (+60): hole 15."""
    http, function, dispatch, claim = (
        getattr(shipped, f"{vendor}_{name}") for name in ("http", "function", "dispatch", "claim")
    )

    assert shipped.send_window < http
    assert (60, 30, 60) == (function - http, dispatch - function, claim - dispatch)


@pytest.mark.parametrize("vendor", ["veo", "heygen"])
def test_the_laptop_keeps_the_same_order(scaled: Timeouts, vendor: str) -> None:
    """Sixty times faster is the same chain of inequalities, only shorter."""
    chain = [getattr(scaled, f"{vendor}_{name}") for name in ("http", "function", "dispatch", "claim")]

    assert sorted({scaled.send_window, *chain}) == [scaled.send_window, *chain]


@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_a_composition_ends_before_its_task_does(timeouts: str, request: pytest.FixtureRequest) -> None:
    """The function's time limit comes first, then the task's deadline, which Cloud Tasks bounds at 30 minutes."""
    given: Timeouts = request.getfixturevalue(timeouts)

    assert given.compose_function < given.compose_dispatch <= LONGEST_DISPATCH


@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_deadlines_are_such_as_cloud_tasks_takes(timeouts: str, request: pytest.FixtureRequest) -> None:
    """A deadline outside 15 s to 30 min would be refused when the task is wanted."""
    given: Timeouts = request.getfixturevalue(timeouts)

    for deadline in (given.veo_dispatch, given.heygen_dispatch, given.compose_dispatch):
        assert SHORTEST_DISPATCH <= deadline <= LONGEST_DISPATCH


@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_an_unknown_submit_outlives_its_claim(timeouts: str, request: pytest.FixtureRequest) -> None:
    """Nobody gives an unknown call up while its first worker may still be at it."""
    given: Timeouts = request.getfixturevalue(timeouts)

    assert given.veo_claim < given.veo_unknown
    assert given.heygen_claim < given.key_life
    assert given.longest_operation < given.give_up


@pytest.mark.parametrize(("function", "wait"), LIMITED_BY.items())
def test_a_function_is_given_the_time_its_waits_count_with(shipped: Timeouts, function: str, wait: str) -> None:
    """The platform ends a function exactly when the waits say that it has ended."""
    assert getattr(shipped, wait) == ROWS[function]["timeout_seconds"]


def test_a_task_is_not_given_up_before_its_function_is(shipped: Timeouts) -> None:
    """A task's deadline is never shorter than the function's time limit: else a second delivery meets the first."""
    known = {"start_clip": shipped.veo_dispatch, "compose": shipped.compose_dispatch}
    known["notify"] = notify_task("of-a-job", 1).deadline

    for name, row in ROWS.items():
        if row["caller"] == "tasks":
            assert row["timeout_seconds"] <= known.get(name, shipped.heygen_dispatch), name


def test_every_folder_has_a_row_and_every_row_a_folder() -> None:
    """Terraform and the laptop deploy exactly what is there."""
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}

    assert folders == set(ROWS)


def test_every_step_of_the_line_has_a_row_and_a_queue() -> None:
    """What is drawn in the README can be called, by its queue where it has one."""
    assert {step.function for step in LINE} <= set(ROWS)
    assert {step.queue for step in LINE if step.queue} == set(QUEUES)
    assert {step.function for step in LINE if step.queue} == {n for n, row in ROWS.items() if row["caller"] == "tasks"}


def test_five_functions_are_open_to_anyone() -> None:
    """A new public function is a decision, not an accident."""
    assert {name for name, row in ROWS.items() if row["caller"] == "anyone"} == PUBLIC


def test_callers_are_those_the_platform_knows() -> None:
    """Each function is called by one of four."""
    assert {"anyone", "events", "scheduler", "tasks"} == {row["caller"] for row in ROWS.values()}


def test_the_laptops_tables_can_be_read() -> None:
    """What the laptop lays over the shipped tables is still tables: another form of an entry is caught here."""
    assert tables(World().all_tables()).compute.wait < tables(read_tables(str(SHIPPED_TABLES))).compute.wait


def test_the_laptop_waits_for_nothing_the_product_does_not_know() -> None:
    """The laptop's tables are the product's own, with other numbers: no entry more."""
    shipped = read_tables(str(SHIPPED_TABLES))
    unread: list[str] = []

    def compare(over: Mapping[str, Any], base: Mapping[str, Any], at: str) -> None:
        for key, value in over.items():
            if key not in base:
                unread.append(f"{at}.{key}")
            elif isinstance(value, Mapping) and isinstance(base[key], Mapping):
                compare(value, base[key], f"{at}.{key}")

    laptop = World().all_tables()
    compare({key: value for key, value in laptop.items() if key != "timeouts"}, shipped, "tables")

    assert [] == unread
