"""The feed of events tells what webhooks tell, also of jobs nobody was to be told of, and passes nothing by."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request

from infra.local.vendors.serving import Serving
from shared.cloud.tenants import Tenant
from shared.steps.event_feed import FEED_SETTLED
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import Stage, staged
from tests.steps.test_notify import Customer as Receiver

FILM = {"product_id": "sku-7", "scenes": [{"visual_description": "A mug", "duration": 4}]}
LONG_AGO = "since=2026-01-01T00:00:00Z"
LATE = 10  # seconds after its moment at which an ending is written here


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("feed")) as each:
        yield each


@pytest.fixture
def shop(stage: Stage, request: pytest.FixtureRequest) -> Customer:
    """Return a key of a tenant of the test's own, which may order and read, and no more."""
    stage.clock.forward(61)
    name = "f-" + request.node.name.removeprefix("test_")[:36].replace("_", "-").rstrip("-")
    stage.wiring.tenants.put_tenant(Tenant(name, name, plan="enterprise"))
    return customer(stage.wiring, name, ("jobs:read", "jobs:write"))


def cancelled(shop: Customer, **more: Any) -> str:
    """Order a film and cancel it; return the job's id."""
    job = str(told(shop.call("POST", "/create_job", {**FILM, **more}))["job_id"])
    assert 200 == shop.call("POST", f"/jobs/{job}/cancel").status_code
    return job


def _later(stage: Stage, shop: Customer) -> str:
    stage.clock.forward(1)
    return cancelled(shop)


def page(shop: Customer, query: str) -> Mapping[str, Any]:
    """Read a page of the feed."""
    answer = shop.call("GET", f"/jobs/events?{query}")
    assert 200 == answer.status_code, told(answer)
    return told(answer)


def jobs(told_of: Mapping[str, Any]) -> list[str]:
    return [each["payload"]["data"]["job_id"] for each in told_of["events"]]


def test_an_event_is_what_the_webhook_says(stage: Stage, shop: Customer) -> None:
    """Byte for byte, once its time of sending is the webhook's, under the webhook's id; a delivery tells it as well."""
    receiver = Receiver()
    serving = Serving("127.0.0.1", 0, Request.application(receiver.answer))
    serving.start()
    try:
        job = cancelled(shop, webhook_url=serving.url + "/hook", metadata={"order": "4711", "Straße": "☕"})
        stage.clock.forward(7)
        stage.cloud.tasks.run_due()
        headers, body = receiver.heard.get_nowait()
    finally:
        serving.stop()
    stage.clock.forward(7)

    (event,) = page(shop, LONG_AGO)["events"]
    owner = customer(stage.wiring, shop.key.tenant)
    delivery = told(owner.call("GET", f"/tenant/deliveries/{event['id']}"))

    assert ("job.cancelled", headers["webhook-id"]) == (event["event"], event["id"])
    assert delivery["payload"] == event["payload"]
    assert 7 == event["payload"]["timestamp"] - int(headers["webhook-timestamp"])
    as_sent = {**event["payload"], "timestamp": int(headers["webhook-timestamp"])}
    assert body == json.dumps(as_sent).encode()
    assert (job, event["at"]) == tuple(event["payload"]["data"][name] for name in ("job_id", "happened_at"))
    assert "delivered" == delivery["state"]


def test_from_now_on_nothing_is_passed_by_and_all_is_told_apart(stage: Stage, shop: Customer) -> None:
    """What was written late is found; what is young comes again under its id, and then no more."""
    before = cancelled(shop)
    stage.clock.forward(LATE + 1)
    begun = page(shop, "")
    stage.clock.forward(LATE)
    first = cancelled(shop)
    stage.clock.forward(LATE)
    seen = page(shop, f"cursor={begun['next_cursor']}")
    stage.clock.forward(-LATE / 2)
    late = cancelled(shop)
    stage.clock.forward(LATE / 2)
    again = page(shop, f"cursor={seen['next_cursor']}")
    stage.clock.forward(FEED_SETTLED.total_seconds() + LATE)
    last = page(shop, f"cursor={again['next_cursor']}")
    end = page(shop, f"cursor={last['next_cursor']}")

    assert [[], [first], [first, late], [first, late], []] == [jobs(each) for each in (begun, seen, again, last, end)]
    assert before not in jobs(again)


def test_more_than_a_page_of_them_is_all_told(stage: Stage, shop: Customer) -> None:
    """Jobs nobody was to be told of, the oldest first; while they are young the first ones come again."""
    ordered = [_later(stage, shop) for _ in range(3)]
    young = page(shop, f"{LONG_AGO}&limit=2")
    again = page(shop, f"cursor={young['next_cursor']}&limit=2")
    stage.clock.forward(FEED_SETTLED.total_seconds())
    first = page(shop, f"cursor={again['next_cursor']}&limit=2")
    rest = page(shop, f"cursor={first['next_cursor']}&limit=2")

    assert [ordered[:2]] * 3 == [jobs(each) for each in (young, again, first)]
    assert ordered[2:] == jobs(rest)


def test_a_job_that_is_tried_again_has_not_ended(stage: Stage, shop: Customer) -> None:
    """Its next ending is another event."""
    job = cancelled(shop)
    (once,) = page(shop, LONG_AGO)["events"]
    assert 202 == shop.call("POST", f"/jobs/{job}/retry").status_code
    running = page(shop, LONG_AGO)["events"]
    stage.clock.forward(2)
    shop.call("POST", f"/jobs/{job}/cancel")
    (twice,) = page(shop, LONG_AGO)["events"]

    assert [] == running
    assert [job] * 2 == [each["payload"]["data"]["job_id"] for each in (once, twice)]
    assert once["id"] != twice["id"]


def test_a_batch_is_told_between_its_jobs(stage: Stage, shop: Customer) -> None:
    """As its own address would be told."""
    batch = str(told(shop.call("POST", "/batches", {"rows": [{"product_title": "Mug", **FILM}]}))["batch_id"])
    shop.call("POST", f"/batches/{batch}/cancel")
    stage.wiring.feed_batch(batch, 2)
    stage.clock.forward(1)
    job = cancelled(shop)

    first, second = page(shop, LONG_AGO)["events"]

    assert ("batch.completed", batch, "cancelled", 1) == (
        first["event"],
        first["id"],
        *(first["payload"]["data"][name] for name in ("status", "rows")),
    )
    assert ("job.cancelled", job) == (second["event"], second["payload"]["data"]["job_id"])


def test_another_tenants_events_are_nobodys_business(stage: Stage, shop: Customer) -> None:
    """A cursor of theirs does not help."""
    cancelled(shop)
    cursor = page(shop, LONG_AGO)["next_cursor"]
    other = customer(stage.wiring, "f-other")

    assert [[], []] == [page(other, query)["events"] for query in (LONG_AGO, f"cursor={cursor}")]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("since=9999-12-31T23:59:59-23:00", "since"),
        ("cursor=nothing", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
    ],
)
def test_a_wrong_query_is_said(shop: Customer, query: str, field: str) -> None:
    """Each parameter by its name."""
    answer = shop.call("GET", f"/jobs/events?{query}")

    assert (400, [field]) == (answer.status_code, list(told(answer)["details"]))


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/jobs/events", "limit, cursor, since"),
        ("/batches", "limit, cursor"),
        ("/tenant/audit", "limit, cursor"),
        ("/tenant/deliveries", "limit, cursor, job"),
        ("/tenant/export", "cursor"),
    ],
)
def test_no_list_passes_over_what_it_does_not_read(stage: Stage, path: str, known: str) -> None:
    """A filter that is none is said, with those there are: else all would be taken for what it finds."""
    answer = customer(stage.wiring, "f-strays").call("GET", f"{path}?kind=nope")

    assert (400, {"kind": [f"is not read here; known: {known}"]}) == (answer.status_code, told(answer)["details"])


def test_a_time_and_a_cursor_are_one_too_many(shop: Customer) -> None:
    """The cursor says where to go on."""
    cursor = page(shop, "")["next_cursor"]

    answer = shop.call("GET", f"/jobs/events?cursor={cursor}&{LONG_AGO}")

    assert (400, ["since"]) == (answer.status_code, list(told(answer)["details"]))


def test_what_is_to_come_is_waited_for(shop: Customer) -> None:
    """A time ahead is no mistake: nothing has happened then yet."""
    ahead = (datetime.now(UTC) + timedelta(days=365 * 20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cancelled(shop)

    assert [] == page(shop, f"since={ahead}")["events"]
