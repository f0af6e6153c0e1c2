"""How many keys of avatar accounts, good or bad, and webhook secrets a tenant may put a day.

Nobody guesses keys through us, and Secret Manager's limits are the whole project's. Each put is counted before the
service is asked, in a document of the day, exactly. It bounds the versions of a secret as well: each accepted key is
one, until it is destroyed (hole 30).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from shared.cloud.rates import RateCounts
from shared.cloud.tenants import Tenant
from shared.steps.buckets import MINUTE, Remembered
from shared.steps.plans import TenantPlans
from shared.steps.quotas import Quota

KEY_PUTS = "key_puts"
DAY = timedelta(days=1)


class KeyPuts:
    """The day's tries of every tenant."""

    def __init__(
        self,
        plans: TenantPlans,
        counts: RateCounts,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._plans = plans
        self._counts = counts
        self._now = now
        self._full = Remembered(monotonic, MINUTE)

    def admit(self, tenant: Tenant) -> Quota:
        """Count a try; return how the day stands. Raises Problem when it is one too many, StoreUnreachable."""
        limit, now = self._plans.of(tenant).key_puts_per_day, self._now()
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        wait = ceil((today + DAY - now).total_seconds())
        name = (tenant.id, limit, today)
        tried = limit + 1 if name in self._full else self._counts.once_more(tenant.id, f"keys-{now:%Y%m%d}", now + DAY)
        if tried > limit:
            self._full.note(name)
            message = f"{limit} keys and webhook secrets a day are the most this tenant may put"
            raise Quota(KEY_PUTS, limit, int(DAY.total_seconds()), 0, wait).used_up(message, wait)
        return Quota(KEY_PUTS, limit, int(DAY.total_seconds()), limit - tried, wait)
