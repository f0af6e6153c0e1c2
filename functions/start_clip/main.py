"""start_clip: claims a clip and asks Veo for it, once."""

import flask
import functions_framework

from shared.door.task import Later, step
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Do one task."""
    return step(request, wiring().start_clip, Later("start_clip", wiring()))
