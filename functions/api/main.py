"""api: the paths of the older Django API, answered by today's doors."""

from functools import partial

import flask
import functions_framework

from shared.door.request_body import gated
from shared.wiring import wiring


def _shaped(refused: flask.Response) -> flask.Response:
    from shared.door.django_api import as_django  # with what reads bodies, which a start must not wait for

    return as_django(refused)


@functions_framework.http
@partial(gated, shaped=_shaped)
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return wiring().django_api(request)
