"""A function like ours that asks for no key and believes the tenant a header names: the gate alone is between."""

from collections.abc import Mapping
from datetime import UTC, datetime

import flask
import functions_framework

from shared.cloud.tenants import ApiKey, Tenant
from shared.door.answers import answer
from shared.door.asked import CALLER, Caller
from shared.door.incoming import json_body, upload_body
from shared.door.misplaced import WANTED, UploadPath
from shared.door.public import Route, serve
from shared.door.request_body import gated

MOST_UPLOAD = 20 * 2**20
BORN = datetime(2026, 11, 20, tzinfo=UTC)


def _json(request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    return answer(200, {"bytes": len(json_body(request))})


def _upload(request: flask.Request, _found: Mapping[str, str]) -> flask.Response:
    return answer(200, {"bytes": len(upload_body(request, MOST_UPLOAD, WANTED[UploadPath.IMAGE]))})


ROUTES = (Route("POST", "/", _json), Route("POST", "/uploads", _upload))


@functions_framework.http
@gated
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    if name := request.headers.get("X-Tenant"):
        request.environ[CALLER] = Caller(Tenant(name, name), ApiKey(name, name, "", (), BORN))
    return serve(request, ROUTES)
