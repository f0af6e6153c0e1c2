"""veo_output: a file was finalized in the takes bucket."""

import functions_framework
from cloudevents.http import CloudEvent

from shared.door.event import finalized
from shared.wiring import wiring


@functions_framework.cloud_event
def main(event: CloudEvent) -> None:
    """Take in one event."""
    finalized(event, wiring().veo_output, wiring().now())
