"""The calls of a job's life, over HTTP alone."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx

from tests.listener import Listener
from tests.patience import PATIENCE
from tests.system.conftest import Abroll

FILM = {"product_title": "Coffee", "product_id": "c-1", "scenes": [{"visual_description": "a cup", "duration": 4}]}


def ended(abroll: Abroll, job_id: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        job: dict[str, Any] = abroll.http.get(f"/jobs/{job_id}").json()
        if job["status"] in ("completed", "failed", "cancelled"):
            return job
        time.sleep(0.5)  # seconds between two looks at a job: more cost a film's own work its CPU
    raise AssertionError(f"{job_id} has not ended")


def test_a_dry_run_prices_and_stores_nothing(abroll: Abroll) -> None:
    """`dry_run` answers 200 with seconds, cost and plan, and no job appears."""
    before = [job["id"] for job in abroll.http.get("/jobs").json()["jobs"]]  # they themselves may go on meanwhile

    answer = abroll.http.post("/create_job", json={**FILM, "dry_run": True})

    said = answer.json()
    assert (200, 4) == (answer.status_code, said["planned_seconds"])
    assert float(said["estimated_cost"]["paid_by_us"]) > 0
    assert before == [job["id"] for job in abroll.http.get("/jobs").json()["jobs"]]


def test_the_same_idempotency_key_is_the_same_job(abroll: Abroll) -> None:
    """A repeated request gets its first job; another request under the same key gets 409."""
    key = {"Idempotency-Key": f"order-{time.monotonic()}"}

    first = abroll.http.post("/create_job", json=FILM, headers=key)
    again = abroll.http.post("/create_job", json=FILM, headers=key)
    other = abroll.http.post("/create_job", json={**FILM, "product_title": "Tea"}, headers=key)

    assert [202, 202, 409] == [first.status_code, again.status_code, other.status_code]
    assert first.json()["job_id"] == again.json()["job_id"]
    assert "completed" == ended(abroll, first.json()["job_id"])["status"]


def test_a_cancelled_job_stays_cancelled(abroll: Abroll) -> None:
    """Cancel answers the ended job; a second one is 409; what was never sent is refunded."""
    slow = {**FILM, "scenes": [{"visual_description": "a cup [[slow:60]]"}, {"visual_description": "another"}]}
    job_id = abroll.http.post("/create_job", json=slow).json()["job_id"]

    cancelled = abroll.http.post(f"/jobs/{job_id}/cancel")
    twice = abroll.http.post(f"/jobs/{job_id}/cancel")

    bill = abroll.http.get(f"/jobs/{job_id}/bill").json()
    assert [200, 409] == [cancelled.status_code, twice.status_code]
    assert "cancelled" == cancelled.json()["status"]
    assert float(bill["refunded"]) >= 1.4


def test_lists_are_newest_first_and_paged(abroll: Abroll) -> None:
    """A page ends in a cursor; following it shows every job once; filters narrow; a foreign cursor is 400."""
    wanted = [abroll.http.post("/create_job", json={**FILM, "product_id": "paged"}).json()["job_id"] for _ in range(3)]
    first = abroll.http.get("/jobs", params={"product_id": "paged", "limit": 2}).json()
    rest = abroll.http.get("/jobs", params={"product_id": "paged", "limit": 2, "cursor": first["next_cursor"]}).json()

    seen = [row["id"] for row in (*first["jobs"], *rest["jobs"])]
    assert wanted[::-1] == seen
    assert rest["next_cursor"] is None
    assert 400 == abroll.http.get("/jobs", params={"cursor": "nonsense"}).status_code
    assert 400 == abroll.http.get("/jobs", params={"status": "done", "limit": 0}).status_code
    for job in wanted:
        ended(abroll, job)


def test_a_failure_names_its_cause_and_the_next_move(abroll: Abroll) -> None:
    """A scene Veo's safety refuses ends the job with a plain sentence and what to do, and costs nothing."""
    request = {**FILM, "scenes": [{"visual_description": "something [[rai:63429089]]"}]}

    job = ended(abroll, abroll.http.post("/create_job", json=request).json()["job_id"])

    bill = abroll.http.get(f"/jobs/{job['id']}/bill").json()
    assert "failed" == job["status"]
    assert job["error"]["next_move"]
    assert "63429089" not in job["error_message"] or job["error"]["code"]
    assert "0.0000" == bill["paid_by_us"]
    assert bill["reserved"] == bill["refunded"]


def test_the_permanent_link_works_without_a_key_and_only_with_its_token(abroll: Abroll) -> None:
    """`final_video_url` answers 302 to a fresh signed link; a wrong token is 404."""
    job = ended(abroll, abroll.http.post("/create_job", json=FILM).json()["job_id"])

    link = httpx.get(job["final_video_url"], trust_env=False)
    film = httpx.get(link.headers["location"], trust_env=False)
    poster = httpx.get(job["poster_url"], follow_redirects=True, trust_env=False)
    forged = httpx.get(job["final_video_url"][:-3] + "abc", trust_env=False)

    assert [302, 200, 200, 404] == [answer.status_code for answer in (link, film, poster, forged)]
    assert b"ftyp" == film.content[4:8]
    assert b"\xff\xd8" == poster.content[:2]


def test_a_webhook_is_signed_with_the_tenants_own_secret(abroll: Abroll) -> None:
    """The customer hears of the end once, signed as Standard Webhooks 1.0.0 has it."""
    secret = abroll.http.post("/tenant/webhook_secret").json()["secret"]

    with Listener() as customer:
        job_id = abroll.http.post("/create_job", json={**FILM, "webhook_url": customer.url}).json()["job_id"]
        headers, body = customer.message()

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{mark}" == headers["webhook-signature"]
    assert ("job.completed", job_id) == (json.loads(body)["type"], json.loads(body)["data"]["job_id"])


def test_health_names_what_it_asked(abroll: Abroll) -> None:
    """Every dependency is asked for real and named."""
    answer = abroll.http.get("/health")
    while (
        "SweepNeverSeen" == answer.json()["checks"]["sweep"]
    ):  # it comes in the first minute, and is told after five s
        time.sleep(1)
        answer = abroll.http.get("/health")

    assert 200 == answer.status_code
    assert {"firestore", "tasks", "storage", "secrets", "sweep", "tables"} == set(answer.json()["checks"])
    assert {"did", "heygen", "heygen_video", "veo"} == set(answer.json()["vendors"])
    assert "taken" == answer.json()["orders"]
