"""provider_webhook: a vendor calls an order's own address."""

import flask
import functions_framework

from shared.door.request_body import gated
from shared.wiring import wiring


@functions_framework.http
@gated
def main(request: flask.Request) -> flask.Response:
    """Answer one request."""
    return wiring().provider_webhook(request)
