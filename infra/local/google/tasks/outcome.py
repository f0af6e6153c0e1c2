"""What came of an attempt, and what becomes of the task: acknowledged, tried again later, or given up."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from .model import Attempt, QueueConfig, Task

OVERLOADED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: an HTTP status, or None when nothing did, `late` when the deadline was the reason."""

    status: int | None
    late: bool = False
    retry_after: timedelta = timedelta(0)

    @property
    def succeeded(self) -> bool:
        """A 2xx, and nothing else, acknowledges a task."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def overloaded(self) -> bool:
        """429 and 503 slow the whole queue."""
        return self.status in OVERLOADED

    @property
    def executed(self) -> bool:
        """Whether the attempt counts in TaskExecutionCount: answered, and not with 5xx."""
        return self.status is not None and self.status < HTTPStatus.INTERNAL_SERVER_ERROR


def task_after(task: Task, outcome: Outcome, config: QueueConfig, now: datetime) -> Task | None:
    """Return the task as it waits for its next attempt, or None when there is none.

    None after a success and after the last attempt alike: there is no dead-letter queue.
    """
    failures = task.failures + 1
    since_first = now - (task.first_dispatch or now)
    if outcome.succeeded or config.exhausted(attempts=failures, since_first=since_first):
        return None
    out = task.last or Attempt(task.scheduled, now)
    return replace(
        task,
        scheduled=now + max(config.backoff(failures), outcome.retry_after),
        failures=failures,
        responses=task.responses + (outcome.status is not None),
        executions=task.executions + outcome.executed,
        previous_status=outcome.status,
        last=replace(out, ended=now, status=outcome.status, late=outcome.late),
    )
