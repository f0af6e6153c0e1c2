"""radar: asks once a day whether the models films are made with still exist."""

import flask
import functions_framework

from shared.door.task import answer_task
from shared.wiring import wiring


@functions_framework.http
def main(_request: flask.Request) -> tuple[str, int]:
    """Look once."""
    return answer_task(wiring().radar)
