"""What a take remembers of the avatar services it was ordered at before."""

from dataclasses import dataclass
from datetime import datetime

from shared.pipeline.codec import Stored


@dataclass(frozen=True, slots=True)
class Switch(Stored):
    """A take left one avatar service for the next: which one it left, when, and for what."""

    at: datetime
    left: str  # the service that was left
    why: str
    code: str | None = None  # of the verdict; None for a mate, who follows its cast
