"""Stories told to their job's end, and whether its money is settled there."""

from shared.pipeline.job.job import Job
from tests.pipeline.machine.story import (
    COMPOSE,
    Story,
    worked,
)


def finished(told: Story) -> Story:
    return told.about(COMPOSE).hears(worked(told.job.nodes[COMPOSE].inputs_hash))


def settled(job: Job) -> bool:
    return job.ending is not None and job.money.reserved == job.money.charged + job.money.refunded
