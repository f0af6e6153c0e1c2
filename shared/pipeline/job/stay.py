"""What people say of an ended job: whether it stays beyond its plan's days, and how they find its film.

The days are frozen when the film is ordered, as its price is: another plan later moves no film's end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.pipeline.codec import Stored

SHIPPED_DAYS = 30  # of a job whose document says nothing
MOST_FEEDBACK = 20  # keys whose words stay in a job's document: the last ones
BEST_RATING = 5  # of the older scale, 1..5
BEST_SCORE = 10
ABOUT_OF_REASON = {"voice": "sound", "music": "sound"}  # older words for what a film's feedback is about
FEEDBACK_ABOUT = ("presenter", "words", "sound", "footage")


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
    rating: int  # 1..5, on the only scale older code reads: as it was said, or half its score
    reasons: tuple[str, ...] = ()  # in older code's words
    text: str = ""
    score: int | None = None  # 1..10; None where it was said from 1 to 5
    about: tuple[str, ...] = ()  # as it was said beside a score

    @property
    def scale(self) -> int:
        """The best that could be said."""
        return BEST_RATING if self.score is None else BEST_SCORE

    @property
    def of_ten(self) -> int:
        """How it is found, 1..10, on whichever scale that was said: 4 of 5 is 8 of 10."""
        return self.rating * BEST_SCORE // BEST_RATING if self.score is None else self.score

    @property
    def touches(self) -> tuple[str, ...]:
        """What it is about, in today's words; older ones that have none (timing, other) are left out."""
        meant = (ABOUT_OF_REASON.get(each, each) for each in self.reasons)
        return self.about or tuple(dict.fromkeys(each for each in meant if each in FEEDBACK_ABOUT))


def mean_score(said: Sequence[Feedback]) -> float | None:
    """Return how a film is found by all, 1..10 to a tenth, whatever scale each spoke on; None where nobody spoke."""
    return round(sum(each.of_ten for each in said) / len(said), 1) if said else None


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
    score: int | None = None
    about: tuple[str, ...] = ()


StayEvent = KeepAsked | FeedbackGiven
