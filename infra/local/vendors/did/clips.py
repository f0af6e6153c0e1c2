"""The clips that were ordered, and what became of them.

The record looks, lists, credits and the bill are answered from.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.vendors.did.settings import Order
from infra.local.vendors.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS clips (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, request TEXT NOT NULL, name TEXT, form TEXT NOT NULL,
  presenter TEXT NOT NULL, created_at TEXT NOT NULL, ready_at TEXT NOT NULL, finished_at TEXT, outcome TEXT NOT NULL,
  error_kind TEXT, seconds REAL, billed INTEGER NOT NULL DEFAULT 0, amount INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS clips_by_account ON clips (account, outcome);
"""
_SORTED: Mapping[Order, str] = {
    Order.NEWEST: "created_at DESC, rowid DESC",
    Order.OLDEST: "created_at, rowid",
    Order.ID: "id",
}


@dataclass(frozen=True, slots=True)
class Clip:
    """One order; `outcome` is pending, done, error or rejected."""

    id: str
    account: str
    request: Mapping[str, Any]
    name: str | None
    form: str
    presenter: str
    created_at: datetime
    ready_at: datetime
    finished_at: datetime | None
    outcome: str
    error_kind: str | None
    seconds: float | None

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{self.id}.{self.form}"

    def status(self, now: datetime) -> str:
        """Return the vendor's word for where it is: created, then started, done, error or rejected."""
        if self.outcome != "pending":
            return self.outcome
        whole = (self.ready_at - self.created_at).total_seconds()
        return "created" if (now - self.created_at).total_seconds() < whole / 3 else "started"


class Clips:
    """The record, on SQLite."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def unfinished(self, account: str) -> int:
        """Return how many clips of an account are still being made."""
        row = self._journal.row(
            "SELECT count(*) AS n FROM clips WHERE account = ? AND outcome = 'pending' AND deleted = 0", account
        )
        return int(row["n"]) if row else 0

    def spent(self, account: str) -> float:
        """Return the seconds an account was billed."""
        row = self._journal.row("SELECT coalesce(sum(billed), 0) AS n FROM clips WHERE account = ?", account)
        return float(row["n"]) if row else 0.0

    def order(
        self, account: str, request: Mapping[str, Any], *, presenter: str, form: str, now: datetime, ready: datetime
    ) -> Clip:
        """Record an order: each is a clip of its own, whatever it says."""
        clip = f"clp_{secrets.token_hex(12)}"
        with self._journal.transaction() as cursor:
            row = {
                "id": clip,
                "account": account,
                "request": json.dumps(request),
                "name": request.get("name"),
                "form": form,
                "presenter": presenter,
                "created_at": now.isoformat(),
                "ready_at": ready.isoformat(),
                "outcome": "pending",
            }
            self._journal.insert(cursor, "clips", row)
            made = cursor.execute("SELECT * FROM clips WHERE id = ?", (clip,)).fetchone()
        return _clip(made)

    def made_in_studio(self, account: str, presenter: str, made_at: Iterable[datetime]) -> None:
        """Record finished clips of an account's own people, which the list shows beside all others."""
        script = {"type": "text", "input": "Made by hand."}
        with self._journal.transaction() as cursor:
            for at in made_at:
                made = at.isoformat()
                row = {
                    "id": f"clp_{secrets.token_hex(12)}",
                    "account": account,
                    "request": json.dumps({"presenter_id": presenter, "script": script, "name": "by hand"}),
                    "name": "by hand",
                    "form": "mp4",
                    "presenter": presenter,
                    "created_at": made,
                    "ready_at": made,
                    "finished_at": made,
                    "outcome": "done",
                }
                self._journal.insert(cursor, "clips", row)

    def find(self, clip_id: str, account: str | None = None) -> Clip | None:
        """Return a clip that was not deleted; with an account, only one of its own."""
        row = self._journal.row("SELECT * FROM clips WHERE id = ? AND deleted = 0", clip_id)
        return _clip(row) if row and account in (None, row["account"]) else None

    def listing(self, account: str, order: Order, *, until: datetime, offset: int, limit: int) -> list[Clip]:
        """Return an account's clips that were made until then, in this order."""
        rows = self._journal.rows(
            "SELECT * FROM clips WHERE account = ? AND deleted = 0 AND created_at <= ?"  # noqa: S608 - one of three
            f" ORDER BY {_SORTED[order]} LIMIT ? OFFSET ?",
            account,
            until.isoformat(),
            limit,
            offset,
        )
        return [_clip(row) for row in rows]

    def pending(self) -> list[Clip]:
        """Return what is being made, soonest first."""
        rows = self._journal.rows(
            "SELECT * FROM clips WHERE outcome = 'pending' AND deleted = 0 ORDER BY ready_at, rowid"
        )
        return [_clip(row) for row in rows]

    def delete(self, clip_id: str) -> None:
        """Forget a clip; what was billed stays billed."""
        with self._journal.transaction() as cursor:
            cursor.execute("UPDATE clips SET deleted = 1 WHERE id = ?", (clip_id,))

    def finish(
        self, clip_id: str, now: datetime, *, outcome: str, seconds: float | None, amount: int, kind: str | None = None
    ) -> bool:
        """Record the end of a clip, once; tell whether this was it."""
        billed = seconds if amount and seconds else 0.0
        with self._journal.transaction() as cursor:
            done = cursor.execute(
                "UPDATE clips SET outcome = ?, error_kind = ?, seconds = ?, billed = ?, amount = ?, finished_at = ?"
                " WHERE id = ? AND outcome = 'pending' AND deleted = 0",
                (outcome, kind, seconds, billed, amount, now.isoformat(), clip_id),
            )
            return done.rowcount == 1

    def count(self, name: str) -> int:
        """Count a request by name ("polls", "submits"); return how many there were."""
        return self._journal.count(name)

    def secret(self, name: str) -> bytes:
        """Return a secret of the stand-in's own that survives restarts."""
        return self._journal.secret(name)

    def bill(self) -> dict[str, Any]:
        """Return every generation with its price, and how often we were asked."""
        counts = self._journal.counts()
        generations = [
            {
                "id": row["id"],
                "key": row["name"],
                "account": row["account"],
                "model": "clips",
                "feature": "avatar",
                "presenter": row["presenter"],
                "seconds": row["seconds"],
                "outcome": row["outcome"],
                "billed": row["amount"] > 0,
                "amount_micros": row["amount"],
                "submitted_at": row["created_at"],
                "finished_at": row["finished_at"],
            }
            for row in self._journal.rows("SELECT * FROM clips ORDER BY rowid")
        ]
        counted = {name: counts.get(name, 0) for name in ("polls", "submits", "lists", "foreign_keys")}
        return {"generations": generations, **counted}


def _clip(row: Any) -> Clip:
    return Clip(
        id=row["id"],
        account=row["account"],
        request=json.loads(row["request"]),
        name=row["name"],
        form=row["form"],
        presenter=row["presenter"],
        created_at=datetime.fromisoformat(row["created_at"]),
        ready_at=datetime.fromisoformat(row["ready_at"]),
        finished_at=datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else None,
        outcome=row["outcome"],
        error_kind=row["error_kind"],
        seconds=row["seconds"],
    )
