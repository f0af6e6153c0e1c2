"""What people say of an ended job: whether it stays beyond its plan's days, and how they find its film.

The days are frozen when the film is ordered, as its price is: another plan later moves no film's end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.pipeline.codec import Stored

SHIPPED_DAYS = 30  # of a job whose document says nothing
MOST_FEEDBACK = 20  # keys whose words stay in a job's document: the last ones


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
class Feedback(Stored):
    """What one key says of a film; the last word counts."""

    by: str  # the id of the API key
    at: datetime
    rating: int  # 1..5
    reasons: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class KeepAsked:
    """A person keeps a job beyond its days, or does so no more."""

    keep: bool


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """Somebody says how a film is, in place of what the same key said of it before."""

    by: str
    rating: int
    reasons: tuple[str, ...] = ()
    text: str = ""


StayEvent = KeepAsked | FeedbackGiven
