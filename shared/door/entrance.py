"""Who may come in, and how often: the key is judged, then the request counts against its tenant's limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import flask

from shared.cloud.rates import RateCounts
from shared.cloud.tenants import Tenants
from shared.door.answers import note_quotas
from shared.door.asked import Caller
from shared.door.keys import caller
from shared.door.strangers import Strangers
from shared.steps.key_puts import KeyPuts
from shared.steps.plans import TenantPlans
from shared.steps.rates import RateKind, Rates

SAFE_METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Entrance:
    """What every door asks before it does anything."""

    tenants: Tenants
    strangers: Strangers
    rates: Rates
    key_puts: KeyPuts
    now: Callable[[], datetime]

    def __call__(self, request: flask.Request, scope: str) -> Caller:
        """Say who is calling, once a request. Raises Problem: no valid key, no such scope, or too often."""
        who = caller(request, self.tenants, self.now(), scope, self.strangers)
        self._count(request, who, RateKind.READS if request.method in SAFE_METHODS else RateKind.WRITES)
        return who

    def again(self, request: flask.Request, scope: str) -> None:
        """Judge a caller once more, right before what it asked for is bought; counts nothing. Raises Problem."""
        caller(request, self.tenants, self.now(), scope, self.strangers)

    def dry_run(self, request: flask.Request, who: Caller) -> None:
        """Count a request as a dry run as well. Raises Problem."""
        self._count(request, who, RateKind.DRY_RUNS)

    def key_put(self, request: flask.Request, who: Caller) -> None:
        """Count a request as one that puts a key or a secret as well. Raises Problem."""
        note_quotas(request, self.key_puts.admit(who.tenant))

    def _count(self, request: flask.Request, who: Caller, kind: RateKind) -> None:
        note_quotas(request, self.rates.take(who.tenant, who.key.id, kind))


def entrance(
    plans: TenantPlans,
    counts: RateCounts,
    tenants: Tenants,
    monotonic: Callable[[], float],
    now: Callable[[], datetime],
) -> Entrance:
    """Return an instance's entrance, its buckets full."""
    strangers = Strangers(plans.strangers_per_minute, monotonic)
    rates, key_puts = Rates(plans, counts, monotonic, now), KeyPuts(plans, counts, monotonic, now)
    return Entrance(tenants, strangers, rates, key_puts, now)
