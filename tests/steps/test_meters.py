"""The operator's export for metered billing: each settlement once over all days, adding up to ledger and usage."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infra.admin import meters, tenants
from shared.cloud.tenants import Tenant
from shared.pipeline.job.credits import credits_used
from shared.pipeline.job.entries import settlements
from shared.pipeline.job.job import Ending
from shared.pipeline.job.price import price_in_dollars
from shared.pipeline.job.revision import Change, SceneChange
from shared.pipeline.plan.plan import Join
from shared.pipeline.plan.request import BRoll, SceneRequest
from shared.steps.audited import THE_OPERATOR
from shared.steps.cancel import cancel
from tests.steps.calls import customer, told
from tests.steps.stage import Stage, footage, staged
from tests.steps.test_admin import said
from tests.steps.test_revise import REFUSED

SHOP = Tenant("dear-shop", "Dear shop", plan="dear")
SECOND_REFUSED = tuple(SceneRequest(visual_description=each, duration=4) for each in ("A mug", REFUSED))
A_DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    plans = {"dear": {"price_factor": 1.5}}
    with staged(tmp_path_factory.mktemp("meters"), canned=canned, plans=plans) as each:
        each.wiring.tenants.put_tenant(SHOP)
        yield each


def today(stage: Stage) -> str:
    return f"{stage.clock():%Y-%m-%d}"


def export(stage: Stage, day: str) -> Mapping[str, Any]:
    found = meters.export(stage.wiring, day)
    assert not isinstance(found, str)
    return found


def test_each_settlement_is_told_once_and_adds_up(stage: Stage) -> None:
    """Finished, failed at a cost, tried again days later, deleted: every day says the same whenever it is asked."""
    days = [today(stage)]
    made = stage.order(footage(), tenant=SHOP)
    failed = stage.order(footage(scenes=SECOND_REFUSED, b_roll=BRoll(join=Join.CUT)), tenant=SHOP)
    stage.live(made)
    stage.live(failed)
    stage.clock.forward(A_DAY.total_seconds())
    early = export(stage, days[0])

    days.append(today(stage))
    _mended(stage, failed)
    stage.clock.forward(A_DAY.total_seconds())
    again = stage.job(failed)
    usage = told(customer(stage.wiring, SHOP.id).call("GET", "/jobs/usage"))
    charged = sum(stage.job(each).money.charged for each in (made, failed))
    figures = {each: credits_used(stage.job(each)) for each in (made, failed)}
    stage.wiring.delete_job(SHOP.id, made, THE_OPERATOR)

    first, second = (export(stage, day) for day in days)
    values = {each["identifier"]: int(each["payload"]["value"]) for each in (*first["events"], *second["events"])}
    price = sum(value for name, value in values.items() if name.endswith(".price"))
    assert (Ending.COMPLETED, 2) == (again.ending, len(settlements(again)))
    assert early == first
    assert {f"{made}.1.price", f"{made}.1.credits", f"{failed}.1.price"} == {e["identifier"] for e in first["events"]}
    assert {f"{failed}.2.price", f"{failed}.2.credits"} == {each["identifier"] for each in second["events"]}
    assert charged * 1500 == price
    shown = [Decimal(row["price"]) for row in usage["jobs"] if row["job_id"] in (made, failed)]
    assert [Decimal(price_in_dollars(price))] == [sum(shown)]
    assert {made: values[f"{made}.1.credits"] / 10, failed: values[f"{failed}.2.credits"] / 10} == figures
    assert ([], []) == (first["untimed"], second["untimed"])
    assert [] == first["closed_tenants"]
    assert {days[0]} == {f"{_moment(stage, each):%Y-%m-%d}" for each in first["events"]}


def test_two_settlements_of_one_day_are_two_events(stage: Stage) -> None:
    """Failed at a cost and tried again within the day: both are told, and the sum is of both."""
    day = today(stage)
    job = stage.order(footage(scenes=SECOND_REFUSED, b_roll=BRoll(join=Join.CUT)), tenant=SHOP)
    stage.live(job)
    _mended(stage, job)
    stage.clock.forward(A_DAY.total_seconds())

    found = export(stage, day)

    prices = {each["identifier"]: int(each["payload"]["value"]) for each in found["events"] if ".price" in str(each)}
    assert {f"{job}.1.price", f"{job}.2.price"} <= prices.keys()
    assert price_in_dollars(sum(prices.values())) == found["sums"][SHOP.id]["price"]


def test_an_export_reads_what_settled_that_day(stage: Stage) -> None:
    """Of more jobs than these each is a read of its own day, and of no other."""
    stage.clock.forward(A_DAY.total_seconds())
    day = today(stage)
    for _ in range(3):
        job = stage.order(footage(), tenant=SHOP)
        loaded = stage.wiring.commits.load(job)
        assert loaded
        cancel(stage.wiring.commits, loaded, by="a test")
    stage.clock.forward(2 * A_DAY.total_seconds())
    stage.wiring.tenants.tenant(SHOP.id)
    before = stage.cloud.firestore.counts.reads

    empty = export(stage, day)

    assert 3 + 1 == stage.cloud.firestore.counts.reads - before
    assert ([], {SHOP.id: {"price": "0.0000", "credits": "0.0"}}) == (empty["events"], empty["sums"])


def test_the_table_is_what_a_bulk_upload_takes(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Its columns, the customer that billing knows, whole numbers as texts, identifiers of at most 100 characters."""
    tenants.change(stage.wiring, SHOP.id, billing_customer="cus_123")
    job = stage.order(footage(), tenant=SHOP)
    day = today(stage)
    stage.live(job)
    stage.clock.forward(A_DAY.total_seconds())

    told_of = said(stage, capsys, "meters", day)
    rows = list(csv.DictReader(io.StringIO(str(meters.export(stage.wiring, day, as_csv=True)))))

    flat = [
        {
            "identifier": each["identifier"],
            "timestamp": str(each["timestamp"]),
            "event_name": each["event_name"],
            "payload_stripe_customer_id": "cus_123",
            "payload_value": each["payload"]["value"],
        }
        for each in told_of["events"]
    ]
    assert flat == rows
    assert {f"{job}.1.price", f"{job}.1.credits"} == {row["identifier"] for row in rows}
    assert all(row["payload_value"].isdecimal() and len(row["identifier"]) <= 100 for row in rows)
    assert {"abroll_price_billionths", "abroll_credit_tenths"} == {row["event_name"] for row in rows}
    assert json.dumps(told_of["events"])


@pytest.mark.parametrize(("days", "said_of"), [(0, "is not over"), (-1, "is not over"), (40, "more than 35 days ago")])
def test_a_day_that_cannot_be_whole_or_taken_is_refused(stage: Stage, days: int, said_of: str) -> None:
    """Today, tomorrow, and what Stripe takes no more; the last is told where that is wanted all the same."""
    day = f"{stage.clock() - days * A_DAY:%Y-%m-%d}"

    with pytest.raises(SystemExit, match=said_of):
        meters.export(stage.wiring, day)

    if days > 0:
        assert meters.export(stage.wiring, day, old=True)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-02-30", ""])
def test_a_day_that_is_none_is_refused(stage: Stage, day: str) -> None:
    """In words, with the form."""
    with pytest.raises(SystemExit, match="write it like"):
        meters.export(stage.wiring, day)


def test_a_day_with_something_unreadable_is_not_told_in_part(stage: Stage) -> None:
    """What cannot be read may have cost something: no export rather than one that lacks it."""
    day, job = today(stage), stage.order(footage(), tenant=SHOP)
    stage.live(job)
    stage.clock.forward(A_DAY.total_seconds())
    document = stage.cloud.eyes.clients.firestore.document(f"jobs/{job}")
    money = (document.get().to_dict() or {})["money"]
    document.update({"money": "eaten"})

    with pytest.raises(SystemExit, match=f"job {job} cannot be read"):
        meters.export(stage.wiring, day)

    document.update({"money": money})


def _mended(stage: Stage, job: str) -> None:
    """Try a job again without the words that Veo refused, and let it be made."""
    loaded = stage.wiring.jobs.load(job)
    assert loaded
    words = Change(scenes={1: SceneChange(visual_description="A mug")})
    stage.wiring.revise().retry(SHOP, loaded, words, dry_run=False)
    stage.live(job)


def _moment(stage: Stage, event: Mapping[str, Any]) -> Any:
    return stage.clock().fromtimestamp(event["timestamp"], stage.clock().tzinfo)
