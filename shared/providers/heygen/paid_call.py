"""Sends one order to HeyGen, whichever of its routes it goes to: once, under one key, on a connection of its own."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from shared.egress.client import NOT_SENT, Egress, EgressRefused
from shared.providers.heygen.words import KEY, invalid_words
from shared.providers.ports import Misconfigured, NotSent, Unknown
from shared.providers.reading import SENDABLE_KEY, sign_of_break

_GUARDED = (
    "Ask abroll's operator to set HeyGen's endpoint to HeyGen's address, or to name it in ABROLL_EGRESS_ALLOW; "
    "then retry the job."
)
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
    try:
        with egress.client(total_seconds=total_seconds, fresh=True, headers=headers) as client:
            return client.post(url, json=body)
    except EgressRefused as error:
        raise Misconfigured(
            f"abroll may not speak to the address set for HeyGen: {error.why}", next_move=_GUARDED
        ) from error
    except NOT_SENT as error:
        raise NotSent("HeyGen could not be reached.", sign_of_break(error)) from error
    except httpx.HTTPError as error:
        why = "The line to HeyGen broke after the order may have been sent."
        raise Unknown(why, sign_of_break(error)) from error
