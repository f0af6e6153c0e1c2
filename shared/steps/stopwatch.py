"""Measures how long a worker has really been at work, across freezes and stepped clocks.

Monotonic time may stand still while a function's instance is frozen, wall time may step: the larger counts
(hole 14).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Counts from the moment it is made."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    started: float = field(init=False)
    started_wall: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.monotonic())
        object.__setattr__(self, "started_wall", self.wall())

    @property
    def seconds(self) -> float:
        """The seconds that have passed: the larger of both clocks' answers."""
        return max(self.monotonic() - self.started, self.wall() - self.started_wall)
