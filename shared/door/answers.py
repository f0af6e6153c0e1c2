"""What leaves a public door: JSON, flat errors that name cause and next move, never a stack, never a vendor's text."""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.datastructures import Headers

from shared.door.statuses import STATUS
from shared.steps.problems import Problem
from shared.steps.quotas import Quota

_REQUEST_ID = "abroll.request_id"
_QUOTAS = "abroll.quotas"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?P<id>[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context
_CLOUD_TRACE = re.compile(r"(?P<id>[0-9a-f]{32})(?:/[0-9]{1,20})?(?:;o=[01])?")


def request_id(request: flask.Request) -> str:
    """Return the request's trace id, or a new one; the same however often it is asked for."""
    known: str | None = request.environ.get(_REQUEST_ID)
    if known is None:
        known = request.environ[_REQUEST_ID] = _sent_id(request.headers) or uuid.uuid4().hex
    return known


def _sent_id(headers: Headers) -> str | None:
    """Return the trace id that came along, if it is one: whatever else stands there is neither kept nor echoed."""
    found = _TRACEPARENT.fullmatch(headers.get("traceparent", "")) or _CLOUD_TRACE.fullmatch(
        headers.get("X-Cloud-Trace-Context", "")
    )
    return found["id"] if found and found["id"].strip("0") else None


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> flask.Response:
    """Return JSON that no cache keeps."""
    text = json.dumps(body, ensure_ascii=False, default=_plain)
    response = flask.Response(text + "\n", status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def refuse(problem: Problem, request: str) -> flask.Response:
    """Return a problem in the one shape all errors have."""
    body = {
        "error": problem.code.value,
        "message": problem.message,
        "details": problem.details,
        "next_move": problem.next_move,
        "request_id": request,
    }
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    status = STATUS[problem.code]
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="abroll"'
    return answer(status, body, headers)


def note_quotas(request: flask.Request, *quotas: Quota | None) -> None:
    """Remember how limits stand after a request, for its answer's headers."""
    known: tuple[Quota, ...] = request.environ.get(_QUOTAS, ())
    request.environ[_QUOTAS] = (*known, *(one for one in quotas if one))


def rate_headers(request: flask.Request) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers-11 about every limit that was judged."""
    quotas: Iterable[Quota] = {one.policy: one for one in request.environ.get(_QUOTAS, ())}.values()
    if not quotas:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{one.policy}";q={one.limit};w={one.seconds}' for one in quotas),
        "RateLimit": ", ".join(f'"{one.policy}";r={one.left};t={one.resets}' for one in quotas),
    }


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} cannot be answered")
