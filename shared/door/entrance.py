"""Who may come in, and how often: the key is judged, then the request counts against its tenant's limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import flask

from shared.cloud.rates import RateCounts
from shared.cloud.tenants import Tenants
from shared.door.answers import note_quotas
from shared.door.asked import READS, Caller, doubled, strays
from shared.door.keys import caller
from shared.door.strangers import Strangers
from shared.steps.buckets import Remembered
from shared.steps.key_puts import KeyPuts
from shared.steps.plans import TenantPlans
from shared.steps.problems import invalid
from shared.steps.rates import RateKind, Rates

SAFE_METHODS = ("GET", "HEAD")
USE_NOTED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What every door asks before it does anything."""

    tenants: Tenants
    strangers: Strangers
    rates: Rates
    key_puts: KeyPuts
    used: Remembered  # keys whose use was written down within the hour
    now: Callable[[], datetime]

    def __call__(self, request: flask.Request, scope: str) -> Caller:
        """Say who is calling, once a request.

        Raises Problem: no valid key, no such scope, too often, or a query with what the call does not read, or with
        one thing twice.
        """
        now = self.now()
        who = caller(request, self.tenants, now, scope, self.strangers)
        self._note_use(who, now)
        self._count(request, who, RateKind.READS if request.method in SAFE_METHODS else RateKind.WRITES)
        reads = request.environ.get(READS)
        if wrong := doubled(request.args) | (strays(request.args, reads) if reads is not None else {}):
            raise invalid(wrong)
        return who

    def again(self, request: flask.Request, scope: str) -> str:
        """Judge a caller once more, right before what it asked for is bought, and return its key's id; counts nothing.

        Raises Problem.
        """
        return caller(request, self.tenants, self.now(), scope, self.strangers).key.id

    def dry_run(self, request: flask.Request, who: Caller) -> None:
        """Count a request as a dry run as well. Raises Problem."""
        self._count(request, who, RateKind.DRY_RUNS)

    def key_put(self, request: flask.Request, who: Caller) -> None:
        """Count a request as one that puts a key or a secret as well. Raises Problem."""
        note_quotas(request, self.key_puts.admit(who.tenant))

    def _note_use(self, who: Caller, now: datetime) -> None:
        """Write down that a key is used, once an hour: no request waits for it but that one."""
        noted = who.key.last_used_at
        if (noted and now - noted < USE_NOTED) or who.key.id in self.used:
            return
        self.used.note(who.key.id)
        self.tenants.key_used(who.key, now)

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
    used = Remembered(monotonic, USE_NOTED.total_seconds())
    return Entrance(tenants, strangers, rates, key_puts, used, now)
