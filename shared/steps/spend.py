"""What films have cost today and this month: by vendor and by tenant, in both columns, against the tenants' caps.

Summed from the bills of the films that ended, the newest of a bounded number; what a tenant has used of its cap is
exact, films in work included, for its month is counted as it is ordered.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.cloud.ended_jobs import EndedJobs
from shared.cloud.months import Months, cap_of, used_of
from shared.cloud.tenant_pages import TenantPages
from shared.cloud.tenants import Tenant
from shared.pipeline.job.job import Job
from shared.pipeline.job.ledger import Bill
from shared.pipeline.job.shares import NOTHING, Amount, MonthLimits
from shared.pipeline.job.usage import usage_of

FILMS_SUMMED = 300
TENANTS_TOLD = 20  # whose months are read

NO_BILL = Bill(0, 0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one vendor, or one tenant, has cost, micro-dollars."""

    today: Bill = NO_BILL
    month: Bill = NO_BILL
    films: int = 0  # of the month


@dataclass(frozen=True, slots=True)
class MonthUsed:
    """What a tenant has used of its month, and may."""

    used: Amount
    cap: Amount


@dataclass(frozen=True, slots=True)
class Spend:
    """The figures, as of a moment; `since` is the oldest film's end that is in them where not all are."""

    at: datetime
    films: int
    since: datetime | None
    together: Spent
    vendors: Mapping[str, Spent]
    tenants: Mapping[str, Spent]  # whoever cost most this month first
    months: Mapping[str, MonthUsed] = field(default_factory=dict)  # of the first tenants


@dataclass(frozen=True, slots=True)
class Books:
    """The work and what it needs; `limits` says what a tenant's plan allows a month."""

    ended: EndedJobs
    tenants: TenantPages
    months: Months
    limits: Callable[[Tenant], MonthLimits]
    now: Callable[[], datetime]

    def spend(self) -> Spend:
        """Add up: a read a film, at most `FILMS_SUMMED`, and two a told tenant, more where its month has shards.

        Raises StoreUnreachable.
        """
        now = self.now()
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found = self.ended.newest(month - timedelta(microseconds=1), now, FILMS_SUMMED)
        summed = summed_up(found, now)
        first = tuple(summed.tenants)[:TENANTS_TOLD]
        known = self.tenants.named(first)
        months = {name: self._month(known[name], f"{now:%Y-%m}") for name in first if name in known}
        return replace(summed, months=months, since=found[-1].ended_at if len(found) == FILMS_SUMMED else None)

    def _month(self, tenant: Tenant, name: str) -> MonthUsed:
        shards = self.months.whole(tenant.id, name)
        return MonthUsed(used_of(shards), cap_of(shards)) if shards else MonthUsed(NOTHING, self.limits(tenant).cap)


def summed_up(ended: Iterable[Job], now: datetime) -> Spend:
    """Sum the bills of films that ended this month, and of those today, UTC."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    vendors: dict[str, Spent] = {}
    tenants: dict[str, Spent] = {}
    films, together = 0, Spent()
    for job in ended:
        today = job.ended_at is not None and job.ended_at >= day
        films, whole = films + 1, NO_BILL
        for name, bill in usage_of(job).by_vendor.items():
            vendors[name] = _more(vendors.get(name, Spent()), bill, today=today)
            whole = _added(whole, bill)
        tenants[job.tenant] = _more(tenants.get(job.tenant, Spent()), whole, today=today)
        together = _more(together, whole, today=today)
    by_cost = sorted(tenants.items(), key=lambda each: (-_sum(each[1].month), each[0]))
    return Spend(now, films, None, together, dict(sorted(vendors.items())), dict(by_cost))


def _more(before: Spent, bill: Bill, *, today: bool) -> Spent:
    after = Spent(before.today, _added(before.month, bill), before.films + 1)
    return replace(after, today=_added(before.today, bill)) if today else after


def _added(one: Bill, other: Bill) -> Bill:
    return Bill(one.paid_by_us + other.paid_by_us, one.billed_by_provider + other.billed_by_provider)


def _sum(bill: Bill) -> int:
    return bill.paid_by_us + bill.billed_by_provider
