"""What is told of a closed tenant: what was deleted, by kind and count, and what stays, why and until when."""

from datetime import datetime, timedelta
from typing import Any

from shared.cloud.closings import ClosingRead, KeptThing
from shared.cloud.deletions import RECEIPT_LIFE
from shared.pipeline.codec import to_plain

RECOVERABLE = timedelta(days=7)  # Firestore's point-in-time recovery
LOGGED = timedelta(days=30)  # Cloud Logging's default


def kept_of(now: datetime) -> tuple[KeptThing, ...]:
    """Return what stays of a tenant that is closed now."""
    return (
        KeptThing("the tombstone: its id, when it was closed, this report", "the id is never given again"),
        KeptThing("its months: films and dollars, no words", "accounting"),
        KeptThing("its audit log: who changed what, and when", "to prove what was done, and by whom"),
        KeptThing(
            "the receipts of its jobs: the figures of their bills",
            "accounting; no other order has a job's id",
            now + RECEIPT_LIFE,
        ),
        KeptThing("documents as they were, in Google's point-in-time recovery", "recovery of all", now + RECOVERABLE),
        KeptThing("log lines with ids, without words or keys", "faults and abuse", now + LOGGED),
        KeptThing("what was made at its own avatar accounts", "they are the tenant's, not abroll's"),
    )


def report_of(read: ClosingRead) -> dict[str, Any]:
    """Return how far a closing is, and its report: the same at every reading once it is closed."""
    closing = read.closing
    told = {
        "tenant": read.tenant,
        "status": "closed" if read.closed_at else "closing",
        "since": read.since,
        "closed_at": read.closed_at,
        "waits_for": closing.waits or None,
        "goes_on_at": read.close_at,
        "deleted": dict(sorted(closing.deleted.items())),
        "left_behind": dict(closing.left) or None,
        "kept": [to_plain(each) for each in closing.kept] or None,
    }
    return {name: value for name, value in told.items() if value is not None}
