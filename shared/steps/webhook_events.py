"""The events a customer's webhook is told, with what each one carries: the one register.

The delivery is a hint; the truth about a job is read with the API key at `data.url`. The OpenAPI description and the
reference page are printed from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.pipeline.job.job import Ending


class WebhookEvent(StrEnum):
    """What happened."""

    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"


EVENTS: Mapping[WebhookEvent, str] = {
    WebhookEvent.JOB_COMPLETED: "The film is ready.",
    WebhookEvent.JOB_FAILED: "The job ended without a film; the job says why and what can be done.",
    WebhookEvent.JOB_CANCELLED: "The job was cancelled.",
}

_OF_ENDING = {
    Ending.COMPLETED: WebhookEvent.JOB_COMPLETED,
    Ending.FAILED: WebhookEvent.JOB_FAILED,
    Ending.CANCELLED: WebhookEvent.JOB_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class JobNews:
    """Which job an event is about."""

    job_id: str
    url: str  # where the job is read
    metadata: Mapping[str, str]  # as it was ordered with
    degraded: tuple[str, ...] = ()  # the takes the film is made without


@dataclass(frozen=True, slots=True)
class WebhookPayload:
    """The body of a delivery."""

    type: WebhookEvent
    timestamp: int  # when it was sent, seconds since 1970
    data: JobNews


def event_of(ending: Ending) -> WebhookEvent:
    """Return the event that tells an ending."""
    return _OF_ENDING[ending]
