"""Who may order how much: a tenant's share of live jobs; its month's caps stand in tests/steps/test_caps.py."""

from tests.journey.cinema import Cinema
from tests.journey.test_films import order


def test_one_more_than_the_share_waits_its_turn(cinema: Cinema) -> None:
    """The fifty-first live job is 429 with Retry-After and stores nothing; when one ends there is room again."""
    request = order(1)
    request["scenes"][0]["visual_description"] += " [[slow:3600]]"
    jobs = [cinema.order(request) for _ in range(50)]
    try:
        refused = cinema.http.post("/create_job", json=request)
        cinema.http.post(f"/jobs/{jobs.pop()}/cancel")
        jobs.append(cinema.order(request))
    finally:
        for job in jobs:
            cinema.http.post(f"/jobs/{job}/cancel")

    assert (429, "too_many_live_jobs") == (refused.status_code, refused.json()["error"])
    assert int(refused.headers["Retry-After"]) > 0
