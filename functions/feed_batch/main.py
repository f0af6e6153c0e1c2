"""feed_batch: orders a batch's next rows."""

import flask
import functions_framework

from shared.door.task import batch
from shared.wiring import wiring


@functions_framework.http
def main(request: flask.Request) -> tuple[str, int]:
    """Make one pass over a batch."""
    return batch(request, wiring().feed_batch)
