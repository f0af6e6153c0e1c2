"""Finds out what became of a take whose answer was lost, where asking again under its key is no way, or none any more.

A vendor that lists titles shows the attempt's own name, or it does not have it (yet); one that shows nothing is only
waited for. What each means is the machine's to say: `NothingFound` alone never ends an attempt.
"""

from datetime import datetime

from shared.cloud.records import Loaded
from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Node, Reconcile
from shared.pipeline.job.names import attempt_name
from shared.providers.ports import KeyChanged, PresenterVendor, TryLater


def sought(
    loaded: Loaded, node: Node, way: Reconcile, presenter: PresenterVendor, api_key: str, began: datetime
) -> on.NodeEvent:
    """Look once for an unclear take, the way its vendor shows it; `began` is the server time before the look."""
    about = (node.key, node.take, node.attempt)
    if way is not Reconcile.LIST_BY_TITLE:
        return on.NothingFound(*about, way, at=began)
    try:
        since = (node.claim.first_at or node.claim.at) if node.claim else None
        found = presenter.find(str(attempt_name(loaded.job.id, node)), api_key=api_key, since=since)
    except KeyChanged:
        return on.KeyDenied(*about)
    except TryLater as later:
        log_job(Fact.POLL_FAILED, loaded.job, str(later), node=node.key)
        return on.NothingFound(*about, way, at=began, certain=False)
    if not found:
        return on.NothingFound(*about, way, at=began)
    if len(living := [take.id for take in found if not take.dead]) > 1:
        several = f"{len(living)} takes of one name: {', '.join(living)}"
        log_job(Fact.ALARM, loaded.job, f"surplus_output: {loaded.job.id} {node.key}: {several}", node=node.key)
    return on.IdHeard(*about, found[0].id)


def key_gone(node: Node) -> on.KeyDenied:
    """Say that the key a take was ordered with is gone from us: paid, and never ordered again by us."""
    return on.KeyDenied(node.key, node.take, node.attempt, gone=True)
