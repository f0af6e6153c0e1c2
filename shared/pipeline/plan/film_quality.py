"""How good a finished film is: its score, and what it loses points for."""

from dataclasses import dataclass

from shared.pipeline.codec import Stored

READY, LOOK = 8.5, 7.0  # of 10: a film to publish, one to look at first


@dataclass(frozen=True, slots=True)
class Deduction(Stored):
    """What a finished film loses points for: the first place where it is seen or heard, in seconds of the film."""

    about: str  # the rule's name (`shared/pipeline/quality/rules.py`)
    points: float
    says: str
    next_move: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class FilmQuality(Stored):
    """How good a finished film is: 10 less the deductions; None where nothing of it could be measured."""

    score: float | None = None
    deductions: tuple[Deduction, ...] = ()
    unmeasured: tuple[str, ...] = ()  # what could not be measured, and why

    @property
    def verdict(self) -> str:
        """Say the score in a word: `ready` to publish, worth a `look`, or `poor`; `unmeasured` without one."""
        if self.score is None:
            return "unmeasured"
        return "ready" if self.score >= READY else "look" if self.score >= LOOK else "poor"
