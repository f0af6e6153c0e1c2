"""Webhook endpoints, the history of events, and their delivery.

Signed to registered endpoints, unsigned to a video's own URL.

A delivery counts as taken on a 2xx within ten seconds; else it is repeated, later and later, for a day.
"""

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from infra.local.vendors.heygen.settings import HeyGenSettings, SignatureHeaders
from infra.local.vendors.journal import Journal
from infra.local.vendors.loopback import loopback_client
from infra.local.vendors.workshop import Job, Workshop

SCHEMA = """
CREATE TABLE IF NOT EXISTS endpoints (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, url TEXT NOT NULL, events TEXT, entity_id TEXT,
  secret TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  id TEXT PRIMARY KEY, event TEXT NOT NULL, url TEXT NOT NULL, secret TEXT, body TEXT NOT NULL,
  due TEXT NOT NULL, tries INTEGER NOT NULL, since TEXT NOT NULL, state TEXT NOT NULL, last TEXT);
"""
SUCCESS, FAIL = "avatar_video.success", "avatar_video.fail"
_FAMILIES = (
    *("avatar_video_gif", "avatar_video_caption", "video_agent", "video_translate", "instant_avatar"),
    *("photo_avatar_generation", "photo_avatar_train", "photo_avatar_add_motion", "proofread_creation"),
)
EVENT_TYPES = (
    SUCCESS,
    FAIL,
    *(f"{family}.{end}" for family in _FAMILIES for end in ("success", "fail")),
    "batch.finished",
)
_TIMEOUT = 10.0
_TAKEN = range(200, 300)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A registered receiver; `events` None means all."""

    id: str
    url: str
    events: tuple[str, ...] | None
    entity_id: str | None
    secret: str
    at: str

    def shown(self, *, with_secret: bool = False) -> dict[str, Any]:
        """Return what the API tells about it; the secret only on create and rotate."""
        events = None if self.events is None else list(self.events)
        told = {"endpoint_id": self.id, "url": self.url, "status": "enabled", "events": events, "created_at": self.at}
        return {**told, "secret": self.secret} if with_secret else told


class Webhooks:
    """Endpoints, events and deliveries, on SQLite; a background thread delivers."""

    def __init__(self, journal: Journal, settings: HeyGenSettings, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._client = loopback_client(_TIMEOUT)
        self._workshop = Workshop("heygen-courier", self._jobs, self._deliver, clock, early=False, hands=4)

    def start(self) -> None:
        """Begin to deliver."""
        if self._settings.background:
            self._workshop.start()

    def stop(self) -> None:
        """Stop; what is undelivered is delivered after the next start."""
        self._workshop.stop()
        self._client.close()

    def deliver_due(self) -> None:
        """Deliver, in this thread, what is due by the handed-in clock."""
        self._workshop.complete_due()

    def add(self, account: str, url: str, events: tuple[str, ...] | None, entity_id: str | None) -> Endpoint | None:
        """Register an endpoint; None when its URL is registered already."""
        with self._journal.transaction() as cursor:
            if cursor.execute("SELECT 1 FROM endpoints WHERE account = ? AND url = ?", (account, url)).fetchone():
                return None
            made = Endpoint(secrets.token_hex(12), url, events, entity_id, _new_secret(), self._clock().isoformat())
            cursor.execute(
                "INSERT INTO endpoints VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    made.id,
                    account,
                    url,
                    None if events is None else json.dumps(events),
                    entity_id,
                    made.secret,
                    made.at,
                ),
            )
        return made

    def endpoints(self, account: str) -> list[Endpoint]:
        """Return an account's endpoints."""
        return [
            _endpoint(row)
            for row in self._journal.rows("SELECT * FROM endpoints WHERE account = ? ORDER BY rowid", account)
        ]

    def endpoint(self, account: str, endpoint_id: str) -> Endpoint | None:
        """Return one endpoint."""
        return next((found for found in self.endpoints(account) if found.id == endpoint_id), None)

    def change(self, endpoint_id: str, *, url: str, events: tuple[str, ...] | None) -> None:
        """Replace an endpoint's URL and events."""
        with self._journal.transaction() as cursor:
            told = None if events is None else json.dumps(events)
            cursor.execute("UPDATE endpoints SET url = ?, events = ? WHERE id = ?", (url, told, endpoint_id))

    def rotate(self, endpoint_id: str) -> None:
        """Give an endpoint a new secret; the old one is dead at once."""
        with self._journal.transaction() as cursor:
            cursor.execute("UPDATE endpoints SET secret = ? WHERE id = ?", (_new_secret(), endpoint_id))

    def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint."""
        with self._journal.transaction() as cursor:
            cursor.execute("DELETE FROM endpoints WHERE id = ?", (endpoint_id,))

    def history(self, account: str, kind: str | None, offset: int, limit: int) -> list[dict[str, Any]]:
        """Return events, newest first."""
        rows = self._journal.rows(
            "SELECT * FROM events WHERE account = ? AND (? IS NULL OR type = ?) ORDER BY rowid DESC LIMIT ? OFFSET ?",
            account,
            kind,
            kind,
            limit,
            offset,
        )
        return [
            {
                "event_id": row["id"],
                "event_type": row["type"],
                "event_data": json.loads(row["data"]),
                "created_at": row["at"],
            }
            for row in rows
        ]

    def happened(
        self,
        account: str,
        kind: str,
        data: Mapping[str, Any],
        *,
        callback_url: str | None,
        times: int,
        bad_signature: bool,
    ) -> None:
        """Record an event and send it `times` to every endpoint that listens and to the video's own URL."""
        event, now = str(uuid.uuid4()), self._clock().isoformat()
        body = json.dumps({"event_type": kind, "event_data": data})
        with self._journal.transaction() as cursor:
            cursor.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (event, account, kind, json.dumps(data), now))
            targets: list[tuple[str, str | None]] = [] if callback_url is None else [(callback_url, None)]
            for row in cursor.execute(
                "SELECT * FROM endpoints WHERE account = ? ORDER BY rowid", (account,)
            ).fetchall():
                endpoint = _endpoint(row)
                if endpoint.events is None or kind in endpoint.events:
                    targets.append((endpoint.url, "whsec_wrong" if bad_signature else endpoint.secret))
            for url, secret in targets * times:
                delivery = (str(uuid.uuid4()), event, url, secret, body, now, 0, now, "due", None)
                cursor.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", delivery)
        self._workshop.wake()

    def called_back_once(
        self, account: str, kind: str, data: Mapping[str, Any], *, callback_url: str | None, times: int
    ) -> None:
        """Record an event and send it to the video's own URL; a delivery that is not taken is never repeated."""
        event, now = str(uuid.uuid4()), self._clock().isoformat()
        body, no_time = json.dumps({"event_type": kind, "event_data": data}), datetime.min.replace(tzinfo=UTC)
        with self._journal.transaction() as cursor:
            cursor.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (event, account, kind, json.dumps(data), now))
            for _ in range(times if callback_url else 0):
                once = (str(uuid.uuid4()), event, callback_url, None, body, now, 0, no_time.isoformat(), "due", None)
                cursor.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", once)
        self._workshop.wake()

    def _jobs(self) -> list[Job]:
        rows = self._journal.rows("SELECT id, due FROM deliveries WHERE state = 'due' ORDER BY due")
        return [Job(row["id"], datetime.fromisoformat(row["due"])) for row in rows]

    def _deliver(self, delivery: str, due: bool) -> None:
        row = self._journal.row("SELECT * FROM deliveries WHERE id = ? AND state = 'due'", delivery)
        if row is None or not due:
            return
        raw = row["body"].encode()
        headers = {"Content-Type": "application/json"}
        if row["secret"] is not None:
            headers |= self._signed(raw, row["secret"], row["event"])
        try:
            last, taken = "", False
            answer = self._client.post(row["url"], content=raw, headers=headers)
            last, taken = str(answer.status_code), answer.status_code in _TAKEN
        except httpx.HTTPError as error:
            last = repr(error)
        self._delivered(row, last, taken=taken)

    def _delivered(self, row: Any, last: str, *, taken: bool) -> None:
        now, tries = self._clock(), row["tries"] + 1
        again = now + timedelta(seconds=self._settings.webhook_retry_seconds * 2 ** (tries - 1))
        until = datetime.fromisoformat(row["since"]) + timedelta(hours=self._settings.webhook_give_up_hours)
        state = "taken" if taken else "due" if again <= until else "given up"
        with self._journal.transaction() as cursor:
            cursor.execute(
                "UPDATE deliveries SET tries = ?, due = ?, state = ?, last = ? WHERE id = ?",
                (tries, again.isoformat(), state, last, row["id"]),
            )

    def _signed(self, raw: bytes, secret: str, event: str) -> dict[str, str]:
        signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        match self._settings.signature_headers:
            case SignatureHeaders.SIGNATURE:
                return {"signature": signature}
            case SignatureHeaders.LEGACY:
                return {"Signature": signature}
            case SignatureHeaders.X_HEYGEN:
                return {"X-Heygen-Signature": signature}
            case SignatureHeaders.HEYGEN:
                stamp = str(int(self._clock().timestamp()))
                return {"Heygen-Signature": signature, "Heygen-Timestamp": stamp, "Heygen-Event-Id": event}


def _new_secret() -> str:
    return f"whsec_{secrets.token_hex(24)}"


def _endpoint(row: Any) -> Endpoint:
    events = None if row["events"] is None else tuple(json.loads(row["events"]))
    return Endpoint(row["id"], row["url"], events, row["entity_id"], row["secret"], row["at"])
