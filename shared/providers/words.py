"""A vendor's refusal in our own words: a stable code, what is the matter, and what to do about it."""

from dataclasses import dataclass

from shared.codes import Code
from shared.providers.ports import Blamed, Refused


@dataclass(frozen=True, slots=True)
class Words:
    """A refusal in our own words."""

    code: Code
    why: str
    next_move: str  # what to do about it before anything is ordered
    blamed: Blamed = Blamed.WORDS  # what of the order a safety filter is about

    @property
    def ordered_move(self) -> str:
        """What to do about it once a job has failed of it."""
        return self.next_move if self.next_move.startswith("Retry") else f"{self.next_move} Then retry the job."

    def refused(self) -> Refused:
        """Return it as the refusal of a free question."""
        return Refused(self.why, code=self.code, next_move=self.next_move)

    def fails(self) -> Refused:
        """Return it as the refusal of an order: the job ends by it."""
        return Refused(self.why, code=self.code, next_move=self.ordered_move, blamed=self.blamed)
