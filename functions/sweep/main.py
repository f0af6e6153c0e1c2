"""sweep: finds what is late, each minute."""

import flask
import functions_framework

from shared.door.task import answer_task
from shared.wiring import wiring


@functions_framework.http
def main(_request: flask.Request) -> tuple[str, int]:
    """Do one tick."""
    return answer_task(wiring().sweep)
