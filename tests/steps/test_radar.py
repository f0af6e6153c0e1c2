"""Once a day each model is looked at, free: one that is gone is told before a customer meets it."""

import json
from datetime import timedelta

import pytest

from infra.admin.house import models
from shared.pipeline.codec import to_plain
from shared.pipeline.vendors.radar import Seen
from shared.pipeline.vendors.state import Model
from tests.faults.wire import Kind
from tests.steps.stage import Stage

ASKED = r"^veo .*/models/{}:predictLongRunning"
STANDARD, FAST = "veo-3.1-generate-001", "veo-3.1-fast-generate-001"
GONE = json.dumps({"error": {"code": 404, "status": "NOT_FOUND", "message": "it is no longer available"}})


def alarms(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what a person was told."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line["message"] for line in lines if line["fact"] == "alarm"]


def rows(stage: Stage) -> dict[str, Model]:
    """Return what stands in the document, as another instance reads it."""
    return dict(stage.cloud.instance().vendor_states.read().models)


def test_models_that_are_there(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Each configured model is asked for once, and nothing is made or billed."""
    stage.wiring.radar()

    found = rows(stage)
    assert {model.id for model in stage.wiring.tables.footage.values()} == set(found)
    assert {Model("there", stage.clock(), stage.clock())} == set(found.values())
    assert len(found) == stage.submits("veo")
    assert [] == stage.bill("veo")
    assert [] == alarms(capsys)


def test_a_model_that_is_gone_rings_each_day(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which, and since when it has not been seen."""
    stage.wiring.radar()
    before = stage.clock()
    stage.wire.on(ASKED.format(FAST), Kind.REFUSE, "404", body=GONE, times=2)
    capsys.readouterr()
    for _ in range(2):
        stage.clock.forward(timedelta(days=1).total_seconds())
        stage.wiring.radar()

    told = alarms(capsys)
    assert [f"model_gone: {FAST}"] * 2 == [line[: len(f"model_gone: {FAST}")] for line in told]
    assert Model("gone", stage.clock(), before) == rows(stage)[FAST]
    assert to_plain(Model("gone", stage.clock(), before)) == models(stage.cloud.instance())["models"][FAST]


def test_nobody_to_ask_is_no_alarm(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """An outage of a minute says nothing of a model."""
    stage.wire.on(ASKED.format("[^/]+"), Kind.REFUSE, "503", times=3)

    stage.wiring.radar()

    assert {"unclear"} == {row.seen for row in rows(stage).values()}
    assert [] == alarms(capsys)


def test_an_order_that_was_taken_is_the_last(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be billed: a person is told, and that model is not asked for again until one says so."""
    stage.wire.on(ASKED.format(STANDARD), Kind.REFUSE, "200", body='{"name": "o"}')
    stage.wiring.radar()
    assert ["model_taken"] == [line.partition(":")[0] for line in alarms(capsys)]
    asked = stage.wire.count(ASKED.format(STANDARD))

    stage.wiring.radar()

    assert asked == stage.wire.count(ASKED.format(STANDARD))
    assert Seen.TAKEN == rows(stage)[STANDARD].seen
    models(stage.wiring, again=True)
    stage.wiring.radar()
    assert asked + 1 == stage.wire.count(ASKED.format(STANDARD))
    assert Seen.THERE == rows(stage)[STANDARD].seen


def test_nothing_was_seen_yet(stage: Stage) -> None:
    """An operator is told when it looks, and which models are known and off."""
    told = models(stage.wiring)

    assert "daily" in told["says"]
    assert told["off"]["gemini-omni-1.2-flash"].startswith("it is ordered by another API")


def test_a_model_that_is_configured_no_more_is_forgotten(stage: Stage) -> None:
    """Its row would ring for nobody."""
    old = Model("gone", stage.clock())
    stage.wiring.vendor_states.change(lambda state: type(state)(models={"veo-2": old}))

    stage.wiring.radar()

    assert "veo-2" not in rows(stage)
