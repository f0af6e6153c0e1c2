"""How long an ended job stays with its files: so many days of its tenant's plan, or until nobody keeps it any more.

The days are frozen when the film is ordered, as its price is: another plan later moves no film's end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.pipeline.codec import Stored

SHIPPED_DAYS = 30  # of a job whose document says nothing


@dataclass(frozen=True, slots=True)
class Stay(Stored):
    """When a job goes by itself."""

    days: int = SHIPPED_DAYS  # after its end
    keep: bool = False  # somebody keeps it: it goes only when it is deleted
    released_at: datetime | None = None  # since when nobody keeps it any more: its days begin anew

    def until(self, ended_at: datetime | None) -> datetime | None:
        """Return when the job goes, None while it is being made or is kept."""
        if ended_at is None or self.keep:
            return None
        return max(ended_at, self.released_at or ended_at) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class KeepAsked:
    """A person keeps a job beyond its days, or does so no more."""

    keep: bool
