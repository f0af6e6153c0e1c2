"""Sends batches as a customer does, makes their passes, and reads what came of them."""

import csv
import io
from dataclasses import replace
from typing import Any

from shared.cloud.records import Filters
from shared.cloud.tenants import Tenant
from shared.pipeline.job.batch import FilmBatch
from shared.steps.feed_batch import FeedBatch
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage

SCENE = {"visual_description": "A mug on a table", "duration": 4}


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
