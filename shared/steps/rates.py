"""How many reads, writes and dry runs a tenant may send a minute, over all instances, without a store in each request.

Theory of operation: an instance has a token bucket for each tenant and kind of request, and one for each of its keys.
While it serves less than a quarter of the limit a minute it asks nobody. From there on it adds what it has served to
one document a tenant and minute, at most every ten seconds (one write, one read), and takes what others have served
out of its own bucket, which may come to owe up to five minutes' worth.

Bound over n instances: the k-th that reaches its quarter finds at least k quarters in the sum, so at most n quarters
and one and a half limits are served before all know of each other (20 instances: 6.5 limits). From then on it is the
limit, and what is served in ten seconds between two looks. What stays below a quarter at each instance is not seen: 20
instances that serve as evenly as that give five limits. A store that does not answer leaves each its own bucket.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.rates import RateCounts
from shared.cloud.tenants import Tenant
from shared.log import Fact, log
from shared.steps.buckets import MINUTE, MOST_BUCKETS, TokenBuckets
from shared.steps.plans import TenantPlans
from shared.steps.quotas import Quota

SPILL = 0.25  # of a minute's limit: below it an instance keeps its counts to itself
SYNC_EVERY = 10.0  # seconds
A_MINUTE = timedelta(minutes=1)


class RateKind(StrEnum):
    """What is counted together; also the names of the policies in headers."""

    READS = "reads"
    WRITES = "writes"
    DRY_RUNS = "dry_runs"


@dataclass(slots=True)
class _Minute:
    """What an instance knows of a tenant's minute, by kind of request."""

    begun: datetime
    here: Counter[RateKind] = field(default_factory=Counter)  # served here
    told: Counter[RateKind] = field(default_factory=Counter)  # added to this minute's document
    untold: Counter[RateKind] = field(default_factory=Counter)
    others: Counter[RateKind] = field(default_factory=Counter)  # served elsewhere, as far as it was heard
    reached: set[RateKind] = field(default_factory=set)  # kinds past their quarter in this minute
    before: set[RateKind] = field(default_factory=set)  # those of the minute before, if it was the very last one
    synced_at: float = float("-inf")

    def next(self, begun: datetime) -> "_Minute":
        """Return the minute that begins now; what was busy in the last one is followed on."""
        busy = self.reached if begun - self.begun <= A_MINUTE else set()
        untold = Counter({kind: count for kind, count in self.untold.items() if kind in busy})
        return _Minute(begun, untold=untold, before=busy, synced_at=self.synced_at)


class Rates:
    """The limits a minute of every tenant, at one instance."""

    def __init__(
        self,
        plans: TenantPlans,
        counts: RateCounts,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._plans = plans
        self._counts = counts
        self._monotonic = monotonic
        self._now = now
        self._buckets = TokenBuckets(monotonic)
        self._lock = threading.Lock()
        self._minutes: OrderedDict[str, _Minute] = OrderedDict()

    def take(self, tenant: Tenant, key: str, kind: RateKind) -> Quota:
        """Count a request; return how the tenant stands. Raises Problem when it is one too many."""
        plan = self._plans.of(tenant)
        limits = {
            RateKind.READS: plan.reads_per_minute,
            RateKind.WRITES: plan.writes_per_minute,
            RateKind.DRY_RUNS: plan.dry_runs_per_minute,
        }
        limit = limits[kind]
        share = max(1, int(limit * plan.key_share))
        minute = self._minute(tenant.id)
        self._follow(tenant.id, minute, limits)
        if (mine := self._buckets.take((tenant.id, key, kind), share)) < 0:
            message = f"{share} {_words(kind)} a minute are the most one of this tenant's keys may send"
            self._refuse(kind, share, ceil(-mine * MINUTE / share), message)
        if (left := self._buckets.take((tenant.id, kind), limit)) < 0:
            self._buckets.give_back((tenant.id, key, kind), share)
            message = f"{limit} {_words(kind)} a minute are this tenant's limit"
            self._refuse(kind, limit, ceil(-left * MINUTE / limit), message)
        with self._lock:
            minute.here[kind] += 1
            minute.untold[kind] += 1
            if minute.here[kind] >= SPILL * limit:
                minute.reached.add(kind)
        rest = int(min(left, mine))
        return Quota(kind.value, limit, MINUTE, rest, ceil((limit - rest) * MINUTE / limit))

    def _minute(self, tenant: str) -> _Minute:
        begun = self._now().replace(second=0, microsecond=0)
        with self._lock:
            minute = self._minutes.pop(tenant, None) or _Minute(begun)
            if minute.begun != begun:
                minute = minute.next(begun)
            self._minutes[tenant] = minute
            if len(self._minutes) > MOST_BUCKETS:
                self._minutes.popitem(last=False)
            return minute

    def _follow(self, tenant: str, minute: _Minute, limits: Mapping[RateKind, int]) -> None:
        """Tell the others, and hear of them, where this instance serves more than its quarter."""
        with self._lock:
            busy = minute.reached | minute.before
            news = Counter({kind: count for kind, count in minute.untold.items() if kind in busy})
            if not news or self._monotonic() - minute.synced_at < SYNC_EVERY:
                return
            minute.synced_at = self._monotonic()  # one request asks; those beside it go on
        try:
            sums = self._counts.add(tenant, minute.begun, {kind.value: count for kind, count in news.items()})
        except StoreUnreachable as failed:
            log(Fact.STORE_FAILED, str(failed), tenant=tenant)
            return
        with self._lock:
            minute.untold -= news
            minute.told += news
            heard = {kind: sums[kind] - minute.told[kind] - minute.others[kind] for kind in news}
            minute.others.update(heard)
        for kind, count in heard.items():
            self._buckets.charge((tenant, kind), limits[kind], max(0, count))

    @staticmethod
    def _refuse(kind: RateKind, limit: int, wait: int, message: str) -> None:
        raise Quota(kind.value, limit, MINUTE, 0, wait).used_up(message, wait)


def _words(kind: RateKind) -> str:
    return kind.value.replace("_", " ")
