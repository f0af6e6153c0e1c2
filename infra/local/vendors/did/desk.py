"""Takes orders: who may order, what it costs, and in which order that is checked. No key makes a repeat harmless."""

import base64
import binascii
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import request

from infra.local.vendors.did.clips import Clip, Clips
from infra.local.vendors.did.contract import Markers, parse
from infra.local.vendors.did.refusals import RefusedError
from infra.local.vendors.did.settings import DidSettings


class Desk:
    """Where `POST /clips` arrives."""

    def __init__(self, clips: Clips, settings: DidSettings, clock: Callable[[], datetime]) -> None:
        self._clips = clips
        self._settings = settings
        self._clock = clock
        self._counting = threading.Lock()

    def account(self) -> str:
        """Return the account whose key came with the request, as it is shown or in base64. Raises RefusedError."""
        scheme, _, told = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            for key in (told, _decoded(told), _decoded(told).rstrip(":")):
                if key in self._settings.accounts:
                    return key
        self._clips.count("foreign_keys")
        raise RefusedError("AuthorizationError", "user unauthenticated")

    def credits(self, account: str) -> float:
        """Return the credits left."""
        spent = self._clips.spent(account) / self._settings.seconds_per_credit
        return max(0.0, self._settings.accounts[account] - spent)

    def order(self, account: str, body: Any) -> Clip:
        """Take an order. Raises RefusedError."""
        order = parse(body, self._settings)
        if self.credits(account) <= 0:
            raise RefusedError("InsufficientCreditsError", "not enough credits")
        with self._counting:
            if self._clips.unfinished(account) >= self._settings.at_once:
                wait = self._settings.retry_after_seconds
                raise RefusedError("TooManyRequestsError", "too many requests", retry_after=wait)
            now = self._clock()
            ready = now + timedelta(seconds=self._settings.seconds_per_clip + Markers.of(order.script).slow)
            return self._clips.order(account, body, presenter=order.presenter.id, form=order.form, now=now, ready=ready)


def _decoded(told: str) -> str:
    try:
        return base64.b64decode(told, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
