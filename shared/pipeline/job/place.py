"""A job's place in its tenant's part of each queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.pipeline.codec import Stored


@dataclass(frozen=True, slots=True)
class Place(Stored):
    """What a job takes of its tenant's part of each queue; decided when it is ordered or retried, then frozen."""

    open: Mapping[str, int] = field(default_factory=dict)  # by queue: nodes that may want a task; none once it ended
    lanes: Mapping[str, str] = field(default_factory=dict)  # by queue: where its nodes wait; none: the free part
