"""What a queue and a task are, and the two pieces of arithmetic Google documents about them.

Source: docstrings of google-cloud-tasks 2.26.0 (RetryConfig, RateLimits); the defaults are those
`gcloud tasks queues describe` shows for a queue made without settings (cloud.google.com/tasks/docs/configuring-queues).
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEAST_BURST = 10


class QueueState(StrEnum):
    """Whether a queue hands out its tasks."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"


@dataclass(frozen=True, slots=True)
class QueueConfig:
    """A queue's rate limits and retry settings, with Google's defaults."""

    max_dispatches_per_second: float = 500.0
    max_concurrent_dispatches: int = 1000
    max_attempts: int = 100
    min_backoff: timedelta = timedelta(milliseconds=100)
    max_backoff: timedelta = timedelta(hours=1)
    max_doublings: int = 16
    max_retry_duration: timedelta = timedelta(0)

    @property
    def burst(self) -> int:
        """The token bucket's size; the service chooses it, at least as large as the rate."""
        return max(LEAST_BURST, math.ceil(self.max_dispatches_per_second))

    def backoff(self, failures: int) -> timedelta:
        """Return the wait after the n-th failed attempt: doubling, then linear, then max_backoff for ever."""
        doubled = min(failures - 1, self.max_doublings)
        linear = max(1, failures - self.max_doublings)
        # The exponent is bounded before it multiplies: 2**5000 would not fit a timedelta.
        factor = min(2 ** min(doubled, 64) * linear, 10**12)
        wait = self.min_backoff.total_seconds() * factor
        return min(self.max_backoff, timedelta(seconds=min(wait, self.max_backoff.total_seconds())))

    def exhausted(self, *, attempts: int, since_first: timedelta) -> bool:
        """Say whether a task that failed `attempts` times is given up: both limits must be used up."""
        unlimited = self.max_attempts == -1
        untimed = self.max_retry_duration == timedelta(0)
        if unlimited and untimed:
            return False
        return (unlimited or attempts >= self.max_attempts) and (untimed or since_first >= self.max_retry_duration)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue by its full resource name."""

    name: str
    config: QueueConfig
    state: QueueState = QueueState.RUNNING
    purged: datetime | None = None


@dataclass(frozen=True, slots=True)
class HttpCall:
    """The request a task makes; an empty `oidc_email` means no token."""

    url: str
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    oidc_email: str = ""
    oidc_audience: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last time a task was handed out.

    `ended` is None while it is out; then `status` is the HTTP status, or None when no answer came: `late` when the
    dispatch deadline passed, else the handler was out of reach.
    """

    scheduled: datetime
    dispatched: datetime
    ended: datetime | None = None
    status: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A task by its full resource name, with what its attempts have left behind.

    `failures` counts finished attempts, `executions` those among them that a handler answered outside 5xx;
    `previous_status` is the last finished attempt's HTTP status, None before one and when no answer came. `sequence`
    grows with every task kept, 0 before.
    """

    name: str
    queue: str
    call: HttpCall
    scheduled: datetime
    created: datetime
    deadline: timedelta
    dispatches: int = 0
    responses: int = 0
    failures: int = 0
    executions: int = 0
    previous_status: int | None = None
    first_dispatch: datetime | None = None
    last: Attempt | None = None
    sequence: int = 0

    @property
    def id(self) -> str:
        """The last part of the name."""
        return self.name.rsplit("/", 1)[1]
