"""`tenants close`: says what it would do, shuts the tenant when that is confirmed, and tells how far it is."""

from infra.admin.told import TENANT, Told, done, tenant_of
from shared.cloud.closings import ClosingRead
from shared.steps.closing_report import report_of
from shared.wiring import Wiring


def close(wiring: Wiring, tenant: str, *, yes: bool = False, status: bool = False) -> Told:
    """Close a tenant for good; without `yes` say what would be done, with `status` how far it is. Raises SystemExit.

    Given again it goes on where it stands, as the reaper does every five minutes without it.
    """
    known = wiring.closings.look(tenant) if TENANT.fullmatch(tenant) else None
    if status:
        if known is None:
            tenant_of(wiring, tenant)
            raise SystemExit(f"tenant {tenant} is not being closed; `tenants close` says what that does")
        return report_of(known)
    if yes:
        if known is None:
            tenant_of(wiring, tenant)
        return _told(wiring.close_tenants.begin(tenant))
    if known:
        return _told(known)
    return done(
        f"tenant {tenant} ({tenant_of(wiring, tenant).name}) is closed for good: its keys end at once, its live jobs "
        "are cancelled, and half an hour later all it has is deleted but its bills; --yes does it, nothing undoes it",
        dry_run=True,
        live_jobs=wiring.jobs.live(tenant).count,
        accounts=[f"{each.provider}-{each.mode}" for each in wiring.tenants.integrations(tenant)],
        api_keys=len(wiring.revocations.keys(tenant)),
    )


def _told(read: ClosingRead) -> Told:
    said = (
        "is closed" if read.closed_at else "is shut for good; the reaper goes on by itself, and --status tells how far"
    )
    return done(f"tenant {read.tenant} {said}", dry_run=False, **report_of(read))
