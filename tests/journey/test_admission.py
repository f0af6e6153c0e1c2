"""Who may order how much: a tenant's share of live jobs; its month's caps stand in tests/steps/test_caps.py."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from infra.admin import tenants
from tests.journey.cinema import Cinema
from tests.journey.test_films import order
from tests.patience import PATIENCE
from tests.storm.findings import operator

SHARE = 2


@pytest.fixture
def small(cinema: Cinema) -> Iterator[Cinema]:
    """Return the laptop as a tenant with a small share sees it."""
    places = cinema.laptop.places
    key = cinema.laptop.seed("small")
    with operator(cinema.laptop) as wiring:
        tenants.change(wiring, "small", live_jobs=SHARE)
    head = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=places.front_url, headers=head, timeout=PATIENCE, trust_env=False) as http:
        yield replace(cinema, http=http)


def test_one_more_than_the_share_waits_its_turn(small: Cinema) -> None:
    """One live job too many is 429 with Retry-After and stores nothing; when one ends there is room again."""
    request = order(1)
    request["scenes"][0]["visual_description"] += " [[slow:3600]]"
    jobs = [small.order(request) for _ in range(SHARE)]
    try:
        refused = small.http.post("/create_job", json=request)
        small.http.post(f"/jobs/{jobs.pop()}/cancel")
        jobs.append(small.order(request))
        known = small.http.get("/jobs").json()["jobs"]
    finally:
        for job in jobs:
            small.http.post(f"/jobs/{job}/cancel")

    assert (429, "too_many_live_jobs") == (refused.status_code, refused.json()["error"])
    assert int(refused.headers["Retry-After"]) > 0
    assert SHARE + 1 == len(known)
