"""A job's reservations, an entry each, and what every commit moves in the months they stand in.

An order reserves in its month. A retry closes that entry and opens another in the month in which it is asked, so that
a job ordered in November and tried again in December spends December's money. An ending settles the present entry;
earlier ones were settled by their own endings. Added up over all jobs, entries and months are the same sums.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from shared.pipeline.job.job import Ending, Entry, Job, Money
from shared.pipeline.job.portions import opened
from shared.pipeline.job.shares import Amount


@dataclass(frozen=True, slots=True)
class MonthMove:
    """What one commit adds to a month: films, and micro-dollars; `reserved` is what is still open of it.

    `open` is work in each queue: the startable nodes of unfinished jobs.
    """

    doc: str
    films: int = 0
    completed: int = 0
    reserved: int = 0
    charged: int = 0
    refunded: int = 0
    open: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.films, self.completed, self.reserved, self.charged, self.refunded, *self.open.values()))


def present(money: Money) -> Entry:
    """Return the reservation that is open, or was settled last: all that the closed ones do not hold."""
    return Entry(
        money.usage_doc,
        money.reserved - sum(entry.reserved for entry in money.closed),
        money.charged - sum(entry.charged for entry in money.closed),
        money.refunded - sum(entry.refunded for entry in money.closed),
        money.films - sum(entry.films for entry in money.closed),
    )


def reserving(money: Money) -> Amount:
    """Return what the present reservation takes of its month."""
    entry = present(money)
    return Amount(entry.films, entry.reserved)


def entries(money: Money) -> tuple[Entry, ...]:
    """Return all reservations of a job, in the order they were made."""
    return (*money.closed, present(money))


def settlements(job: Job) -> tuple[Entry, ...]:
    """Return what has settled, in order, each with when; once a job has ended that is all it ever reserved."""
    last = replace(present(job.money), settled_at=job.ended_at)
    return (*job.money.closed, last) if job.ending else job.money.closed


def settled_days(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the days, in UTC, on which something settled: by those it is found when it is metered."""
    return tuple(sorted({day_of(each.settled_at) for each in entries if each.settled_at}))


def day_of(moment: datetime) -> str:
    """Return a moment's day in UTC, like 2026-11-29."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def next_entry(
    money: Money, doc: str, reserve: int, ceiling: int, films: int = 1, settled_at: datetime | None = None
) -> Money:
    """Close the entry that settled then and open one in another month; a film that was given back counts again."""
    return replace(
        money,
        reserved=money.reserved + reserve,
        ceiling=money.ceiling + ceiling,
        usage_doc=doc,
        films=max(money.films, films),
        closed=(*money.closed, replace(present(money), settled_at=settled_at)),
    )


def covered(money: Money, bill: int) -> Money:
    """Reserve what has been claimed beyond the price, micro-dollars: a month counts every claim when it is made."""
    lacking = bill - sum(entry.charged for entry in money.closed) - present(money).reserved
    return replace(money, reserved=money.reserved + lacking) if lacking > 0 else money


def settled(money: Money, bill: int, *, spent: bool) -> Money:
    """Charge what was not charged before, refund the rest; a film is given back where nobody has `spent` anything."""
    due = min(bill, money.ceiling)
    money = covered(money, due)
    earlier = sum(entry.charged for entry in money.closed)
    open_entry = present(money)
    charged = max(due - earlier, 0)
    return replace(
        money,
        charged=earlier + charged,
        refunded=money.refunded - open_entry.refunded + open_entry.reserved - charged,
        films=money.films if spent else money.films - open_entry.films,
    )


def moved(before: Job | None, after: Job) -> MonthMove:
    """Return what a commit moves in the month of the present entry; `before` is None for a new job."""
    new = present(after.money)
    same = before is not None and len(before.money.closed) == len(after.money.closed)
    old = present(before.money) if before is not None and same else Entry(new.doc)
    ends = after.ending is Ending.COMPLETED and before is not None and before.ending is None
    return MonthMove(
        new.doc,
        films=new.films - old.films,
        completed=1 if ends else 0,
        reserved=new.outstanding - old.outstanding,
        charged=new.charged - old.charged,
        refunded=new.refunded - old.refunded,
        open=opened(before, after),
    )
