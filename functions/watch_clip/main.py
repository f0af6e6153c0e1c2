"""watch_clip: asks about a clip whose file has not come in time."""

import flask
import functions_framework

from shared.door.task import Later, step
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Do one task."""
    return step(request, wiring().watch_clip, Later("watch_clip", wiring()))
