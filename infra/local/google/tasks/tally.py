"""What the service has done since its start, for tests that hold a budget."""

from dataclasses import dataclass, replace
from threading import Lock


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks created, requests made of handlers, get_task and delete_task calls."""

    created: int = 0
    dispatched: int = 0
    gets: int = 0
    deletes: int = 0


class Tally:
    """Counts, safely, for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """What has been counted so far."""
        with self._lock:
            return self._counts

    def created(self) -> None:
        """A task was kept."""
        with self._lock:
            self._counts = replace(self._counts, created=self._counts.created + 1)

    def dispatched(self) -> None:
        """A handler was called."""
        with self._lock:
            self._counts = replace(self._counts, dispatched=self._counts.dispatched + 1)

    def got(self) -> None:
        """get_task was called, whatever it answered."""
        with self._lock:
            self._counts = replace(self._counts, gets=self._counts.gets + 1)

    def deleted(self) -> None:
        """delete_task was called, whatever it answered."""
        with self._lock:
            self._counts = replace(self._counts, deletes=self._counts.deletes + 1)
