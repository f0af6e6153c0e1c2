"""Measures how long a worker has really been at it, across freezes and stepped clocks.

Monotonic time may stand still while a function's instance is frozen, wall time may step: the larger counts
(hole 14).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Starts when made."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    started: float = field(init=False)
    started_wall: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.monotonic())
        object.__setattr__(self, "started_wall", self.wall())

    @property
    def seconds(self) -> float:
        """What has passed, by the clock that says more."""
        return max(self.monotonic() - self.started, self.wall() - self.started_wall)
