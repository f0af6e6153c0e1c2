"""start_presenter: claims a presenter's take and asks the avatar service for it, once."""

import flask
import functions_framework

from shared.door.task import Later, step
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Do one task."""
    return step(request, wiring().start_presenter, Later("start_presenter", wiring()))
