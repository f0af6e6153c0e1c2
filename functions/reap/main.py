"""reap: deletes what deleted jobs and closed tenants leave behind, and jobs whose time is over, each five minutes."""

import flask
import functions_framework

from shared.door.task import answer_task
from shared.wiring import wiring


@functions_framework.http
def main(_request: flask.Request) -> tuple[str, int]:
    """Do one tick."""
    return answer_task(wiring().reap)
