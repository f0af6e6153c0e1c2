"""The lanes' documents, `lanes/{lane}`: who holds the turn, written by compare-and-set, and when the sweep looks at it.

A lane nobody holds stays as an empty document: the next one to knock names its revision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.cloud.clients import Clients
from shared.cloud.jobs import QUERY_SECONDS, StoreUnreachable
from shared.cloud.records import Page, Unread
from shared.cloud.retry import CALL_SECONDS, retry_for
from shared.pipeline.codec import Unreadable, from_plain, to_stored
from shared.pipeline.job.turns import Turn


class LaneMoved(Exception):
    """Somebody else wrote the lane since it was read: read it again."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as it was read at the server's `read_time`; `revision` is None before its first turn."""

    id: str
    queue: str
    holder: Turn | None
    given_at: datetime | None
    revision: Any
    read_time: datetime


class Lanes:
    """The collection `lanes`."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def read(self, lane: str, queue: str) -> Lane:
        """Read a lane, which may not have been used yet. Raises StoreUnreachable, Unreadable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            snapshot = self._document(lane).get(retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS)
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"lane {lane} could not be read: {failed}") from failed
        return _lane(snapshot) if snapshot.exists else Lane(lane, queue, None, None, None, snapshot.read_time)

    def give(self, lane: Lane, turn: Turn | None, due_at: datetime) -> None:
        """Give the turn to a node, or to nobody. Raises LaneMoved, StoreUnreachable (it may have been written)."""
        held = {"holder": to_stored(turn), "given_at": lane.read_time, "due_at": due_at} if turn else {}
        self._write(lane, {"queue": lane.queue, **held})

    def rest(self, lane: Lane, due_at: datetime) -> None:
        """Look at a lane again later. Raises LaneMoved, StoreUnreachable."""
        held = {"holder": to_stored(lane.holder), "given_at": lane.given_at} if lane.holder else {}
        self._write(lane, {"queue": lane.queue, **held, "due_at": due_at})

    def overdue(self, now: datetime, limit: int, after: Any = None) -> Page[Lane | Unread]:
        """Return the most overdue lanes, at most `limit`, after a page's last. Raises StoreUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud.firestore import FieldFilter

        query = self._clients.firestore.collection("lanes").where(filter=FieldFilter("due_at", "<=", now))
        query = query.order_by("due_at").limit(limit)
        try:
            found = list(
                (query.start_after(after) if after else query).stream(
                    retry=retry_for(QUERY_SECONDS), timeout=QUERY_SECONDS
                )
            )
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"lanes could not be queried: {failed}") from failed
        return Page(tuple(map(_readable, found)), found[-1] if len(found) == limit else None)

    def postpone(self, lane: str, revision: Any, due_at: datetime) -> None:
        """Move the due of a lane nobody can move as it is. Raises LaneMoved, StoreUnreachable."""
        from google.api_core.exceptions import FailedPrecondition, GoogleAPICallError, NotFound, RetryError

        option = self._clients.firestore.write_option(last_update_time=revision)
        try:
            self._document(lane).update(
                {"due_at": due_at}, option=option, retry=retry_for(CALL_SECONDS), timeout=CALL_SECONDS
            )
        except (FailedPrecondition, NotFound) as moved:
            raise LaneMoved(f"lane {lane} was written by somebody else") from moved
        except (GoogleAPICallError, RetryError) as failed:
            raise StoreUnreachable(f"the due of lane {lane} could not be moved: {failed}") from failed

    def _write(self, lane: Lane, fields: Mapping[str, Any]) -> None:
        """Replace the document if nobody has written it since; whole, so that an empty lane has no due."""
        from google.api_core.exceptions import (
            Aborted,
            AlreadyExists,
            FailedPrecondition,
            GoogleAPICallError,
            NotFound,
            RetryError,
        )
        from google.cloud import firestore

        store = self._clients.firestore
        batch, document = store.batch(), self._document(lane.id)
        if lane.revision is None:
            batch.create(document, dict(fields))
        else:
            gone = dict.fromkeys(("holder", "given_at", "due_at"), firestore.DELETE_FIELD)
            batch.update(document, {**gone, **fields}, option=store.write_option(last_update_time=lane.revision))
        try:
            batch.commit(retry=None, timeout=CALL_SECONDS)
        except (AlreadyExists, FailedPrecondition, Aborted, NotFound) as moved:
            raise LaneMoved(f"lane {lane.id} was written by somebody else") from moved
        except (GoogleAPICallError, RetryError) as unknown:
            raise StoreUnreachable(f"lane {lane.id}: the write's end is not known: {unknown}") from unknown

    def _document(self, lane: str) -> Any:
        return self._clients.firestore.collection("lanes").document(lane)


def _readable(snapshot: Any) -> Lane | Unread:
    try:
        return _lane(snapshot)
    except Unreadable as poison:
        return Unread(snapshot.id, snapshot.update_time, str(poison))


def _lane(snapshot: Any) -> Lane:
    data = snapshot.to_dict()
    queue, holder, given_at = data.get("queue"), data.get("holder"), data.get("given_at")
    if not isinstance(queue, str) or not isinstance(given_at, datetime | None):
        raise Unreadable("", f"lane {snapshot.id} does not say its queue, and since when its turn is held")
    return Lane(
        id=snapshot.id,
        queue=queue,
        holder=from_plain(Turn, holder, "holder") if holder else None,
        given_at=given_at,
        revision=snapshot.update_time,
        read_time=snapshot.read_time,
    )
