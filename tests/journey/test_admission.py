"""Who may order how much: a tenant's share of live jobs and its month's budget."""

import pytest

from shared.cloud.records import Month
from shared.cloud.tenants import Tenant
from shared.codes import Code
from shared.steps.create_job import admit
from shared.steps.problems import Problem
from tests.journey.cinema import Cinema
from tests.journey.test_films import order

QUIET = Month(films=0, reserved=0, charged=0, refunded=0, revision=None)


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


def test_a_film_beyond_the_months_cap_is_refused_with_the_figures() -> None:
    """402 names the cap, what is spent and what the film would cost."""
    tenant = Tenant("t", "T", monthly_cap=5_000_000)
    month = Month(films=1, reserved=1_000_000, charged=3_000_000, refunded=0, revision=None)

    with pytest.raises(Problem, match=r"\$5\.00, \$4\.00 .* \$1\.60") as refused:
        admit(tenant, month, 1_600_000, live=0)

    assert Code.MONTHLY_CAP == refused.value.code


def test_the_last_dollar_may_be_spent() -> None:
    """Exactly the cap is within it, and a tenant without one has none."""
    admit(Tenant("t", "T", monthly_cap=1_600_000), QUIET, 1_600_000, live=0)
    admit(Tenant("t", "T"), QUIET, 10**12, live=0)
