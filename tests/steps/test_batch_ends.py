"""Batches that are cancelled, deleted, raced or shut out: what was begun stays, and nothing more is ordered."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from shared.cloud.blobs import NoFile
from shared.pipeline.job.batch import MOST_PASSES, FilmBatch
from shared.pipeline.plan.request import FilmRequest
from shared.steps.batch_rows import row_job
from tests.steps.batched import SCENE, fed, jobs_of, kept, results, rows, sent, shop_of, shown, with_rows
from tests.steps.calls import told
from tests.steps.stage import Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, canned: Mapping[str, Path]) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("batches"), canned=canned) as each:
        yield each


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
