"""Misbehaviour on request: a queue of faults between the wire and a stand-in, programmed over HTTP.

`POST /_stand_in/faults` takes a list of {"route": regex searched in "METHOD path", "times", "do", "retry_after",
"seconds", "body"}; `DELETE` empties it, `GET` shows what is left. `do` is a status ("503") answered without doing
anything, "delay", "reset_before" (nothing is done), or "reset_after" / "timeout_after": the request IS done, and
billed, but its answer is lost.
"""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from infra.local.vendors.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY, route TEXT NOT NULL, remaining INTEGER NOT NULL, do TEXT NOT NULL,
  retry_after REAL, seconds REAL, body TEXT);
"""
PATH = "/_stand_in/faults"
_STATUS = re.compile(r"[45]\d\d")
_OTHERS = ("delay", "reset_before", "reset_after", "timeout_after")
_FIELDS = {"route", "times", "do", "retry_after", "seconds", "body"}
_DEFAULT_HOLD = 3600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, once."""

    do: str
    retry_after: float | None
    seconds: float | None
    body: str | None


class Faults:
    """A WSGI application around another one, which lets the programmed faults happen first."""

    def __init__(self, inner: "WSGIApplication", journal: Journal, error_body: Callable[[int], object]) -> None:
        self._inner = inner
        self._journal = journal
        self._error_body = error_body
        self._closing = threading.Event()

    def release(self) -> None:
        """Let go of every connection that is held open."""
        self._closing.set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, or fail it."""
        request = Request(environ)
        if request.path == PATH:
            return self._programmed(request)(environ, start_response)
        fault = None if request.path.startswith("/_stand_in/") else self._next(f"{request.method} {request.path}")
        if fault is None:
            return self._inner(environ, start_response)
        return self._fail(fault, environ, start_response)

    def _fail(self, fault: Fault, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match fault.do:
            case "delay":
                self._closing.wait(fault.seconds or 0.0)
                return self._inner(environ, start_response)
            case "reset_before":
                raise broken(environ)
            case "reset_after":
                Response.from_app(self._inner, environ, buffered=True)
                raise broken(environ)
            case "timeout_after":
                Response.from_app(self._inner, environ, buffered=True)
                self._closing.wait(_DEFAULT_HOLD if fault.seconds is None else fault.seconds)
                raise broken(environ)
            case status:
                answer = Response(
                    fault.body if fault.body is not None else json.dumps(self._error_body(int(status))), int(status)
                )
                answer.content_type = "application/json"
                if fault.retry_after is not None:
                    answer.headers["Retry-After"] = f"{fault.retry_after:g}"
                return answer(environ, start_response)

    def _next(self, line: str) -> Fault | None:
        with self._journal.transaction() as cursor:
            for row in cursor.execute("SELECT * FROM faults ORDER BY id").fetchall():
                if re.search(row["route"], line):
                    cursor.execute("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
                    cursor.execute("DELETE FROM faults WHERE remaining <= 0")
                    return Fault(row["do"], row["retry_after"], row["seconds"], row["body"])
        return None

    def _programmed(self, request: Request) -> Response:
        match request.method:
            case "GET":
                return _json([dict(row) for row in self._journal.rows("SELECT * FROM faults ORDER BY id")])
            case "DELETE":
                with self._journal.transaction() as cursor:
                    cursor.execute("DELETE FROM faults")
                return _json([])
            case "POST":
                return self._add(request)
            case _:
                return _json({"error": "GET, POST or DELETE"}, 405)

    def _add(self, request: Request) -> Response:
        try:
            rows = [_parsed(item) for item in json.loads(request.get_data())]
        except (ValueError, TypeError, KeyError, re.error) as error:
            return _json({"error": f"not a list of faults: {error}"}, 400)
        with self._journal.transaction() as cursor:
            cursor.executemany(
                "INSERT INTO faults (route, remaining, do, retry_after, seconds, body) VALUES (?, ?, ?, ?, ?, ?)", rows
            )
        return _json({"added": len(rows)})


def broken(environ: "WSGIEnvironment") -> ConnectionResetError:
    """Prepare the connection to end with a reset; raise what this returns."""
    wire: socket.socket = environ["werkzeug.socket"]
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return ConnectionResetError("the stand-in was asked to break this connection")


def _parsed(item: dict[str, Any]) -> tuple[str, int, str, float | None, float | None, str | None]:
    if unknown := set(item) - _FIELDS:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    do = str(item["do"])
    if not _STATUS.fullmatch(do) and do not in _OTHERS:
        raise ValueError(f"cannot do {do!r}")
    re.compile(item["route"])
    body = item.get("body")
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    return item["route"], int(item.get("times", 1)), do, item.get("retry_after"), item.get("seconds"), text


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
