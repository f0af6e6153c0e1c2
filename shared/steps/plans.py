"""How much a tenant may ask for: the limits of each plan, and of callers without a key, read from `shared/tables.json`.

A plan is a property of the tenant (`Tenant.plan`), its limits are data. One the tables do not know is the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from shared.cloud.tenants import Tenant
from shared.pipeline.codec import Unreadable, from_plain


class WrongPlans(ValueError):
    """The plans of the tables cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """What a plan allows; reads, writes and dry runs are counted a minute, all of a tenant's keys together."""

    creations_per_hour: int  # orders, retries, regenerations: whatever reserves money
    reads_per_minute: int
    writes_per_minute: int  # all that is no read, dry runs and creations included
    dry_runs_per_minute: int
    key_share: float  # of the limits a minute, that one API key may use
    key_puts_per_day: int  # keys of avatar accounts, good or bad, and webhook secrets


@dataclass(frozen=True, slots=True)
class TenantPlans:
    """Every plan by its name."""

    plans: Mapping[str, TenantPlan]
    default_plan: str
    strangers_per_minute: int  # requests without a valid key, of one network, at one instance

    def of(self, tenant: Tenant) -> TenantPlan:
        """Return what a tenant's plan allows."""
        return self.plans.get(tenant.plan) or self.plans[self.default_plan]


def tenant_plans(data: Mapping[str, Any]) -> TenantPlans:
    """Read the plans out of the tables. Raises WrongPlans."""
    try:
        read = from_plain(
            TenantPlans, {item.name: data[item.name] for item in fields(TenantPlans) if item.name in data}
        )
    except Unreadable as wrong:
        raise WrongPlans(str(wrong)) from wrong
    if read.default_plan not in read.plans:
        raise WrongPlans(f"default_plan {read.default_plan} is none of the plans")
    limits = [(name, item.name, getattr(plan, item.name)) for name, plan in read.plans.items() for item in fields(plan)]
    for name, item, limit in (*limits, ("", "strangers_per_minute", read.strangers_per_minute)):
        if limit <= 0 or (item == "key_share" and limit > 1):
            raise WrongPlans(f"{name} {item} cannot be {limit}".strip())
    return read
