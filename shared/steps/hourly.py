"""The limit of purchases an hour: judged on the month's document that the purchase's commit names by its revision.

Who was refused is remembered until the hour has ended, so that a flood beyond the limit asks nobody for anything.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from shared.cloud.hours import seconds_left
from shared.cloud.records import Month
from shared.cloud.tenants import Tenant
from shared.steps.plans import TenantPlans
from shared.steps.quotas import Quota

CREATIONS = "creations"
HOUR = 3600
MOST_TENANTS = 10_000  # tenants


class HourlyLimit:
    """What each tenant may buy in an hour, by its plan."""

    def __init__(self, plans: TenantPlans, monotonic: Callable[[], float]) -> None:
        self._plans = plans
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._full: OrderedDict[str, tuple[int, float]] = OrderedDict()  # tenant: limit, until when

    def early(self, tenant: Tenant) -> None:
        """Raise Problem where this instance knows already that the hour is used up."""
        limit = self._plans.of(tenant).creations_per_hour
        with self._lock:
            full, until = self._full.get(tenant.id, (0, 0.0))
        wait = until - self._monotonic()
        if full == limit and wait > 0:  # a tenant whose plan has changed is judged anew
            self._refuse(limit, ceil(wait))

    def admit(self, tenant: Tenant, month: Month) -> Quota:
        """Return how the hour stands after this purchase, if it may still be made. Raises Problem."""
        limit, wait = self._plans.of(tenant).creations_per_hour, seconds_left(month.read_at)
        shards = max(month.shards, 1)
        if month.hour.count >= ceil(limit / shards):  # each shard counts its part of the hour
            with self._lock:
                self._full[tenant.id] = limit, self._monotonic() + wait
                self._full.move_to_end(tenant.id)
                if len(self._full) > MOST_TENANTS:
                    self._full.popitem(last=False)
            self._refuse(limit, wait)
        return Quota(CREATIONS, limit, HOUR, max(0, limit - shards * (month.hour.count + 1)), wait)

    @staticmethod
    def _refuse(limit: int, wait: int) -> None:
        message = f"{limit} films, retries and regenerations an hour are this tenant's limit, and this hour's are made"
        raise Quota(CREATIONS, limit, HOUR, 0, wait).used_up(message, wait)
