"""What a writer was told, against what the server says later.

Before a write is sent its outcome is possible, once it is acknowledged it is the only one; a write cut off by a kill
leaves two. After a restart each thing must be in one of its possible states, and the one seen is then the only one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

State: TypeAlias = str | None
"""What a thing is, in words that differ when it differs; None when it is not there."""


@dataclass(slots=True)
class Ledger:
    """The possible states of everything ever written, by key; for many writers, but each key has one at a time."""

    acknowledged: int = 0
    _possible: dict[str, list[State]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def intend(self, key: str, state: State) -> None:
        """Note that a write is being sent."""
        with self._lock:
            self._possible.setdefault(key, [None]).append(state)

    def acknowledge(self, key: str, state: State) -> None:
        """Note that the write was answered: nothing else may be seen now."""
        with self._lock:
            self._possible[key] = [state]

    def count(self) -> None:
        """Count an acknowledgement, of one thing or of a batch."""
        with self._lock:
            self.acknowledged += 1

    def certain(self) -> dict[str, str]:
        """Return all that must be there, and how."""
        with self._lock:
            only = {key: states[0] for key, states in self._possible.items() if len(states) == 1}
        return {key: state for key, state in only.items() if state is not None}

    def check(self, seen: Mapping[str, str]) -> list[str]:
        """Compare with all that is there now; answer what is lost, torn or was never written, in words."""
        wrong = [f"{key} was never written" for key in seen.keys() - self._possible.keys()]
        for key, states in self._possible.items():
            if seen.get(key) not in states:
                wrong.append(f"{key} is {_short(seen.get(key))}, not {' or '.join(map(_short, states))}")
            self._possible[key] = [seen.get(key)]
        return wrong


def _short(state: State) -> str:
    return "absent" if state is None else repr(state[:60])
