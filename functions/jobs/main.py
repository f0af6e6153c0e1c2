"""jobs: read, list, cancel, and the links to films."""

import flask
import functions_framework

from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return wiring().jobs_door(request)
