"""Jobs for the store's tests: made from real plans, nothing filmed yet; and how they stand in the store."""

import uuid
from dataclasses import replace
from typing import Any

from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded
from shared.pipeline.job.creation import new_job
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.request import SceneRequest
from tests.faults.cloud import Clock, Cloud
from tests.pipeline.films import film, filmed, planned


def job(clock: Clock, *scenes: SceneRequest, tenant: str = "acme", **changed: Any) -> Job:
    """Return a new job of these scenes, with a random id."""
    request = film(*(scenes or (filmed(),)), **changed)
    return new_job(
        job_id=str(uuid.uuid4()),
        tenant=tenant,
        request=request,
        plan=planned(request),
        images={},
        film_token="film-token",
        request_hash="0" * 64,
        usage_doc=f"{clock():%Y-%m}",
        now=clock(),
        timeouts=Timeouts(),
        trace="trace",
    )


def loaded(jobs: Jobs, job_id: str) -> Loaded:
    found = jobs.load(job_id)
    assert found is not None
    return found


def document(cloud: Cloud, job_id: str) -> Any:
    return cloud.wiring.clients.firestore.collection("jobs").document(job_id)


def ended(before: Job, cloud: Cloud) -> Job:
    money = replace(before.money, charged=before.money.reserved - 5, refunded=5)
    return replace(before, ending=Ending.COMPLETED, ended_at=cloud.clock(), money=money)
