"""What a settlement comes to on each meter, as metered billing takes it: whole numbers, once each.

A settlement is metered at the moment its job ended, from what was charged then; a film that comes later is at our
expense, in the ledger but on no meter. Added up over all days a meter is what the months have charged, times each
order's price factor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.pipeline.job.entries import day_of
from shared.pipeline.job.job import Entry
from shared.pipeline.job.price import charged_for

TENTHS = 10  # of a credit: it is counted in these


class Meter(StrEnum):
    """What is counted, and in which unit: the name of its events."""

    PRICE = "abroll_price_billionths"  # of a dollar
    CREDITS = "abroll_credit_tenths"


@dataclass(frozen=True, slots=True)
class Metered:
    """One event of a meter."""

    meter: Meter
    identifier: str  # of the settlement and the meter: the same whenever it is told
    value: int
    at: datetime


def metered(job_id: str, settled: Sequence[Entry], factor: int | None, used: float, day: str) -> Iterator[Metered]:
    """Yield what a job's settlements of one day come to; `used` is its film's credits, which stand with the last one.

    What comes to nothing is no event.
    """
    for number, entry in enumerate(settled, 1):
        if entry.settled_at is None or day_of(entry.settled_at) != day:
            continue
        film = round(used * TENTHS) if number == len(settled) else 0
        for meter, value in ((Meter.PRICE, charged_for(entry.charged, factor)), (Meter.CREDITS, film)):
            if value:
                yield Metered(meter, f"{job_id}.{number}.{meter.name.lower()}", value, entry.settled_at)
