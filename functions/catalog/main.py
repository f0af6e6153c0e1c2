"""catalog: who can be filmed and heard, at every avatar service of a tenant."""

import flask
import functions_framework

from shared.door.request_body import gated
from shared.wiring import wiring


@functions_framework.http
@gated
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return wiring().catalog(request)
