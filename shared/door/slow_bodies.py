"""How many slow bodies of one sender an instance reads at once: each holds a thread as long as it may take.

A body is slow when it has not come in half a second. So many of a tenant's (without a key: of a network's) are waited
for; while they are, the sender's other bodies are refused at once, and slow ones that came together are cut down to as
many. Other senders keep the threads that are left.
"""

import threading
from collections import Counter

SLOW_AFTER = 0.5  # seconds: what fits in a few packets has come
MOST_SLOW = 3  # of the 8 or 16 threads an instance has


class BodyCrowded(Exception):
    """As many slow bodies of this sender as an instance waits for are being read already."""


class SlowBodies:
    """The slow bodies of an instance, by their senders."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slow: Counter[str] = Counter()

    def full(self, sender: str) -> bool:
        """Tell whether no other body of a sender would be waited for."""
        with self._lock:
            return self._slow.get(sender, 0) >= MOST_SLOW

    def enter(self, sender: str) -> bool:
        """Count one more, if it may be waited for."""
        with self._lock:
            if self._slow.get(sender, 0) >= MOST_SLOW:
                return False
            self._slow[sender] += 1
            return True

    def leave(self, sender: str) -> None:
        """Count one less."""
        with self._lock:
            self._slow[sender] -= 1
            if not self._slow[sender]:
                del self._slow[sender]
