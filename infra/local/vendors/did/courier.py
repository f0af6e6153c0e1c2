"""Calls an order's own address once when its clip has ended: unsigned, never again, whatever the answer."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from infra.local.vendors.journal import Journal
from infra.local.vendors.loopback import loopback_client
from infra.local.vendors.workshop import Job, Workshop

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY, url TEXT NOT NULL, body TEXT NOT NULL, due TEXT NOT NULL, state TEXT NOT NULL, last TEXT);
"""
_TIMEOUT = 10.0
_LATE = timedelta(seconds=90)


class Courier:
    """What is to be called, on SQLite; a background thread calls."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime], *, background: bool) -> None:
        self._journal = journal
        self._clock = clock
        self._background = background
        self._client = loopback_client(_TIMEOUT)
        self._workshop = Workshop("did-courier", self._jobs, self._call, clock, early=False, hands=4)

    def start(self) -> None:
        """Begin to call."""
        if self._background:
            self._workshop.start()

    def stop(self) -> None:
        """Stop; what is left is called after the next start."""
        self._workshop.stop()
        self._client.close()

    def call_due(self) -> None:
        """Call, in this thread, what is due by the handed-in clock."""
        self._workshop.complete_due()

    def tell(self, url: str, resource: Mapping[str, Any], how: str) -> None:
        """Send a clip to its address as its order wants: once, or "never", "twice", "late"."""
        due = (self._clock() + (_LATE if how == "late" else timedelta(0))).isoformat()
        with self._journal.transaction() as cursor:
            for _ in range({"never": 0, "twice": 2}.get(how, 1)):
                row = (secrets.token_hex(8), url, json.dumps(resource), due, "due", None)
                cursor.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?)", row)
        self._workshop.wake()

    def tell_now(self, url: str, resource: Mapping[str, Any]) -> None:
        """Send a clip to its address at once, in this thread."""
        try:
            self._client.post(url, json=dict(resource))
        except httpx.HTTPError:
            return  # nobody tries again

    def _jobs(self) -> list[Job]:
        rows = self._journal.rows("SELECT id, due FROM calls WHERE state = 'due' ORDER BY due")
        return [Job(row["id"], datetime.fromisoformat(row["due"])) for row in rows]

    def _call(self, call: str, due: bool) -> None:
        row = self._journal.row("SELECT * FROM calls WHERE id = ? AND state = 'due'", call)
        if row is None or not due:
            return
        try:
            answer = self._client.post(
                row["url"], content=row["body"].encode(), headers={"Content-Type": "application/json"}
            )
            last = str(answer.status_code)
        except httpx.HTTPError as error:
            last = repr(error)
        with self._journal.transaction() as cursor:
            cursor.execute("UPDATE calls SET state = 'done', last = ? WHERE id = ?", (last, call))
