"""Token buckets in an instance's memory: a fixed number of them, the longest unused forgotten first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

MINUTE = 60
MOST_DEBT = 5  # minutes
MOST_BUCKETS = 10_000  # a forgotten one is full again: its owner has asked for nothing for long, or is one of very many


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float  # when so many were in it


class TokenBuckets:
    """A bucket a name; it holds a minute's limit and fills evenly. Time is handed in, in seconds."""

    def __init__(self, monotonic: Callable[[], float], most: int = MOST_BUCKETS) -> None:
        self._monotonic = monotonic
        self._most = most
        self._lock = threading.Lock()
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def take(self, name: Hashable, limit: float) -> float:
        """Take a token of `limit` a minute; return how many are left, below zero when there was none to take."""
        with self._lock:
            bucket = self._filled(name, limit)
            if bucket.tokens < 1:
                return bucket.tokens - 1
            bucket.tokens -= 1
            return bucket.tokens

    def give_back(self, name: Hashable, limit: float) -> None:
        """Put back a token that need not have been taken."""
        with self._lock:
            bucket = self._filled(name, limit)
            bucket.tokens = min(limit, bucket.tokens + 1)

    def charge(self, name: Hashable, limit: float, count: float) -> None:
        """Take what was used elsewhere: a bucket may owe some minutes' worth."""
        with self._lock:
            bucket = self._filled(name, limit)
            bucket.tokens = max(-MOST_DEBT * limit, bucket.tokens - count)

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._buckets)

    def _filled(self, name: Hashable, limit: float) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.pop(name, None) or _Bucket(limit, now)
        bucket.tokens = min(limit, bucket.tokens + max(0.0, now - bucket.at) * limit / MINUTE)
        bucket.at = now
        self._buckets[name] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket


class Remembered:
    """Names an instance holds in mind for a time; a fixed number, the oldest forgotten first."""

    def __init__(self, monotonic: Callable[[], float], seconds: float, most: int = MOST_BUCKETS) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def note(self, name: Hashable) -> None:
        """Remember a name from now on."""
        with self._lock:
            self._until[name] = self._monotonic() + self._seconds
            self._until.move_to_end(name)
            if len(self._until) > self._most:
                self._until.popitem(last=False)

    def __contains__(self, name: Hashable) -> bool:
        """Tell whether a name is still remembered."""
        with self._lock:
            return self._until.get(name, 0.0) > self._monotonic()

    def __len__(self) -> int:
        """Return how many names are kept."""
        return len(self._until)
