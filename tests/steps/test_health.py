"""health: answers within its seconds whatever hangs, names what fails, and asks little."""

import socket
import threading
from collections.abc import Iterator

import pytest

from shared.config import settings
from shared.steps.health import CHECK_LIFE, OK, SWEEP_SILENT, UNWELL_LIFE, Health
from shared.wiring import Wiring
from tests.attack.deployed import ENVIRON
from tests.faults.cloud import Clock
from tests.faults.wire import Kind
from tests.steps.stage import Stage

FAILING = 0.5  # seconds a test gives what will never answer


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a service that takes connections and never says a word: a frozen one."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_well_stage_is_told_check_by_check(stage: Stage) -> None:
    """Every service is asked for real, and the sweep has come by."""
    stage.wiring.sweep()

    found = stage.wiring.health.check()

    assert dict.fromkeys(("firestore", "tasks", "storage", "secrets", "sweep", "tables"), OK) == found


def test_what_it_costs(stage: Stage) -> None:
    """Two documents read in half a minute, however often it is asked."""
    stage.wiring.sweep()
    before = stage.cloud.firestore.counts.reads

    for _ in range(20):
        stage.wiring.health.check()

    assert 2 == stage.cloud.firestore.counts.reads - before


def test_a_sweep_that_never_came_is_told(stage: Stage) -> None:
    """What is not known is not called well."""
    assert "SweepNeverSeen" == stage.wiring.health.check()["sweep"]


def test_a_silent_sweep_is_told(stage: Stage) -> None:
    """Minutes after the last tick health says so; a tick makes it well."""
    wiring, another = stage.wiring, stage.cloud.instance()
    wiring.sweep()
    stage.clock.forward(SWEEP_SILENT.total_seconds() + 1)

    before = wiring.health.check()["sweep"]
    wiring.sweep()
    after = another.health.check()["sweep"]

    assert ("SweepSilent", OK) == (before, after)


def test_a_tick_is_worth_more_than_its_note(stage: Stage) -> None:
    """Where the note cannot be written, the tick has still done its work."""
    stage.wire.on(r"^firestore Commit", Kind.REFUSE, "PERMISSION_DENIED")

    assert {"seen": 0, "pushed": 0, "deliveries": 0} == stage.wiring.sweep()


def test_one_that_hangs_keeps_none_waiting() -> None:
    """The others are told, and the one that hangs is not asked a second time while it does."""
    clock, hanging, asked = Clock(), threading.Event(), list[str]()

    def hangs() -> None:
        asked.append("again")
        hanging.wait()

    health = Health({"frozen": hangs, "well": lambda: None}, clock.monotonic, FAILING)
    try:
        first = health()
        clock.forward(UNWELL_LIFE + 1)
        second = health()
    finally:
        hanging.set()

    assert first == second
    assert OK == first["well"]
    assert first["frozen"].startswith("no answer in")
    assert ["again"] == asked


def test_all_are_asked_side_by_side() -> None:
    """Two that wait for each other both come to an end."""
    meeting = threading.Barrier(2)
    health = Health({"one": meeting.wait, "other": meeting.wait}, Clock().monotonic, 60)

    assert {"one": OK, "other": OK} == health()


def test_a_broken_check_is_named() -> None:
    """The reason is the error's name, never a vendor's text."""

    def broken() -> None:
        raise ConnectionError("secret")

    assert {"store": "ConnectionError"} == Health({"store": broken}, Clock().monotonic)()


def test_well_is_kept_longer_than_unwell() -> None:
    """A service that has come back is told so within seconds."""
    clock, broken = Clock(), [True]

    def flips() -> None:
        if broken[0]:
            raise OSError

    health = Health({"flips": flips}, clock.monotonic)
    unwell = health()
    clock.forward(UNWELL_LIFE + 1)
    broken[0] = False
    well = health()
    clock.forward(CHECK_LIFE - 1)
    broken[0] = True
    kept = health()

    assert ({"flips": "OSError"}, {"flips": OK}, {"flips": OK}) == (unwell, well, kept)


def test_a_frozen_google_is_told(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every service frozen each check says that it gave no answer, through Google's own clients.

    On a busy machine a client's own deadline may be over first: then the check says what the client said.
    """
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", silent)
    endpoints = {"ABROLL_TASKS_ENDPOINT": silent, "ABROLL_SECRETS_ENDPOINT": silent}
    wiring = Wiring(settings(ENVIRON | endpoints))
    health = wiring.health.check
    assert isinstance(health, Health)
    checks = {name: check for name, check in health.checks.items() if name != "storage"}

    found = Health(checks, Clock().monotonic, FAILING)()
    wiring.clients.close()

    assert OK == found.pop("tables")
    assert ["firestore", "secrets", "sweep", "tasks"] == sorted(found)
    assert {"no answer in 0.5 seconds", "StoreUnreachable", "SecretsUnreachable", "QueueUnreachable"} >= set(
        found.values()
    )
