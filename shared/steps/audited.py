"""What the audit log tells of, in one stable word each, and by whom; a line stands in the commit of its change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.cloud.audit import BY_OPERATOR, AuditLine
from shared.cloud.tenants import ApiKey


class Audited(StrEnum):
    """What was changed; never renamed.

    A job is told of here when the operator changed it, or when it went; what its tenant did stands in its timeline.
    """

    JOB_PUSHED = "job.pushed"
    JOB_STOPPED = "job.cancelled"
    JOB_RETRIED = "job.retried"
    JOB_DELETED = "job.deleted"
    JOB_KEPT = "job.kept"
    JOB_RELEASED = "job.released"
    BATCH_DELETED = "batch.deleted"
    FEEDBACK_GIVEN = "feedback.given"
    TENANT_MADE = "tenant.made"
    TENANT_CHANGED = "tenant.changed"
    TENANT_SUSPENDED = "tenant.suspended"
    TENANT_RESUMED = "tenant.resumed"
    TENANT_CLOSING = "tenant.closing"
    TENANT_CLOSED = "tenant.closed"
    LIMITS_CHANGED = "limits.changed"
    KEY_MADE = "key.made"
    KEY_REPLACED = "key.replaced"
    KEY_REVOKED = "key.revoked"
    KEYS_REVOKED = "keys.revoked"
    ACCOUNT_PUT = "account.put"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_DELETED = "account.deleted"
    ACCOUNT_WEBHOOK_ROTATED = "account.webhook_rotated"
    WEBHOOK_SECRET_MADE = "webhook_secret.made"  # noqa: S105  # a word of the log
    WEBHOOK_MADE = "webhook.made"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    DELIVERY_REPLAYED = "delivery.replayed"
    PERSONA_PUT = "persona.put"
    PERSONA_DELETED = "persona.deleted"
    TEMPLATE_PUT = "template.put"
    TEMPLATE_DELETED = "template.deleted"
    BRAND_PUT = "brand.put"
    BRAND_DELETED = "brand.deleted"
    DEFAULTS_PUT = "defaults.put"
    DEFAULTS_DELETED = "defaults.deleted"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: the API key of a call, or the operator."""

    by: str
    name: str = ""

    def line(self, what: Audited, about: str, now: datetime, fields: Iterable[str] = ()) -> AuditLine:
        """Return the line of one change, to be written beside it."""
        return AuditLine(now, what, self.by, self.name, about, tuple(fields))


THE_OPERATOR = Actor(BY_OPERATOR)


def operator_with(key: ApiKey) -> Actor:
    """Return the operator who has signed in with this key: its id is the name, for other tenants read the line."""
    return Actor(BY_OPERATOR, key.id)


def actor_of(key: ApiKey) -> Actor:
    """Return who calls with this key."""
    return Actor(key.id, key.name)
