"""paint_part: paints one part of a long film."""

import flask
import functions_framework

from shared.door.task import Later, step
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Do one task."""
    return step(request, wiring().paint_part, Later("paint_part", wiring()))
