"""The events' door: 2xx for everything but our own store failing; what is an hour old is the sweep's (hole 24).

functions-framework answers 200 to whatever an event function returns, so what Eventarc should repeat is raised.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.door.task import answer_task
from shared.log import Fact, log

TOO_OLD = timedelta(hours=1)


class Event(Protocol):
    """What a CloudEvent gives."""

    @property
    def data(self) -> object:
        """The event's body."""
        ...

    def __getitem__(self, name: str) -> object: ...


class TryAgain(Exception):
    """Our own store or queue failed, or we have a bug: Eventarc repeats the event with a growing wait."""


def finalized(event: Event, do: Callable[[str, str], object], now: datetime) -> None:
    """Take in one finalized object. Raises TryAgain."""
    match event.data:
        case {"bucket": str(bucket), "name": str(name)} if not _stale(event, now):
            text, status = answer_task(lambda: do(bucket, name))
            if status >= 500:  # noqa: PLR2004  # HTTP's line between theirs and ours
                raise TryAgain(f"{name}: {text.strip()}")
        case _:
            log(Fact.EVENT_IGNORED, "an event without a bucket and a name, or too old")


def _stale(event: Event, now: datetime) -> bool:
    try:
        said = datetime.fromisoformat(str(event["time"]))
    except (KeyError, ValueError):
        return False
    return now - (said if said.tzinfo else said.replace(tzinfo=UTC)) > TOO_OLD
