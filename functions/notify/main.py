"""notify: delivers a customer's webhook."""

import flask
import functions_framework

from shared.door.task import delivery
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Try one delivery."""
    return delivery(request, wiring().notify)
