"""How many films an hour a plan lets a tenant buy: counted exactly, in the commit that reserves."""

import json
from concurrent.futures import ThreadPoolExecutor

import flask
import pytest
from werkzeug.test import EnvironBuilder

from shared.cloud.hours import Hour, seconds_left
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.door.keys import new_key
from shared.pipeline.job.events import CancelAsked
from shared.pipeline.job.revision import Change
from shared.steps.problems import Problem
from tests.faults.cloud import Clock, StagedWiring
from tests.steps.stage import CLIP, Stage, footage

SMALL_SHOP = Tenant("shop", "Shop", plan="free", live_jobs=1000)
TEN = 10  # an hour, on the plan as it is shipped


@pytest.fixture(autouse=True)
def shops(stage: Stage) -> None:
    """Make the tenants whose months are counted here."""
    for tenant in (SMALL_SHOP, Tenant("other", "Other")):
        stage.wiring.tenants.put_tenant(tenant)


def buy(wiring: StagedWiring, key: str | None = None) -> str:
    return wiring.create_job.create(SMALL_SHOP, footage(), key, "trace").job.id


def bought(wiring: StagedWiring) -> bool:
    """Try to buy; tell whether it was allowed."""
    try:
        buy(wiring)
    except Problem as refused:
        if refused.code is not Code.RATE_LIMITED:
            raise
        return False
    return True


def hour(stage: Stage) -> Hour:
    return stage.cloud.eyes.jobs.month(SMALL_SHOP.id, f"{stage.clock():%Y-%m}").hour


def test_the_eleventh_film_of_an_hour_is_refused(stage: Stage) -> None:
    """429 with the seconds to the hour's end; nothing is stored; in the next hour there is room again."""
    stage.clock.forward(600)
    for _ in range(TEN):
        buy(stage.wiring)

    with pytest.raises(Problem) as refused:
        buy(stage.wiring)
    stage.clock.forward(3000)
    buy(stage.wiring)

    assert (Code.RATE_LIMITED, 3000) == (refused.value.code, refused.value.retry_after)
    assert Hour("2026-11-20T13", 1) == hour(stage)


def test_a_hundred_at_once_are_ten(stage: Stage) -> None:
    """Instances that know nothing of each other cannot pass the limit together."""
    instances = [stage.cloud.instance() for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(bought, instances * 10))

    assert TEN == answers.count(True)
    assert TEN == hour(stage).count
    assert TEN == len(list(stage.wiring.clients.firestore.collection("jobs").stream()))


def test_whatever_buys_counts(stage: Stage) -> None:
    """An order, its cancelled job's retry, and a film made anew from a finished one are three; dry runs are none."""
    wiring, work = stage.wiring, stage.wiring.revise()
    cancelled = wiring.jobs.load(buy(wiring))
    assert cancelled
    ended = wiring.commits.hear(cancelled, CancelAsked(by="the caller")).loaded
    finished = wiring.jobs.load(_finished(stage))
    assert finished
    again = frozenset({CLIP})

    for dry_run in (True, False):
        work.retry(SMALL_SHOP, ended, Change(), dry_run=dry_run)
        work.regenerate(SMALL_SHOP, finished, again, Change(), dry_run=dry_run, trace="t")

    assert 3 == hour(stage).count


def test_a_call_that_was_answered_is_answered_again_by_a_full_hour(stage: Stage) -> None:
    """A repeat under the same key buys nothing, so no limit stands before it."""
    first = buy(stage.wiring, "k")
    while bought(stage.wiring):
        pass

    again = buy(stage.wiring, "k")

    assert first == again
    assert TEN == hour(stage).count


def test_a_flood_beyond_the_limit_asks_nobody(stage: Stage) -> None:
    """After the first refusal an instance refuses from memory: no read, no write, no question to a vendor."""
    while bought(stage.wiring):
        pass
    stage.wire.calls.clear()

    refused = [bought(stage.wiring) for _ in range(100)]

    assert [False] * 100 == refused
    assert [] == stage.wire.calls


def test_a_better_plan_holds_at_once(stage: Stage) -> None:
    """Whoever was refused under the old plan is not refused from memory under the new one."""
    while bought(stage.wiring):
        pass

    upgraded = Tenant(SMALL_SHOP.id, "Shop", plan="pro", live_jobs=1000)
    made = stage.wiring.create_job.create(upgraded, footage(), None, "trace")

    assert made.quota
    assert (300, 289) == (made.quota.limit, made.quota.left)


@pytest.mark.parametrize("plan", ["", "standard", "a plan of another release"])
def test_a_plan_nobody_knows_is_the_default(stage: Stage, plan: str) -> None:
    """A tenant without a plan, or with a word the tables lack, has the default plan's limits."""
    tenant = Tenant("other", "Other", plan=plan)

    assert TEN == stage.wiring.plans.of(tenant).creations_per_hour


def test_the_answer_tells_what_is_left(stage: Stage) -> None:
    """RateLimit and RateLimit-Policy stand on the accepted and on the refused, with Retry-After."""
    wiring = stage.wiring
    text, key = new_key(SMALL_SHOP.id, ("jobs:write",), wiring.now())
    wiring.tenants.put_tenant(SMALL_SHOP)
    wiring.tenants.put_api_key(key)
    for _ in range(TEN - 1):
        buy(wiring)

    def post() -> flask.Response:
        order = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table"}]}
        environ = EnvironBuilder(method="POST", data=json.dumps(order), headers=[("X-Api-Key", text)]).get_environ()
        return wiring.create_job(flask.Request(environ))

    tenth, eleventh = post(), post()

    assert (202, 429) == (tenth.status_code, eleventh.status_code)
    assert '"creations";q=10;w=3600' in tenth.headers["RateLimit-Policy"]
    assert '"creations";r=0;t=3600' in tenth.headers["RateLimit"]
    assert '"creations";r=0;t=3600' in eleventh.headers["RateLimit"]
    assert "3600" == eleventh.headers["Retry-After"]


@pytest.mark.parametrize(("seconds", "left"), [(0, 3600), (0.5, 3600), (1, 3599), (3599.5, 1)])
def test_a_begun_second_is_still_left(seconds: float, left: int) -> None:
    """Whoever comes back after that many seconds comes in the next hour."""
    clock = Clock()
    clock.forward(seconds)

    assert left == seconds_left(clock())


def _finished(stage: Stage) -> str:
    """Return a finished film that another tenant's hour counts."""
    job_id = stage.order(footage())
    for _ in range(60):  # not `live`: the cancelled job beside it leaves tasks
        stage.round()
    assert stage.ended(job_id)
    return job_id
