"""Takes orders.

Who may order, what is replayed for an Idempotency-Key, what is refused, and in which order that is checked.
"""

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from infra.local.vendors.heygen.assets import Assets
from infra.local.vendors.heygen.contract import Markers, parse
from infra.local.vendors.heygen.footage_order import parse_footage, without_data
from infra.local.vendors.heygen.footage_take import shape_of
from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import FOOTAGE_MODEL, HeyGenSettings
from infra.local.vendors.heygen.videos import Videos

_KEY = re.compile(r"[A-Za-z0-9_:.\-]{1,255}")
_MICROS = 1_000_000


class Desk:
    """Where `POST /v3/videos` and `POST /v3/models/videos` arrive."""

    def __init__(self, videos: Videos, assets: Assets, settings: HeyGenSettings, clock: Callable[[], datetime]) -> None:
        self._videos = videos
        self._assets = assets
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._in_flight: set[tuple[str, str, str]] = set()
        self._counting = threading.Lock()

    def balance(self, account: str) -> float:
        """Return the dollars left in an account's wallet."""
        return self._settings.accounts[account] - self._videos.spent(account) / _MICROS

    def once(
        self, account: str, route: str, key: str | None, do: Callable[[], dict[str, Any]], *, status: int = 200
    ) -> tuple[int, Any]:
        """Do something once for a key: its first answer is replayed for a day, whatever the body.

        Return (status, body).
        """
        if key is None:
            return status, do()
        if not _KEY.fullmatch(key):
            raise invalid("Idempotency-Key", "Idempotency-Key must be 1 to 255 of A-Z a-z 0-9 _ : . -")
        slot = (account, route, key)
        with self._lock:
            if slot in self._in_flight:
                raise RefusedError("request_in_progress", "A request with this Idempotency-Key is in progress")
            self._in_flight.add(slot)
        try:
            since = self._clock() - timedelta(hours=self._settings.idempotency_hours)
            if kept := self._videos.answer(account, route, key, since=since):
                return kept[0], json.loads(kept[1])
            return status, self._first(slot, do, status)
        finally:
            with self._lock:
                self._in_flight.discard(slot)

    def order(self, account: str, body: Any, route: str, key: str | None) -> dict[str, Any]:
        """Take an order. Raises RefusedError."""
        order = parse(body, self._settings)
        files = self._assets.collect(account, order)
        markers = Markers.of(order.script or "")
        self._funded(account, broke=markers.broke)
        with self._slot(account) as (now, video_id):
            ready = now + timedelta(seconds=self._settings.seconds_per_video + markers.slow)
            self._assets.keep(video_id, files)
            form = "webm" if order.webm else "mp4"
            data = {"video_id": video_id, "status": "waiting", "output_format": form}
            return self._videos.order(
                video_id, account, body, model=order.engine, now=now, ready=ready, route=route, key=key, data=data
            )

    def order_footage(self, account: str, body: Any, route: str, key: str | None) -> dict[str, Any]:
        """Take an order for footage; it is one of the account's unfinished videos like any other. Raises RefusedError.

        What it hands in as base64 is kept as a file, not in the record.
        """
        order = parse_footage(body, self._settings)
        files = self._assets.handed(account, order.files)
        for one in order.files:
            if one.family == "image/":
                shape_of(files[one.param], one.param)
        self._funded(account, broke=order.markers.broke)
        with self._slot(account) as (now, video_id):
            ready = now + timedelta(seconds=self._settings.seconds_per_video + order.markers.slow)
            self._assets.keep(video_id, dict(files))
            return self._videos.order(
                video_id,
                account,
                without_data(body),
                model=FOOTAGE_MODEL,
                now=now,
                ready=ready,
                route=route,
                key=key,
                data={"video_id": video_id, "status": "pending"},
                status=202,
            )

    def _funded(self, account: str, *, broke: bool) -> None:
        if broke or self.balance(account) <= 0:
            raise RefusedError("insufficient_credit", "Your API wallet is empty: add funds to go on")

    @contextmanager
    def _slot(self, account: str) -> Iterator[tuple[datetime, str]]:
        """Hold one of an account's places while its order is written; give the time and the new video's id."""
        with self._counting:
            if self._videos.unfinished(account) >= self._settings.concurrency:
                wait = self._settings.retry_after_seconds
                raise RefusedError("rate_limit_exceeded", "Too many videos are being made at once", retry_after=wait)
            yield self._clock(), secrets.token_hex(16)

    def _first(self, slot: tuple[str, str, str], do: Callable[[], dict[str, Any]], status: int) -> dict[str, Any]:
        account, route, key = slot
        try:
            body = do()
        except RefusedError as refused:
            if self._settings.idempotency_replays_refusals:
                self._videos.keep(account, route, key, refused.status, refused.body(), self._clock())
            raise
        self._videos.keep(account, route, key, status, body, self._clock())
        return body
