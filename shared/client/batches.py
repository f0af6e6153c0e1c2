"""Batches: many orders sent at once, priced as a whole, watched until their one end."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from .errors import BatchRunning, NotFound
from .schemas import BatchDryRun, BatchShown
from .transport import Patience, Sent, Transport, keyed

LOOK = 5.0  # seconds between two looks
BATCH_ENDED = ("completed", "cancelled")
PAGE_OF_BATCHES = "100"

BatchSeen = Callable[[BatchShown], None]


class Batches:
    """The batches of a tenant. Every method raises AbrollError."""

    def __init__(self, transport: Transport, patience: Patience) -> None:
        self._transport = transport
        self._patience = patience

    def price(self, rows: bytes, **terms: str) -> BatchDryRun:
        """Return what a batch would cost, row by row; `rows` is JSON or CSV. Nothing is stored or spent."""
        sent = Sent(content=rows, params={**terms, "dry_run": "true"}, headers=_kind(rows))
        return cast("BatchDryRun", self._transport.call("POST", "/batches", sent, harmless=True))

    def create(self, rows: bytes, *, idempotency_key: str | None = None, **terms: str) -> BatchShown:
        """Send a batch. The same rows under the same Idempotency-Key are one batch however often they are sent.

        `terms`: title, template, max_cost_usd, webhook_url, job_events, as the reference says.
        """
        sent = Sent(content=rows, params=terms, headers={**_kind(rows), **keyed(idempotency_key)})
        return cast("BatchShown", self._transport.call("POST", "/batches", sent))

    def get(self, batch: str) -> BatchShown:
        """Return how a batch stands."""
        return cast("BatchShown", self._transport.call("GET", f"/batches/{_batch_id(batch)}"))

    def list(self) -> Iterator[BatchShown]:
        """Yield batches, the newest first, page after page as they are looked at."""
        params = {"limit": PAGE_OF_BATCHES}
        while True:
            page = self._transport.call("GET", "/batches", Sent(params=params))
            yield from page["batches"]
            if not page["next_cursor"]:
                return
            params["cursor"] = str(page["next_cursor"])

    def cancel(self, batch: str) -> BatchShown:
        """Begin no more rows; films that were begun are made."""
        return cast("BatchShown", self._transport.call("POST", f"/batches/{_batch_id(batch)}/cancel"))

    def delete(self, batch: str) -> None:
        """Forget an ended batch, its rows and its results; its films stay. Raises Refused while it runs."""
        self._transport.call("DELETE", f"/batches/{_batch_id(batch)}")

    def results(self, batch: str) -> str:
        """Return what became of each row, as CSV."""
        return self._transport.text(f"/batches/{_batch_id(batch)}/results.csv")

    def wait(self, batch: str, *, timeout: float | None = None, seen: BatchSeen | None = None) -> BatchShown:
        """Return the batch once it has ended; `seen` is told of each change on the way.

        `timeout`: seconds. Raises BatchRunning when they are over.
        """
        until = None if timeout is None else self._patience.now() + timeout
        told: Mapping[str, Any] = {}
        while True:
            now = self.get(batch)
            if seen and now["counts"] != told:
                told = cast("Mapping[str, Any]", now["counts"])
                seen(now)
            if now["status"] in BATCH_ENDED:
                return now
            if until is not None and self._patience.now() >= until:
                raise BatchRunning(now)
            self._patience.sleep(LOOK)


def _kind(rows: bytes) -> Mapping[str, str]:
    json = rows.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
    return {"Content-Type": "application/json" if json else "text/csv"}


def _batch_id(batch: str) -> str:
    """Return a batch's id as a path's part: nothing else ever gets there."""
    try:
        return str(uuid.UUID(batch))
    except (ValueError, AttributeError, TypeError):
        raise NotFound("not a batch's id", code="not_found", next_move="Copy the id again.") from None
