"""Sends one order to HeyGen, whichever of its routes it goes to: once, under one key, on a connection of its own."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from shared.egress.client import Egress
from shared.providers.heygen.words import KEY, invalid_words
from shared.providers.paid_call import paid_call
from shared.providers.reading import SENDABLE_KEY

_IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,255}")


def send_order(
    egress: Egress, url: str, body: Mapping[str, Any], *, api_key: str, idempotency_key: str, total_seconds: float
) -> httpx.Response:
    """Post the one paid call and return whatever was answered. Raises: NotSent, Refused, Misconfigured, Unknown."""
    if not SENDABLE_KEY.fullmatch(api_key):
        raise KEY.fails()
    if not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
        raise invalid_words("Idempotency-Key").fails()  # HeyGen might ignore it, and bill twice
    headers = {"x-api-key": api_key, "idempotency-key": idempotency_key}
    with paid_call("HeyGen"), egress.client(total_seconds=total_seconds, fresh=True, headers=headers) as client:
        return client.post(url, json=body)
