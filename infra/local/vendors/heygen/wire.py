"""Reads v3 requests and writes v3 answers: who asks, a body's fields, paging, the list envelope."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from flask import Response, request

from infra.local.vendors.heygen.refusals import RefusedError, invalid
from infra.local.vendors.heygen.settings import HeyGenSettings


def account_of(settings: HeyGenSettings) -> str:
    """Return the account whose key came with the request. Raises RefusedError."""
    key = request.headers.get("X-Api-Key", "")
    if key not in settings.accounts or "Authorization" in request.headers:
        raise RefusedError("unauthorized", "Unauthorized")
    return key


def body_of(allowed: set[str]) -> dict[str, Any]:
    """Return the body, an object of no other fields than these. Raises RefusedError."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise invalid("body", "The request body must be a JSON object")
    if unknown := sorted(set(body) - allowed):
        raise invalid(unknown[0], f"Unknown field: {unknown[0]}")
    return body


def page_of(most: int, usual: int) -> tuple[int, int]:
    """Return (offset, limit) of the query; a token is an offset nobody needs to understand."""
    text = request.args.get("limit", str(usual))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid("limit", f"limit must be between 1 and {most}")
    token = request.args.get("token")
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"from:")) if token else 0, int(text)
    except (binascii.Error, ValueError) as error:
        raise invalid("token", "token is not one of ours") from error


def listing(items: Sequence[dict[str, Any]], offset: int, limit: int, *, cut: bool = True) -> Response:
    """Answer a page of a list.

    `cut` False: the items begin at the offset already, and hold one more if there is one.
    """
    rest = items[offset:] if cut else items
    more = len(rest) > limit
    token = base64.urlsafe_b64encode(f"from:{offset + limit}".encode()).decode() if more else None
    return answer({"data": list(rest[:limit]), "has_more": more, "next_token": token})


def answer(content: object, status: int = 200) -> Response:
    """Answer JSON."""
    return Response(json.dumps(content), status, content_type="application/json")
