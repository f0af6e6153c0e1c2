"""Secrets that have a version another one replaced, and when to look at each: `replaced_secrets/{secret}`.

Secret Manager ends no version by itself: its times to live are a whole secret's, or put off an end somebody asked for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cloud.audit import AuditLine, add_line
from shared.cloud.clients import Clients
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.retry import CALL_SECONDS, retry_for

COLLECTION = "replaced_secrets"


@dataclass(frozen=True, slots=True)
class Replaced:
    """A secret to be looked at."""

    secret: str
    tenant: str
    noted_at: datetime  # when a version was last about to be added
    revision: Any


class ReplacedSecrets:
    """The collection `replaced_secrets`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def note(self, secret: str, tenant: str, now: datetime, due_at: datetime, line: AuditLine | None = None) -> None:
        """Say that a version is about to be added; an earlier due stays. One write or two. Raises StoreUnreachable.

        The audit log's line of it stands beside, before the change: Secret Manager writes nothing into our commits.
        """
        from google.api_core.exceptions import AlreadyExists, GoogleAPICallError, RetryError

        store = self._clients.firestore
        document, first, later = store.collection(COLLECTION).document(secret), store.batch(), store.batch()
        first.create(document, {"tenant": tenant, "noted_at": now, "due_at": due_at})
        later.update(document, {"noted_at": now})
        for each in (first, later):
            add_line(store, each, tenant, line)
        try:
            try:
                first.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            except AlreadyExists:
                later.commit(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:  # also where it went in between: the caller tries again
            raise StoreUnreachable(f"{document.path} could not be written: {failed}") from failed

    def due(self, now: datetime, limit: int) -> tuple[Replaced, ...]:
        """Return the secrets to be looked at, the longest due first. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        noted = self._clients.firestore.collection(COLLECTION).where(filter=FieldFilter("due_at", "<=", now))
        try:
            found = noted.order_by("due_at").limit(limit).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{COLLECTION} could not be queried: {failed}") from failed
        return tuple(Replaced(each.id, each.get("tenant"), each.get("noted_at"), each.update_time) for each in found)

    def look_again(self, each: Replaced, due_at: datetime | None) -> None:
        """Look at it again then, or never (None); what was noted meanwhile stays. Raises StoreUnreachable."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        store = self._clients.firestore
        document, same = (
            store.collection(COLLECTION).document(each.secret),
            store.write_option(last_update_time=each.revision),
        )
        try:
            if due_at is None:
                document.delete(option=same, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
            else:
                document.update({"due_at": due_at}, option=same, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (FailedPrecondition, NotFound):
            return  # it is noted anew, or gone: the next look sees
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"{document.path} could not be written: {failed}") from failed
