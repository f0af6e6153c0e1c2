"""The noun `jobs`: read, explained, tried again and ended, whosever they are."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from infra.admin.house import changed
from infra.admin.told import Told, done, open_tenant_of, refuse, tenant_of
from infra.admin.why import Surroundings, why_of
from shared.cloud.records import Filters, Loaded, Unread
from shared.door import bill_views, views
from shared.door.asked import is_job_id
from shared.door.money import cost
from shared.pipeline.codec import to_plain
from shared.pipeline.job.job import Job
from shared.pipeline.job.moves import pushable
from shared.pipeline.job.price import priced_at
from shared.pipeline.job.status import Status, status
from shared.pipeline.vendors.pressure import Pressure
from shared.steps.audited import THE_OPERATOR
from shared.steps.problems import Problem
from shared.wiring import Wiring

NAMES = ("id", "status", "stage", "summary", "created_at", "completed_at", "ordered_by", "waiting_for", "error", "cost")
FOUND = ("price", "quality", "feedback", "feedback_score")  # what it is charged; how its film is: by abroll, by people
PARTS = ("key", "state", "provider", "attempt", "take", "why", "next_move")
LATEST = 10  # moments of its story that are told
LISTED = 100


def listed(wiring: Wiring, tenant: str, *, state: str | None = None) -> Told:
    """Return a tenant's newest jobs, in one state where it is named. Raises SystemExit."""
    tenant_of(wiring, tenant)
    if state is not None and state not in set(Status):
        raise SystemExit(f"{state!r} is no status; {', '.join(Status)} are")
    rows = wiring.jobs.page(tenant, Filters(status=state), LISTED, None)
    return {"tenant": tenant, "jobs": [_row(each) for each in rows]}


def show(wiring: Wiring, job_id: str) -> Told:
    """Return a job of any tenant: how it stands, what each part waits for or failed of. Raises SystemExit."""
    return _job(wiring, loaded(wiring, job_id).job)


def why(wiring: Wiring, job_id: str) -> Told:
    """Return in one sentence what a job waits for, since when and what frees it; and what that follows from.

    Raises SystemExit.
    """
    job = loaded(wiring, job_id).job
    state, now = changed(wiring, lambda one: one), wiring.now()
    pressure = Pressure(state.queues, wiring.start_rates, now)
    tenant = wiring.tenants.tenant(job.tenant)
    return why_of(job, Surroundings(state, pressure, tenant, wiring.timeouts, now))


def push(wiring: Wiring, job_id: str, *, dry_run: bool = False) -> Told:
    """Have a job's parts tried now that wait for later, or that nothing has moved although they were due.

    What a vendor is making is left to the vendor. Raises SystemExit.
    """
    found = loaded(wiring, job_id)
    if dry_run:
        parts = [node.key for node in pushable(found.job, wiring.jobs.now(found))]
    else:
        parts = list(wiring.operator_acts.push(found, THE_OPERATOR))
    said = f"{', '.join(parts)} of job {job_id} tried now" if parts else f"nothing: no part of job {job_id} is late"
    return done(said, dry_run=dry_run, pushed=parts)


def cancel(wiring: Wiring, job_id: str, *, dry_run: bool = False) -> Told:
    """Cancel a job of any tenant; one that has ended stays as it is, and is told. Raises SystemExit."""
    found = loaded(wiring, job_id)
    if dry_run:
        said = f"job {job_id} of {found.job.tenant} ends, and what was never sent is refunded"
        ended = f"nothing: job {job_id} is {status(found.job).value}"
        return done(ended if found.job.ending else said, dry_run=True, cost_so_far=bill_views.costs(found.job))
    heard = wiring.operator_acts.end(found, THE_OPERATOR)
    return {"changed": heard.changed, **_job(wiring, heard.job), **bill_views.saved(heard.job)}


def retry(wiring: Wiring, job_id: str, *, dry_run: bool = False) -> Told:
    """Try a failed or cancelled job of any tenant again; what is finished is kept and not bought again.

    Raises SystemExit.
    """
    found = loaded(wiring, job_id)
    try:
        tenant = open_tenant_of(wiring, found.job.tenant)
        job, revised = wiring.operator_acts.retry(tenant, found, THE_OPERATOR, dry_run=dry_run)
    except Problem as problem:
        refuse(problem)
    made = {"remade": sorted(revised.remake), "kept": sorted(job.nodes.keys() - revised.remake)}
    charge = priced_at(revised.ours, job.money.price_factor)
    price = {"estimated_cost": cost(revised.ours, revised.theirs), "estimated_price": charge, "tenant": job.tenant}
    return done(f"job {job_id} is tried again", dry_run=dry_run, **made, **price)


def loaded(wiring: Wiring, job_id: str) -> Loaded:
    """Return a job of any tenant as it was read. Raises SystemExit."""
    found = wiring.jobs.load(job_id) if is_job_id(job_id) else None
    if found is None:
        raise SystemExit(f"there is no job {job_id}")
    return found


def _row(job: Job | Unread) -> Mapping[str, Any]:
    if isinstance(job, Unread):
        return {"id": job.id, "status": "unreadable", "why": job.why}
    made = {"created_at": job.created_at, "ended_at": job.ended_at, "product_title": job.request.product_title}
    return {"id": job.id, "status": status(job).value, **made, "error": job.trouble.code if job.trouble else None}


def _job(wiring: Wiring, found: Job) -> dict[str, Any]:
    shown = views.whole(found, wiring.settings.public_url, wiring.now(), wiring.outlook())
    nodes = [{name: node[name] for name in PARTS if name in node} for node in shown["nodes"]]
    latest = [to_plain(moment) for moment in islice(reversed(found.timeline), LATEST)]
    told_of = {name: shown[name] for name in NAMES} | {name: shown[name] for name in FOUND if shown[name]}
    return {"tenant": found.tenant, **told_of, "nodes": nodes, "latest": latest, "trace": found.trace}
