"""Batches: many orders at once, priced as a whole, made one after the other, told of once."""

import contextlib
import csv
import io
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

from shared.cloud.blobs import NoFile
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Filters
from shared.cloud.tenants import Tenant
from shared.pipeline.job.batch import MOST_PASSES, FilmBatch
from shared.pipeline.plan.request import FilmRequest
from shared.steps.batch_rows import row_job
from shared.steps.budget import MonthBudget
from shared.steps.feed_batch import FeedBatch
from tests.faults.wire import Kind
from tests.listener import Listener
from tests.steps.calls import Customer, customer, told
from tests.steps.dying import Died, Dying
from tests.steps.stage import LOOK, ROOT, TENANT, VOICE, Stage, staged

PHOTO = ROOT / "infra" / "local" / "samples" / "coffee.jpg"
SCENE = {"visual_description": "A mug on a table", "duration": 4}
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


def rows(count: int = 2, **changed: Any) -> list[dict[str, Any]]:
    return [{"product_title": f"Mug {n}", "product_id": f"sku-{n}", "scenes": [SCENE], **changed} for n in range(count)]


def shop_of(stage: Stage, tenant: str, **changed: Any) -> Customer:
    """Return a customer of its own."""
    stage.wiring.tenants.put_tenant(Tenant(tenant, tenant, plan=TENANT.plan, **changed))
    return customer(stage.wiring, tenant)


def sent(shop: Customer, body: object, query: str = "", **headers: str) -> dict[str, Any]:
    """Send a batch; return what was answered."""
    taken = shop.call("POST", f"/batches{query}", body, **headers)
    assert taken.status_code == 202, taken.get_data(as_text=True)
    return dict(told(taken))


def shown(shop: Customer, batch: str) -> dict[str, Any]:
    return dict(told(shop.call("GET", f"/batches/{batch}")))


def results(shop: Customer, batch: str) -> list[dict[str, str]]:
    """Return a batch's results, a row each."""
    text = shop.call("GET", f"/batches/{batch}/results.csv").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text)))


def kept(stage: Stage, batch: str) -> FilmBatch:
    seen = stage.wiring.batches.load(batch)
    assert seen
    return seen.batch


def fed(stage: Stage, batch: str, feed: FeedBatch | None = None) -> None:
    """Make one pass over a batch."""
    (feed or stage.wiring.feed_batch)(batch, kept(stage, batch).wake)


def with_rows(feed: FeedBatch, rows: Any) -> FeedBatch:
    """Return the work with another way to read rows."""
    return replace(feed, rows=rows)


def jobs_of(stage: Stage, tenant: str) -> set[str]:
    return {each.id for each in stage.wiring.jobs.page(tenant, Filters(), 100, None)}


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


def test_a_cancelled_batch_begins_no_more(stage: Stage) -> None:
    """Cancelled while a pass orders its second row: that row is no job, the first is made, and its results say so."""
    shop = shop_of(stage, "stops")
    batch = sent(shop, {"rows": rows(3)})["batch_id"]
    true = stage.wiring.feed_batch

    class Cancelling:
        def order(self, of: FilmBatch, row: int) -> FilmRequest:
            if row == 2:
                assert 200 == shop.call("POST", f"/batches/{batch}/cancel").status_code
            return true.rows.order(of, row)

    fed(stage, batch, with_rows(true, Cancelling()))
    first = row_job(kept(stage, batch), 1)
    assert ({first}, "stopping") == (jobs_of(stage, "stops"), shown(shop, batch)["status"])
    shop.call("POST", f"/jobs/{first}/cancel")
    fed(stage, batch)

    assert ("cancelled", 2) == (shown(shop, batch)["status"], shown(shop, batch)["counts"]["not_begun"])
    assert ["cancelled", "not_begun", "not_begun"] == [row["status"] for row in results(shop, batch)]
    assert 409 == shop.call("POST", f"/batches/{batch}/cancel").status_code


def test_an_ended_batch_is_deleted_and_its_films_stay(stage: Stage) -> None:
    """Not while it runs; then nobody finds it, the reaper ends its orders, and its films are listed by its id still."""
    shop, other = shop_of(stage, "deletes", monthly_films=1), shop_of(stage, "no-owner")
    batch = sent(shop, {"rows": rows()}, Idempotency_Key="gone")["batch_id"]
    fed(stage, batch)
    uri, job = kept(stage, batch).rows_uri, row_job(kept(stage, batch), 1)
    shop.call("POST", "/create_job", {"product_title": "Alone", "scenes": [SCENE]})
    early = shop.call("DELETE", f"/batches/{batch}")
    shop.call("POST", f"/jobs/{job}/cancel")
    fed(stage, batch)

    deleted = [who.call("DELETE", f"/batches/{batch}").status_code for who in (other, shop, shop)]
    sought = [shop.call("GET", f"/batches/{batch}{path}").status_code for path in ("", "/results.csv")]
    again = shop.call("POST", "/batches", {"rows": rows()}, Idempotency_Key="gone")
    reaped = stage.wiring.reap()["batches"]

    assert (409, "still_live") == (early.status_code, told(early)["error"])
    assert f"/batches/{batch}/cancel" in told(early)["next_move"]
    assert [404, 200, 404] == deleted
    assert [404, 404] == sought
    assert "deleted" in told(again)["message"]
    assert [] == told(shop.call("GET", "/batches"))["batches"]
    assert 1 == reaped
    with pytest.raises(NoFile):
        stage.wiring.blobs.read(uri, 0, 1)
    assert stage.wiring.batches.load(batch) is None
    listed = told(shop.call("GET", f"/jobs?batch={batch}"))["jobs"]
    assert [(job, batch)] == [(each["id"], each["batch_id"]) for each in listed]
    assert "batch.deleted" in {each["what"] for each in told(shop.call("GET", "/tenant/audit"))["changes"]}


def test_a_batchs_films_are_listed_by_its_id(stage: Stage) -> None:
    """Narrowed further, a page at a time, and nobody else's; a word that is no id is told so."""
    shop, other = shop_of(stage, "lists"), shop_of(stage, "lists-not")
    batch = sent(shop, {"rows": rows(3)})["batch_id"]
    fed(stage, batch)
    jobs = [row_job(kept(stage, batch), row) for row in (3, 2, 1)]
    shop.call("POST", f"/jobs/{jobs[0]}/cancel")

    page = told(shop.call("GET", f"/jobs?batch={batch}&limit=2"))
    rest = told(shop.call("GET", f"/jobs?batch={batch}&limit=2&cursor={page['next_cursor']}"))
    gone = told(shop.call("GET", f"/jobs?batch={batch}&status=cancelled"))["jobs"]
    dry = told(shop.call("POST", f"/jobs/cancel?batch={batch}", {}))

    assert jobs == [each["id"] for each in (*page["jobs"], *rest["jobs"])]
    assert [jobs[0]] == [each["id"] for each in gone]
    assert jobs[1:] == [each["id"] for each in dry["jobs"]]
    assert [] == told(other.call("GET", f"/jobs?batch={batch}"))["jobs"]
    assert "batch" in told(shop.call("GET", "/jobs?batch=all"))["details"]


def test_a_row_that_races_with_the_batchs_end_is_no_job(stage: Stage) -> None:
    """Cancelled between the judging of a row and its commit: the commit names the batch as it was, and fails."""
    shop = shop_of(stage, "races")
    tenant = stage.wiring.tenants.tenant("races")
    assert tenant
    stage.wiring.months.own(tenant, "any", stage.clock())  # begun, so that the second commit is the row's
    batch = sent(shop, {"rows": rows()})["batch_id"]
    rule = stage.wire.on(
        r"^firestore Commit", nth=2, meanwhile=lambda: shop.call("POST", f"/batches/{batch}/cancel") and None
    )  # the first says that a pass has begun

    fed(stage, batch)
    fed(stage, batch)

    assert rule.struck
    assert (set(), "cancelled") == (jobs_of(stage, "races"), shown(shop, batch)["status"])


def test_a_revoked_key_orders_no_more_rows(stage: Stage) -> None:
    """The batch of a key that was revoked begins nothing; one whose key has only expired goes on."""
    shop, other = shop_of(stage, "revoked"), shop_of(stage, "expired")
    gone, late = sent(shop, {"rows": rows(1)})["batch_id"], sent(other, {"rows": rows(1)})["batch_id"]
    stage.wiring.tenants.put_api_key(replace(shop.key, revoked_at=stage.clock()))
    stage.wiring.tenants.put_api_key(replace(other.key, expires_at=stage.clock()))
    stage.clock.forward(61)

    fed(stage, gone)
    fed(stage, late)

    assert (set(), "cancelled") == (jobs_of(stage, "revoked"), kept(stage, gone).status.value)
    assert 1 == len(jobs_of(stage, "expired"))


def test_a_row_that_breaks_us_stops_no_batch(stage: Stage) -> None:
    """A row that makes every pass crash is refused after a while, and the next ones have their turn."""
    shop = shop_of(stage, "broken")
    batch = sent(shop, {"rows": rows()})["batch_id"]
    true = stage.wiring.feed_batch

    class Broken:
        def order(self, of: FilmBatch, row: int) -> FilmRequest:
            if row == 1:
                raise RuntimeError("a bug")
            return true.rows.order(of, row)

    for _ in range(MOST_PASSES):
        with pytest.raises(RuntimeError):
            fed(stage, batch, with_rows(true, Broken()))
    fed(stage, batch, with_rows(true, Broken()))

    assert ["internal_error", ""] == [row["error"] for row in results(shop, batch)]


def test_the_same_call_is_the_same_batch(stage: Stage) -> None:
    """Sent again under its key it is one batch; another content under it is refused."""
    shop = shop_of(stage, "again")
    first = sent(shop, {"rows": rows()}, Idempotency_Key="k")["batch_id"]

    again = sent(shop, {"rows": rows()}, Idempotency_Key="k")["batch_id"]
    other = shop.call("POST", "/batches", {"rows": rows(1)}, Idempotency_Key="k")

    assert (first, 409) == (again, other.status_code)
    assert 1 == len(told(shop.call("GET", "/batches"))["batches"])


def test_every_wrong_row_is_told_at_once(stage: Stage) -> None:
    """Mistakes go by row, counted from 1, and field; those only the avatar service knows stand by their rows, too."""
    shop = shop_of(stage, "wrong")
    wrong = [*rows(1), {"product_title": "X", "scenes": []}, {"product_title": "Y", "colour": 1}, 7]
    answer = told(shop.call("POST", "/batches", {"rows": wrong[:3]}))
    assert {"rows.2.scenes", "rows.3.colour"} <= answer["details"].keys()
    assert "rows.1" not in str(answer["details"].keys())
    assert ["rows.4"] == list(told(shop.call("POST", "/batches", {"rows": wrong}))["details"])

    stranger = rows(2, avatar_id="nobody", voice_id="voice_en_ana", avatar_script="Hi.")
    refused = shop_of(stage, TENANT.id).call("POST", "/batches", {"rows": [*rows(1), *stranger]})
    assert ("avatar_not_found", {"rows.2.avatar_id", "rows.3.avatar_id"}) == (
        told(refused)["error"],
        set(told(refused)["details"]),
    )


def test_a_table_by_a_template(stage: Stage) -> None:
    """Columns that are no field of an order are the template's variables; cells that look like formulas are escaped."""
    shop = shop_of(stage, "table")
    order = {"scenes": [{"visual_description": "{{what}} on a table", "duration": 4}]}
    shop.call("PUT", "/tenant/templates/launch", {"variables": {"what": {"example": "a cup"}}, "order": order})
    table = '\ufeffproduct_title;what;captions\r\n=1+1;"A mug; blue";TRUE\r\n\r\n@x;A pot;\r\n'.encode()

    batch = sent(shop, table, "?template=launch&title=Spring")["batch_id"]
    fed(stage, batch)

    request = stage.job(row_job(kept(stage, batch), 1)).request
    assert ("A mug; blue on a table", True) == (request.scenes[0].visual_description, request.captions)
    assert ["'=1+1", "'@x"] == [row["product_title"] for row in results(shop, batch)]


def test_variables_that_are_numbers_come_from_cells(stage: Stage) -> None:
    """As numbers, true or false where they stand alone, as written within a text; what is none is told at its field."""
    shop = shop_of(stage, "numbers")
    scene = {"visual_description": "{{secs}} cups for {{price}}", "duration": "{{secs}}"}
    order = {"scenes": [scene], "captions": "{{words}}", "metadata": {"sku": "{{sku}}"}}
    variables = {
        "secs": {"example": 4},
        "price": {"example": 9.5},
        "words": {"default": True},
        "sku": {"default": "x"},
    }
    kept_one = shop.call("PUT", "/tenant/templates/sale", {"variables": variables, "order": order})
    table = b"product_title;secs;price;words;sku\nMug;6;9,90;FALSE;007\nPot;4;12.50;;\n"

    batch = sent(shop, table, "?template=sale")["batch_id"]
    fed(stage, batch)
    first, second = (stage.job(row_job(kept(stage, batch), row)).request for row in (1, 2))
    wrong = shop.call("POST", "/batches?template=sale&dry_run=true", b"product_title,secs,price\nMug,six,1\n")
    strict = shop.call("POST", "/create_job", {"template": "sale", "variables": {"secs": "6", "price": 1}})

    assert 200 == kept_one.status_code
    assert ("6 cups for 9,90", 6, False) == (
        first.scenes[0].visual_description,
        first.scenes[0].duration,
        first.captions,
    )
    assert ("4 cups for 12.50", 4, True) == (
        second.scenes[0].visual_description,
        second.scenes[0].duration,
        second.captions,
    )
    assert [{"sku": "007"}, {"sku": "x"}] == [dict(each.metadata) for each in (first, second)]
    assert {"rows.1.scenes.0.duration"} == set(told(wrong)["details"])
    assert "scenes.0.duration" in told(strict)["details"]


def test_a_query_that_says_one_thing_twice_buys_nothing(stage: Stage) -> None:
    """Which of two `dry_run` is meant nobody knows; of filters the first alone was heard."""
    shop = shop_of(stage, "doubled")

    batch = shop.call("POST", "/batches?dry_run=false&dry_run=true", rows())
    films = shop.call("GET", "/jobs?status=failed&status=cancelled")

    assert [(400, ["dry_run"]), (400, ["status"])] == [
        (each.status_code, list(told(each)["details"])) for each in (batch, films)
    ]
    assert "more than once" in told(batch)["details"]["dry_run"][0]
    assert [] == told(shop.call("GET", "/batches"))["batches"]


def test_a_cap_of_nothing_is_told_what_it_may_be(stage: Stage) -> None:
    """That it is not valid says neither why nor what would be."""
    refused = shop_of(stage, "capped").call("POST", "/batches", {"rows": rows(), "max_cost_usd": 0})

    assert {"max_cost_usd": ["must be more than 0"]} == told(refused)["details"]


def test_rows_with_pictures_are_priced_and_made(stage: Stage) -> None:
    """A batch reads no picture: each is read when its row begins, and one that is not there is that row's alone."""
    shop = customer(stage.wiring, TENANT.id)
    photo = told(shop.call("POST", "/tenant/uploads", PHOTO.read_bytes(), Content_Type="image/jpeg"))["image"]
    shown = {"avatar_script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE}
    wall = [{**shown, "product_title": "Wall", "background": {"type": "image", "image": photo}}]
    films = [*rows(1, image=photo), *rows(1, image="0" * 64), *rows(1, poster={"image": photo}), *wall]

    priced = shop.call("POST", "/batches?dry_run=true", films)
    batch = sent(shop, films)["batch_id"]
    for _ in films:
        fed(stage, batch)

    assert 200 == priced.status_code
    assert ["", "image_refused", "", ""] == [row["error"] for row in results(shop, batch)]


def test_a_batch_that_no_key_could_make_is_refused_as_its_orders_are(stage: Stage) -> None:
    """Its price needs none; taken without one, each of its rows would be refused when it begins."""
    shop = shop_of(stage, "keyless")
    spoken = [{**each, "avatar_script": "Hi.", "avatar_id": LOOK, "voice_id": VOICE} for each in rows()]

    priced = shop.call("POST", "/batches?dry_run=true", spoken)
    refused = shop.call("POST", "/batches", [*rows(1), *spoken])
    single = shop.call("POST", "/create_job", spoken[0])

    assert (200, 422) == (priced.status_code, refused.status_code)
    assert "no_provider_key" == told(refused)["error"] == told(single)["error"]
    assert ["rows.2", "rows.3"] == list(told(refused)["details"])
    assert [] == told(shop.call("GET", "/batches"))["batches"]
