"""watch_presenter: reads the truth about a take and fetches its file."""

import flask
import functions_framework

from shared.door.task import Later, step
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Do one task."""
    return step(request, wiring().watch_presenter, Later("watch_presenter", wiring()))
