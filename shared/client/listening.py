"""Hands events on to a server on this machine as the webhooks abroll sends, signed with a secret of one's own."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from .errors import Refused
from .schemas import FeedEvent
from .webhooks import sign

LONGEST_FORWARD = 15.0  # seconds a receiver may be silent, as abroll has it
SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a receiver answered; `status` is None where no answer came, and `said` says why."""

    status: int | None
    said: str = ""


def receiver(url: str) -> httpx.URL:
    """Return a receiver's address. Raises Refused for what is none."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as failed:
        raise Refused(f"not an address: {failed}", code="validation_error", next_move="Give http://…") from failed
    if parsed.scheme not in SCHEMES or not parsed.host:
        message = "the receiver's address begins with neither http:// nor https://"
        raise Refused(message, code="validation_error", next_move="Give one like http://localhost:3000/hook.")
    return parsed


def forward(
    event: FeedEvent, to: httpx.URL, secret: str, http: httpx.Client, *, now: Callable[[], float] = time.time
) -> Forwarded:
    """Send an event to a receiver once, byte for byte as its webhook would be sent now.

    Raises ValueError for what is no secret.
    """
    stamp = int(now())
    body = json.dumps({**event["payload"], "timestamp": stamp}).encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": event["id"],
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret, event["id"], stamp, body),
    }
    try:
        with http.stream("POST", to, content=body, headers=headers, follow_redirects=False) as answer:
            return Forwarded(answer.status_code)  # a body could be endless: nothing of it is read
    except (httpx.HTTPError, httpx.StreamError) as failed:
        return Forwarded(None, str(failed) or type(failed).__name__)


def forwarding() -> httpx.Client:
    """Return what calls receivers: without proxies, which do not lead to this machine."""
    return httpx.Client(timeout=LONGEST_FORWARD, trust_env=False)
