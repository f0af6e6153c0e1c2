"""The tables agree with each other: waits with time limits, functions with folders, queries with indexes."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.world import FUNCTIONS, World
from shared.config import SHIPPED_TABLES, read_tables, settings
from shared.pipeline.job.job import Reconcile
from shared.pipeline.job.line import LINE, STARTS
from shared.pipeline.job.portions import FREE_SECONDS, Portion, Portions, read_portions
from shared.pipeline.job.timeouts import Timeouts, UnknownTimeouts, read_timeouts
from shared.pipeline.job.vendors import VENDORS, UnknownVendor
from shared.pipeline.plan.capabilities import tables
from shared.pipeline.plan.plan import Kind
from shared.pipeline.vendors.pressure import read_rates
from shared.steps.commit import dispatch_deadline
from shared.steps.new_deliveries import notify_task
from shared.wiring import Wiring
from tests.attack.deployed import ENVIRON
from tests.rules.sources import ROOT

LONGEST_DISPATCH = 1800  # Cloud Tasks: HTTP tasks are given 15 s to 30 min
SHORTEST_DISPATCH = 15
PUBLIC = {
    *("api", "batches", "catalog", "console", "create_job", "health", "heygen_webhook", "jobs", "mcp"),
    *("provider_webhook", "tenant"),
}
SUBMITS = {Kind.CLIP: "start_clip", Kind.PRESENTER: "start_presenter"}

ROWS: Mapping[str, Mapping[str, Any]] = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["functions"]
QUEUES: Mapping[str, Mapping[str, Any]] = json.loads(FUNCTIONS.read_text(encoding="utf-8"))["queues"]


def _waits(tables: Mapping[str, Any]) -> Timeouts:
    return read_timeouts(tables["timeouts"])


def shipped_portions() -> Portions:
    """Return one tenant's part of each queue as it is deployed."""
    found = read_tables(str(SHIPPED_TABLES))["portions"]
    assert isinstance(found, dict)
    return read_portions(found)


@pytest.fixture
def shipped() -> Timeouts:
    """Return the waits as they are deployed."""
    return _waits(read_tables(str(SHIPPED_TABLES)))


@pytest.fixture
def scaled() -> Timeouts:
    """Return the waits of the laptop."""
    return _waits(World().all_tables())


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_paid_call_ends_before_anybody_may_repeat_it(shipped: Timeouts, vendor: str) -> None:
    """Window < HTTP total < function (+60) < dispatch deadline (+30) < claim life (+60): hole 15."""
    waits = shipped.of(vendor)

    assert shipped.send_window < waits.http
    assert 60 <= waits.function - waits.http
    assert (30, 60) == (waits.dispatch - waits.function, waits.claim - waits.dispatch)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_an_unknown_submit_outlives_its_claim(timeouts: str, vendor: str, request: pytest.FixtureRequest) -> None:
    """Nobody gives an unknown call up while its first worker may still be at it, and none before its job is."""
    given: Timeouts = request.getfixturevalue(timeouts)
    waits, keyed = given.of(vendor), VENDORS[vendor].reconcile is Reconcile.IDEMPOTENCY_KEY

    assert waits.claim < waits.unknown <= min(waits.silence, waits.longest)
    assert max(waits.silence, waits.longest) < given.give_up
    assert keyed == (waits.claim < waits.key_life) == (waits.replays > 0)


@pytest.mark.parametrize("kind", SUBMITS)
def test_all_vendors_fit_into_a_job(shipped: Timeouts, kind: Kind) -> None:
    """Each may be heard out after the other, on hold before, and the film still be composed before the job ends."""
    rows = [row for row in VENDORS.values() if row.kind is kind]
    one_after_the_other = sum(shipped.limit_patience + row.waits.longest for row in rows)

    assert one_after_the_other + shipped.hold + shipped.compose_function < shipped.give_up


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_laptop_keeps_the_same_order(scaled: Timeouts, vendor: str) -> None:
    """Sixty times faster is the same chain of inequalities, only shorter."""
    waits = scaled.of(vendor)
    chain = [waits.http, waits.function, waits.dispatch, waits.claim]

    assert sorted({scaled.send_window, *chain}) == [scaled.send_window, *chain]


def test_one_tenants_part_of_a_queue_is_five_seconds_of_its_rate() -> None:
    """Veo's follows from its rate; of the others one tenant takes less, and leaves two thirds of compose's slots."""
    portions = shipped_portions()
    part = {queue: portion.free + portion.lanes for queue, portion in portions.items()}

    assert Portion.of_rate(QUEUES["veo"]["max_dispatches_per_second"]) == portions["veo"]
    assert all(tasks <= FREE_SECONDS * QUEUES[queue]["max_dispatches_per_second"] for queue, tasks in part.items())
    assert part["compose"] <= QUEUES["compose"]["max_concurrent_dispatches"] / 3


def test_each_queue_in_which_something_starts_has_a_portion() -> None:
    """A queue without one could be filled by anybody."""
    portions = shipped_portions()

    assert {STARTS[Kind.COMPOSE].queue, *(vendor.queue for vendor in VENDORS.values())} == set(portions)


def test_starts_are_counted_at_no_more_than_a_queues_rate() -> None:
    """What the house is told to wait follows from the deployed queues; compose's slots are what bounds its own."""
    found = read_tables(str(SHIPPED_TABLES))["starts_per_second"]
    assert isinstance(found, dict)
    rates = read_rates(found)

    assert set(shipped_portions()) == set(rates)
    assert QUEUES["veo"]["max_dispatches_per_second"] == rates["veo"]
    assert all(rate <= QUEUES[queue]["max_dispatches_per_second"] for queue, rate in rates.items())


@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_a_composition_ends_before_its_task_does(timeouts: str, request: pytest.FixtureRequest) -> None:
    """The function's time limit comes first, then the task's deadline, which Cloud Tasks bounds at 30 minutes."""
    given: Timeouts = request.getfixturevalue(timeouts)

    assert given.compose_function < given.compose_dispatch <= LONGEST_DISPATCH


@pytest.mark.parametrize("timeouts", ["shipped", "scaled"])
def test_deadlines_are_such_as_cloud_tasks_takes(timeouts: str, request: pytest.FixtureRequest) -> None:
    """A deadline outside 15 s to 30 min would be refused when the task is wanted."""
    given: Timeouts = request.getfixturevalue(timeouts)

    starts = [row.waits.dispatch for row in given.vendors.values()]
    for deadline in (*starts, given.other_dispatch, given.compose_dispatch):
        assert SHORTEST_DISPATCH <= deadline <= LONGEST_DISPATCH


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_function_is_given_the_time_its_waits_count_with(shipped: Timeouts, vendor: str) -> None:
    """The platform ends a function exactly when the waits say that it has ended, whichever vendor it submits to."""
    function = SUBMITS[VENDORS[vendor].kind]

    assert shipped.of(vendor).function == ROWS[function]["timeout_seconds"]
    assert shipped.of(vendor).dispatch == dispatch_deadline(function, shipped)


def test_composing_is_given_the_time_its_waits_count_with(shipped: Timeouts) -> None:
    """The same for the longest function."""
    assert shipped.compose_function == ROWS["compose"]["timeout_seconds"]


def test_a_vendors_row_and_its_port_tell_the_same() -> None:
    """How a lost answer is found out stands in the row, and the claim has it from the port."""
    parts = Wiring(settings(ENVIRON))
    told = {name: port.reconcile for name, port in parts.presenters.items()} | {"veo": parts.veo.reconcile}

    assert {name: VENDORS[name].reconcile for name in told} == told


@pytest.mark.parametrize(
    "wrong",
    [
        {"vendors": {"strange": {"claim": 1}}},
        {"vendors": {"veo": {"clam": 1}}},
        {"vendors": {"veo": {"claim": "1"}}},
        {"vendors": {"veo": 3}},
        {"vendors": 3},
        {"clam": 1},
        {"hold": True},
        {"hold": "1"},
    ],
    ids=str,
)
def test_a_slip_of_the_pen_is_told(wrong: Mapping[str, object]) -> None:
    """What is unknown or no number stands in no table unread."""
    with pytest.raises(UnknownTimeouts):
        read_timeouts(wrong)


def test_a_vendor_without_a_row_is_told_by_name(shipped: Timeouts) -> None:
    """Newer code's vendor is no KeyError."""
    with pytest.raises(UnknownVendor, match="'runway'"):
        shipped.of("runway")


def test_a_task_is_not_given_up_before_its_function_is(shipped: Timeouts) -> None:
    """A task's deadline is never shorter than the function's time limit: else a second delivery meets the first."""
    notify = notify_task("of-a-job", 1).deadline

    for name, row in ROWS.items():
        if row["caller"] == "tasks":
            deadline = notify if name == "notify" else dispatch_deadline(name, shipped)
            assert row["timeout_seconds"] <= deadline, name


def test_every_folder_has_a_row_and_every_row_a_folder() -> None:
    """Terraform and the laptop deploy exactly what is there."""
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}

    assert folders == set(ROWS)


def test_every_step_of_the_line_has_a_row_and_a_queue() -> None:
    """What is drawn in the README can be called, by its queue where it has one."""
    assert {step.function for step in LINE} <= set(ROWS)
    assert {step.queue for step in LINE if step.queue} | {row.queue for row in VENDORS.values()} == set(QUEUES)
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
