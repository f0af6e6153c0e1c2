"""Who changed what of a tenant's: `tenants/{tenant}/audit`, a line a change, written in the commit of the change.

A line names fields, never what stands in them: no secret, no script and no address is in the log. Lines stay when jobs,
keys and the tenant itself are deleted: what was deleted, when and by whom is what they are for.
"""

from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from shared.pipeline.codec import Stored, to_stored

BY_OPERATOR, BY_RETENTION = "operator", "retention"  # who changes something without an API key


def _new_id() -> str:
    return token_hex(10)


@dataclass(frozen=True, slots=True)
class AuditLine(Stored):
    """One change."""

    at: datetime
    what: str  # "job.deleted"; the words stand in steps/audited.py
    by: str  # an API key's id, or BY_OPERATOR, or BY_RETENTION
    by_name: str = ""  # what the key was called then
    about: str = ""  # the id or name of what was changed
    fields: tuple[str, ...] = ()  # of it that were changed
    id: str = field(default_factory=_new_id)


def add_line(store: Any, batch: Any, tenant: str, line: AuditLine | None) -> None:
    """Add a line to the batch that makes its change; written twice, it is one line."""
    if line:
        lines = store.collection("tenants").document(tenant).collection("audit")
        batch.set(lines.document(line.id), {name: each for name, each in to_stored(line).items() if name != "id"})
