"""Jobs for the store's tests: made from real plans, nothing filmed yet."""

import uuid
from typing import Any

from shared.pipeline.job.creation import new_job
from shared.pipeline.job.job import Job
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.plan.request import SceneRequest
from tests.faults.cloud import Clock
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
