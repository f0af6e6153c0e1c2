"""A job as the Firestore console shows it: readable scalars on top, everything else in maps, and back again.

What never changes is written once, at creation; each commit writes only the part that moves (infra README,
"Firestore commits").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.pipeline.codec import Unreadable, from_plain, to_stored
from shared.pipeline.job.entries import settled_days
from shared.pipeline.job.job import LIVE, Ending, Job, Moment, Money, Node, Outcome, Payer, Purchase, Trouble
from shared.pipeline.job.ledger import bill, provider_ids
from shared.pipeline.job.place import Place
from shared.pipeline.job.schema import OLDEST, SCHEMA, WRITES
from shared.pipeline.job.status import progress, stage, status, summary, waiting_for
from shared.pipeline.job.stay import Feedback, Stay
from shared.pipeline.job.turns import oldest_parked, queued
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.job.version import Versions
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.plan.request import FilmRequest, to_document


class NewerSchema(Exception):
    """The document is newer code's: leave it to a function that understands it (holes 54, 209, 224)."""


def whole(job: Job) -> dict[str, Any]:
    """Return all of a new job's document."""
    return {
        **form(job),
        "tenant": job.tenant,
        "product_title": job.request.product_title,
        "product_id": job.request.product_id,
        **ordered(job),
        "trace": job.trace,
        "parent": job.parent,
        "ordered_by": job.ordered_by,
        "batch": job.batch,
        "hooks": to_stored(job.hooks) or None,
        "created_at": job.created_at,
        **moving(job),
    }


def form(job: Job) -> dict[str, Any]:
    """Return which form a document has, and the least code that may write it: at creation and when it is upgraded."""
    return {"schema": job.schema, "reads": WRITES[job.schema]}


def ordered(job: Job) -> dict[str, Any]:
    """Return what was asked for, planned and bought: written at creation, and again only by a retry."""
    purchases = [to_stored(each) for each in job.purchases]
    return {"request": to_document(job.request), "plan": to_stored(job.plan), "purchases": purchases}


def moving(job: Job) -> dict[str, Any]:
    """Return the part that each commit writes; a field that is None is to be deleted.

    What follows from the nodes for a person or a query only (`summary`, `provider_ids`) is read back by nobody: it
    belongs to no form, and what older code leaves of it the next commit makes whole.
    """
    columns = bill(job.nodes.values())
    dues = [node.due for node in job.nodes.values() if node.state in LIVE and node.due]
    return {
        "status": status(job).value,
        "stage": stage(job).value,
        "progress": progress(job),
        "summary": summary(job),
        "waiting_for": list(waiting_for(job)),
        "film_token": job.film_token,
        "links": dict(job.links),
        "barred_at": job.barred_at,
        "nodes": {key: to_stored(node) for key, node in job.nodes.items()},
        "money": to_stored(job.money),
        "place": to_stored(job.place),
        "parked": oldest_parked(job) or None,
        "queued": queued(job) or None,
        "provider_ids": list(provider_ids(job)) or None,
        "settled_on": list(settled_days(job.money.closed)) or None,
        "versions": to_stored(job.versions) if job.versions != Versions() else None,
        "paid_by_us": columns.paid_by_us,
        "billed_by_provider": columns.billed_by_provider,
        "error": to_stored(job.trouble) if job.trouble else None,
        "warnings": list(job.warnings),
        "timeline": [to_stored(moment) for moment in job.timeline],
        "updated_at": job.updated_at,
        "completed_at": job.ended_at,
        "ending": job.ending.value if job.ending else None,
        "give_up_at": job.give_up_at,
        "due_at": None if job.ending else min(dues, default=job.give_up_at),
        "stay": to_stored(job.stay) if job.stay != Stay() else None,
        "feedback": [to_stored(each) for each in job.feedback] or None,
        "expire_at": job.stay.until(job.ended_at),
    }


def listing(job: Job) -> dict[str, Any]:
    """Return what is written of a root when it lists a new version: its state is not touched."""
    moved = moving(job)
    return {name: moved[name] for name in ("versions", "timeline", "updated_at")}


def read(job_id: str, data: Mapping[str, Any]) -> Job:
    """Build a job from its document.

    Raises:
        NewerSchema: this code must leave it alone, or cannot read it and newer code wrote it.
        Unreadable (codec): a field does not fit; it names the field.
    """
    schema, reads = data.get("schema"), data.get("reads", data.get("schema"))  # the first form said one number only
    if type(schema) is not int or type(reads) is not int:
        raise Unreadable("schema", f"expected a number, found {schema!r} and {reads!r}")
    if reads > SCHEMA:
        raise NewerSchema(f"job {job_id} is for code of schema {reads} and newer, this is {SCHEMA}")
    try:
        job = _built(job_id, data, max(schema, OLDEST))
    except Unreadable as strange:
        if schema > SCHEMA:
            raise NewerSchema(f"job {job_id} was written by code of schema {schema}: {strange}") from strange
        raise
    if strangers := {node.provider for node in job.nodes.values()} - VENDORS.keys() - {""}:
        raise NewerSchema(f"job {job_id} is made by {', '.join(sorted(strangers))}, which this code cannot speak to")
    return job


def is_receipt(data: Mapping[str, Any]) -> bool:
    """Tell whether this is what is left of a deleted job: to everybody else there is no such job (deletions.py)."""
    return "deleted_at" in data


def outdated(data: Mapping[str, Any]) -> bool:
    """Tell whether a document that was read has a form this code does not write any more."""
    return bool(data["schema"] < OLDEST)


def _built(job_id: str, data: Mapping[str, Any], schema: int) -> Job:
    try:
        upgraded = _upgraded(data)
    except (KeyError, TypeError, AttributeError) as broken:
        raise Unreadable("", f"not a document of the first schema: {broken!r}") from broken
    held = from_plain(_Held, upgraded)
    return Job(
        id=job_id,
        tenant=held.tenant,
        request=held.request,
        plan=held.plan,
        created_at=held.created_at,
        give_up_at=held.give_up_at,
        nodes=dict(sorted(held.nodes.items(), key=_graph_order)),
        money=held.money,
        film_token=held.film_token,
        purchases=held.purchases,
        updated_at=held.updated_at,
        ending=held.ending,
        ended_at=held.completed_at,
        trouble=held.error,
        warnings=held.warnings,
        timeline=held.timeline,
        trace=held.trace,
        parent=held.parent,
        schema=schema,
        links=held.links,
        barred_at=held.barred_at,
        ordered_by=held.ordered_by,
        batch=held.batch,
        hooks=held.hooks,
        place=held.place,
        versions=held.versions,
        stay=held.stay,
        feedback=held.feedback,
    )


def _upgraded(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document as today's code writes it: before purchases were kept, the order was the only one."""
    if "purchases" in data or "request_hash" not in data:
        return data
    nodes = {key: _upgraded_node(node, data["created_at"]) for key, node in data["nodes"].items()}
    theirs = sum(node["cost"] for node in nodes.values() if node["payer"] == Payer.PROVIDER_ACCOUNT)
    order = {
        "name": "",
        "request_hash": data["request_hash"],
        "at": data["created_at"],
        "made": sorted(nodes),
        "ours": data["money"]["reserved"],
        "theirs": theirs,
    }
    return {**data, "nodes": nodes, "purchases": [order]}


def _upgraded_node(node: Mapping[str, Any], created_at: datetime) -> Mapping[str, Any]:
    """Keep what older attempts have cost as a line of the ledger, and the count of polls under its name.

    The old names go: kept as unknown they would be read, and counted, again.
    """
    old = {"polls": node.get("looks", 0), **node}
    folded_cost = old.get("folded_cost")
    node = {key: value for key, value in old.items() if key not in ("folded_cost", "looks")}
    if not folded_cost:
        return node
    folded = {
        "take": 1,
        "attempt": 0,
        "claimed_at": created_at,
        "cost": folded_cost,
        "outcome": Outcome.LATE.value,
        "why": "older attempts, together",
    }
    return {**node, "attempts": [folded, *node.get("attempts", ())]}


@dataclass(frozen=True, slots=True)
class _Held:
    tenant: str
    request: FilmRequest
    plan: Plan
    created_at: datetime
    give_up_at: datetime
    nodes: Mapping[str, Node]
    money: Money
    film_token: str
    purchases: tuple[Purchase, ...]
    updated_at: datetime | None = None
    ending: Ending | None = None
    completed_at: datetime | None = None
    error: Trouble | None = None
    warnings: tuple[str, ...] = ()
    timeline: tuple[Moment, ...] = ()
    trace: str = ""
    parent: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    barred_at: datetime | None = None
    ordered_by: str | None = None
    batch: str | None = None
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    versions: Versions = field(default_factory=Versions)
    stay: Stay = field(default_factory=Stay)
    feedback: tuple[Feedback, ...] = ()


_KINDS = list(Kind)


def _graph_order(item: tuple[str, Node]) -> tuple[int, int]:
    """Maps come back sorted by name; a job's nodes stand in the order of its graph, clip-2 before clip-10."""
    key, node = item
    number = key.partition("-")[2]
    return _KINDS.index(node.kind), int(number) if number.isdecimal() else 0
