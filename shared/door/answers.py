"""What leaves a public door: JSON, flat errors that name cause and next move, never a stack, never a vendor's text."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask

from shared.door.statuses import STATUS
from shared.steps.problems import Problem


def request_id(request: flask.Request) -> str:
    """Return the request's trace id, or a new one."""
    parent = request.headers.get("traceparent", "").split("-")
    if len(parent) == 4 and len(parent[1]) == 32:  # noqa: PLR2004  # version-trace-span-flags, W3C
        return parent[1]
    return request.headers.get("X-Cloud-Trace-Context", "").partition("/")[0] or uuid.uuid4().hex


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


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} cannot be answered")
