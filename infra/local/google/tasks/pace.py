"""When a queue may hand out its next task: a token bucket, and a pause when handlers say they are overloaded.

Google documents the bucket (RateLimits) and that 429 and 503 slow the whole queue with Retry-After considered
(HttpRequest, "System throttling"), but no figures for the slowing; here a pause doubles from one second up to a minute
when a task sent after the last one began is answered so again, and starts over after a success.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .model import QueueConfig

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)
ALMOST_ONE = 1 - 1e-6


@dataclass(slots=True)
class Pace:
    """One queue's bucket, full at the start, and its pause; time is handed in."""

    config: QueueConfig
    at: datetime
    tokens: float
    paused_until: datetime
    paused_at: datetime | None = None
    overloads: int = 0

    @classmethod
    def full(cls, config: QueueConfig, now: datetime) -> "Pace":
        """Return the pace of a queue that has been idle."""
        return cls(config, now, float(config.burst), now)

    def next_time(self, now: datetime) -> datetime:
        """Return when a task may go out: `now`, or later."""
        self._refill(now)
        missing = 1 - self.tokens if self.tokens < ALMOST_ONE else 0.0
        refilled = now + timedelta(seconds=missing / self.config.max_dispatches_per_second)
        return max(refilled, self.paused_until, now)

    def spend(self, now: datetime) -> None:
        """Take the token of one dispatch."""
        self._refill(now)
        self.tokens = max(0.0, self.tokens - 1)

    def overloaded(self, now: datetime, retry_after: timedelta, *, dispatched: datetime) -> None:
        """Pause the queue after a 429 or 503 to a task that went out at `dispatched`."""
        # Twenty tasks under way when a handler gives in are one overload, not twenty in a row.
        if self.paused_at is None or dispatched > self.paused_at:
            self.paused_at = now
            self.overloads += 1
        pause = min(FIRST_PAUSE * 2 ** min(self.overloads - 1, 16), LONGEST_PAUSE)
        self.paused_until = max(self.paused_until, now + retry_after, self.paused_at + pause)

    def succeeded(self) -> None:
        """Forget the overloads so far; a pause already begun runs out by itself."""
        self.overloads = 0

    def reconfigure(self, config: QueueConfig) -> None:
        """Go on under new settings; the bucket never holds more than the new burst."""
        self.config = config
        self.tokens = min(self.tokens, float(config.burst))

    def _refill(self, now: datetime) -> None:
        # A clock set back must not drain the bucket.
        elapsed = max(0.0, (now - self.at).total_seconds())
        self.tokens = min(float(self.config.burst), self.tokens + elapsed * self.config.max_dispatches_per_second)
        self.at = max(self.at, now)
