"""The videos that were ordered, and what became of them.

The record polls, lists, wallets and the bill are answered from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.local.vendors.journal import Journal

SCHEMA = """
CREATE TABLE IF NOT EXISTS videos (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, request TEXT NOT NULL, title TEXT, webm INTEGER NOT NULL,
  model TEXT NOT NULL, created_at TEXT NOT NULL, ready_at TEXT NOT NULL, finished_at TEXT, outcome TEXT NOT NULL,
  failure_code TEXT, failure_message TEXT, seconds REAL, amount INTEGER NOT NULL DEFAULT 0, idempotency_key TEXT,
  deleted INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS videos_by_account ON videos (account, outcome);
CREATE TABLE IF NOT EXISTS answers (
  account TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  at TEXT NOT NULL, PRIMARY KEY (account, route, key));
CREATE TABLE IF NOT EXISTS assets (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL,
  at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Video:
    """One order; `outcome` is pending, filmed or failed."""

    id: str
    account: str
    request: Mapping[str, Any]
    title: str | None
    webm: bool
    created_at: datetime
    ready_at: datetime
    finished_at: datetime | None
    outcome: str
    failure_code: str | None
    failure_message: str | None
    seconds: float | None

    @property
    def footage(self) -> bool:
        """Tell whether it was ordered at the route for footage: no presenter's order names a model."""
        return "model" in self.request

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return ".webm" if self.webm else ".mp4"

    def status(self, now: datetime) -> str:
        """Return the vendor's word for where it is: waiting, then pending, processing, completed or failed."""
        match self.outcome:
            case "filmed":
                return "completed"
            case "failed":
                return "failed"
            case _:
                whole = (self.ready_at - self.created_at).total_seconds()
                return "pending" if (now - self.created_at).total_seconds() < whole / 3 else "processing"


class Videos:
    """The record, on SQLite."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def unfinished(self, account: str) -> int:
        """Return how many videos of an account are still being made: they hold its slots."""
        row = self._journal.row(
            "SELECT count(*) AS n FROM videos WHERE account = ? AND outcome = 'pending' AND deleted = 0", account
        )
        return int(row["n"]) if row else 0

    def spent(self, account: str) -> int:
        """Return micro-dollars an account was billed."""
        row = self._journal.row("SELECT coalesce(sum(amount), 0) AS n FROM videos WHERE account = ?", account)
        return int(row["n"]) if row else 0

    def order(
        self,
        video_id: str,
        account: str,
        request: Mapping[str, Any],
        *,
        model: str,
        now: datetime,
        ready: datetime,
        route: str,
        key: str | None,
        data: Mapping[str, Any],
        status: int = 200,
    ) -> dict[str, Any]:
        """Record an order together with the answer its Idempotency-Key will replay; return the answer."""
        answer = {"data": dict(data)}
        webm = request.get("output_format") == "webm"
        with self._journal.transaction() as cursor:
            row = {
                "id": video_id,
                "account": account,
                "request": json.dumps(request),
                "title": request.get("title"),
                "webm": int(webm),
                "model": model,
                "created_at": now.isoformat(),
                "ready_at": ready.isoformat(),
                "outcome": "pending",
                "idempotency_key": key,
            }
            self._journal.insert(cursor, "videos", row)
            if key is not None:
                _keep(cursor, account, route, key, status, answer, now)
        return answer

    def find(self, video_id: str, account: str | None = None) -> Video | None:
        """Return a video that was not deleted; with an account, only one of its own."""
        row = self._journal.row("SELECT * FROM videos WHERE id = ? AND deleted = 0", video_id)
        return _video(row) if row and account in (None, row["account"]) else None

    def listing(self, account: str, *, title: str | None, folder: str | None, offset: int, limit: int) -> list[Video]:
        """Return an account's videos, newest first, whose title contains `title`."""
        rows = self._journal.rows(
            "SELECT * FROM videos WHERE account = ? AND deleted = 0"
            " AND (? IS NULL OR instr(lower(coalesce(title, '')), lower(?)) > 0)"
            " AND (? IS NULL OR json_extract(request, '$.folder_id') = ?) ORDER BY rowid DESC LIMIT ? OFFSET ?",
            account, title, title, folder, folder, limit, offset,
        )  # fmt: skip
        return [_video(row) for row in rows]

    def pending(self) -> list[Video]:
        """Return what is being made, soonest first."""
        return [
            _video(row)
            for row in self._journal.rows(
                "SELECT * FROM videos WHERE outcome = 'pending' AND deleted = 0 ORDER BY ready_at, rowid"
            )
        ]

    def delete(self, video_id: str) -> None:
        """Forget a video; one that was still being made is not billed."""
        with self._journal.transaction() as cursor:
            cursor.execute(
                "UPDATE videos SET deleted = 1, outcome = CASE outcome WHEN 'pending' THEN 'failed' ELSE outcome END"
                " WHERE id = ?",
                (video_id,),
            )

    def finish(
        self, video_id: str, now: datetime, *, seconds: float | None, amount: int, failure: tuple[str, str] | None
    ) -> bool:
        """Record the end of a video, once; tell whether this was it."""
        outcome, code, message = ("filmed", None, None) if failure is None else ("failed", *failure)
        with self._journal.transaction() as cursor:
            done = cursor.execute(
                "UPDATE videos SET outcome = ?, failure_code = ?, failure_message = ?, seconds = ?, amount = ?,"
                " finished_at = ? WHERE id = ? AND outcome = 'pending' AND deleted = 0",
                (outcome, code, message, seconds, amount, now.isoformat(), video_id),
            )
            return done.rowcount == 1

    def answer(self, account: str, route: str, key: str, *, since: datetime) -> tuple[int, str] | None:
        """Return the (status, body) an Idempotency-Key replays, unless it was kept before `since`."""
        row = self._journal.row(
            "SELECT * FROM answers WHERE account = ? AND route = ? AND key = ? AND at >= ?",
            account,
            route,
            key,
            since.isoformat(),
        )
        return (row["status"], row["body"]) if row else None

    def keep(self, account: str, route: str, key: str, status: int, body: object, now: datetime) -> None:
        """Keep an answer for its Idempotency-Key."""
        with self._journal.transaction() as cursor:
            _keep(cursor, account, route, key, status, body, now)

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
                "key": row["title"] or asked.get("callback_id"),
                "idempotency_key": row["idempotency_key"],
                "account": row["account"],
                "model": row["model"],
                "feature": asked.get("mode", "avatar"),
                "seconds": row["seconds"],
                "outcome": row["outcome"],
                "billed": row["outcome"] == "filmed" or row["amount"] > 0,
                "amount_micros": row["amount"],
                "submitted_at": row["created_at"],
                "finished_at": row["finished_at"],
            }
            for row in self._journal.rows("SELECT * FROM videos ORDER BY rowid")
            for asked in [json.loads(row["request"])]
        ]
        return {"generations": generations, "polls": counts.get("polls", 0), "submits": counts.get("submits", 0)}


def _keep(cursor: Any, account: str, route: str, key: str, status: int, body: object, now: datetime) -> None:
    cursor.execute(
        "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
        (account, route, key, status, json.dumps(body), now.isoformat()),
    )


def _video(row: Any) -> Video:
    return Video(
        id=row["id"],
        account=row["account"],
        request=json.loads(row["request"]),
        title=row["title"],
        webm=bool(row["webm"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        ready_at=datetime.fromisoformat(row["ready_at"]),
        finished_at=datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else None,
        outcome=row["outcome"],
        failure_code=row["failure_code"],
        failure_message=row["failure_message"],
        seconds=row["seconds"],
    )
