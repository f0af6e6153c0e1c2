"""At 50, 80 and 100 % of a month's cap somebody is told: never in an order's way, and never lost for good."""

import json
from dataclasses import replace

import pytest

from shared.cloud.records import Month
from shared.codes import Code
from shared.pipeline.job.shares import NO_CAP, Amount
from shared.steps.budget import MonthBudget
from tests.faults.cloud import StagedWiring
from tests.faults.wire import Kind
from tests.steps.months import NOVEMBER, at_once, buy, opened
from tests.steps.stage import Stage

NOTE = "^firestore Commit"


class Dead(MonthBudget):
    """The budget of an instance that is killed between an order's commit and the line about it."""

    def watch(self, tenant: str, month: Month, cost: Amount) -> None:
        """Say nothing."""


def killed(stage: Stage) -> StagedWiring:
    """Start an instance that dies after every order."""
    instance = stage.cloud.instance()
    instance.create = replace(instance.create, budget=Dead(instance.months))
    return instance


def marks(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the lines about marks since the last look."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"spend_mark"' in line]


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was said of films since the last look."""
    return [str(line["message"]).partition(": ")[2].partition(",")[0] for line in marks(capsys)]


@pytest.mark.parametrize("shards", [1, 4])
def test_somebody_is_told_once_at_half_and_more(stage: Stage, capsys: pytest.CaptureFixture[str], shards: int) -> None:
    """At 50, 80 and 100 %, and not again by the order that is refused."""
    tenant = opened(stage, Amount(20, NO_CAP), shards)

    for _ in range(21):
        buy(stage.wiring, tenant)

    said = told(capsys)
    assert 3 == len(said)
    assert "20 of 20 films" == said[-1]


def test_a_month_in_one_document_is_told_of_at_the_very_order(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is read or written for it: the order knows, and the next one writes it down."""
    tenant = opened(stage, Amount(10, NO_CAP))
    stage.wiring.months.own(tenant, "any", stage.clock())
    before = stage.cloud.firestore.counts.writes

    for _ in range(10):
        buy(stage.wiring, tenant)

    assert ["5 of 10 films", "8 of 10 films", "10 of 10 films"] == told(capsys)
    turn = 2  # what is beyond the free part has one turn: the lane's document, and its clip's
    assert 20 + turn == stage.cloud.firestore.counts.writes - before
    assert 80 == stage.cloud.eyes.months.whole(tenant.id, NOVEMBER)[0].told


def test_what_a_killed_instance_did_not_say_the_next_order_says(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mark is written down by a later order, which says it too."""
    tenant = opened(stage, Amount(10, NO_CAP))
    for _ in range(4):
        buy(stage.wiring, tenant)
    buy(killed(stage), tenant)
    assert [] == told(capsys)

    for _ in range(2):
        buy(stage.wiring, tenant)

    assert ["6 of 10 films"] == told(capsys)


@pytest.mark.parametrize("shards", [1, 4])
def test_what_a_killed_instance_did_not_say_a_refusal_says(
    stage: Stage, capsys: pytest.CaptureFixture[str], shards: int
) -> None:
    """No order comes after the last one; whoever is refused says it, once for all instances."""
    tenant, dead = opened(stage, Amount(3, NO_CAP), shards), killed(stage)
    for _ in range(3):
        buy(dead, tenant)
    assert [] == told(capsys)

    answers = [buy(wiring, tenant) for wiring in (stage.wiring, stage.wiring, stage.cloud.instance())]

    assert [Code.MONTHLY_CAP.value] * 3 == answers
    assert ["3 of 3 films"] == told(capsys)


def test_a_mark_that_cannot_be_noted_costs_no_order(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The order that passed it is made and answered; another instance says it once more."""
    tenant = opened(stage, Amount(8, NO_CAP), 4)
    for _ in range(3):
        buy(stage.wiring, tenant)
    stage.wire.on(NOTE, Kind.REFUSE, "PERMISSION_DENIED", nth=2)

    assert "202" == buy(stage.wiring, tenant)
    first = told(capsys)
    assert "202" == buy(stage.cloud.instance(), tenant)

    assert ["4 of 8 films"] == first
    assert ["5 of 8 films"] == told(capsys)


def test_a_lowered_cap_is_told_of_by_the_order_it_refuses(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Who lowers a cap below what is used hears that it is used up."""
    tenant = opened(stage, Amount(100, NO_CAP))
    for _ in range(3):
        buy(stage.wiring, tenant)
    lower = opened(stage, Amount(2, NO_CAP))
    stage.wiring.months.change(lower, NOVEMBER)

    assert Code.MONTHLY_CAP.value == buy(stage.wiring, tenant)

    assert ["3 of 2 films"] == told(capsys)


def test_marks_take_no_orders_place(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Forty at once pass all three marks; all are made, and each mark is heard of."""
    tenant = opened(stage, Amount(40, NO_CAP))

    answers = at_once(stage, tenant, 40)

    assert {"202": 40} == answers
    assert {50, 80, 100} <= {line["mark"] for line in marks(capsys)}


def test_no_cap_has_no_marks(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is told of an unlimited tenant, whatever it orders."""
    tenant = opened(stage, Amount(NO_CAP, NO_CAP))

    for _ in range(3):
        buy(stage.wiring, tenant)

    assert [] == told(capsys)
