"""A tenant's endpoints: who is told what, what became of each webhook, and what is sent anew."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request

from infra.local.vendors.serving import Serving
from shared.cloud.endpoints import MOST_ENDPOINTS
from shared.cloud.tenants import Tenant
from shared.pipeline.job.status import Stage as JobStage
from shared.steps.receiving import PATIENCE_WITH_ENDPOINT
from shared.steps.replays import MOST_REPLAYS
from tests.faults.cloud import Clock
from tests.listener import Listener
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import Stage, footage, staged
from tests.steps.test_notify import Customer as Receiver
from tests.steps.test_webhook_secrets import verified

NOWHERE = "http://127.0.0.1:9/hook"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("webhooks")) as each:
        yield each


@pytest.fixture
def shop(stage: Stage, request: pytest.FixtureRequest) -> Customer:
    """Return an administrator of a tenant of the test's own."""
    stage.clock.forward(61)
    name = "w-" + request.node.name.removeprefix("test_")[:36].replace("_", "-")
    stage.wiring.tenants.put_tenant(Tenant(name, name, plan="enterprise"))
    return customer(stage.wiring, name)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    serving = Serving("127.0.0.1", 0, Request.application(receiver.answer))
    serving.start()
    yield serving.url + "/hook"
    serving.stop()


def made(shop: Customer, url: str, *events: str) -> str:
    """Make an endpoint; return its id."""
    answer = shop.call("POST", "/tenant/webhooks", {"url": url, **({"events": events} if events else {})})
    assert 201 == answer.status_code, told(answer)
    return str(told(answer)["id"])


def cancelled(shop: Customer, **more: Any) -> str:
    """Order a film and cancel it; return the job's id."""
    film = {"product_id": "sku-7", "scenes": [{"visual_description": "A mug", "duration": 4}], **more}
    job = str(told(shop.call("POST", "/create_job", film))["job_id"])
    assert 200 == shop.call("POST", f"/jobs/{job}/cancel").status_code
    return job


def given_up(stage: Stage, shop: Customer) -> None:
    """Let what is on its way come to its end."""
    for _ in range(60):
        stage.cloud.tasks.run_due()
        if all(each["state"] != "queued" for each in sent(shop)):
            return
        stage.clock.forward(5 * 3600)


def sent(shop: Customer, job: str = "") -> list[dict[str, Any]]:
    query = f"?job={job}" if job else ""
    return list(told(shop.call("GET", f"/tenant/deliveries{query}"))["deliveries"])


def standing(shop: Customer, endpoint: str) -> dict[str, Any]:
    return dict(told(shop.call("GET", f"/tenant/webhooks/{endpoint}")))


def test_an_ending_is_told_to_every_endpoint_that_asks(
    stage: Stage, shop: Customer, receiver: Receiver, url: str
) -> None:
    """Beside the order's own address; with its metadata, product, state, time, length and cost, by version 1."""
    wanted, other = made(shop, url), made(shop, url, "job.completed")

    job = cancelled(shop, metadata={"order": "4711"}, webhook_url=url)
    stage.cloud.tasks.run_due()

    bodies = [json.loads(receiver.heard.get_nowait()[1]) for _ in range(2)]
    assert receiver.heard.empty()
    assert bodies[0] == bodies[1]
    assert ("job.cancelled", 1) == (bodies[0]["type"], bodies[0]["version"])
    data = bodies[0]["data"]
    assert (job, {"order": "4711"}, "sku-7") == (data["job_id"], data["metadata"], data["product_id"])
    assert ("cancelled", "ended", "0.0000") == (data["status"], data["stage"], data["cost"]["paid_by_us"])
    assert stage.clock() == datetime.fromisoformat(data["happened_at"]) + timedelta(seconds=data["seconds"])
    assert {None, wanted} == {each["endpoint"] for each in sent(shop, job)}
    assert other not in {each["endpoint"] for each in sent(shop)}


def test_stages_are_told_where_they_are_asked_for(tmp_path: Path, receiver: Receiver, url: str) -> None:
    """Each change once, the ending to those who asked for it, nothing twice; the ending's links are the job's own."""
    with staged(tmp_path) as stage:
        shop = customer(stage.wiring, "watches")
        made(shop, url, "job.progress", "job.completed")
        tenant = stage.wiring.tenants.tenant("watches")
        assert tenant
        job = stage.order(footage(), tenant=tenant)
        stage.live(job)
        stage.cloud.tasks.run_due()
        shown = told(shop.call("GET", f"/jobs/{job}"))

    heard = [json.loads(receiver.heard.get_nowait()[1]) for _ in range(receiver.heard.qsize())]
    told_of = [(each["type"], each["data"]["stage"]) for each in heard]
    assert [("job.completed", "ended"), ("job.progress", JobStage.COMPOSING.value)] == sorted(told_of)
    links = ("final_video_url", "poster_url")
    ending, moving = sorted((each["data"] for each in heard), key=lambda data: data["stage"] != "ended")
    assert [shown[name] for name in links] == [ending[name] for name in links]
    assert not [name for name in links if name in moving]


def test_the_standards_own_library_verifies_a_test(tmp_path: Path) -> None:
    """A test event is signed as all are, is about no job, and is listed with the answer it got."""
    with staged(tmp_path, clock=Clock(datetime.now(UTC))) as stage, Listener() as receiver:
        shop = customer(stage.wiring, "verifies")
        secret = told(shop.call("POST", "/tenant/webhook_secret"))["secret"]
        endpoint = made(shop, receiver.url)
        delivery = told(shop.call("POST", f"/tenant/webhooks/{endpoint}/test"))["delivery"]
        stage.cloud.tasks.run_due()
        headers, body = receiver.message()
        (row,) = sent(shop)

    assert verified(secret, headers, body)
    assert delivery == headers["webhook-id"] == row["id"]
    assert ("endpoint.test", "test") == (json.loads(body)["type"], json.loads(body)["data"]["job_id"])
    assert ("delivered", 200, endpoint) == (row["state"], row["answer_status"], row["endpoint"])


def test_what_a_receiver_answered_is_shown(stage: Stage, shop: Customer, receiver: Receiver, url: str) -> None:
    """Its status and the first bytes; the next try's time; a success says nothing more."""
    receiver.statuses, receiver.says = [503], "come back later " * 1000
    made(shop, url)

    job = cancelled(shop)
    stage.cloud.tasks.run_due()

    (row,) = sent(shop, job)
    assert ("queued", 1, 503) == (row["state"], row["attempts"], row["answer_status"])
    assert ("come back later " * 1000)[:200] == row["answer"]
    assert datetime.fromisoformat(row["next_attempt_at"]) > stage.clock()


def test_410_disables_an_endpoint_and_says_so(stage: Stage, shop: Customer, receiver: Receiver, url: str) -> None:
    """What comes later is not sent; enabling it lets a replay through under the same id."""
    endpoint = made(shop, url)
    receiver.statuses = [410]
    first = cancelled(shop)
    stage.cloud.tasks.run_due()
    disabled = standing(shop, endpoint)

    later = cancelled(shop)
    stage.cloud.tasks.run_due()
    states = {each["job_id"]: each["state"] for each in sent(shop)}
    shop.call("PATCH", f"/tenant/webhooks/{endpoint}", {"status": "active"})
    (missed,) = sent(shop, first)
    anew = shop.call("POST", f"/tenant/deliveries/{missed['id']}/replay")
    stage.cloud.tasks.run_due()

    assert ("disabled", True) == (disabled["status"], "410" in disabled["reason"])
    assert "PATCH" in disabled["next_move"]
    assert {first: "given_up", later: "unwanted"} == states
    assert 202 == anew.status_code
    assert [missed["id"]] * 2 == [receiver.heard.get_nowait()[0]["webhook-id"] for _ in range(2)]
    assert ("delivered", 1, 1) == tuple(sent(shop, first)[0][name] for name in ("state", "attempts", "replays"))
    assert "active" == standing(shop, endpoint)["status"]


def test_days_without_a_success_disable_an_endpoint(stage: Stage, shop: Customer) -> None:
    """Each delivery is tried its day and a half; five days after the first that failed, the endpoint is disabled."""
    endpoint = made(shop, NOWHERE)
    seen = []
    for _ in range(2):
        cancelled(shop)
        given_up(stage, shop)
        seen.append(standing(shop, endpoint))
        stage.clock.forward(PATIENCE_WITH_ENDPOINT.total_seconds())

    assert ["active", "disabled"] == [each["status"] for each in seen]
    assert f"{PATIENCE_WITH_ENDPOINT.days} days" in seen[1]["reason"]


def test_a_success_in_between_forgives(stage: Stage, shop: Customer, receiver: Receiver, url: str) -> None:
    """One delivery that is taken ends the count."""
    endpoint = made(shop, url)
    receiver.statuses = [500] * 8
    cancelled(shop)
    given_up(stage, shop)
    failing = standing(shop, endpoint)

    cancelled(shop)
    stage.cloud.tasks.run_due()

    assert "failing_since" in failing
    assert "failing_since" not in standing(shop, endpoint)


def test_a_pause_and_another_address_count_for_what_is_on_its_way(
    stage: Stage, shop: Customer, receiver: Receiver, url: str
) -> None:
    """A delivery goes where its endpoint leads when it is sent."""
    endpoint = made(shop, NOWHERE)
    job = cancelled(shop)
    shop.call("PATCH", f"/tenant/webhooks/{endpoint}", {"url": url})

    stage.cloud.tasks.run_due()

    assert job == json.loads(receiver.heard.get_nowait()[1])["data"]["job_id"]


def test_what_was_missed_since_a_time_is_sent_anew(stage: Stage, shop: Customer, receiver: Receiver, url: str) -> None:
    """Only what was not taken, only since then, only for that endpoint; what was taken is not sent twice."""
    endpoint = made(shop, url)
    receiver.statuses = [410]
    missed = [cancelled(shop)]
    stage.cloud.tasks.run_due()
    noon = stage.clock() + timedelta(seconds=1)
    stage.clock.forward(2)
    missed.append(cancelled(shop))
    stage.cloud.tasks.run_due()
    shop.call("PATCH", f"/tenant/webhooks/{endpoint}", {"status": "active"})
    stage.clock.forward(60)
    receiver.heard.queue.clear()

    since = noon.isoformat()
    none = told(shop.call("POST", "/tenant/deliveries/replay", {"since": since, "endpoint": "another"}))
    some = told(shop.call("POST", "/tenant/deliveries/replay", {"since": since}))
    stage.cloud.tasks.run_due()
    rest = told(shop.call("POST", "/tenant/deliveries/replay", {"since": "2026-01-01T00:00:00Z"}))
    stage.cloud.tasks.run_due()

    assert ([0, 1, 1], [None] * 3) == (
        [each["replayed"] for each in (none, some, rest)],
        [each["next_cursor"] for each in (none, some, rest)],
    )
    heard = [json.loads(receiver.heard.get_nowait()[1])["data"]["job_id"] for _ in range(2)]
    assert missed[::-1] == heard
    assert receiver.heard.empty()


def test_a_delivery_is_sent_anew_a_bounded_number_of_times(
    stage: Stage, shop: Customer, receiver: Receiver, url: str
) -> None:
    """Not while it is tried, and not without end; the sweep's pushes are counted anew each time."""
    made(shop, url)
    job = cancelled(shop)
    (waiting,) = sent(shop, job)
    early = shop.call("POST", f"/tenant/deliveries/{waiting['id']}/replay")
    stage.cloud.tasks.run_due()

    answers = []
    for _ in range(MOST_REPLAYS + 1):
        answers.append(shop.call("POST", f"/tenant/deliveries/{waiting['id']}/replay").status_code)
        stage.cloud.tasks.run_due()

    found = stage.wiring.deliveries.load(waiting["id"])
    assert found
    assert (409, "still_on_its_way") == (early.status_code, told(early)["error"])
    assert [202] * MOST_REPLAYS + [409] == answers
    assert 1 + MOST_REPLAYS == receiver.heard.qsize()
    assert 0 == found.pushes


def test_endpoints_are_few_and_lead_outside(shop: Customer) -> None:
    """A sixth is refused, and so is an address nobody outside can have, when it is made and when it is changed."""
    first, *_ = [made(shop, NOWHERE) for _ in range(MOST_ENDPOINTS)]

    sixth = shop.call("POST", "/tenant/webhooks", {"url": NOWHERE})
    inside = [
        shop.call("POST", "/tenant/webhooks", {"url": "https://169.254.169.254/x"}),
        shop.call("PATCH", f"/tenant/webhooks/{first}", {"url": "https://[::1]/x"}),
        shop.call("PATCH", f"/tenant/webhooks/{first}", {"url": "https://user:word@shop.example/x"}),
    ]

    assert (400, "DELETE one, or PATCH it") == (sixth.status_code, told(sixth)["next_move"])
    assert [(400, ["url"])] * 3 == [(each.status_code, [*told(each)["details"]]) for each in inside]


def test_a_deleted_endpoint_hears_nothing_more(stage: Stage, shop: Customer, receiver: Receiver, url: str) -> None:
    """Neither what is on its way nor what comes after; the other one goes on."""
    gone, other = made(shop, url), made(shop, url)
    cancelled(shop)
    shop.call("DELETE", f"/tenant/webhooks/{gone}")

    stage.cloud.tasks.run_due()
    cancelled(shop)
    stage.cloud.tasks.run_due()

    assert [other, other, gone] == sorted((each["endpoint"] for each in sent(shop)), key=lambda each: each == gone)
    assert 2 == receiver.heard.qsize()
    assert [other] == [each["id"] for each in told(shop.call("GET", "/tenant/webhooks"))["webhooks"]]


def test_a_list_of_deliveries_has_pages(stage: Stage, shop: Customer) -> None:
    """Newest first, none twice and none left out."""
    made(shop, NOWHERE)
    jobs = []
    for _ in range(3):
        jobs.append(cancelled(shop))
        stage.clock.forward(1)

    first = told(shop.call("GET", "/tenant/deliveries?limit=2"))
    second = told(shop.call("GET", f"/tenant/deliveries?limit=2&cursor={first['next_cursor']}"))

    assert jobs[::-1] == [each["job_id"] for each in (*first["deliveries"], *second["deliveries"])]
    assert second["next_cursor"] is None
