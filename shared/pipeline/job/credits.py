"""Credits: how much film a job has made, in the unit of the customer's price table; what it cost stands in the bill."""

from shared.pipeline.job.job import Ending, Job
from shared.pipeline.plan.plan import COMPOSE_KEY

CREDIT_SECONDS = 8  # of finished film
CREDITS_EXPLAINED = (
    "One credit is 8 seconds of finished film, $0.10 in the price table, counted in tenths; a job without a film used "
    "none. It measures film, not cost: the bill has the dollars."
)


def credits_used(job: Job) -> float:
    """Return the film's credits with one decimal: a credit for 8 seconds, worth $0.10, so a tenth is a cent."""
    film = job.nodes[COMPOSE_KEY].output
    if job.ending is not Ending.COMPLETED or film is None:
        return 0.0
    return round((film.seconds or job.plan.planned_seconds) / CREDIT_SECONDS, 1)
