"""Webhooks of a tenant: where they go, what became of each, and what they tell, for whoever cannot be called."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast
from urllib.parse import quote

from .errors import AbrollError, TooMany, Unavailable
from .schemas import (
    Deliveries,
    DeliveryRow,
    DeliveryShown,
    Events,
    FeedEvent,
    Replay,
    Replayed,
    TestSent,
    WebhookKept,
    Webhooks,
)
from .transport import Patience, Sent, Transport

PAGE = 100  # deliveries or events asked for at once
FEED_PAUSES = (2.0, 3.0, 5.0, 8.0)  # seconds between two looks after something happened; then
LONGEST_FEED_PAUSE = 10.0
SILENCE = 900.0  # seconds without an answer after which a feed is followed no more
MOST_REMEMBERED = 10_000  # events of which it is known that they were told
LOOK_AT_DELIVERY = 0.5  # seconds between two looks at one delivery

Trouble = Callable[[AbrollError], None]


class TenantWebhooks:
    """The webhooks of a tenant. Every method raises AbrollError."""

    def __init__(self, transport: Transport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    def list(self) -> Webhooks:
        """Return the endpoints, and how each does."""
        return cast("Webhooks", self._transport.call("GET", "/tenant/webhooks"))

    def add(self, url: str, *, events: Sequence[str] = (), name: str | None = None) -> WebhookKept:
        """Let webhooks go to an address: these events, or every ending."""
        asked = {"url": url, "events": list(events) or None, "name": name}
        plain = {field: value for field, value in asked.items() if value is not None}
        return cast("WebhookKept", self._transport.call("POST", "/tenant/webhooks", Sent(plain)))

    def remove(self, endpoint: str) -> None:
        """Let no more webhooks go to an endpoint."""
        self._transport.call("DELETE", f"/tenant/webhooks/{_segment(endpoint)}")

    def test(self, endpoint: str) -> TestSent:
        """Send an endpoint a test; `outcome` tells how it was answered."""
        return cast("TestSent", self._transport.call("POST", f"/tenant/webhooks/{_segment(endpoint)}/test"))

    def deliveries(self, *, job: str | None = None) -> Iterator[DeliveryRow]:
        """Yield what was sent in the last 30 days, the newest first, page after page as they are looked at."""
        params = {"limit": str(PAGE), **({"job": job} if job else {})}
        while True:
            page = cast("Deliveries", self._transport.call("GET", "/tenant/deliveries", Sent(params=params)))
            yield from cast("list[DeliveryRow]", page["deliveries"])
            if not page["next_cursor"]:
                return
            params["cursor"] = page["next_cursor"]

    def delivery(self, delivery: str) -> DeliveryShown:
        """Return a webhook, with its payload."""
        return cast("DeliveryShown", self._transport.call("GET", f"/tenant/deliveries/{_segment(delivery)}"))

    def outcome(self, delivery: str, *, timeout: float = 30.0) -> DeliveryShown:
        """Return a webhook once it was taken or given up, or as it stands after so many seconds."""
        until = self._patience.now() + timeout
        while (known := self.delivery(delivery))["state"] == "queued" and self._patience.now() < until:
            self._patience.sleep(LOOK_AT_DELIVERY)
        return known

    def replay(self, delivery: str) -> DeliveryRow:
        """Send a webhook that has ended anew, under the id it has."""
        return cast("DeliveryRow", self._transport.call("POST", f"/tenant/deliveries/{_segment(delivery)}/replay"))

    def replay_since(self, since: str, *, endpoint: str | None = None) -> int:
        """Send what was not taken since a time (ISO 8601) anew, all or an endpoint's; return how many."""
        asked: Replay = {"since": since}
        if endpoint is not None:
            asked["endpoint"] = endpoint
        sent = 0
        while True:
            told = cast("Replayed", self._transport.call("POST", "/tenant/deliveries/replay", Sent(dict(asked))))
            sent += told["replayed"]
            if not told["next_cursor"]:
                return sent
            asked["cursor"] = told["next_cursor"]

    def events(self, *, since: str | None = None, cursor: str | None = None) -> Events:
        """Return what happened since a time (ISO 8601), after a `next_cursor`, or from now on; the oldest first.

        The newest come again with the next call, under the same ids; `follow` tells each once.
        """
        asked = {"since": since, "cursor": cursor}
        params = {"limit": str(PAGE), **{name: value for name, value in asked.items() if value is not None}}
        return cast("Events", self._transport.call("GET", "/jobs/events", Sent(params=params)))

    def follow(self, *, since: str | None = None, trouble: Trouble | None = None) -> Iterator[FeedEvent]:
        """Yield what happens, each event once, since a time or from now on, without end.

        abroll is asked every two to ten seconds, less often while nothing happens, and as its answers allow. `trouble`
        is told why there is no answer just now; after a quarter of an hour of that it is raised.
        """
        return self._followed(self.events(since=since), trouble)

    def _followed(self, page: Events, trouble: Trouble | None) -> Iterator[FeedEvent]:
        told: dict[str, None] = {}
        quiet = 0
        while True:
            new = [each for each in page["events"] if each["id"] not in told]
            told |= {each["id"]: None for each in new}
            for oldest in list(told)[:-MOST_REMEMBERED]:
                del told[oldest]
            yield from new
            quiet = 0 if new else quiet + 1
            if not new or len(page["events"]) < PAGE:
                self._patience.sleep(FEED_PAUSES[quiet] if quiet < len(FEED_PAUSES) else LONGEST_FEED_PAUSE)
            page = self._next(page["next_cursor"], trouble)

    def _next(self, cursor: str, trouble: Trouble | None) -> Events:
        until = self._patience.now() + SILENCE
        while True:
            try:
                return self.events(cursor=cursor)
            except (TooMany, Unavailable) as failed:
                pause = LONGEST_FEED_PAUSE if failed.retry_after is None else failed.retry_after
                if self._patience.now() + pause > until:
                    raise
                if trouble:
                    trouble(failed)
                self._patience.sleep(pause)


def _segment(name: str) -> str:
    return quote(name, safe="")
