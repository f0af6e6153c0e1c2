"""A month's caps: exact whoever orders at once, in one document or in sixteen; told to whom they concern."""

import json
import random
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.cloud.months import used_of
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.shares import NO_CAP, Amount, MonthLimits
from shared.steps.plans import WrongPlans, tenant_plans
from shared.steps.problems import Problem
from tests.faults.cloud import WrongClock
from tests.faults.wire import Kind
from tests.steps.months import DEAR, DOLLAR, NOVEMBER, at_once, buy, lawful, opened
from tests.steps.stage import ROOT, WIDE, Stage, footage

COMMIT = "^firestore Commit"


@pytest.mark.parametrize("shards", [1, 16])
def test_a_hundred_at_once_against_five_left_are_five(stage: Stage, shards: int) -> None:
    """Exactly five are accepted, ninety-five are 402, and nothing else is answered."""
    tenant = opened(stage, replace(DEAR, films=5), shards)

    answers = at_once(stage, tenant, 100)

    assert {"202": 5, Code.MONTHLY_CAP.value: 95} == answers
    found = lawful(stage, tenant)
    assert (5, shards) == (used_of(found).films, len(found))


@pytest.mark.parametrize("shards", [1, 16])
def test_money_is_as_exact(stage: Stage, shards: int) -> None:
    """Twelve and a half films' worth of dollars are twelve films, wherever the dollars lie."""
    price = stage.wiring.create_job.create.dry_run(opened(stage, DEAR), footage()).plan.cost_to_us
    tenant = opened(stage, replace(DEAR, money=12 * price + price // 2), shards)

    answers = at_once(stage, tenant, 40)

    assert {"202": 12, Code.MONTHLY_CAP.value: 28} == answers
    assert 12 * price == used_of(lawful(stage, tenant)).money


@pytest.mark.parametrize("shards", [1, 16])
def test_a_hundred_against_a_hundred_left_are_a_hundred(stage: Stage, shards: int) -> None:
    """Nobody is refused while there is enough, wherever it lies."""
    tenant = opened(stage, replace(DEAR, films=100), shards)

    answers = at_once(stage, tenant, 100)

    assert {"202": 100} == answers
    assert 100 == used_of(lawful(stage, tenant)).films


@pytest.mark.parametrize("shards", [1, 16])
def test_refunds_on_the_way_are_spent_and_never_twice(stage: Stage, shards: int) -> None:
    """Orders and cancels at once: at the end as many films stand in the month as live, and none beyond the cap."""
    tenant = opened(stage, replace(DEAR, films=10), shards)
    for _ in range(10):
        assert "202" == buy(stage.wiring, tenant)
    documents = list(stage.wiring.clients.firestore.collection("jobs").stream())

    def cancel() -> None:
        for document in documents[:5]:
            found = stage.cloud.eyes.jobs.load(document.id)
            assert found
            stage.cloud.eyes.commits.hear(found, CancelAsked())

    answers = at_once(stage, tenant, 20, cancel)

    more = answers["202"]
    assert set(answers) <= {"202", Code.MONTHLY_CAP.value}
    assert more <= 5
    assert 5 + more == used_of(lawful(stage, tenant)).films
    assert ["202"] * (5 - more) + [Code.MONTHLY_CAP.value] == [buy(stage.wiring, tenant) for _ in range(6 - more)]


def test_a_refusal_says_cap_use_and_price(stage: Stage) -> None:
    """402 with the figures and a move that exists; nothing is stored."""
    tenant = opened(stage, Amount(100, DOLLAR))
    assert "202" == buy(stage.wiring, tenant)

    with pytest.raises(Problem, match=r"\$0\.80 of \$1\.00 .* costs \$0\.80") as refused:
        stage.wiring.create_job.create(tenant, footage(), None, "t")

    assert Code.MONTHLY_CAP == refused.value.code
    assert "operator" in refused.value.next_move
    assert 1 == len(list(stage.wiring.clients.firestore.collection("jobs").stream()))


def test_a_tenant_nobody_gave_a_cap_has_one() -> None:
    """As shipped: five films and $25 a month on the default plan; an operator's own figures come first."""
    plans = tenant_plans(json.loads((ROOT / "shared" / "tables.json").read_text(encoding="utf-8")))

    default, mine = Tenant("new", "New"), Tenant("new", "New", monthly_films=7, monthly_cap=DOLLAR)

    assert MonthLimits(Amount(5, 25 * DOLLAR), 1) == plans.month(default)
    assert Amount(7, DOLLAR) == plans.month(mine).cap


@pytest.mark.parametrize(("plan", "films"), [("free", 5), ("pro", 50), ("enterprise", NO_CAP)])
def test_the_plans_as_shipped(plan: str, films: int) -> None:
    """Five films a month, fifty, as many as one likes."""
    plans = tenant_plans(json.loads((ROOT / "shared" / "tables.json").read_text(encoding="utf-8")))

    assert films == plans.month(Tenant("new", "New", plan=plan)).cap.films


def test_unlimited_is_said_and_never_forgotten() -> None:
    """Null lifts a cap; a plan that leaves the word out is refused, and null is no other limit's word."""
    shipped = json.loads((ROOT / "shared" / "tables.json").read_text(encoding="utf-8"))
    silent, boundless, lifted = deepcopy(shipped), deepcopy(shipped), deepcopy(shipped)
    del silent["plans"]["free"]["films_per_month"]
    boundless["plans"]["free"]["creations_per_hour"] = None
    lifted["plans"]["free"]["dollars_per_month"] = None

    with pytest.raises(WrongPlans, match="free does not say films_per_month"):
        tenant_plans(silent)
    with pytest.raises(WrongPlans, match="creations_per_hour"):
        tenant_plans(boundless)
    assert Amount(5, NO_CAP) == tenant_plans(lifted).month(Tenant("new", "New")).cap


@pytest.mark.parametrize("shards", [1, 16])
def test_a_tenant_without_a_cap_is_never_refused_and_may_get_one(stage: Stage, shards: int) -> None:
    """Its month is counted like any other, so that a cap that comes later knows what was used."""
    tenant = opened(stage, Amount(NO_CAP, NO_CAP), shards)
    for _ in range(3):
        assert "202" == buy(stage.wiring, tenant)

    capped = replace(tenant, monthly_films=4)
    stage.wiring.tenants.put_tenant(capped)
    stage.wiring.months.change(capped, NOVEMBER)

    assert ["202", Code.MONTHLY_CAP.value] == [buy(stage.wiring, tenant) for _ in range(2)]


def test_three_hundred_films_a_minute_are_spread(stage: Stage) -> None:
    """Two writes an order, the job and its shard, and no document is written more than 36 times in the minute."""
    tenant = opened(stage, DEAR, 16)
    stage.wiring.months.own(tenant, "any", stage.clock())
    before = stage.cloud.firestore.counts.writes

    for number in range(300):
        assert "202" == buy(stage.wiring, tenant, f"film {number}")

    turn = 2  # the lane's document, and the one clip whose turn it is: such a tenant has no free part
    assert 600 + turn == stage.cloud.firestore.counts.writes - before
    found = lawful(stage, tenant)
    assert 300 == sum(each.hour.count for each in found)
    assert max(each.hour.count for each in found) <= 36


def test_the_clock_of_the_server_says_which_month_it_is(stage: Stage) -> None:
    """An instance a minute ahead orders in November until it is December for all."""
    stage.clock.now = datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC)
    tenant = opened(stage, DEAR)
    instance = stage.cloud.instance()
    instance.create = replace(instance.create, now=WrongClock(stage.clock, 60))

    assert "202" == buy(instance, tenant)
    stage.clock.forward(60)
    assert "202" == buy(instance, tenant)

    months = [stage.cloud.eyes.months.whole(tenant.id, name) for name in (NOVEMBER, "2026-12")]
    assert [1, 1] == [used_of(month).films for month in months]


def test_a_month_begins_by_the_plan_as_it_is_now(stage: Stage) -> None:
    """An instance that remembers yesterday's generous plan makes no shard by it."""
    old = opened(stage, replace(DEAR, films=1000), 16)
    instance = stage.cloud.instance()
    assert old == instance.tenants.tenant(old.id)
    stage.wiring.tenants.put_tenant(replace(old, monthly_films=3))

    answers = [buy(instance, old) for _ in range(5)]

    assert ["202"] * 3 + [Code.MONTHLY_CAP.value] * 2 == answers
    assert 16 == len(stage.cloud.eyes.months.whole(old.id, NOVEMBER))


def test_two_that_begin_a_month_at_once_begin_one(stage: Stage) -> None:
    """The loser reads what the winner has made."""
    tenant = opened(stage, DEAR, 16)
    twin = stage.cloud.instance()
    stage.wire.on(COMMIT, meanwhile=lambda: buy(twin, tenant))

    assert "202" == buy(stage.wiring, tenant)

    assert 2 == used_of(lawful(stage, tenant)).films


def test_a_month_of_before_caps_is_taken_over(stage: Stage) -> None:
    """What older code has counted there counts against the cap."""
    tenant = opened(stage, replace(DEAR, films=8))
    old = {"films": 6, "reserved": 5, "charged": 7, "refunded": 0}
    stage.wiring.clients.firestore.document(f"tenants/{tenant.id}/usage/{NOVEMBER}").set(old)

    answers = [buy(stage.wiring, tenant) for _ in range(3)]

    assert ["202", "202", Code.MONTHLY_CAP.value] == answers


def test_a_lower_cap_is_a_debt_that_refunds_pay_first(stage: Stage) -> None:
    """Ten films are used, the cap becomes eight: three refunds leave one film, not three."""
    tenant = opened(stage, replace(DEAR, films=12), 16)
    for _ in range(10):
        assert "202" == buy(stage.wiring, tenant)
    lower = replace(tenant, monthly_films=8)
    stage.wiring.tenants.put_tenant(lower)
    stage.wiring.months.change(lower, NOVEMBER)
    assert Code.MONTHLY_CAP.value == buy(stage.wiring, tenant)

    for document in list(stage.wiring.clients.firestore.collection("jobs").stream())[:3]:
        found = stage.wiring.jobs.load(document.id)
        assert found
        stage.wiring.commits.hear(found, CancelAsked())

    assert ["202", Code.MONTHLY_CAP.value] == [buy(stage.wiring, tenant) for _ in range(2)]
    assert 8 == used_of(lawful(stage, lower)).films


def test_a_month_grows_into_sixteen_documents(stage: Stage) -> None:
    """A plan for more films spreads the running month at once; what was used stays, and it never shrinks again."""
    tenant = opened(stage, replace(DEAR, films=20))
    assert ["202"] * 3 == [buy(stage.wiring, tenant) for _ in range(3)]
    wide = replace(tenant, plan=WIDE.format(16))

    stage.wiring.months.change(wide, NOVEMBER)
    stage.wiring.months.change(tenant, NOVEMBER)

    assert ["202"] * 17 + [Code.MONTHLY_CAP.value] == [buy(stage.wiring, tenant) for _ in range(18)]
    assert 16 == len(lawful(stage, tenant))


def test_a_lost_answer_to_a_loan_is_looked_at_again(stage: Stage) -> None:
    """Whether or not it was written, the order is made, and the month adds up."""
    tenant = opened(stage, replace(DEAR, films=1), 16)
    assert "202" == buy(stage.wiring, opened(stage, replace(DEAR, films=2), 16))
    stage.wiring.months.change(replace(tenant, monthly_films=2), NOVEMBER)
    stage.wire.on(COMMIT, Kind.LOSE)

    assert "202" == buy(stage.wiring, tenant)

    assert 2 == used_of(lawful(stage, replace(tenant, monthly_films=2))).films


def test_random_months_keep_their_laws(stage: Stage) -> None:
    """Orders, cancels and changes of the cap in a random order: never more than the cap, never refused below it."""
    chance = random.Random(7)
    cap, jobs = 6, 0
    tenant = opened(stage, replace(DEAR, films=cap), 4)
    for _ in range(60):
        match chance.random():
            case draw if draw < 0.6:
                answer = buy(stage.wiring, tenant)
                assert ("202" if jobs < cap else Code.MONTHLY_CAP.value) == answer
                jobs += answer == "202"
            case draw if draw < 0.85 and jobs:
                stored = stage.wiring.clients.firestore.collection("jobs").stream()
                live = [each.id for each in stored if "ending" not in (each.to_dict() or {})]
                found = stage.wiring.jobs.load(chance.choice(live))
                assert found
                stage.wiring.commits.hear(found, CancelAsked())
                jobs -= 1
            case _:
                cap = chance.randint(2, 12)
                stage.wiring.months.change(replace(tenant, monthly_films=cap), NOVEMBER)
        stage.clock.forward(1)
