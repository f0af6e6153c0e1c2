"""Public calls that one of our own doors makes of another, in this process: the same rules, no HTTP."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder

from shared.door.asked import SIGNED_IN

TRACED = ("X-Forwarded-For", "traceparent", "X-Cloud-Trace-Context")

Answering = Callable[[flask.Request], flask.Response]
Doors = Mapping[str, Callable[[], Answering]]  # by function, each made when it is first used


@dataclass(frozen=True, slots=True)
class Answered:
    """What a door answered; `fields` is empty where it was no JSON."""

    status: int
    fields: Mapping[str, Any]
    response: flask.Response

    @property
    def failed(self) -> bool:
        """Tell whether it is a refusal."""
        return self.status >= HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class InsideCalls:
    """The doors, called as the person who has signed in."""

    doors: Doors

    def __call__(
        self,
        outer: flask.Request,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Call a path such as `/jobs/{id}`; a body is JSON, or bytes or a file as they are."""
        function, _, rest = path.strip("/").partition("/")
        kept = {name: outer.headers[name] for name in TRACED if name in outer.headers}
        sent: Mapping[str, Any] = {"input_stream": body.stream} if isinstance(body, FileStorage) else _data(body)
        builder = EnvironBuilder(
            path=f"/{rest}",
            query_string=dict(query or {}),
            method=method,
            **sent,
            headers=[*kept.items(), *(headers or {}).items()],
            environ_base={"REMOTE_ADDR": outer.remote_addr or ""},
        )
        try:
            environ = builder.get_environ()
            if signed_in := outer.environ.get(SIGNED_IN):
                environ[SIGNED_IN] = signed_in
            response = self.doors[function]()(flask.Request(environ))
        finally:
            builder.close()
        fields = json.loads(response.get_data()) if response.mimetype == "application/json" else {}
        return Answered(response.status_code, fields, response)


def _data(body: object) -> Mapping[str, Any]:
    return {"data": body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()}
