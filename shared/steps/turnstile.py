"""One purchase at a time for each document of a month, within one instance.

Whatever a tenant buys is judged by a document that its commit names by revision: of a hundred at once one commits and
ninety-nine judge anew. Those of one instance wait here instead, so that only instances race each other. It saves reads
and keeps slow ones from starving; what is exact does not rest on it: who has waited too long goes on all the same.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WAIT = 10.0  # seconds at most, before going on without a turn


@dataclass(slots=True)
class _Gate:
    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0  # who waits, and who has passed and is not out


class Turnstile:
    """Gates by name, each kept only while somebody is at it."""

    def __init__(self, wait: float = WAIT) -> None:
        self._wait = wait
        self._lock = threading.Lock()
        self._gates: dict[str, _Gate] = {}

    def __len__(self) -> int:
        """Count the gates somebody is at."""
        return len(self._gates)

    @contextmanager
    def through(self, name: str) -> Iterator[None]:
        """Be alone at a gate; after the longest wait beside somebody else."""
        with self._lock:
            gate = self._gates.setdefault(name, _Gate())
            gate.inside += 1
        alone = gate.lock.acquire(timeout=self._wait)
        try:
            yield
        finally:
            if alone:
                gate.lock.release()
            with self._lock:
                gate.inside -= 1
                if not gate.inside:
                    del self._gates[name]
