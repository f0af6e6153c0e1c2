"""What a plan says of films: who may film and speak them, judged at each purchase; the price, frozen with the order."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cloud.tenants import Tenant
from shared.pipeline.job.job import Job
from shared.pipeline.job.price import charged_for, price_in_dollars
from shared.steps.cancel import cancel
from shared.steps.new_deliveries import new_deliveries
from shared.steps.plans import WrongPlans, tenant_plans
from shared.steps.webhook_events import JobNews, news_of
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import ROOT, TENANT, Stage, footage, staged

SHIPPED = json.loads((ROOT / "shared" / "tables.json").read_text(encoding="utf-8"))
NARROW = {"footage_models": ["fast", "lite"], "avatar_services": ["did"], "price_factor": 1.337}
CHEAP = replace(TENANT, plan="narrow")
FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug", "duration": 4}]}
SPOKEN = {**FILM, "avatar_script": "Hello.", "persona": "ana"}


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path, did={}, canned=canned, plans={"narrow": NARROW}) as opened:
        yield opened


def on_plan(stage: Stage, tenant: Tenant) -> Customer:
    """Put the tenant on a plan and return who may ask for it."""
    stage.wiring.tenants.put_tenant(tenant)
    return customer(stage.wiring, tenant.id)


def dry(caller: Customer, body: dict[str, Any]) -> dict[str, Any]:
    return dict(told(caller.call("POST", "/create_job", {**body, "dry_run": True})))


def test_an_order_for_what_the_plan_lacks_is_refused_with_what_it_has(stage: Stage) -> None:
    """400 by field, all at once: the models and services the plan has, and the next move; nothing is stored."""
    caller = on_plan(stage, CHEAP)
    wanted = {**FILM, "avatar_script": "Hi.", "avatar_id": "a", "voice_id": "v", "provider": "heygen"}

    refused = caller.call("POST", "/create_job", {**wanted, "b_roll": {"model": "standard"}})

    fields = told(refused)["details"]
    assert 400 == refused.status_code
    assert {"b_roll.model", "provider"} == set(fields)
    assert "standard is not in your plan narrow, which has fast, lite: choose one of them" in fields["b_roll.model"][0]
    assert "which has did: choose one of them, or ask abroll's operator" in fields["provider"][0]
    assert [] == list(stage.wiring.clients.firestore.collection("jobs").stream())


def test_what_is_left_to_abroll_is_chosen_within_the_plan(stage: Stage) -> None:
    """A silent order is filmed by the plan's first model, a persona spoken by its service."""
    whole = dry(on_plan(stage, TENANT), SPOKEN)

    narrow = dry(on_plan(stage, CHEAP), SPOKEN)

    assert ["heygen", "did"] == [each["provider"] for each in whole["avatar_services"]]
    assert [("did", True), ("heygen", False)] == [
        (each["provider"], each["fits"]) for each in narrow["avatar_services"]
    ]
    assert "your plan does not have it" == narrow["avatar_services"][1]["reason"]
    assert ["0.8000"] == [clip["cost"] for clip in whole["plan"]["clips"]]
    assert ["0.3200"] == [clip["cost"] for clip in narrow["plan"]["clips"]]
    assert {"name": "narrow", **NARROW} == narrow["terms"]


def test_the_price_is_what_abroll_paid_times_the_factor_of_the_order(stage: Stage) -> None:
    """Lines, bill, job, row and usage say the same, whatever the plan says later; the ledger is as it was."""
    caller = on_plan(stage, CHEAP)
    ordered = told(caller.call("POST", "/create_job", FILM))
    stage.live(ordered["job_id"])
    on_plan(stage, TENANT)

    bill = told(caller.call("GET", f"/jobs/{ordered['job_id']}/bill"))
    usage = told(caller.call("GET", "/jobs/usage"))
    csv = caller.call("GET", "/jobs/usage.csv").get_data(as_text=True).splitlines()[1:]
    row = told(caller.call("GET", "/jobs"))["jobs"][0]

    price = Decimal(bill["paid_by_us"]) * Decimal("1.337")
    assert price == sum(Decimal(line["price"]) for line in bill["lines"])
    assert price == sum(Decimal(line.rpartition(",")[2]) for line in csv)
    assert [price] * 3 == [Decimal(one["price"]) for one in (bill, usage, row)]
    assert bill["paid_by_us"] == bill["charged"] == usage["paid_by_us"]
    assert Decimal(ordered["estimated_cost"]["paid_by_us"]) * Decimal("1.337") == Decimal(ordered["estimated_price"])
    assert price == Decimal(_news(stage.job(ordered["job_id"])).price or "")
    assert 1337 == stage.job(ordered["job_id"]).money.price_factor


def test_a_retry_buys_within_the_plan_of_its_day(stage: Stage) -> None:
    """A film by a model that the plan lost meanwhile is not bought again; under the old plan it is."""
    caller = on_plan(stage, TENANT)
    job_id = stage.order(footage())
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="a test")
    on_plan(stage, CHEAP)

    lost = caller.call("POST", f"/jobs/{job_id}/retry", {"dry_run": True})
    on_plan(stage, TENANT)
    back = caller.call("POST", f"/jobs/{job_id}/retry", {"dry_run": True})

    assert (400, 200) == (lost.status_code, back.status_code)
    assert "order a new film by one of them" in told(lost)["details"]["b_roll.model"][0]
    assert told(back)["estimated_cost"]["paid_by_us"] == told(back)["estimated_price"]


def _news(job: Job) -> JobNews:
    """Return what a webhook about a job's end says."""
    heard = replace(job, request=replace(job.request, webhook_url="https://shop.example/hook"))
    (told_of,) = new_deliveries(replace(heard, ending=None), heard, job.created_at, timedelta())
    return news_of(job.id, "", {}, (), told_of.facts)


@given(st.lists(st.integers(0, 10**12)), st.integers(0, 100_000))
def test_prices_of_lines_add_up(lines: list[int], factor: int) -> None:
    """For any lines and any factor; as texts, too, for nothing is rounded."""
    prices = [charged_for(line, factor) for line in lines]

    assert charged_for(sum(lines), factor) == sum(prices)
    assert Decimal(price_in_dollars(sum(prices))) == sum((Decimal(price_in_dollars(one)) for one in prices), Decimal(0))


def test_a_plan_that_says_nothing_of_it_has_all_at_our_cost() -> None:
    """Tables from before the words were known are read; the shipped ones say the same."""
    before = deepcopy(SHIPPED)
    for plan in before["plans"].values():
        for word in NARROW:
            del plan[word]

    read = tenant_plans(before)

    assert tenant_plans(SHIPPED) == read
    assert {(None, None, 1000)} == {
        (each.footage_models, each.avatar_services, each.factor) for each in read.plans.values()
    }


@pytest.mark.parametrize(
    ("word", "value", "says"),
    [
        ("footage_models", ["fast", "grand"], "footage_models names grand"),
        ("avatar_services", ["hey"], "avatar_services names hey"),
        ("price_factor", 1.0005, "price_factor cannot be 1.0005"),
        ("price_factor", -0.5, "price_factor cannot be -0.5"),
        ("price_factor", float("nan"), "price_factor cannot be nan"),
        ("price_factor", 1e308, "price_factor cannot be 1e"),
        ("price_factor", float("inf"), "price_factor cannot be inf"),
    ],
)
def test_a_plan_of_unknown_words_is_refused(word: str, value: object, says: str) -> None:
    """Names the tables do not have, and factors finer than a thousandth, negative or absurd."""
    tables = deepcopy(SHIPPED)
    tables["plans"]["free"][word] = value

    with pytest.raises(WrongPlans, match=says):
        tenant_plans(tables)
