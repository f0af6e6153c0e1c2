"""Many jobs at once: priced by a filter, bought by name, once each however often the call is killed or sent again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.cloud.records import Filters
from shared.pipeline.job.job import Ending
from shared.pipeline.plan.plan import MICROS
from shared.steps.bulk import WORK_SECONDS, Bulk, Result
from shared.steps.stopwatch import Stopwatch
from tests.steps.calls import Customer, customer, told
from tests.steps.dying import Died, Dying
from tests.steps.stage import CLIP, TENANT, Stage, footage, staged

NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("bulk"), portions={"veo": {"free": 100, "lanes": 1}}) as each:
        yield each


@pytest.fixture
def shop(stage: Stage) -> Customer:
    return customer(stage.wiring, TENANT.id)


def stopped(stage: Stage, shop: Customer, count: int, product: str) -> list[str]:
    """Return jobs of a product that were cancelled before anything was sent, the newest first."""
    jobs = []
    for _ in range(count):
        jobs.append(stage.order(footage(product_id=product)))
        stage.clock.forward(1)
        assert 200 == shop.call("POST", f"/jobs/{jobs[-1]}/cancel").status_code
    return jobs[::-1]


def asked(shop: Customer, call: str, body: Mapping[str, Any], query: str = "", key: str = "") -> dict[str, Any]:
    headers = {"Idempotency_Key": key} if key else {}
    return dict(told(shop.call("POST", f"/jobs/{call}{query and f'?{query}'}", body, **headers)))


def results(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(row["id"], row["result"]) for row in answer["jobs"]]


def purchases(stage: Stage, jobs: Sequence[str]) -> list[int]:
    """Return how often each job was bought for, its order among them."""
    return [len(stage.job(each).purchases) for each in jobs]


def test_a_filter_prices_and_names_buy(stage: Stage, shop: Customer) -> None:
    """The dry run tells which, each price and their sum, by pages; nothing moves until they are named with it."""
    jobs = stopped(stage, shop, 3, "by-filter")
    query = "status=cancelled&product_id=by-filter&limit=2"
    first = asked(shop, "retry", {}, query)
    rest = asked(shop, "retry", {}, f"{query}&cursor={first['next_cursor']}")
    before = purchases(stage, jobs)

    done = asked(shop, "retry", {"ids": jobs, "max_cost": first["max_cost"] + rest["max_cost"]}, key="by-filter")

    assert [(each, "priced") for each in jobs] == results(first) + results(rest)
    assert (None, [1, 1, 1], {"retried": 3}) == (rest["next_cursor"], before, done["counts"])
    each = float(first["jobs"][0]["estimated_cost"]["paid_by_us"])
    assert pytest.approx([2 * each, 3 * each]) == [float(one["estimated_cost"]["paid_by_us"]) for one in (first, done)]
    assert [None] * 3 == [stage.job(one).ending for one in jobs]
    assert all(stage.wants(one, CLIP) for one in jobs)


def test_sent_again_it_buys_nothing_even_when_they_have_failed_since(stage: Stage, shop: Customer) -> None:
    """Under its key each job is bought for once; alone under the same key it is the same purchase."""
    jobs = stopped(stage, shop, 2, "again")
    body = {"ids": jobs, "max_cost": 50}
    first = asked(shop, "retry", body, key="again")
    asked(shop, "cancel", {"ids": jobs})

    again = asked(shop, "retry", body, key="again")
    alone = shop.call("POST", f"/jobs/{jobs[0]}/retry", {}, Idempotency_Key="again")

    assert ({"retried": 2}, {"already": 2}, 202) == (first["counts"], again["counts"], alone.status_code)
    assert first["estimated_cost"] == again["estimated_cost"]
    assert [2, 2] == purchases(stage, jobs)
    assert {Ending.CANCELLED} == {stage.job(one).ending for one in jobs}


def test_what_was_bought_under_the_key_counts_in_what_is_agreed(stage: Stage, shop: Customer) -> None:
    """Two more under a key that has paid for one: the sum of all three is held against max_cost, before any."""
    jobs = stopped(stage, shop, 3, "counted")
    price = float(asked(shop, "retry", {"ids": jobs[:1]})["estimated_cost"]["paid_by_us"])
    asked(shop, "retry", {"ids": jobs[:1], "max_cost": 50}, key="counted")

    refused = shop.call("POST", "/jobs/retry", {"ids": jobs, "max_cost": 2.5 * price}, Idempotency_Key="counted")

    assert (400, {"max_cost"}) == (refused.status_code, set(told(refused)["details"]))
    assert "trying 3 jobs again costs" in told(refused)["message"]
    assert [2, 1, 1] == purchases(stage, jobs)


def test_one_that_is_refused_keeps_no_other_back(stage: Stage, shop: Customer) -> None:
    """A job that is being made, another's and nobody's are refused with code and next move; the rest is bought."""
    live, (mine,) = stage.order(footage()), stopped(stage, shop, 1, "refused")
    rival = customer(stage.wiring, "rival")
    theirs = stage.wiring.create_job.create(_tenant(stage, "rival"), footage(), None, "t").job.id
    rival.call("POST", f"/jobs/{theirs}/cancel")

    done = asked(shop, "retry", {"ids": [live, theirs, NOBODYS, mine], "max_cost": 50}, key="refused")

    codes = [row.get("error") for row in done["jobs"]]
    assert ["not_failed", "not_found", "not_found", None] == codes
    assert {"refused": 3, "retried": 1} == done["counts"]
    assert all(row["next_move"] for row in done["jobs"][:3])
    assert [1] == purchases(stage, [theirs])
    same = [{**row, "id": ""} for row in done["jobs"][1:3]]
    assert same[0] == same[1]


def test_a_killed_call_sent_again_pays_once(stage: Stage, shop: Customer) -> None:
    """Dead before any of its calls to the store or the queue: sent again, each job is bought for once and is made."""
    at = 0
    while True:
        at += 1
        jobs = stopped(stage, shop, 2, f"killed-{at}")
        before = _month(stage)
        whole = _killed(stage, jobs, f"killed-{at}", at)

        done = _retry(stage.wiring.bulk(), jobs, f"killed-{at}")

        assert {Result.RETRIED, Result.ALREADY} >= {one.result for one in done}
        assert [2, 2] == purchases(stage, jobs)
        assert all(stage.wants(one, CLIP) for one in jobs)
        assert sum(one.ours for one in done) == _month(stage) - before
        asked(shop, "cancel", {"ids": jobs})
        if whole:
            break
    assert at > 4


def test_what_there_is_no_time_for_is_left(stage: Stage, shop: Customer) -> None:
    """A slow call buys what it gets to and says what is left; sent again, it goes on there and counts the first."""
    jobs = stopped(stage, shop, 2, "slow")
    looks = iter([0.0, 0.0, 0.0, WORK_SECONDS + 1])
    slow = replace(stage.wiring.bulk(), stopwatch=lambda: Stopwatch(lambda: next(looks), lambda: 0.0))

    first = _retry(slow, jobs, "slow")
    again = _retry(stage.wiring.bulk(), jobs, "slow")

    assert [Result.RETRIED, Result.LEFT] == [one.result for one in first]
    assert [Result.ALREADY, Result.RETRIED] == [one.result for one in again]
    assert [2, 2] == purchases(stage, jobs)


def test_cancelling_by_filter_is_shown_first_and_is_idempotent(stage: Stage, shop: Customer) -> None:
    """Only what is being made is found, in any state; named, it ends; named again, nothing is left to do."""
    jobs = [stage.order(footage(product_id="stop")) for _ in range(2)]
    (ended,) = stopped(stage, shop, 1, "stop")

    found = asked(shop, "cancel", {}, "product_id=stop")
    live = [stage.job(each).ending for each in jobs]
    done = asked(shop, "cancel", {"ids": [*jobs, ended]})
    again = asked(shop, "cancel", {"ids": jobs})

    assert ({(each, "found") for each in jobs}, [None, None]) == (set(results(found)), live)
    assert {"cancelled": 2, "already": 1} == done["counts"]
    assert {"already": 2} == again["counts"]
    assert all(float(row["refunded"]) > 0 for row in done["jobs"][:2])


@pytest.mark.parametrize(
    ("call", "query", "body", "wrong"),
    [
        ("retry", "status=failed", {"max_cost": 5}, {"ids"}),
        ("retry", "status=failed", {"ids": [NOBODYS], "max_cost": 5}, {"status"}),
        ("retry", "status=completed", {}, {"status"}),
        ("retry", "colour=red&limit=0", {}, {"colour", "limit"}),
        ("retry", "tenant=rival", {}, {"tenant"}),
        ("retry", "", {"ids": [NOBODYS, NOBODYS]}, {"ids"}),
        ("retry", "", {"ids": ["x"], "max_cost": 0}, {"ids.0", "max_cost"}),
        ("retry", "", {"ids": []}, {"ids"}),
        ("cancel", "status=failed", {}, {"status"}),
        ("cancel", "status=pending", {"ids": [NOBODYS]}, {"status"}),
        ("cancel", "", {"max_cost": 5}, {"max_cost"}),
    ],
)
def test_a_call_that_is_unclear_is_refused_by_field(
    shop: Customer, stage: Stage, call: str, query: str, body: Mapping[str, Any], wrong: set[str]
) -> None:
    """Nothing is guessed where money or films are at stake."""
    rival = customer(stage.wiring, "rival", ("jobs:read", "jobs:write", "operator"))
    asker = rival if query.startswith("tenant") else shop

    answer = asker.call("POST", f"/jobs/{call}{query and f'?{query}'}".replace("=rival", "=acme"), body)

    assert (400, wrong) == (answer.status_code, set(told(answer)["details"]))


def test_a_key_that_only_reads_changes_nothing(stage: Stage) -> None:
    """Not even a price: what could be bought is for keys that buy."""
    reader = customer(stage.wiring, TENANT.id, ("jobs:read",))

    assert [403, 403] == [reader.call("POST", f"/jobs/{each}", {}).status_code for each in ("retry", "cancel")]


def _tenant(stage: Stage, name: str) -> Any:
    found = stage.wiring.tenants.tenant(name)
    assert found
    return found


def _retry(bulk: Bulk, jobs: Sequence[str], key: str) -> Any:
    return bulk.retry(TENANT, jobs, 50 * MICROS, key=key, judge=lambda: None)


def _killed(stage: Stage, jobs: Sequence[str], key: str, at: int) -> bool:
    """Let a call die before its nth call to the jobs' store or the queue; True where it ends before."""
    bulk, count = stage.wiring.bulk(), [0]
    true = bulk.commits
    store: Any = Dying(true.jobs, count, at)
    queue: Any = Dying(true.tasks, count, at)
    commits = replace(true, jobs=store, tasks=queue)
    dying = replace(bulk, commits=commits, jobs=store, revise=replace(bulk.revise, commits=commits, jobs=store))
    try:
        _retry(dying, jobs, key)
    except Died:
        return False
    return True


def _month(stage: Stage) -> int:
    """Return what is reserved or charged in the tenant's month."""
    (job, *_) = stage.wiring.jobs.page(TENANT.id, Filters(), 1, None)
    month = stage.cloud.eyes.jobs.month(TENANT.id, stage.job(job.id).money.usage_doc)
    return month.reserved + month.charged
