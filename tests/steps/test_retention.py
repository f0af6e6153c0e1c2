"""How long films stay: their plan's days, frozen at the order, or until nobody keeps them any more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.cloud.tenants import Tenant
from shared.pipeline.job.stay import SHIPPED_DAYS, Stay
from shared.steps.cancel import cancel
from tests.steps.calls import Customer, customer, told
from tests.steps.stage import TENANT, Stage, footage, staged

DAY = timedelta(days=1)
SMALL_SHOP = Tenant("small", "Small", plan="free")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as opened:
        opened.wiring.tenants.put_tenant(SMALL_SHOP)
        yield opened


def ended(stage: Stage, tenant: Tenant = SMALL_SHOP) -> tuple[Customer, str]:
    """Order a film and cancel it; return who may ask about it."""
    job_id = stage.order(footage(), tenant=tenant)
    loaded = stage.wiring.commits.load(job_id)
    assert loaded
    cancel(stage.wiring.commits, loaded, by="a test")
    return customer(stage.wiring, tenant.id), job_id


def status(caller: Customer, job_id: str) -> int:
    return caller.call("GET", f"/jobs/{job_id}").status_code


def test_a_job_goes_when_its_plans_days_are_over(stage: Stage) -> None:
    """Not a minute before; its files follow as those of any deleted job."""
    caller, job_id = ended(stage)
    stage.clock.forward((30 * DAY).total_seconds() - 60)
    early = stage.wiring.reap(), status(caller, job_id)
    stage.clock.forward(61)

    late = stage.wiring.reap(), status(caller, job_id)

    assert ({"expired": 0, "reaped": 0, "batches": 0, "closing": 0}, 200) == early
    assert ({"expired": 1, "reaped": 0, "batches": 0, "closing": 0}, 404) == late
    assert "retention" == told(caller.call("GET", "/jobs/deleted"))["jobs"][0]["deleted_by"]


def test_days_are_those_of_the_plan_at_the_order(stage: Stage) -> None:
    """A dearer plan keeps its films longer; another plan later moves no film's end."""
    small, large = ended(stage), ended(stage, TENANT)
    stage.wiring.tenants.put_limits(replace(SMALL_SHOP, plan="enterprise"))

    ends = [stage.job(job_id).stay.until(stage.job(job_id).ended_at) for _, job_id in (small, large)]

    stands = [stage.job(job_id).ended_at for _, job_id in (small, large)]
    assert [30, 365] == [(end - since).days for end, since in zip(ends, stands, strict=True) if end and since]


def test_a_kept_job_outlives_its_days(stage: Stage) -> None:
    """It has no end until it is kept no more; then its days begin anew."""
    caller, job_id = ended(stage)
    kept = told(caller.call("PATCH", f"/jobs/{job_id}", {"keep": True}))
    stage.clock.forward((100 * DAY).total_seconds())
    first = stage.wiring.reap()
    released = told(caller.call("PATCH", f"/jobs/{job_id}", {"keep": False}))
    stage.clock.forward((30 * DAY).total_seconds() + 1)
    second = stage.wiring.reap()

    assert (True, None) == (kept["keep"], kept["expires_at"])
    assert (0, 1) == (first["expired"], second["expired"])
    assert (stage.clock() - timedelta(minutes=1)).isoformat()[:16] <= released["expires_at"][:16]


def test_keeping_and_deleting_stand_in_the_audit_log(stage: Stage) -> None:
    """By whom, what and when; keeping what is kept is no change."""
    caller, job_id = ended(stage)
    for _ in range(2):
        caller.call("PATCH", f"/jobs/{job_id}", {"keep": True})
    stage.clock.forward(1)
    caller.call("DELETE", f"/jobs/{job_id}")

    lines = stage.wiring.audit_log.page(SMALL_SHOP.id, 10, None)

    assert [("job.deleted", job_id), ("job.kept", job_id)] == [(line.what, line.about) for line in lines]
    assert {caller.key.id} == {line.by for line in lines}


def test_what_older_code_wrote_of_an_end_is_judged_anew(stage: Stage) -> None:
    """It gives each ended job thirty days: a kept one, or one with more, is looked at and stays."""
    caller, job_id = ended(stage, TENANT)
    document = stage.cloud.eyes.clients.firestore.document(f"jobs/{job_id}")
    document.update({"expire_at": stage.clock() + SHIPPED_DAYS * DAY})
    stage.clock.forward((SHIPPED_DAYS * DAY).total_seconds())

    done = stage.wiring.reap()

    assert (1, 200) == (done["expired"], status(caller, job_id))
    assert document.get().get("expire_at") > stage.clock() + 300 * DAY


def test_a_job_that_says_nothing_stays_thirty_days() -> None:
    """As every job that was ordered before plans said."""
    assert Stay() == Stay(SHIPPED_DAYS, keep=False)
    assert 30 == SHIPPED_DAYS
