"""The operations the stand-in has accepted, and what became of them.

The record it answers polls and writes bills from.
"""

import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local.vendors.faults import SCHEMA as FAULTS_SCHEMA
from infra.local.vendors.journal import Journal
from infra.local.vendors.veo.contract import Order

_SCHEMA = (
    FAULTS_SCHEMA
    + """
CREATE TABLE IF NOT EXISTS operations (
  id TEXT PRIMARY KEY, project TEXT NOT NULL, model TEXT NOT NULL, request TEXT NOT NULL, feature TEXT NOT NULL,
  storage_uri TEXT, folder TEXT NOT NULL, seconds REAL NOT NULL, warnings TEXT NOT NULL, cold INTEGER NOT NULL,
  submitted_at TEXT NOT NULL, ready_at TEXT NOT NULL, finished_at TEXT, outcome TEXT NOT NULL, answer TEXT,
  billed INTEGER NOT NULL DEFAULT 0, amount INTEGER NOT NULL DEFAULT 0, looks INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS operations_by_age ON operations (project, model, submitted_at);
CREATE TABLE IF NOT EXISTS warm (project TEXT PRIMARY KEY);
"""
)
_LEAST_FOLDER, _MOST_FOLDER = 10**18, 9 * 10**18


@dataclass(frozen=True, slots=True)
class Operation:
    """One accepted submit; `outcome` is pending, filmed, failed, filtered or empty."""

    id: str
    project: str
    model: str
    request: Mapping[str, Any]
    storage_uri: str | None
    folder: str
    cold: bool
    submitted_at: datetime
    ready_at: datetime
    outcome: str
    answer: Mapping[str, Any] | None
    looks: int

    @property
    def name(self) -> str:
        """The full name the service hands out."""
        return (
            f"projects/{self.project}/locations/us-central1/publishers/google/models/{self.model}/operations/{self.id}"
        )

    def output(self, sample: int) -> str:
        """Return the gs:// name of a sample: below the asked prefix, in a folder nobody can foresee."""
        return f"{(self.storage_uri or '').rstrip('/')}/{self.folder}/sample_{sample}.mp4"


class Operations:
    """The record, on SQLite."""

    def __init__(self, data: Path) -> None:
        self.journal = Journal(data / "veo.sqlite", _SCHEMA)

    def accept(
        self,
        project: str,
        model: str,
        order: Order,
        request: Mapping[str, Any],
        now: datetime,
        ready: datetime,
        *,
        cold: bool,
    ) -> Operation:
        """Record a submit.

        `cold` says that the project's service agent still has to be made, if it is the first to use gs://.
        """
        name, folder = str(uuid.uuid4()), str(secrets.randbelow(_MOST_FOLDER - _LEAST_FOLDER) + _LEAST_FOLDER)
        with self.journal.transaction() as cursor:
            first = (
                cold
                and order.uses_storage
                and not cursor.execute("SELECT 1 FROM warm WHERE project = ?", (project,)).fetchone()
            )
            if first:
                cursor.execute("INSERT INTO warm VALUES (?)", (project,))
            row = {
                "id": name,
                "project": project,
                "model": model,
                "request": json.dumps(request),
                "feature": order.feature.value,
                "storage_uri": order.storage_uri,
                "folder": folder,
                "seconds": order.seconds * order.samples,
                "warnings": json.dumps(order.warnings),
                "cold": int(first),
                "submitted_at": now.isoformat(),
                "ready_at": ready.isoformat(),
                "outcome": "pending",
            }
            self.journal.insert(cursor, "operations", row)
        return self._must(name)

    def find(self, name: str, *, since: datetime) -> Operation | None:
        """Return the operation of this id unless it was submitted before `since` (they do not live for ever)."""
        row = self.journal.row("SELECT * FROM operations WHERE id = ? AND submitted_at >= ?", name, since.isoformat())
        return _operation(row) if row else None

    def looked(self, name: str) -> None:
        """Count a poll of an operation."""
        with self.journal.transaction() as cursor:
            cursor.execute("UPDATE operations SET looks = looks + 1 WHERE id = ?", (name,))

    def count(self, name: str) -> None:
        """Count a request by name ("polls", "submits")."""
        self.journal.count(name)

    def recent(self, project: str, model: str, now: datetime) -> int:
        """Return how many submits were accepted in the last minute."""
        since = (now - timedelta(minutes=1)).isoformat()
        row = self.journal.row(
            "SELECT count(*) AS n FROM operations WHERE project = ? AND model = ? AND submitted_at > ?",
            project,
            model,
            since,
        )
        return int(row["n"]) if row else 0

    def pending(self) -> list[Operation]:
        """Return what is not done, soonest first."""
        return [
            _operation(row)
            for row in self.journal.rows("SELECT * FROM operations WHERE outcome = 'pending' ORDER BY ready_at, rowid")
        ]

    def pending_one(self, name: str) -> Operation | None:
        """Return an operation unless it is done."""
        row = self.journal.row("SELECT * FROM operations WHERE id = ? AND outcome = 'pending'", name)
        return _operation(row) if row else None

    def finish(self, name: str, outcome: str, answer: Mapping[str, Any], now: datetime, *, amount: int = 0) -> None:
        """Record the end of an operation, once: a terminal operation never changes."""
        with self.journal.transaction() as cursor:
            cursor.execute(
                "UPDATE operations SET outcome = ?, answer = ?, finished_at = ?, billed = ?, amount = ?"
                " WHERE id = ? AND outcome = 'pending'",
                (outcome, json.dumps(answer), now.isoformat(), int(outcome == "filmed"), amount, name),
            )

    def bill(self) -> dict[str, Any]:
        """Return every generation with its price, and how often we were asked."""
        counts = self.journal.counts()
        generations = [
            {
                "id": _operation(row).name,
                "key": row["storage_uri"],
                "model": row["model"],
                "feature": row["feature"],
                "seconds": row["seconds"],
                "outcome": row["outcome"],
                "billed": bool(row["billed"]),
                "amount_micros": row["amount"],
                "submitted_at": row["submitted_at"],
                "finished_at": row["finished_at"],
                "warnings": json.loads(row["warnings"]),
            }
            for row in self.journal.rows("SELECT * FROM operations ORDER BY rowid")
        ]
        return {"generations": generations, "polls": counts.get("polls", 0), "submits": counts.get("submits", 0)}

    def _must(self, name: str) -> Operation:
        row = self.journal.row("SELECT * FROM operations WHERE id = ?", name)
        if row is None:
            raise KeyError(name)
        return _operation(row)


def _operation(row: Any) -> Operation:
    return Operation(
        id=row["id"],
        project=row["project"],
        model=row["model"],
        request=json.loads(row["request"]),
        storage_uri=row["storage_uri"],
        folder=row["folder"],
        cold=bool(row["cold"]),
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        ready_at=datetime.fromisoformat(row["ready_at"]),
        outcome=row["outcome"],
        answer=json.loads(row["answer"]) if row["answer"] else None,
        looks=row["looks"],
    )
