"""The platform's own avatar account: films for tenants who have none, at our cost, resolved once, of nobody's reach."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from infra.admin import accounts
from infra.local.vendors.heygen.settings import DEMO_KEY
from shared.cloud.months import used_of
from shared.cloud.tenants import AccountStatus
from shared.codes import Code
from shared.pipeline.job.job import Ending, Payer, State
from shared.pipeline.job.ledger import Bill, bill
from shared.pipeline.job.revision import Change
from shared.pipeline.job.usage import usage_of
from shared.pipeline.plan.plan import MICROS, Join
from shared.pipeline.plan.request import BRoll, Filmer, PresenterFailure
from shared.pipeline.vendors.names import PLATFORM
from shared.steps.problems import Problem
from tests.faults.wire import Kind
from tests.steps.calls import told
from tests.steps.lent import (
    BALANCE,
    NEXT,
    OURS,
    SHOP,
    SUBMIT,
    THEIRS,
    billed,
    lending,
    ordered,
    own_key,
    shopper,
    started,
)
from tests.steps.stage import LOOK, SPEECH, TENANT, VOICE, Stage, by_persona, footage, known, presented, staged


@pytest.fixture
def stage(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Open a stage where the platform has an account at HeyGen, and the shop has none."""
    with lending(tmp_path, canned) as stage:
        yield stage


def test_a_tenant_without_a_key_makes_a_film(stage: Stage) -> None:
    """From the dry run to the bill: in our column, reserved and charged in its month, and said in plain words."""
    shop = shopper(stage)
    scene = {"visual_description": "A mug on a table", "duration": 4, "script": "Hi.", "avatar_id": LOOK}
    body = {"product_title": "Mug", "scenes": [scene]}
    dry = told(shop.call("POST", "/create_job", {**body, "dry_run": True}))
    ordered = told(shop.call("POST", "/create_job", body, Idempotency_Key="one"))

    stage.live(ordered["job_id"])

    job = stage.job(ordered["job_id"])
    bills = told(shop.call("GET", f"/jobs/{job.id}/bill"))
    line = next(each for each in bills["lines"] if each["node"] == SPEECH)
    assert (Ending.COMPLETED, [OURS]) == (job.ending, billed(stage))
    for answer in (dry, ordered):
        assert ["heygen"] == answer["platform_accounts"]
        assert "0.0000" == answer["estimated_cost"]["billed_by_provider"]
        assert any("abroll's own account" in each for each in answer["warnings"])
        assert str(BALANCE) not in json.dumps(answer)
    assert ("us", "0.0000") == (line["payer"], bills["billed_by_provider"])
    assert float(bills["paid_by_us"]) == pytest.approx(sum(float(each["cost"]) for each in bills["lines"]))
    assert float(line["cost"]) > 0
    assert job.money.charged == round(float(bills["paid_by_us"]) * MICROS)
    assert job.money.charged == used_of((stage.wiring.months.own(SHOP, job.id, stage.clock()),)).money


def test_a_take_ordered_at_a_guess_is_charged_what_its_engine_costs(stage: Stage) -> None:
    """Its look could not be asked at the order: the guess is reserved, HeyGen's price charged, metered and told."""
    shop = shopper(stage)
    scene = {"visual_description": "A mug on a table", "duration": 4, "script": "Hi.", "avatar_id": LOOK}
    body = {"product_title": "Mug", "avatar_id": LOOK, "voice_id": VOICE, "scenes": [scene]}
    stage.wire.on("^heygen GET", Kind.REFUSE, "503", times=9)
    ordered = told(shop.call("POST", "/create_job", body, Idempotency_Key="one"))
    stage.wire.mend()
    promised = stage.job(ordered["job_id"]).money

    stage.live(ordered["job_id"])

    job, (film,) = stage.job(ordered["job_id"]), stage.bill("heygen")
    shown = told(shop.call("GET", f"/jobs/{job.id}"))
    bills = told(shop.call("GET", f"/jobs/{job.id}/bill"))
    line = next(each for each in bills["lines"] if each["node"] == SPEECH)
    month, guess = stage.cloud.eyes.jobs.month(SHOP.id, job.money.usage_doc), stage.node(job.id, SPEECH).cost
    assert (Ending.COMPLETED, "avatar_iii", "0.0167") == (job.ending, film["model"], line["per_second"])
    assert film["amount_micros"] == pytest.approx(float(line["cost"]) * MICROS, rel=0.02)
    assert float(line["cost"]) * MICROS < guess
    assert (promised.reserved, promised.ceiling) == (job.money.reserved, job.money.ceiling)
    assert bill(job.nodes.values()).paid_by_us == job.money.charged == month.charged
    assert (0, promised.reserved - job.money.charged) == (month.reserved, month.refunded)
    assert usage_of(job).by_vendor["heygen"] == Bill(stage.node(job.id, SPEECH).attempts[-1].cost, 0)
    assert ordered["estimated_cost"] == shown["estimated_cost"]
    assert float(shown["cost"]["paid_by_us"]) < float(shown["estimated_cost"]["paid_by_us"])
    assert any("is booked at $" in each and "avatar_iii" in each for each in shown["warnings"])


def test_a_months_cap_holds_for_its_takes(stage: Stage) -> None:
    """A cap that footage alone fits into refuses the film with the take, and nothing is sent."""
    without = stage.wiring.create_job.create.dry_run(SHOP, footage()).plan.cost_to_us
    capped = replace(SHOP, id="capped", monthly_cap=without + 1)
    stage.wiring.tenants.put_tenant(capped)

    with pytest.raises(Problem) as refused:
        stage.order(presented(), tenant=capped)

    assert Code.MONTHLY_CAP is refused.value.code
    assert 0 == stage.submits("heygen")


def test_a_tenants_own_account_is_its_own(stage: Stage) -> None:
    """Who has a key never films with ours, nor who has paused it: the refusal says what is wrong with its own."""
    mine = stage.order(presented())
    own_key(stage)
    account = stage.wiring.tenants.integration(SHOP.id, "heygen", "production")
    assert account
    stage.wiring.tenants.put_integration(SHOP.id, replace(account, status=AccountStatus.INACTIVE))
    with pytest.raises(Problem, match="is paused"):
        ordered(stage)

    assert () == stage.job(mine).plan.platform_accounts
    assert Payer.PROVIDER_ACCOUNT is stage.node(mine, SPEECH).payer


def test_an_own_account_that_appears_takes_nothing_over(stage: Stage) -> None:
    """What was ordered with ours is sent and fetched with ours; the next order is the shop's own."""
    job_id = ordered(stage)
    own_key(stage)

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    later = started(stage, "Ho.")
    stage.filmed()
    stage.wiring.watch_presenter(stage.message(job_id, SPEECH))

    assert State.DONE is stage.node(job_id, SPEECH).state
    assert [OURS, THEIRS] == billed(stage)
    assert [Payer.US, Payer.PROVIDER_ACCOUNT] == [stage.node(each, SPEECH).payer for each in (job_id, later)]


def test_an_own_account_that_goes_is_not_replaced(stage: Stage) -> None:
    """What was ordered with the shop's key fails without it, and says which key is wanted; ours buys nothing."""
    own_key(stage)
    job_id = ordered(stage)
    stage.wiring.tenant.accounts.keys.delete(SHOP.id, "heygen", "production")
    stage.cloud.wiring = stage.cloud.instance()

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, Code.NO_PROVIDER_KEY, []) == (node.state, node.code, billed(stage))
    assert "the tenant has no working HeyGen key" in str(node.why)


@pytest.mark.parametrize("how", ["pause", "remove"])
def test_a_platform_account_that_goes_fails_what_is_unsent(stage: Stage, how: str) -> None:
    """With a clear word and a next move; nothing is billed, and a retry with a key of its own is the shop's."""
    job_id = ordered(stage)
    if how == "pause":
        accounts.turn(stage.wiring, "heygen", on=False)
    else:
        accounts.remove(stage.wiring, "heygen", yes=True)
    stage.cloud.wiring = stage.cloud.instance()

    stage.wiring.start_presenter(stage.message(job_id, SPEECH))

    node = stage.node(job_id, SPEECH)
    assert (State.FAILED, Code.NO_PROVIDER_KEY, []) == (node.state, node.code, billed(stage))
    assert "abroll's own HeyGen account" in str(node.why)
    assert "a key of your own" in str(node.next_move)
    with pytest.raises(Problem, match="no heygen key"):
        ordered(stage)
    own_key(stage)
    stage.live(job_id)
    loaded = stage.wiring.jobs.load(job_id)
    assert loaded
    stage.wiring.revise().retry(SHOP, loaded, Change(), dry_run=False)
    stage.wiring.start_presenter(stage.message(job_id, SPEECH))
    assert ([THEIRS], Payer.PROVIDER_ACCOUNT) == (billed(stage), stage.node(job_id, SPEECH).payer)


def test_a_sent_take_is_fetched_when_its_account_was_paused_or_rotated(stage: Stage) -> None:
    """The claim names its version: a pause and another account's key change nothing of what was sent."""
    job_id = started(stage)
    accounts.put(stage.wiring, "heygen", api_key=NEXT, webhook=False)
    accounts.turn(stage.wiring, "heygen", on=False)
    stage.cloud.wiring = stage.cloud.instance()
    stage.filmed()

    stage.wiring.watch_presenter(stage.message(job_id, SPEECH))

    assert State.DONE is stage.node(job_id, SPEECH).state


@pytest.mark.parametrize("how", ["removed", "revoked"])
def test_an_account_that_goes_amid_a_take_leaves_it_paid_by_us(stage: Stage, how: str) -> None:
    """What was sent may be billed: it stands in our column, in the month and in the bill alike, and nothing twice."""
    job_id = started(stage)
    take = stage.node(job_id, SPEECH).cost
    if how == "removed":
        accounts.remove(stage.wiring, "heygen", yes=True)
        stage.cloud.wiring = stage.cloud.instance()
    else:
        stage.wire.on("^heygen ", Kind.REFUSE, "401", times=10_000)

    stage.live(job_id)

    job = stage.job(job_id)
    columns = bill(job.nodes.values())
    (line,) = job.nodes[SPEECH].attempts
    assert (Ending.FAILED, [OURS], Payer.US, True) == (job.ending, billed(stage), line.payer, line.charged)
    assert (job.money.charged, 0) == (columns.paid_by_us, columns.billed_by_provider)
    assert columns.paid_by_us >= take
    month = used_of((stage.wiring.months.own(SHOP, job.id, stage.clock()),))
    assert job.money.charged == month.money
    assert job.money.reserved == job.money.charged + job.money.refunded


def test_a_full_account_is_noted_at_the_platforms(stage: Stage) -> None:
    """429: whichever tenant met it, none asks the account again before its time; the shop's own would be free."""
    stage.wire.on(SUBMIT, Kind.REFUSE, "429")
    started(stage)
    asked = stage.submits("heygen")

    other = replace(SHOP, id="other")
    stage.wiring.tenants.put_tenant(other)
    second = stage.order(presented(), tenant=other)
    stage.wiring.start_presenter(stage.message(second, SPEECH))

    account = stage.cloud.eyes.tenants.integration(PLATFORM, "heygen", "production", fresh=True)
    assert account
    assert account.busy_until
    assert (asked, State.QUEUED) == (stage.submits("heygen"), stage.node(second, SPEECH).state)


def test_a_persona_and_the_operators_defaults_speak(stage: Stage) -> None:
    """Its ids are checked with our key; an order that names nobody is spoken by whom the operator chose."""
    accounts.put(stage.wiring, "heygen", api_key=OURS, avatar=LOOK, webhook=False)
    stage.cloud.wiring = stage.cloud.instance()
    shop = shopper(stage)
    kept = shop.call("PUT", "/tenant/personas/ana", {"at": {"heygen": {"avatar_id": LOOK}}})
    scene = {"visual_description": "A mug", "duration": 4, "script": "Hi."}
    silent = told(shop.call("POST", "/create_job", {"product_title": "Mug", "scenes": [scene], "dry_run": True}))

    assert (200, []) == (kept.status_code, told(kept)["warnings"])
    assert [LOOK] == [each["avatar_id"] for each in silent["plan"]["presenters"]]


def test_footage_is_never_filmed_with_it(stage: Stage) -> None:
    """HeyGen's footage needs the tenant's own account: what the operator turned on for it spends nothing of ours."""
    films = replace(SHOP, heygen_footage=True)

    with pytest.raises(Problem, match="abroll's own account there films no footage") as refused:
        stage.order(footage(b_roll=BRoll(provider=Filmer.HEYGEN, join=Join.CUT)), tenant=films)

    assert Code.NO_PROVIDER_KEY is refused.value.code


def test_a_switch_to_it_is_paid_by_us(tmp_path: Path, canned: Mapping[str, Path]) -> None:
    """The tenant's own D-ID has no credits left; HeyGen takes over with our account: a line a column."""
    with staged(tmp_path, canned=canned, heygen={"accounts": {DEMO_KEY: 100.0, OURS: BALANCE}}, did={}) as stage:
        accounts.put(stage.wiring, "heygen", api_key=OURS, webhook=False)
        known(stage.wiring)
        stage.wiring.tenants.delete_integration(TENANT.id, "heygen", "production")
        stage.wire.on(r"^did POST /clips$", Kind.REFUSE, "402", times=100)
        job_id = stage.order(by_persona(provider="did", on_presenter_failure=PresenterFailure.FALLBACK))
        assert ("heygen",) == stage.job(job_id).plan.platform_accounts
        planned = stage.job(job_id).plan.understudies[0].takes[0].cost
        assert stage.job(job_id).money.reserved >= stage.job(job_id).plan.cost_to_us + planned

        stage.live(job_id)

        job = stage.job(job_id)
        node = job.nodes[SPEECH]
        assert (Ending.COMPLETED, "heygen", Payer.US) == (job.ending, node.provider, node.payer)
        assert [("did", Payer.PROVIDER_ACCOUNT), ("heygen", Payer.US)] == [(a.vendor, a.payer) for a in node.attempts]
        assert job.money.charged == bill(job.nodes.values()).paid_by_us
        assert [OURS] == billed(stage)


def test_nothing_of_it_is_used_while_older_code_may_run(stage: Stage) -> None:
    """A release that looks for the tenant's own key would fail the film, or book it to the tenant."""
    stage.wiring.jobs.forms.set(2)

    with pytest.raises(Problem, match="only when every function runs this release"):
        ordered(stage)
