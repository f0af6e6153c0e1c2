"""Whose account makes a take, and who pays: resolved in the plan, kept by the node, told by each line of the ledger."""

from dataclasses import replace
from typing import Any

import pytest

from shared.codes import Code
from shared.pipeline.codec import from_plain, to_stored
from shared.pipeline.job import events as on
from shared.pipeline.job.cast import at_most, dearest
from shared.pipeline.job.job import Attempt, Job, Outcome, Payer
from shared.pipeline.job.ledger import Bill, bill
from shared.pipeline.job.portions import Portion
from shared.pipeline.job.revision import price, reserved
from shared.pipeline.job.schema import SWITCHING
from shared.pipeline.job.usage import usage_of
from shared.pipeline.job.vendors import account_owner
from shared.pipeline.plan.plan import Plan
from shared.pipeline.vendors.names import PLATFORM
from tests.pipeline.films import planned
from tests.pipeline.machine.casts import ONE, PRICE, cast_job, cast_story, recast
from tests.pipeline.machine.story import CLIP, PRESENTER, START, Story, claimed, sent

OURS, THEIRS = Payer.US, Payer.PROVIDER_ACCOUNT
ALONE: dict[str, Any] = {"understudies": (), "platform_accounts": ("heygen",)}


def first(plan: Plan) -> int:
    """Return what the first service's take costs, micro-dollars."""
    return plan.speeches[0].cost


def left(told: Story) -> Story:
    """Let the first service refuse the take, for its account has no credits."""
    refused = on.Rejected(PRESENTER, "a", Code.CREDITS, "the account has no credits left", "top it up")
    return told.hears(claimed(PRESENTER), refused)


@pytest.mark.parametrize(
    ("accounts", "before", "after"),
    [
        ((), (THEIRS, "shop"), (THEIRS, "shop")),
        (("heygen",), (OURS, PLATFORM), (THEIRS, "shop")),
        (("did",), (THEIRS, "shop"), (OURS, PLATFORM)),
        (("heygen", "did"), (OURS, PLATFORM), (OURS, PLATFORM)),
    ],
)
def test_each_service_is_asked_by_the_account_the_plan_named(
    accounts: tuple[str, ...], before: tuple[Payer, str], after: tuple[Payer, str]
) -> None:
    """The understudy's payer is its own, and news of the service that was left is still of that one's account."""
    told = cast_story(platform_accounts=accounts)
    asked = told.hero
    moved = left(told)

    assert before == (asked.payer, account_owner(told.job, asked))
    assert after == (moved.hero.payer, account_owner(moved.job, moved.hero))
    assert before == (moved.line.payer, account_owner(moved.job, moved.hero, moved.line))


def test_footage_is_nobodys_account_but_ours_at_google_or_the_tenants() -> None:
    """A clip that we pay is made with no account that anybody could look up."""
    made = cast_job(platform_accounts=("heygen",))
    by_tenant = replace(made.nodes[CLIP], provider="heygen_video", payer=THEIRS)

    assert ("shop", "shop") == (account_owner(made, made.nodes[CLIP]), account_owner(made, by_tenant))


def test_a_line_without_a_payer_is_its_nodes() -> None:
    """Older code wrote neither vendor nor payer into a line."""
    made = cast_job(platform_accounts=("heygen",))
    line = Attempt(1, 1, START, 5, Outcome.SENT)

    assert PLATFORM == account_owner(made, made.nodes[PRESENTER], line)


def test_a_plan_tells_who_pays() -> None:
    """The takes go from one column into the other, and no micro-dollar is lost or counted twice."""
    own = planned(ONE)
    lent = replace(own, platform_accounts=("heygen",))

    assert first(own) == own.cost_to_provider_account
    assert 0 == lent.cost_to_provider_account
    assert own.cost_to_us + first(own) == lent.cost_to_us
    assert own.cost_to_us == replace(own, platform_accounts=("did",)).cost_to_us


@pytest.mark.parametrize(
    ("accounts", "again", "dear", "most"),
    [
        ((), False, ("theirs", "dearer"), 0),
        (("heygen", "did"), False, ("ours", "dearer"), PRICE),
        (("heygen", "did"), True, ("ours", "both"), PRICE + 1),
        (("did",), True, ("split", "both"), PRICE),
    ],
)
def test_the_dearest_way_is_told_by_payer_and_reserved(
    accounts: tuple[str, ...], *, again: bool, dear: tuple[str, str], most: int
) -> None:
    """What may be paid twice is reserved twice where we pay it; a column holds only what its own payer pays."""
    plan = recast(planned(ONE), platform_accounts=accounts, pay_again=again)
    cost = first(plan)
    sums = {"dearer": max(PRICE, cost), "both": PRICE + cost}[dear[1]]
    columns = {"ours": Bill(sums, 0), "theirs": Bill(0, sums), "split": Bill(PRICE, cost)}[dear[0]]
    ours = PRICE + cost if most > PRICE else most

    assert columns == dearest(plan)
    assert max(ours, cost if most and accounts[0] == "heygen" else 0) == at_most(plan, PRESENTER).paid_by_us


def test_an_order_reserves_the_takes_we_pay() -> None:
    """The month's cap holds for them as for footage; a job whose take another service may make reserves the dearer."""
    own, lent, both = (
        cast_job(understudies=()),
        cast_job(**ALONE),
        cast_job(platform_accounts=("heygen", "did")),
    )
    cost = first(lent.plan)

    assert own.money.reserved + cost == lent.money.reserved
    assert own.money.reserved + max(cost, PRICE) == both.money.reserved
    assert own.purchases[0].ours + cost == lent.purchases[0].ours
    assert 0 == lent.purchases[0].theirs


def test_a_retry_reserves_what_its_order_did() -> None:
    """Its price is the first service's, its reservation the dearest's."""
    made = cast_job(platform_accounts=("heygen", "did"))
    whole = frozenset(made.nodes)

    assert made.money.reserved == reserved(made, made.plan, whole)
    assert (made.plan.cost_to_us, 0) == price(made, made.plan, whole)


def test_the_ledger_adds_up_over_a_switch() -> None:
    """What was sent with our account is ours, what the next service makes is the tenant's: a line, a column each."""
    told = cast_story(platform_accounts=("heygen",), pay_again=True).hears(claimed(PRESENTER), sent(PRESENTER))
    cost = told.line.cost
    heard = told.later(minutes=30).hears(on.PendingSeen(PRESENTER, 1, 1))
    moved = heard.hears(claimed(PRESENTER, "b", take=2, attempt=2), sent(PRESENTER, "b", take=2, attempt=2))

    assert ("did", THEIRS) == (moved.hero.provider, moved.hero.payer)
    assert Bill(cost, PRICE) == bill(moved.job.nodes.values())
    used = usage_of(moved.job).by_vendor
    assert (Bill(cost, 0), Bill(0, PRICE)) == (used["heygen"], used["did"])


def test_a_job_that_needs_it_is_of_the_form_older_code_leaves_alone() -> None:
    """Older code would look for the tenant's own key, and book the take to the tenant."""
    assert SWITCHING == cast_job(**ALONE).schema
    assert SWITCHING > cast_job(understudies=()).schema


def test_a_plan_of_older_code_names_no_such_account() -> None:
    """The field is optional, and stands only where it says something."""
    plan = cast_job(**ALONE).plan
    kept = to_stored(plan)

    assert plan == from_plain(Plan, kept)
    assert (
        ()
        == from_plain(
            Plan, {name: value for name, value in kept.items() if name != "platform_accounts"}
        ).platform_accounts
    )


def test_accounts_do_not_wait_for_each_other() -> None:
    """The lanes of a tenant's own account and of ours are different ones, a mode each."""
    full = {"presenter": Portion(0, 1), "did": Portion(0, 1)}

    def lanes(job: Job) -> dict[str, str]:
        return {queue: lane for queue, lane in job.place.lanes.items() if queue in full}

    own, lent = (cast_job(left=full, platform_accounts=names) for names in ((), ("heygen",)))

    assert {"presenter": "presenter.shop.production.0", "did": "did.shop.production.0"} == lanes(own)
    assert {"presenter": f"presenter.shop.{PLATFORM}.production.0", "did": "did.shop.production.0"} == lanes(lent)
