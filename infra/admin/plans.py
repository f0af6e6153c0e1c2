"""The nouns `plans`, `caps` and `usage`: what a tenant may ask for, and what it has used."""

import re
from dataclasses import asdict, replace
from typing import Any

from infra.admin.told import Told, done, open_tenant_of, tenant_of
from shared.cloud.jobs import Conflict
from shared.cloud.months import cap_of, used_of
from shared.cloud.tenants import Tenant
from shared.pipeline.job.shares import NO_CAP
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import MICROS
from shared.steps.audited import THE_OPERATOR, Audited
from shared.steps.budget import dollars_of, films_of
from shared.wiring import Wiring

TRIES = 50  # of changing a month that its tenant is writing
WHOLE = re.compile(r"[0-9]{1,7}")
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def listed(wiring: Wiring) -> Told:
    """Return every plan of the tables, and which is the default."""
    known = wiring.plans
    return {"default": known.default_plan, "plans": {name: asdict(plan) for name, plan in known.plans.items()}}


def plan_known(wiring: Wiring, plan: str) -> str:
    """Return a plan's name. Raises SystemExit where the tables do not know it."""
    if plan not in wiring.plans.plans:
        raise SystemExit(f"there is no plan {plan!r}; the tables know {', '.join(wiring.plans.plans)}")
    return plan


def limits_of(wiring: Wiring, tenant: Tenant) -> Told:
    """Return what a tenant may ask for: its plan's terms, and the caps of its months."""
    cap = wiring.plans.month(tenant).cap
    caps = {"films": _capped(cap.films), "dollars": _capped(cap.money, MICROS)}
    own = {"films": tenant.monthly_films is not None, "dollars": tenant.monthly_cap is not None}
    terms = wiring.terms.told(tenant)
    return {"plan": tenant.plan or wiring.plans.default_plan, "caps": caps, "set_by_hand": own, "terms": terms}


def caps(wiring: Wiring, tenant: str) -> Told:
    """Return what a tenant may ask for. Raises SystemExit."""
    return {"tenant": tenant, **limits_of(wiring, tenant_of(wiring, tenant))}


def set_caps(
    wiring: Wiring,
    tenant: str,
    *,
    films: str | None = None,
    dollars_: str | None = None,
    plan: str | None = None,
    dry_run: bool = False,
) -> Told:
    """Give a tenant other caps, or another plan, from now on: the running month too. Raises SystemExit.

    A cap is a number, "unlimited", or "plan" for the plan's own. What is not given stays; a cap below what is used lets
    nothing new in until it is made up.
    """
    known = open_tenant_of(wiring, tenant)
    changed = replace(
        known,
        plan=known.plan if plan is None else plan_known(wiring, plan),
        monthly_films=_cap(films, known.monthly_films),
        monthly_cap=_cap(dollars_, known.monthly_cap, MICROS),
    )
    limits = {"before": limits_of(wiring, known), "after": limits_of(wiring, changed)}
    cap = wiring.plans.month(changed).cap
    said = f"{tenant}: {films_of(cap)} and {dollars_of(cap)} a month, from now on"
    if dry_run:
        return done(said, dry_run=True, **limits)
    given = {"plan": plan, "monthly_films": films, "monthly_cap": dollars_}
    named = [name for name, value in given.items() if value is not None]
    wiring.tenants.put_limits(changed, THE_OPERATOR.line(Audited.LIMITS_CHANGED, tenant, wiring.now(), named))
    for _ in range(TRIES):
        try:
            wiring.months.change(changed, f"{wiring.now():%Y-%m}")
        except Conflict:
            continue
        return done(said, dry_run=False, **limits)
    raise SystemExit(f"{tenant} orders so fast that its running month could not be changed; run the same again")


def usage(wiring: Wiring, tenant: str, month: str | None = None) -> Told:
    """Return a month of a tenant, the running one unless it is named: films and dollars, used and allowed.

    Raises SystemExit.
    """
    if month is not None and not MONTH.fullmatch(month):
        raise SystemExit(f"{month!r} is no month: write it like 2026-11")
    known = tenant_of(wiring, tenant)
    return {"tenant": known.id, **month_of(wiring, known, month or f"{wiring.now():%Y-%m}")}


def month_of(wiring: Wiring, tenant: Tenant, month: str) -> dict[str, Any]:
    """Return a month's figures."""
    shards = wiring.months.whole(tenant.id, month)
    used = used_of(shards)
    cap = cap_of(shards) if shards else wiring.plans.month(tenant).cap
    return {
        "month": month,
        "films": used.films,
        "films_at_most": _capped(cap.films),
        "dollars": dollars(used.money),
        "dollars_at_most": None if cap.money >= NO_CAP else dollars(cap.money),
        "allowed": f"{films_of(cap)} and {dollars_of(cap)}",
        "reserved": dollars(sum(each.reserved for each in shards)),
        "charged": dollars(sum(each.charged for each in shards)),
        "refunded": dollars(sum(each.refunded for each in shards)),
    }


def _capped(cap: int, unit: int = 1) -> int | None:
    return None if cap >= NO_CAP else cap // unit


def _cap(given: str | None, present: int | None, unit: int = 1) -> int | None:
    """Return a cap as it was given, in units of so much; None is the plan's. Raises SystemExit."""
    match given:
        case None:
            return present
        case "plan":
            return None
        case "unlimited":
            return NO_CAP
        case _ if WHOLE.fullmatch(given):
            return int(given) * unit
    raise SystemExit(f"a cap is a whole number, unlimited, or plan, and {given!r} is none of them")
