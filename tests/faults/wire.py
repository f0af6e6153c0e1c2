"""What goes wrong on the wire, and when: rules over numbered calls, and a record of every call that came by.

A proxy (`rpc.py`, `web.py`) asks its `Wire` about each call before it forwards it. A call's line is its service and
what it does ("firestore Commit", "veo POST /v1/…:predictLongRunning"); rules are patterns searched in it.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Meanwhile = Callable[[], object]


class Kind(StrEnum):
    """How a call goes wrong."""

    REFUSE = "refuse"  # nothing is done; the status is answered
    RESET = "reset"  # nothing is done; the connection breaks (gRPC: UNAVAILABLE)
    LOSE = "lose"  # it IS done; the status is answered instead of its answer, or the connection breaks
    HANG = "hang"  # it IS done; the answer never comes (gRPC: DEADLINE_EXCEEDED)
    TWICE = "twice"  # it is done twice, as by a layer that sends again; the second answer is given
    PASS = "pass"  # nothing goes wrong: a rule that only lets something happen meanwhile  # no password


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong; `status` is a gRPC code's name ("ABORTED") or an HTTP status ("503"), empty: the usual."""

    kind: Kind
    status: str = ""
    retry_after: int | None = None  # seconds, HTTP only
    body: str | None = None  # HTTP only


@dataclass(slots=True)
class Rule:
    """A fault for the calls that match, from the `nth` on, `times` times; `meanwhile` runs as the call comes by."""

    pattern: re.Pattern[str]
    fault: Fault
    nth: int = 1
    times: int = 1
    meanwhile: Meanwhile | None = None
    seen: int = 0

    @property
    def struck(self) -> bool:
        """Whether a call has met it."""
        return self.seen >= self.nth

    def strikes(self, line: str) -> bool:
        """Count a call and say whether it is one of ours."""
        if not self.pattern.search(line):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


@dataclass(slots=True)
class Wire:
    """Rules and record of all proxies of one stage; thread-safe."""

    calls: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def on(
        self,
        pattern: str,
        kind: Kind = Kind.PASS,
        status: str = "",
        *,
        nth: int = 1,
        times: int = 1,
        retry_after: int | None = None,
        body: str | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> Rule:
        """Add a rule; the first that strikes decides. `nth` counts from now."""
        rule = Rule(re.compile(pattern), Fault(kind, status, retry_after, body), nth, times, meanwhile)
        with self._lock:
            self.rules.append(rule)
        return rule

    def mend(self) -> None:
        """Forget all rules and let go of what hangs."""
        with self._lock:
            self.rules.clear()
        self.released.set()
        self.released = threading.Event()

    def comes(self, line: str) -> Fault | None:
        """Record a call and return what happens to it; None when nothing does."""
        with self._lock:
            self.calls.append(line)
            struck = [rule for rule in self.rules if rule.strikes(line)]
        if not struck:
            return None
        if struck[0].meanwhile:
            struck[0].meanwhile()
        return None if struck[0].fault.kind is Kind.PASS else struck[0].fault

    def count(self, pattern: str) -> int:
        """Return how many calls matched so far."""
        with self._lock:
            return sum(1 for line in self.calls if re.search(pattern, line))
