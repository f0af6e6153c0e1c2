"""api: the paths of the older Django API, answered by today's doors."""

import flask
import functions_framework

from shared.door.request_body import gated
from shared.wiring import wiring


@functions_framework.http
@gated
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return wiring().django_api(request)
