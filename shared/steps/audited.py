"""What the audit log tells of, in one stable word each, and by whom; a line stands in the commit of its change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.cloud.audit import AuditLine
from shared.cloud.tenants import ApiKey


class Audited(StrEnum):
    """What was changed; never renamed."""

    JOB_DELETED = "job.deleted"
    JOB_KEPT = "job.kept"
    JOB_RELEASED = "job.released"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: the API key of a call, or the operator."""

    by: str
    name: str = ""

    def line(self, what: Audited, about: str, now: datetime, fields: Iterable[str] = ()) -> AuditLine:
        """Return the line of one change, to be written beside it."""
        return AuditLine(now, what, self.by, self.name, about, tuple(fields))


def actor_of(key: ApiKey) -> Actor:
    """Return who calls with this key."""
    return Actor(key.id, key.name)
