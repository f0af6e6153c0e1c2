"""What the operator's command tells, as JSON: tenants, how one stands, its month, and why a job is where it is."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from shared.cloud.months import cap_of, used_of
from shared.cloud.tenants import Tenant
from shared.door import views
from shared.door.asked import is_job_id
from shared.pipeline.codec import from_plain, to_plain
from shared.pipeline.job.job import Job
from shared.pipeline.job.shares import NO_CAP
from shared.pipeline.plan.dollars import dollars
from shared.steps.accounts import standing
from shared.steps.budget import dollars_of, films_of
from shared.steps.cancel import cancel
from shared.wiring import Wiring

MOST_TENANTS = 1_000  # that are listed
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def tenants(wiring: Wiring) -> str:
    """Return every tenant by id: name, status, plan."""
    found = wiring.clients.firestore.collection("tenants").order_by("__name__").limit(MOST_TENANTS).stream()
    rows = (from_plain(Tenant, {**(each.to_dict() or {}), "id": each.id}) for each in found)
    return told({"tenants": [_row(each) for each in rows]})


def show(wiring: Wiring, tenant: Tenant) -> str:
    """Return how a tenant stands: its plan and caps, its accounts, how many keys work, its running month."""
    accounts = [
        {"provider": each.provider, "mode": each.mode, **to_plain(standing(each))}
        for each in wiring.tenants.integrations(tenant.id)
    ]
    now = wiring.now()
    keys = wiring.revocations.keys(tenant.id)
    working = [each for each in keys if not each.revoked_at and (each.expires_at is None or each.expires_at > now)]
    told_of = {**_row(tenant), "live_jobs": wiring.jobs.live(tenant.id).count, "live_jobs_at_most": tenant.live_jobs}
    return told(
        {**told_of, "accounts": accounts, "keys": len(working), "month": _month(wiring, tenant, f"{now:%Y-%m}")}
    )


def usage(wiring: Wiring, tenant: Tenant, month: str | None = None) -> str:
    """Return a month of a tenant, the running one unless it is named: films and dollars, used and allowed.

    Raises SystemExit.
    """
    if month is not None and not MONTH.fullmatch(month):
        raise SystemExit(f"{month!r} is no month: write it like 2026-11")
    return told({"tenant": tenant.id, **_month(wiring, tenant, month or f"{wiring.now():%Y-%m}")})


def job(wiring: Wiring, job_id: str) -> str:
    """Return a job of any tenant: how it stands, what each part waits for or failed of. Raises SystemExit."""
    return told(_job(wiring, _loaded(wiring, job_id).job))


def cancel_job(wiring: Wiring, job_id: str) -> str:
    """Cancel a job of any tenant; one that has ended stays as it is, and is told. Raises SystemExit."""
    heard = cancel(wiring.commits, _loaded(wiring, job_id), by="the operator")
    return told({"changed": heard.changed, **_job(wiring, heard.job)})


def models(wiring: Wiring, *, again: bool = False) -> str:
    """Return a line for each model as the radar saw it last; `again` first forgets what it saw. Raises SystemExit."""
    state = wiring.vendor_states.change(lambda one: replace(one, models={}) if again and one.models else one)
    if state is None:
        raise SystemExit("vendors/state could not be read or written now; try again")
    lines = (
        f"{model}  {row.seen}  {row.at:%Y-%m-%d %H:%M} UTC"
        + (f"  last there {row.there_at:%Y-%m-%d %H:%M} UTC" if row.there_at and row.there_at != row.at else "")
        for model, row in sorted(state.models.items())
    )
    return "\n".join(lines) or "the radar has looked at no model yet; it looks once a day"


def told(value: Mapping[str, Any]) -> str:
    """Return JSON that people read too."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_time)


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not told")


def _row(tenant: Tenant) -> dict[str, Any]:
    return {"id": tenant.id, "name": tenant.name, "status": tenant.status.value, "plan": tenant.plan or "(default)"}


def _month(wiring: Wiring, tenant: Tenant, month: str) -> dict[str, Any]:
    shards = wiring.months.whole(tenant.id, month)
    used = used_of(shards)
    cap = cap_of(shards) if shards else wiring.plans.month(tenant).cap
    return {
        "month": month,
        "films": used.films,
        "films_at_most": None if cap.films >= NO_CAP else cap.films,
        "dollars": dollars(used.money),
        "dollars_at_most": None if cap.money >= NO_CAP else dollars(cap.money),
        "allowed": f"{films_of(cap)} and {dollars_of(cap)}",
        "reserved": dollars(sum(each.reserved for each in shards)),
        "charged": dollars(sum(each.charged for each in shards)),
        "refunded": dollars(sum(each.refunded for each in shards)),
    }


def _loaded(wiring: Wiring, job_id: str) -> Any:
    found = wiring.jobs.load(job_id) if is_job_id(job_id) else None
    if found is None:
        raise SystemExit(f"there is no job {job_id}")
    return found


def _job(wiring: Wiring, found: Job) -> dict[str, Any]:
    shown = views.whole(found, wiring.settings.public_url, wiring.now(), wiring.outlook())
    names = (
        "id",
        "status",
        "stage",
        "summary",
        "created_at",
        "completed_at",
        "ordered_by",
        "waiting_for",
        "error",
        "cost",
    )
    parts = ("key", "state", "provider", "attempt", "take", "why", "next_move")
    nodes = [{name: node[name] for name in parts if name in node} for node in shown["nodes"]]
    latest = [to_plain(moment) for moment in islice(reversed(found.timeline), 10)]
    told_of = {name: shown[name] for name in names}
    return {"tenant": found.tenant, **told_of, "nodes": nodes, "latest": latest, "trace": found.trace}
