"""What abroll knows of its vendors: the document `vendors/state`, one for all functions.

A breaker is written on trouble only, figures every ten minutes; whether a breaker is open is no field but follows from
these values and a moment (`breaker.py`). Newer code may add to any of these maps: older code gives it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.pipeline.codec import Stored


@dataclass(frozen=True, slots=True)
class Incident(Stored):
    """One call that a vendor did not serve, and who met it."""

    at: datetime
    code: str  # a `Sign`, as text: older code reads newer words over
    tenant: str  # a hash: enough to tell tenants apart, and no name


@dataclass(frozen=True, slots=True)
class ProbeLease(Stored):
    """Permission to send one real order to a vendor that failed; it expires, for its holder may die."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class OperatorStop(Stored):
    """What the operator has stopped by hand, until it is let go on by hand."""

    at: datetime
    why: str = ""  # in words that callers may read


@dataclass(frozen=True, slots=True)
class Breaker(Stored):
    """What decides whether a vendor is asked."""

    incidents: tuple[Incident, ...] = ()  # the newest
    since: datetime | None = None  # of the first of the incidents that opened it; None = it is closed
    open_until: datetime | None = None
    opened: int = 0  # times in a row: the next opening lasts twice as long
    closed_at: datetime | None = None  # when it was closed by an accepted order
    lease: ProbeLease | None = None
    paused: OperatorStop | None = None  # open whatever else stands here


@dataclass(frozen=True, slots=True)
class Figure(Stored):
    """What was learnt of one vendor and model; each ended attempt weighs 1, and half as much a day later."""

    at: datetime  # the moment the weights stand at
    make: Mapping[str, float] = field(default_factory=dict)  # weight by bucket of actual / planned seconds
    queue: Mapping[str, float] = field(default_factory=dict)  # weight by bucket of seconds
    done: float = 0.0  # weight of the attempts that made a film
    lost: float = 0.0  # … that failed, or were given up
    errors: Mapping[str, float] = field(default_factory=dict)  # weight by code
    cost: float = 0.0  # weighted micro-dollars of what was charged, films or not

    @property
    def success(self) -> float | None:
        """Return which share of the attempts made a film; None where nothing was learnt."""
        ended = self.done + self.lost
        return self.done / ended if ended else None

    @property
    def cost_of_a_film(self) -> float | None:
        """Return what was charged for each film that came of it, micro-dollars; None where none came."""
        return self.cost / self.done if self.done else None


@dataclass(frozen=True, slots=True)
class Model(Stored):
    """Whether a model can still be ordered, as a look that costs nothing saw it last."""

    seen: str  # a `Seen`, as text: older code reads newer words over
    at: datetime  # of that look
    there_at: datetime | None = None  # of the last look that found it


@dataclass(frozen=True, slots=True)
class QueueLength(Stored):
    """How many starts the whole house waits for in one queue, with a task or parked, as the sweep counted them."""

    starts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VendorsState(Stored):
    """The document."""

    breakers: Mapping[str, Breaker] = field(default_factory=dict)  # by vendor
    figures: Mapping[str, Figure] = field(default_factory=dict)  # by `name_of`
    cursor: datetime | None = None  # jobs that ended until then were learnt from
    models: Mapping[str, Model] = field(default_factory=dict)  # by the model's id at its vendor
    looked_after: str = ""  # the tenant whose people were looked at last; "" = the next is the first
    queues: Mapping[str, QueueLength] = field(default_factory=dict)  # by queue; none = nobody waits for long
    drained: OperatorStop | None = None  # no new films are taken; what was ordered goes on


NOTHING_KNOWN = VendorsState()
