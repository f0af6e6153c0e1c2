"""Events not yet delivered, written in the transaction that caused them, so that no crash can part the two."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .database import Database
from .resources import GOOGLE, Stored, object_resource


class Happening(StrEnum):
    """The CloudEvents types of Cloud Storage that this server sends."""

    FINALIZED = "google.cloud.storage.object.v1.finalized"
    DELETED = "google.cloud.storage.object.v1.deleted"


@dataclass(frozen=True, slots=True)
class Event:
    """One event and how often it was tried."""

    id: int
    bucket: str
    kind: Happening
    name: str
    body: str
    happened: datetime
    attempts: int


def _asleep() -> None:
    """Nobody delivers in the background."""


@dataclass(slots=True)
class Outbox:
    """The undelivered events of the watched buckets."""

    database: Database
    buckets: frozenset[str]
    kinds: frozenset[Happening]
    wake: Callable[[], None] = field(default=_asleep)

    def add(self, rows: sqlite3.Connection, kind: Happening, stored: Stored, now: datetime) -> None:
        """Note that something happened to an object, if anybody listens; joins the caller's transaction."""
        if stored.bucket not in self.buckets or kind not in self.kinds:
            return
        body = json.dumps(object_resource(stored, GOOGLE), ensure_ascii=False)
        rows.execute(
            "INSERT INTO events (bucket, kind, name, body, happened, attempts, due) VALUES (?, ?, ?, ?, ?, 0, ?)",
            (stored.bucket, kind, stored.name, body, now.isoformat(), now.timestamp()),
        )

    def due(self, now: datetime, *, without: Iterable[int], limit: int) -> list[Event]:
        """Read the events due now, oldest first, but for those in somebody's hands."""
        held = set(without)
        with self.database.transaction() as rows:
            found = rows.execute(
                "SELECT * FROM events WHERE due <= ? ORDER BY due, id LIMIT ?", (now.timestamp(), limit + len(held))
            )
            return [_event(row) for row in found if row["id"] not in held][:limit]

    def next_due(self, *, without: Iterable[int]) -> float | None:
        """Read when the next event is due (POSIX seconds), None when all are delivered or in hand."""
        held = set(without)
        with self.database.transaction() as rows:
            found = rows.execute("SELECT id, due FROM events ORDER BY due LIMIT ?", (len(held) + 1,))
            return next((row["due"] for row in found if row["id"] not in held), None)

    def settle(self, event: Event) -> None:
        """Forget an event that was delivered or given up."""
        with self.database.transaction() as rows:
            rows.execute("DELETE FROM events WHERE id = ?", (event.id,))

    def postpone(self, event: Event, until: datetime) -> None:
        """Try an event again later."""
        with self.database.transaction() as rows:
            rows.execute(
                "UPDATE events SET attempts = attempts + 1, due = ? WHERE id = ?", (until.timestamp(), event.id)
            )


def _event(row: sqlite3.Row) -> Event:
    return Event(
        row["id"],
        row["bucket"],
        Happening(row["kind"]),
        row["name"],
        row["body"],
        datetime.fromisoformat(row["happened"]),
        row["attempts"],
    )
