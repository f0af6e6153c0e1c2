"""The events' door: 2xx for everything but our own store failing; what is an hour old is the sweep's (protocol hole 24)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.door.task import answer
from shared.log import Fact, log

TOO_OLD = timedelta(hours=1)


class Event(Protocol):
    """What a CloudEvent gives."""

    @property
    def data(self) -> object: ...

    def __getitem__(self, name: str) -> object: ...


def finalized(event: Event, do: Callable[[str, str], object], now: datetime) -> tuple[str, int]:
    """Answer one finalized object."""
    match event.data:
        case {"bucket": str(bucket), "name": str(name)} if not _stale(event, now):
            return answer(lambda: do(bucket, name))
        case _:
            log(Fact.NEWS_IGNORED, "an event without a bucket and a name, or too old")
            return "ignored\n", 200


def _stale(event: Event, now: datetime) -> bool:
    try:
        said = datetime.fromisoformat(str(event["time"]))
    except (KeyError, ValueError):
        return False
    return now - (said if said.tzinfo else said.replace(tzinfo=UTC)) > TOO_OLD
