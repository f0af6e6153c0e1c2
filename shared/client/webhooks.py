"""Webhooks by Standard Webhooks 1.0, version `v1` (HMAC-SHA256): proved to be genuine and new, and signed."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from secrets import token_bytes
from typing import cast

from .reading import parse
from .schemas import WebhookPayload

PREFIX = "whsec_"
SECRET_BYTES = 24
TOLERANCE = 300  # seconds an honest delivery may be old, or ahead of our clock


class NotGenuine(Exception):
    """The delivery is not abroll's, was changed on its way, or is an old one sent again. Answer it 400."""


def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    now: float | None = None,
) -> WebhookPayload:
    """Return a delivery's payload once its signature was checked.

    Args:
        body: the request's body exactly as it came; not parsed and printed again.
        headers: the request's headers, in any case of letters.
        secrets: the secret, or all that may sign at the moment, as while one is replaced.
        now: seconds since 1970; the clock's where nothing is given.

    Raises:
        NotGenuine: with what is the matter.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        about, stamp, signed = (named[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise NotGenuine(f"the header {missing.args[0]} is missing") from None
    _fresh(stamp, time.time() if now is None else now)
    raw = body.encode() if isinstance(body, str) else body
    message = b".".join([about.encode(), stamp.encode(), raw])
    offered = [part[3:].encode() for part in signed.split() if part.startswith("v1,")]
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        right = base64.b64encode(hmac.digest(_bytes(secret), message, hashlib.sha256))
        if any(hmac.compare_digest(right, one) for one in offered):
            return _payload(raw)
    raise NotGenuine("no signature fits: another secret, or the body was changed")


def sign(secret: str, about: str, stamp: int, body: bytes) -> str:
    """Return the `webhook-signature` of a delivery. Raises ValueError for what is no secret."""
    message = b".".join([about.encode(), str(stamp).encode(), body])
    return "v1," + base64.b64encode(hmac.digest(_bytes(secret), message, hashlib.sha256)).decode()


def new_secret() -> str:
    """Return a secret of one's own to sign with, as abroll's look."""
    return PREFIX + base64.b64encode(token_bytes(SECRET_BYTES)).decode()


def _payload(raw: bytes) -> WebhookPayload:
    try:
        payload = parse(raw)
    except ValueError:
        raise NotGenuine("the body is no JSON") from None
    return cast("WebhookPayload", payload)


def _fresh(stamp: str, now: float) -> None:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= len("9999999999")):
        raise NotGenuine("webhook-timestamp is no number")
    if abs(now - int(stamp)) > TOLERANCE:
        raise NotGenuine(f"webhook-timestamp is more than {TOLERANCE} s away from this clock")


def _bytes(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the webhook's secret is not as abroll shows it: whsec_ and base64") from None
