"""How long the whole house waits for its starts: what was counted in each queue, by the rate the queue starts at.

Lanes keep tenants from each other; where very many of them have a backlog, only a higher rate helps. Until then new
work is refused while it can be said how long it would wait, the work of those first who wait already (pipeline README,
"Turns", rule 7). A count that is old says nothing: a sweep that has died makes nobody busy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from shared.pipeline.vendors.state import QueueLength

COUNT_LIFE = timedelta(minutes=10)
MOST_BEHIND_OTHERS = timedelta(minutes=30)  # for work its tenant has no free part of the queue for
MOST_FREE = timedelta(minutes=60)  # … for all other work

Rates = Mapping[str, float]  # starts a second, by queue; one that is not named never makes the house busy


class WrongRates(ValueError):
    """The tables' rates cannot be used; the message says why."""


def read_rates(data: Mapping[str, object]) -> Rates:
    """Read the tables' starts a second by queue. Raises WrongRates."""
    rates: dict[str, float] = {}
    for queue, rate in data.items():
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < inf:
            raise WrongRates(f"{queue}: {rate!r} is no rate")
        rates[queue] = float(rate)
    return rates


@dataclass(frozen=True, slots=True)
class Ahead:
    """What waits before a job's next start, at most: starts of the whole house, and when they are over."""

    starts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Pressure:
    """The queues as they were counted last."""

    lengths: Mapping[str, QueueLength]
    rates: Rates
    now: datetime

    def starts(self, queue: str) -> int:
        """Return how many starts wait in a queue, as far as it is known."""
        found = self.lengths.get(queue)
        return found.starts if found and queue in self.rates and self.now - found.at <= COUNT_LIFE else 0

    def wait(self, queue: str, own: int = 0) -> timedelta:
        """Return how long a queue needs for all that waits there but `own` of it."""
        return timedelta(seconds=max(0, self.starts(queue) - own) / self.rates.get(queue, 1.0))

    def ahead(self, queued: Mapping[str, int]) -> Ahead | None:
        """Return what waits before the last of a job's starts, `queued` by queue; None where nothing does."""
        behind = max(queued, key=lambda queue: self.wait(queue, queued[queue]), default=None)
        if behind is None or not self.wait(behind, queued[behind]):
            return None
        return Ahead(self.starts(behind) - queued[behind], self.now + self.wait(behind, queued[behind]))


NO_PRESSURE = Pressure({}, {}, datetime.min.replace(tzinfo=UTC))


def too_long(wait: timedelta, *, behind_others: bool) -> timedelta:
    """Return by how much a wait is longer than new work is admitted to; nothing or less where it is not."""
    return wait - (MOST_BEHIND_OTHERS if behind_others else MOST_FREE)
