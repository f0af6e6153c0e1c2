"""Deliver object events as Eventarc does to a Cloud Function: CloudEvents in HTTP's binary mode, at least once.

A 2xx settles an event; anything else, or no answer, is tried again with a delay that doubles from 10 s to 10 min for
24 h, the defaults of the Pub/Sub subscription under an Eventarc trigger (cloud.google.com/eventarc/docs/retry-events);
then the event is dropped. Order is not promised, and events are sent side by side.
"""

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from .outbox import Event, Outbox
from .resources import stamp

_WORKERS = 64
_IN_HAND = 2 * _WORKERS
_ANSWER_WITHIN = 600.0  # seconds; a function has up to 9 minutes for an event
_LONGEST_NAP = 1.0  # seconds; a handed-in clock may jump, so look at it once a second while an event waits
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long an undelivered event waits between attempts, and when it is given up."""

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=10)
    give_up: timedelta = timedelta(hours=24)

    def delay(self, attempts: int) -> timedelta:
        """Answer the delay after the `attempts`-th failure (1 is the first)."""
        return min(self.first * (1 << min(attempts - 1, 30)), self.longest)


def headers_of(event: Event) -> dict[str, str]:
    """Build an event's HTTP headers; values are percent-encoded as the CloudEvents HTTP binding wants."""
    return {
        "ce-bucket": event.bucket,
        "ce-id": str(event.id),
        "ce-source": f"//storage.googleapis.com/projects/_/buckets/{event.bucket}",
        "ce-specversion": "1.0",
        "ce-subject": quote(f"objects/{event.name}", safe="!#$&'()*+,/:;=?@[]~-._`^{|}<>\\"),
        "ce-time": stamp(event.happened),
        "ce-type": event.kind,
        "Content-Type": "application/json",
    }


class Courier:
    """Carries events to their bucket's URL, in the background or on demand."""

    def __init__(
        self,
        outbox: Outbox,
        targets: Mapping[str, str],
        token_for: Callable[[str], str] | None,
        clock: Callable[[], datetime],
        backoff: Backoff,
    ) -> None:
        self._outbox, self._targets, self._token_for = outbox, targets, token_for
        self._clock, self._backoff = clock, backoff
        self._hands: set[int] = set()
        self._connections: set[http.client.HTTPConnection] = set()
        self._woken = threading.Condition()
        self._news = False
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="storage-events")
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Deliver in the background from now on."""
        self._thread = threading.Thread(target=self._run, name="storage-courier", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for due events now."""
        with self._woken:
            self._news = True
            self._woken.notify()

    def stop(self) -> None:
        """Stop delivering; what is unanswered stays undelivered and is sent again by the next server."""
        with self._woken:
            self._stop.set()
            self._woken.notify()
            open_now = list(self._connections)
        for connection in open_now:
            _cut(connection)
        if self._thread:
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def deliver_due(self) -> int:
        """Deliver what is due by the clock, side by side, and answer how many were accepted."""
        return sum(self._pool.map(self._carry, self._take()))

    def _run(self) -> None:
        while not self._stop.is_set():
            for event in self._take():
                self._pool.submit(self._carry, event)
            nap = self._nap()
            with self._woken:
                if not (self._news or self._stop.is_set()):
                    self._woken.wait(nap)
                self._news = False

    def _nap(self) -> float | None:
        with self._woken:
            held = set(self._hands)
        if len(held) >= _IN_HAND:
            return None  # the next one that is settled wakes us
        due = self._outbox.next_due(without=held)
        return None if due is None else min(max(due - self._clock().timestamp(), 0.01), _LONGEST_NAP)

    def _take(self) -> list[Event]:
        with self._woken:
            room = _IN_HAND - len(self._hands)
            if room <= 0 or self._stop.is_set():
                return []
            events = self._outbox.due(self._clock(), without=self._hands, limit=room)
            self._hands.update(event.id for event in events)
            return events

    def _carry(self, event: Event) -> bool:
        accepted = False
        try:
            try:
                accepted = self._post(event)
            except Exception:  # noqa: BLE001 - a broken token_for is a failed attempt, else the event would be retried without pause
                _log.warning("event %s of %s could not be sent", event.id, event.bucket, exc_info=True)
            if accepted:
                self._outbox.settle(event)
            elif not self._stop.is_set():
                self._put_back(event)
        finally:
            with self._woken:
                self._hands.discard(event.id)
            self.wake()
        return accepted

    def _put_back(self, event: Event) -> None:
        now = self._clock()
        until = now + self._backoff.delay(event.attempts + 1)
        if until > event.happened + self._backoff.give_up:
            _log.warning(
                "event %s of %s/%s dropped after %s attempts", event.id, event.bucket, event.name, event.attempts + 1
            )
            self._outbox.settle(event)
        else:
            self._outbox.postpone(event, until)

    def _post(self, event: Event) -> bool:
        """Send one event; True when it was accepted."""
        target = self._targets.get(event.bucket)
        if target is None:
            return False
        headers = headers_of(event)
        parts = urlsplit(target)
        connection = _connection(parts.scheme, parts.netloc)
        try:
            if self._token_for:
                headers["Authorization"] = f"Bearer {self._token_for(target)}"
            with self._woken:
                if self._stop.is_set():
                    return False
                self._connections.add(connection)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, event.body.encode(), headers)
            if self._stop.is_set():  # stop() may have looked before this connection had a socket to cut
                return False
            with connection.getresponse() as response:
                response.read()
                return 200 <= response.status < 300  # noqa: PLR2004 - the 2xx of HTTP
        except (OSError, http.client.HTTPException):
            return False
        finally:
            with self._woken:
                self._connections.discard(connection)
            connection.close()


def _connection(scheme: str, netloc: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=_ANSWER_WITHIN, context=ssl.create_default_context())
    return http.client.HTTPConnection(netloc, timeout=_ANSWER_WITHIN)


def _cut(connection: http.client.HTTPConnection) -> None:
    """Wake a thread that waits for an answer."""
    stream = connection.sock
    if stream is not None:
        try:
            stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
