"""The noun `deliveries`: the webhooks of any tenant, what their receivers answered, and to send them anew."""

from datetime import datetime

from infra.admin.told import Told, done, refuse, tenant_of
from shared.cloud.records import Unread
from shared.door.asked import is_job_id
from shared.door.job_lists import LARGEST_PAGE, moment_of
from shared.door.webhooks import told_of
from shared.steps.audited import THE_OPERATOR
from shared.steps.problems import Problem
from shared.steps.replays import MOST_AT_ONCE
from shared.wiring import Wiring

PAGES = 50  # of a replay: what is left is told


def listed(
    wiring: Wiring, tenant: str, *, job: str | None = None, state: str | None = None, since: str | None = None
) -> Told:
    """Return a tenant's newest deliveries: of a job, in a state, since a time where named. Raises SystemExit."""
    tenant_of(wiring, tenant)
    if job is not None and not is_job_id(job):
        raise SystemExit(f"there is no job {job}")
    page = wiring.delivery_lists.page(tenant, LARGEST_PAGE, job=job, since=_since(since) if since else None)
    rows = [told_of(each) for each in page]
    return {"tenant": tenant, "deliveries": [row for row in rows if state in (None, row["state"])]}


def replay(wiring: Wiring, delivery: str, *, dry_run: bool = False) -> Told:
    """Send one webhook that has ended anew, under the same `webhook-id`. Raises SystemExit."""
    found = wiring.deliveries.load(delivery) if delivery and "/" not in delivery else None
    if found is None:
        raise SystemExit(f"there is no delivery {delivery}; python -m infra.admin deliveries list TENANT lists them")
    if dry_run:
        return done(f"{delivery} of {found.tenant} is sent anew", dry_run=True, delivery=told_of(found))
    try:
        again = wiring.operator_acts.replay(found.tenant, delivery, THE_OPERATOR)
    except Problem as problem:
        refuse(problem)
    return done(f"{delivery} of {found.tenant} is sent anew", dry_run=False, delivery=told_of(again))


def replay_since(
    wiring: Wiring, tenant: str, since: str, *, endpoint: str | None = None, dry_run: bool = False
) -> Told:
    """Send all webhooks of a tenant anew that were given up since a time. Raises SystemExit."""
    tenant_of(wiring, tenant)
    at = _since(since)
    if dry_run:
        page = wiring.delivery_lists.page(tenant, MOST_AT_ONCE, since=at)
        known = [each for each in page if not isinstance(each, Unread) and endpoint in (None, each.endpoint)]
        given_up = [each.id for each in known if each.state in ("given_up", "unwanted")]
        said = f"{len(given_up)} of the newest {len(page)} webhooks of {tenant} are sent anew"
        return done(said, dry_run=True, deliveries=given_up)
    sent, after = 0, None
    for _ in range(PAGES):
        more, last = wiring.replays.since(tenant, at, endpoint, after)
        sent += more
        if last is None or last.created_at is None:
            return done(f"{sent} webhooks of {tenant} are sent anew", dry_run=False, sent=sent)
        after = (last.created_at, last.id)
    raise SystemExit(f"{sent} webhooks of {tenant} are sent anew, and there are more: name a later time for the others")


def _since(text: str) -> datetime:
    at = moment_of(text)
    if at is None:
        raise SystemExit(f"{text!r} is no time: write it like 2026-11-29T12:00:00Z")
    return at
