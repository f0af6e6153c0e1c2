"""How many slow bodies an instance reads at once: each holds a thread as long as it may take.

A body is slow when it has not come in half a second. So many of a tenant's (without a key: of a network's) are waited
for, and so many of all together; the threads that are left serve everybody else. While a sender has its share its other
bodies are refused at once, and slow ones that came together are cut down to as many. Where all places are taken, a
sender who has fewer than the one who has most takes one of that one's, its oldest: no pair keeps them from the others.
"""

import threading
from collections import Counter
from collections.abc import Callable

SLOW_AFTER = 0.5  # seconds: what fits in a few packets has come
MOST_SLOW = 3  # of one sender
MOST_SLOW_TOGETHER = 6  # of the 8 or 16 threads an instance has


class BodyCrowded(Exception):
    """As many slow bodies as an instance waits for are being read already."""


class SlowBodies:
    """The slow bodies of an instance, the oldest first: who sends each, and how it is given up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slow: dict[object, tuple[str, Callable[[], None]]] = {}

    def full(self, sender: str) -> bool:
        """Tell whether no other body of a sender would be waited for."""
        with self._lock:
            return self._held()[sender] >= MOST_SLOW

    def enter(self, body: object, sender: str, give_up: Callable[[], None]) -> bool:
        """Count one more, if it may be waited for; another sender's may have to go for it."""
        with self._lock:
            held, ousted = self._held(), None
            if held[sender] >= MOST_SLOW:
                return False
            if len(self._slow) >= MOST_SLOW_TOGETHER:
                greedy, most = held.most_common(1)[0]
                if most <= held[sender] + 1:
                    return False
                oldest = next(each for each, (whose, _) in self._slow.items() if whose == greedy)
                _, ousted = self._slow.pop(oldest)
            self._slow[body] = sender, give_up
        if ousted:
            ousted()
        return True

    def leave(self, body: object) -> None:
        """Count one less; one that had to go is not counted any more."""
        with self._lock:
            self._slow.pop(body, None)

    def _held(self) -> Counter[str]:
        return Counter(sender for sender, _ in self._slow.values())
