"""health: says whether everything abroll needs answers."""

import flask
import functions_framework

from shared.door.answers import answer
from shared.wiring import wiring


@functions_framework.http
def main(_request: flask.Request) -> flask.Response:
    """Answer 200 when all is well, else 503; each check by name."""
    found = wiring().health()
    well = all(state == "ok" for state in found.values())
    return answer(200 if well else 503, {"status": "ok" if well else "unwell", "checks": found})
