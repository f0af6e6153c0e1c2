"""The noun `tenants`: made once, read, changed, shut and opened."""

import re
from dataclasses import replace
from typing import Any

from infra.admin.keys import made
from infra.admin.plans import limits_of, month_of, plan_known
from infra.admin.told import TENANT, Told, done, open_tenant_of, tenant_of
from shared.cloud.tenants import AccountStatus, Tenant, TenantExists
from shared.pipeline.codec import from_plain, to_plain
from shared.steps.accounts import standing
from shared.steps.audited import THE_OPERATOR, Audited
from shared.steps.bar import ORDERS_SETTLED, Bar
from shared.steps.closing_report import report_of
from shared.steps.problems import Problem
from shared.wiring import Wiring

MOST_TENANTS = 1_000  # that are listed
CUSTOMER = re.compile(r"[A-Za-z0-9_-]{1,100}")
MOST_LIVE = 1_000  # jobs of a tenant at once


def add(wiring: Wiring, tenant: str, name: str, plan: str = "") -> dict[str, Any]:
    """Make a tenant and its first key, whose text nobody can read again. Raises SystemExit.

    Without a plan it is on the default one of the tables.
    """
    if not TENANT.fullmatch(tenant):
        raise SystemExit(f"{tenant!r} is no tenant id: 3 to 40 of a-z, 0-9 and -, a letter first")
    if plan:
        plan_known(wiring, plan)
    try:
        line = THE_OPERATOR.line(Audited.TENANT_MADE, tenant, wiring.now())
        wiring.tenants.create_tenant(Tenant(tenant, name, plan=plan), line)
    except TenantExists as there:
        known = wiring.tenants.tenant(tenant)
        if known and known.closing_since:
            raise SystemExit(f"tenant {tenant} was closed, and its id is never given again: take another") from there
        stands = f"{known.name}, {known.status.value}" if known else "being made or deleted"
        raise SystemExit(
            f"tenant {tenant} is there already ({stands}) and was not touched; "
            f"python -m infra.admin keys add {tenant} makes it another key"
        ) from there
    return done(f"tenant {tenant} is made", dry_run=False, **made(wiring, tenant))


def listed(wiring: Wiring) -> Told:
    """Return every tenant by id: name, status, plan."""
    found = wiring.clients.firestore.collection("tenants").order_by("__name__").limit(MOST_TENANTS).stream()
    rows = (from_plain(Tenant, {**(each.to_dict() or {}), "id": each.id}) for each in found)
    return {"tenants": [_row(each) for each in rows]}


def show(wiring: Wiring, tenant: str) -> Told:
    """Return how a tenant stands: limits, accounts, webhooks, how many keys work, its month. Raises SystemExit."""
    known = tenant_of(wiring, tenant)
    accounts = [
        {"provider": each.provider, "mode": each.mode, **to_plain(standing(each))}
        for each in wiring.tenants.integrations(known.id)
    ]
    now = wiring.now()
    keys = wiring.revocations.keys(known.id)
    working = [each for each in keys if not each.revoked_at and (each.expires_at is None or each.expires_at > now)]
    return {
        **_row(known),
        "live_jobs": wiring.jobs.live(known.id).count,
        "live_jobs_at_most": known.live_jobs,
        "footage_by_heygen": known.heygen_footage,
        "billing_customer": known.billing_customer or known.id,
        "accounts": accounts,
        "webhooks": len(known.webhooks),
        "keys": len(working),
        "limits": limits_of(wiring, known),
        "month": month_of(wiring, known, f"{now:%Y-%m}"),
        **({"closing": report_of(wiring.close_tenants.look(tenant))} if known.closing_since else {}),
    }


def change(
    wiring: Wiring,
    tenant: str,
    *,
    name: str | None = None,
    live_jobs: int | None = None,
    billing_customer: str | None = None,
    dry_run: bool = False,
) -> Told:
    """Give a tenant another name, another share of what is made at once, or the name that billing knows it by.

    Say what it was. Raises SystemExit.
    """
    known = open_tenant_of(wiring, tenant)
    if live_jobs is not None and not 1 <= live_jobs <= MOST_LIVE:
        raise SystemExit(f"1 to {MOST_LIVE} jobs may be live at once, and {live_jobs} is not among them")
    if billing_customer and not CUSTOMER.fullmatch(billing_customer):
        raise SystemExit(f"{billing_customer!r} is no customer's id: at most 100 of A-Z, a-z, 0-9, _ and -")
    customer = known.billing_customer if billing_customer is None else billing_customer or None
    wanted = replace(known, name=name or known.name, live_jobs=live_jobs or known.live_jobs, billing_customer=customer)
    changes = {
        field: {"from": getattr(known, field), "to": getattr(wanted, field)}
        for field in ("name", "live_jobs", "billing_customer")
        if getattr(known, field) != getattr(wanted, field)
    }
    if changes and not dry_run:
        line = THE_OPERATOR.line(Audited.TENANT_CHANGED, tenant, wiring.now(), changes)
        wiring.tenants.change_tenant(wanted, changes, line)
    return done(f"{tenant}: {', '.join(changes) or 'nothing'} changed", dry_run=dry_run, changes=changes)


def rotate_webhook(wiring: Wiring, tenant: str, provider: str, mode: str, *, dry_run: bool = False) -> Told:
    """Give our endpoint at a tenant's account a new signing secret. Raises SystemExit."""
    open_tenant_of(wiring, tenant)
    accounts = wiring.tenant_inside.accounts
    line = THE_OPERATOR.line(Audited.ACCOUNT_WEBHOOK_ROTATED, f"{provider}-{mode}", wiring.now())
    try:
        known = accounts.one(tenant, provider, mode)
        made = known if dry_run else accounts.rotate_webhook(tenant, provider, mode, line)
    except Problem as problem:
        raise SystemExit(f"{problem.message}: {problem.next_move}") from problem
    said = f"the webhook of {tenant}'s {provider} account, {mode}, is signed with a new secret"
    return done(said, dry_run=dry_run, webhook_id=made.webhook_id, webhook_rotated_at=made.webhook_rotated_at)


def suspend(wiring: Wiring, tenant: str, *, dry_run: bool = False) -> Told:
    """Shut a tenant: its keys are answered 403, and what it has ordered buys nothing more (hole 206).

    Its jobs are barred twice: the second time find what an instance let in before it had heard. Raises SystemExit.
    """
    if dry_run:
        _may_turn(wiring, tenant, AccountStatus.ACTIVE, AccountStatus.INACTIVE)
        live = wiring.jobs.live(tenant).count
        return done(f"tenant {tenant} is inactive; {live} jobs buy nothing more", dry_run=True, jobs=live)
    said = _turned(wiring, tenant, AccountStatus.ACTIVE, AccountStatus.INACTIVE)
    bar = Bar(wiring.commits)
    first, _ = bar(tenant)
    wiring.commits.sleep(ORDERS_SETTLED)
    second, failed = bar(tenant)
    if failed:
        raise SystemExit(f"{said}, but {failed} of its jobs could not be barred: run this again")
    return done(f"{said}; {first + second} jobs buy nothing more", dry_run=False, jobs=first + second)


def resume(wiring: Wiring, tenant: str, *, dry_run: bool = False) -> Told:
    """Open a suspended tenant again; what was barred is tried again by a retry. Raises SystemExit."""
    turn = _may_turn if dry_run else _turned
    return done(turn(wiring, tenant, AccountStatus.INACTIVE, AccountStatus.ACTIVE), dry_run=dry_run)


def footage(wiring: Wiring, tenant: str, *, on: bool, dry_run: bool = False) -> Told:
    """Let a tenant's HeyGen account film footage, or no new order's: whoever does has read HeyGen's terms for it."""
    known = open_tenant_of(wiring, tenant)
    if not dry_run:
        line = THE_OPERATOR.line(Audited.TENANT_CHANGED, tenant, wiring.now(), ("heygen_footage",))
        wiring.revocations.set_footage(tenant, on=on, line=line)
    said = f"footage by HeyGen is {'on' if on else 'off'} for {tenant}"
    return done(said, dry_run=dry_run, was=known.heygen_footage)


def _row(tenant: Tenant) -> dict[str, Any]:
    status = "closed" if tenant.closed_at else tenant.status.value
    return {"id": tenant.id, "name": tenant.name, "status": status, "plan": tenant.plan or "(default)"}


def _may_turn(wiring: Wiring, tenant: str, before: AccountStatus, after: AccountStatus) -> str:
    status = tenant_of(wiring, tenant).status
    if status not in (before, after):
        raise SystemExit(f"tenant {tenant} is {status.value} and stays so")
    return f"tenant {tenant} is {after.value}"


def _turned(wiring: Wiring, tenant: str, before: AccountStatus, after: AccountStatus) -> str:
    said = _may_turn(wiring, tenant, before, after)
    what = Audited.TENANT_RESUMED if after is AccountStatus.ACTIVE else Audited.TENANT_SUSPENDED
    wiring.revocations.set_status(tenant, after, THE_OPERATOR.line(what, tenant, wiring.now(), ("status",)))
    return said
