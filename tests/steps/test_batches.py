"""Batches: many orders at once, priced as a whole, made one after the other, told of once."""

import contextlib
import json
import os
import queue
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.tenants import Tenant
from shared.steps.batch_rows import row_job
from shared.steps.budget import MonthBudget
from tests.faults.wire import Kind
from tests.listener import Listener
from tests.steps.batched import fed, jobs_of, kept, results, rows, sent, shop_of, shown
from tests.steps.calls import customer, told
from tests.steps.dying import Died, Dying
from tests.steps.stage import Stage, staged

DYING = ("jobs", "tasks", "batches", "months", "batch_jobs")
MANY = int(os.environ.get("ABROLL_BATCH_ROWS", "3"))
HOURLY = {"two-an-hour": {"creations_per_hour": 2}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("batches"), canned=canned, plans=HOURLY) as each:
        yield each


@pytest.fixture
def alone(tmp_path: Path, canned: Mapping[str, Path]) -> Iterator[Stage]:
    """Return a stage on which nobody else's films are made."""
    with staged(tmp_path, canned=canned) as each:
        yield each


def test_a_batch_becomes_films_and_one_webhook(alone: Stage) -> None:
    """Every row is a film with its link and cost in the results; one signed webhook tells of it, and no job's own."""
    with Listener() as receiver:
        shop = shop_of(alone, "films")
        secret = told(shop.call("POST", "/tenant/webhook_secret"))["secret"]
        events = ["job.completed", "batch.completed"]
        shop.call("POST", "/tenant/webhooks", {"url": receiver.url, "events": events})
        alone.clock.forward(61)
        batch = sent(shop, {"rows": rows(MANY), "title": "Spring", "webhook_url": receiver.url})["batch_id"]
        for _ in range(40 * MANY):
            alone.round()
            if kept(alone, batch).ended_at and not alone.waiting("notify"):
                break
        heard = [receiver.message(), receiver.message()]
        with pytest.raises(queue.Empty):
            receiver._heard.get_nowait()

    now, table = shown(shop, batch), results(shop, batch)
    assert (MANY, "completed") == (now["counts"]["completed"], now["status"])
    assert [(f"sku-{n}", "completed") for n in range(MANY)] == [(row["product_id"], row["status"]) for row in table]
    assert all(f"/jobs/{row['job_id']}/film/" in row["film_url"] for row in table)
    assert sum(float(row["paid_by_us"]) for row in table) == pytest.approx(float(now["cost"]["paid_by_us"]))
    assert MANY == len(jobs_of(alone, "films"))
    for headers, body in heard:
        news = json.loads(body)
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, body.decode())
        assert ("batch.completed", 1) == (news["type"], news["version"])
        said = tuple(news["data"][name] for name in ("batch_id", "title", "completed", "failed", "cost"))
        assert (batch, "Spring", MANY, 0, now["cost"]) == said
    assert 2 == len({headers["webhook-id"] for headers, _ in heard})


def test_killed_anywhere_each_row_is_one_job(stage: Stage) -> None:
    """Of a pass killed before any of its calls, and made again: two rows are two jobs, and the month counts two."""
    at = 0
    left: dict[int, tuple[object, ...]] = {}
    while True:
        at += 1
        shop = shop_of(stage, f"killed-{at}")
        batch = sent(shop, {"rows": rows()})["batch_id"]
        if not dies(stage, batch, at):
            break
        fed(stage, batch)
        if kept(stage, batch).taken < 2:  # its task is gone with it: the sweep's push makes another one
            fed(stage, batch)
        seen = kept(stage, batch)
        month = stage.wiring.months.own(Tenant(f"killed-{at}", ""), "any", stage.clock())
        made = jobs_of(stage, f"killed-{at}") == {row_job(seen, 1), row_job(seen, 2)}
        left[at] = (seen.taken, len(seen.live), made, month.films, month.reserved == seen.committed)

    assert len(left) >= 15
    assert {(2, 2, True, 2, True)} == set(left.values()), left


def dies(stage: Stage, batch: str, at: int) -> bool:
    """Let a pass die before its call of that number; False where it makes fewer."""
    true, count = stage.wiring.feed_batch, [0]
    dying: dict[str, Any] = {name: Dying(getattr(stage.wiring, name), count, at) for name in DYING}
    commits = replace(true.create.commits, jobs=dying["jobs"], tasks=dying["tasks"])
    create = replace(true.create, jobs=dying["jobs"], commits=commits, budget=MonthBudget(dying["months"]))
    parts = {"batches": dying["batches"], "tasks": dying["tasks"], "jobs": dying["batch_jobs"]}
    try:
        fed(stage, batch, replace(true, create=create, **parts))
    except Died:
        return True
    return False


def test_an_answer_that_is_lost_orders_nothing_twice(stage: Stage) -> None:
    """Each commit of a pass is written and its answer lost: two rows are two jobs all the same."""
    for nth in range(1, 6):
        shop = shop_of(stage, f"lost-{nth}")
        batch = sent(shop, {"rows": rows()})["batch_id"]
        rule = stage.wire.on(r"^firestore Commit", Kind.LOSE, nth=nth)
        for _ in range(3):
            with contextlib.suppress(StoreUnreachable):
                fed(stage, batch)
        assert rule.struck
        seen = kept(stage, batch)
        assert {row_job(seen, 1), row_job(seen, 2)} == jobs_of(stage, f"lost-{nth}")
        assert (2, 0) == (seen.taken, seen.refused)


def test_a_batch_whose_task_is_lost_is_found(alone: Stage) -> None:
    """The sweep enqueues a late batch's next task; one that still waits in its queue it leaves there."""
    shop = shop_of(alone, "late")
    batch = sent(shop, {"rows": rows()})["batch_id"]
    alone.clock.forward(600)
    alone.wiring.sweep()
    assert 1 == kept(alone, batch).wake
    for task in alone.waiting("batch"):
        alone.wiring.tasks.delete("batch", task.name.rpartition("/")[2])
    alone.clock.forward(600)

    alone.wiring.sweep()
    alone.cloud.tasks.run_due()

    assert 2 == kept(alone, batch).taken


def test_a_cap_of_the_month_is_told_in_the_results(stage: Stage) -> None:
    """The row beyond it becomes no job and is not lost: its line says why and what to do."""
    shop = shop_of(stage, "capped", monthly_films=2)
    batch = sent(shop, {"rows": rows(3)})["batch_id"]

    fed(stage, batch)

    last = results(shop, batch)[2]
    assert ("refused", "monthly_cap", "sku-2", "") == tuple(
        last[name] for name in ("status", "error", "product_id", "job_id")
    )
    assert "operator" in last["next_move"]
    assert (2, 1) == (len(jobs_of(stage, "capped")), shown(shop, batch)["counts"]["refused"])


def test_nothing_is_bought_above_the_batchs_price(stage: Stage) -> None:
    """Above max_cost_usd the batch is refused with the sum of its rows, and no row of it is stored."""
    shop = shop_of(stage, "dear")

    refused = shop.call("POST", "/batches", {"rows": rows(), "max_cost_usd": 0.5})

    assert 400 == refused.status_code
    assert "the 2 rows cost about $1.6" in told(refused)["details"]["max_cost_usd"][0]
    assert [] == told(shop.call("GET", "/batches"))["batches"]


def test_a_row_that_has_grown_dearer_meets_the_batchs_cap(stage: Stage) -> None:
    """Prices that rose since it was taken are judged again where each row is bought."""
    shop = shop_of(stage, "dearer")
    batch = sent(shop, {"rows": rows(), "max_cost_usd": 1.7})["batch_id"]
    seen = stage.wiring.batches.load(batch)
    assert seen
    document = stage.wiring.clients.firestore.collection("batches").document(batch)
    document.update({"max_cost": 1_000_000})

    fed(stage, batch)

    assert ["", "batch_cap"] == [row["error"] for row in results(shop, batch)]
    assert 1 == len(jobs_of(stage, "dearer"))


def test_a_full_hour_is_waited_for(stage: Stage) -> None:
    """Rows beyond the hour's limit wait, the batch says why; in the next hour they begin."""
    stage.wiring.tenants.put_tenant(Tenant("hourly", "Hourly", plan="two-an-hour"))
    shop = customer(stage.wiring, "hourly")
    batch = sent(shop, {"rows": rows(3)})["batch_id"]
    fed(stage, batch)
    waits = shown(shop, batch)["waiting_for"]

    stage.clock.forward(3601)
    fed(stage, batch)

    assert ("rate_limited", 3) == (waits["code"], kept(stage, batch).taken)


def test_half_a_share_is_left_to_single_orders(stage: Stage) -> None:
    """Of a tenant who may have four films at once a batch begins two; the third waits for one of them to end."""
    shop = shop_of(stage, "share", live_jobs=4)
    batch = sent(shop, {"rows": rows(3)})["batch_id"]
    fed(stage, batch)
    fed(stage, batch)
    assert (2, 1) == (len(kept(stage, batch).live), kept(stage, batch).waiting)

    shop.call("POST", f"/jobs/{row_job(kept(stage, batch), 1)}/cancel")
    fed(stage, batch)

    assert (3, {"cancelled": 1}) == (kept(stage, batch).taken, dict(kept(stage, batch).ended))
