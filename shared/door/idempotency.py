"""The `Idempotency-Key` header of every call that can buy."""

import flask

from shared.steps.problems import invalid

HEADER = "Idempotency-Key"
MOST_KEY = 255  # characters


def idempotency_key(request: flask.Request) -> str | None:
    """Return the call's key, None without one. Raises Problem."""
    key = request.headers.get(HEADER)
    if key is not None and not 1 <= len(key) <= MOST_KEY:
        raise invalid({HEADER: [f"must have 1 to {MOST_KEY} characters"]})
    return key
