"""How much a tenant may ask for: the limits of each plan, and of callers without a key, read from `shared/tables.json`.

A plan is a property of the tenant (`Tenant.plan`), its limits are data. One the tables do not know is the default.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from shared.cloud.tenants import Tenant
from shared.pipeline.codec import Unreadable, from_plain
from shared.pipeline.job.shares import NO_CAP, Amount, MonthLimits
from shared.pipeline.plan.plan import AS_PAID, MICROS
from shared.pipeline.plan.request import Prefer

MOST_FACTOR = 100


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
    films_per_month: int | None  # orders and regenerations; one on which nothing was spent is given back
    dollars_per_month: int | None  # of ours: footage and computing; None, here as there: unlimited
    retention_days: int  # an ended film stays so long with its files, unless somebody keeps it
    month_shards: int  # documents a month is counted in: one is good for 30 films a minute
    footage_models: tuple[str, ...] | None = None  # that film at our cost, as `b_roll.model` names them; None: all
    avatar_services: tuple[str, ...] | None = None  # as `provider` names them; None: all
    price_factor: float = 1.0  # what a dollar of ours is charged with; thousandths at the finest
    prefer: Prefer = Prefer.QUALITY  # what ranks the avatar services where a persona's order does not say

    @property
    def factor(self) -> int:
        """The price factor in thousandths."""
        return round(self.price_factor * AS_PAID)


@dataclass(frozen=True, slots=True)
class TenantPlans:
    """Every plan by its name."""

    plans: Mapping[str, TenantPlan]
    default_plan: str
    strangers_per_minute: int  # requests without a valid key, of one network, at one instance

    def of(self, tenant: Tenant) -> TenantPlan:
        """Return what a tenant's plan allows."""
        return self.plans.get(tenant.plan) or self.plans[self.default_plan]

    def month(self, tenant: Tenant) -> MonthLimits:
        """Return a tenant's caps of a month: its own where an operator set them, else its plan's."""
        plan = self.of(tenant)
        films, money = tenant.monthly_films, tenant.monthly_cap
        if films is None:
            films = NO_CAP if plan.films_per_month is None else plan.films_per_month
        if money is None:
            money = NO_CAP if plan.dollars_per_month is None else plan.dollars_per_month * MICROS
        return MonthLimits(Amount(films, money), plan.month_shards)


def tenant_plans(data: Mapping[str, Any]) -> TenantPlans:
    """Read the plans out of the tables. Raises WrongPlans."""
    try:
        read = from_plain(
            TenantPlans, {item.name: data[item.name] for item in fields(TenantPlans) if item.name in data}
        )
    except Unreadable as wrong:
        raise WrongPlans(str(wrong)) from wrong
    needed = [item.name for item in fields(TenantPlan) if item.default is MISSING]
    for name, plan in data["plans"].items():
        if missing := ", ".join(item for item in needed if item not in plan):
            raise WrongPlans(f"{name} does not say {missing}")  # null is unlimited; a word left out is a mistake
    if read.default_plan not in read.plans:
        raise WrongPlans(f"default_plan {read.default_plan} is none of the plans")
    for name, plan in read.plans.items():
        _judge_terms(name, plan, data)
    limits = [(name, item, getattr(plan, item)) for name, plan in read.plans.items() for item in needed]
    for name, item, limit in (*limits, ("", "strangers_per_minute", read.strangers_per_minute)):
        if limit is None:  # a cap's word for unlimited; nothing else may be null
            continue
        if limit <= 0 or (item == "key_share" and limit > 1):
            raise WrongPlans(f"{name} {item} cannot be {limit}".strip())
    return read


def _judge_terms(name: str, plan: TenantPlan, data: Mapping[str, Any]) -> None:
    """Raise WrongPlans for models and services that the tables do not have, and factors finer than a thousandth."""
    for item, known in (("footage_models", "footage"), ("avatar_services", "presenters")):
        named = getattr(plan, item)
        if named is not None and (strays := ", ".join(sorted(set(named) - set(data.get(known, named))))):
            raise WrongPlans(f"{name} {item} names {strays}, which the tables do not know")
    if not 0 <= plan.price_factor <= MOST_FACTOR or plan.factor / AS_PAID != plan.price_factor:
        raise WrongPlans(f"{name} price_factor cannot be {plan.price_factor}")
