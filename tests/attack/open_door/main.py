"""A function like ours that asks for no key: what stands between it and a sender is the gate alone."""

from collections.abc import Mapping

import flask
import functions_framework

from shared.door.answers import answer
from shared.door.incoming import json_body, upload_body
from shared.door.public import Route, serve
from shared.door.request_body import gated

MOST_UPLOAD = 20 * 2**20


def _json(request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    return answer(200, {"bytes": len(json_body(request))})


def _upload(request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    return answer(200, {"bytes": len(upload_body(request, MOST_UPLOAD))})


ROUTES = (Route("POST", "/", _json), Route("POST", "/uploads", _upload))


@functions_framework.http
@gated
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return serve(request, ROUTES)
