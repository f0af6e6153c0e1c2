"""The older Django API's paths: each is today's call, with that framework's shapes around it and no rule of its own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import flask
import pytest
from werkzeug.test import EnvironBuilder

from shared.cloud.tenants import Tenant
from shared.door.answers import answer
from shared.door.django_api import MOST_COUNTED, MOST_NUMBERED, DjangoApi
from tests.steps.calls import Customer, call, customer, told
from tests.steps.stage import TENANT, Stage, footage, staged

FILM = {"product_title": "Mug", "scenes": [{"visual_description": "A mug on a table", "duration": 4}]}
NOBODYS = "00000000-0000-4000-8000-000000000000"
ESTABLISHED = (  # what answers kept of the older API, by the papers
    *("id", "status", "progress", "product_title", "created_at", "updated_at", "completed_at"),
    *("processing_time_seconds", "veo_video_url", "final_video_url", "error_message", "credits_used"),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Open one stage for all: no test minds another's films."""
    with staged(tmp_path_factory.mktemp("django")) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Customer:
    """Return a customer whose programs still call the older paths."""
    return customer(stage.wiring, TENANT.id)


def older(shop: Customer, method: str, path: str, body: object = None, **headers: str) -> flask.Response:
    """Call a path of the older API with its own header."""
    return call(shop.wiring, method, f"/api/video/{path}", body, Authorization=f"Token {shop.text}", **headers)


def test_an_order_is_an_order(stage: Stage, shop: Customer) -> None:
    """With or without a slash at the end: 202 with the established names, and today's call tells the same job."""
    made = older(shop, "POST", "generate/", FILM)
    job = told(made)["job_id"]

    assert 202 == made.status_code
    assert {"job_id", "status", "message", "estimated_time_seconds"} <= told(made).keys()
    assert "RateLimit" in made.headers
    assert made.headers["Location"].endswith(f"/jobs/{job}")
    for path in (f"status/{job}", f"status/{job}/", f"status?job_id={job}", f"status/?job_id={job}"):
        read = older(shop, "GET", path)
        assert (200, "Mug") == (read.status_code, told(read)["product_title"])
        assert set(ESTABLISHED) <= told(read).keys()
    assert job == told(shop.call("GET", f"/jobs/{job}"))["id"]
    assert stage.job(job).ordered_by == shop.key.id


def test_what_is_repeated_under_a_key_is_bought_once(shop: Customer) -> None:
    """The rule of POST /create_job, and one key for both: who moves over in between buys nothing twice."""
    first, again = (older(shop, "POST", "generate", FILM, Idempotency_Key="mug-1") for _ in range(2))
    newer = shop.call("POST", "/create_job", FILM, Idempotency_Key="mug-1")
    other = older(shop, "POST", "generate", {**FILM, "product_title": "Cup"}, Idempotency_Key="mug-1")

    assert 1 == len({told(each)["job_id"] for each in (first, again, newer)})
    assert (409, "idempotency_conflict") == (other.status_code, told(other)["code"])


def test_a_dry_run_stores_nothing(shop: Customer) -> None:
    """As everywhere."""
    before = told(shop.call("GET", "/jobs"))["jobs"]
    priced = older(shop, "POST", "generate", {**FILM, "dry_run": True})

    assert (200, "dry_run") == (priced.status_code, told(priced)["status"])
    assert before == told(shop.call("GET", "/jobs"))["jobs"]


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        ({"scenes": FILM["scenes"]}, "product_title", "is required"),
        ({**FILM, "colour": "red"}, "colour", "unknown"),
        ({**FILM, "scenes": [{"duration": 99}]}, "scenes.0.duration", "at most"),
        (b"product_title=Mug", "non_field_errors", "is not JSON"),
        (b"[]", "non_field_errors", "must be a JSON object"),
    ],
    ids=str,
)
def test_mistakes_stand_by_field(shop: Customer, body: object, field: str, why: str) -> None:
    """Today's own sentences, in the framework's shape: nothing stands beside the fields."""
    refused = older(shop, "POST", "generate", body)

    assert 400 == refused.status_code
    assert why in told(refused)[field][0]
    assert all(isinstance(each, list) for each in told(refused).values())


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"status/{NOBODYS}", 404, "not_found"),
        ("GET", "status/usage", 404, "not_found"),
        ("GET", "status?job_id=usage", 404, "not_found"),
        ("GET", f"status?job_id={NOBODYS[:-8]}/../usage", 404, "not_found"),
        ("GET", "no_such_path", 404, "not_found"),
        ("GET", "generate", 405, "method_not_allowed"),
        ("GET", "list_jobs?page=0", 404, "not_found"),
        ("GET", "list_jobs?page=last", 404, "not_found"),
        ("GET", "list_jobs?page=24", 404, "not_found"),
    ],
)
def test_what_is_wrong_in_no_field_is_told_as_detail(
    shop: Customer, method: str, path: str, status: int, code: str
) -> None:
    """One sentence, a stable word, and the next move; no path of another call is reached through an id."""
    refused = older(shop, method, path)

    assert (status, code) == (refused.status_code, told(refused)["code"])
    assert {"detail", "code", "next_move", "request_id"} == told(refused).keys()
    assert refused.headers["X-Request-Id"] == told(refused)["request_id"]
    assert told(refused)["next_move"]


@pytest.mark.parametrize(
    "path",
    ["status", f"status?job_id={NOBODYS}&job_id=other", f"status/{NOBODYS}?job_id=other", "status?id=1"],
)
def test_a_status_is_asked_of_one_job(shop: Customer, path: str) -> None:
    """Of none or of two is a mistake by field."""
    refused = older(shop, "GET", path)

    assert (400, {"job_id"}) == (refused.status_code, told(refused).keys() - {"id"})


def test_nobody_is_let_in_otherwise(stage: Stage, shop: Customer) -> None:
    """A key that is none is 401 under the older scheme's name, one without the scope 403; nothing is made or told."""
    job = told(older(shop, "POST", "generate", FILM))["job_id"]
    reader, stranger = customer(stage.wiring, TENANT.id, ("jobs:read",)), customer(stage.wiring, "stranger")
    before = told(shop.call("GET", "/jobs"))["jobs"]

    for method, path in (("POST", "generate"), ("GET", f"status/{job}"), ("GET", "list_jobs"), ("GET", "status/x")):
        refused = call(stage.wiring, method, f"/api/video/{path}", FILM, Authorization="Token 9944b09199c62bcf9418")
        assert (401, "Token") == (refused.status_code, refused.headers["WWW-Authenticate"])
        assert "unauthorized" == told(refused)["code"]
    assert 403 == older(reader, "POST", "generate", FILM).status_code
    assert 404 == older(stranger, "GET", f"status/{job}").status_code
    assert (0, []) == (
        told(older(stranger, "GET", "list_jobs"))["count"],
        told(older(stranger, "GET", "list_jobs"))["results"],
    )
    assert before == told(shop.call("GET", "/jobs"))["jobs"]


def test_a_list_has_pages_by_number(stage: Stage) -> None:
    """By number or by following next: every job once, newest first, counted; filters narrow and stand in the links."""
    tenant = Tenant("many", "Many", plan="enterprise")
    made: list[str] = []
    stage.wiring.tenants.put_tenant(tenant)
    with_many = customer(stage.wiring, tenant.id)
    for number in range(23):
        made.insert(0, stage.order(footage(product_id="p" if number % 2 else None), tenant=tenant))
        stage.clock.forward(1)

    first = told(older(with_many, "GET", "list_jobs/"))
    second = told(older(with_many, "GET", "list_jobs?page=2"))
    followed = told(older(with_many, "GET", "list_jobs?" + urlsplit(first["next"]).query))
    narrowed = told(older(with_many, "GET", "list_jobs?product_id=p&status=pending"))

    assert (23, 23, 11) == (first["count"], second["count"], narrowed["count"])
    assert made == [row["id"] for row in (*first["results"], *second["results"])]
    assert second == followed
    assert (None, None) == (first["previous"], second["next"])
    assert f"{stage.wiring.settings.public_url}/api/video/list_jobs?page=1" == second["previous"]
    assert ["status"] == list(told(older(with_many, "GET", "list_jobs?status=done")))
    assert ["ordering"] == list(told(older(with_many, "GET", "list_jobs?ordering=id")))


class Shelf:
    """A list of jobs as the jobs' door tells it, which notes how many are read at once."""

    def __init__(self, jobs: int) -> None:
        self.jobs = [{"id": each} for each in range(jobs)]
        self.read: list[int] = []

    def __call__(self, request: flask.Request) -> flask.Response:
        """Answer a page; a cursor is where it begins."""
        begin, limit = int(request.args.get("cursor", 0)), int(request.args["limit"])
        self.read.append(limit)
        following = str(begin + limit) if begin + limit < len(self.jobs) else None
        return answer(200, {"jobs": self.jobs[begin : begin + limit], "next_cursor": following})


def paged(shelf: Shelf, query: str) -> Mapping[str, Any]:
    """Return what a page of it tells."""
    shelf.read.clear()
    api = DjangoApi(lambda: shelf, lambda: shelf, lambda _who, _filters, most: min(most, len(shelf.jobs)), "https://p")
    asked = EnvironBuilder(path="/video/list_jobs", query_string=query).get_environ()
    return told(api(flask.Request(asked)))


@pytest.mark.parametrize("jobs", [0, 1, 20, 21, 100, 101, 119, 500, 501, 777])
def test_pages_hold_every_job_once(jobs: int) -> None:
    """By number up to the bound, and beyond it by following next; no page reads more jobs than stand up to its end."""
    shelf, numbers, seen = Shelf(jobs), range(1, min(MOST_NUMBERED, max(1, -(-jobs // 20))) + 1), []
    for number in numbers:
        page = paged(shelf, f"page={number}")
        seen += [row["id"] for row in page["results"]]
        assert jobs == page["count"]
        assert sum(shelf.read) == number * 20
        assert max(shelf.read) <= 100
    while page["next"]:
        page = paged(shelf, urlsplit(page["next"]).query)
        assert [20] == shelf.read
        seen += [row["id"] for row in page["results"]]

    assert list(range(jobs)) == seen


def test_deeper_pages_are_refused_unread() -> None:
    """Beyond the bound a number alone reaches nothing, and says what does; past the end there is no page."""
    shelf = Shelf(10_000)

    assert "follow next" in paged(shelf, f"page={MOST_NUMBERED + 1}")["page"][0]
    assert [] == shelf.read
    assert "Invalid page." == paged(Shelf(500), "page=26&cursor=500")["detail"]
    assert "Invalid page." == paged(Shelf(99), "page=20")["detail"]
    assert MOST_COUNTED == paged(Shelf(MOST_COUNTED + 1), "page=1")["count"]


def test_links_lead_where_they_say() -> None:
    """Each names the page and what the list is narrowed to; the page before one beyond the bound has no number."""
    shelf = Shelf(2000)
    last = paged(shelf, f"page={MOST_NUMBERED}&status=pending")
    beyond = paged(shelf, f"page={MOST_NUMBERED + 2}&cursor=520")

    asked = dict(parse_qsl(urlsplit(last["next"]).query))
    assert {"status": "pending", "page": str(MOST_NUMBERED + 1), "cursor": "500"} == asked
    assert f"https://p/api/video/list_jobs?status=pending&page={MOST_NUMBERED - 1}" == last["previous"]
    assert beyond["previous"] is None
    assert json.dumps(beyond["results"][0]) == '{"id": 520}'
