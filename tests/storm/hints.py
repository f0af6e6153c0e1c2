"""The storm's weather on what comes in: object events, webhooks, tasks and ticks dropped, doubled, late or unanswered.

Events and webhooks are hints: nobody promises that they come, come once, or come in their order. A task comes at least
once, so it is never dropped here; its answer may be lost, and it may come twice at one moment.
"""

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from tests.storm.gateway import Call, HandOn

LATE = (1.0, 6.0)
OK = 200


class Fate(StrEnum):
    """What happens to something on its way in."""

    DROPPED = "dropped"  # taken from its sender, never handed on
    DOUBLED = "doubled"  # handed on twice at one moment
    LATE = "late"  # taken from its sender, handed on seconds later
    UNANSWERED = "unanswered"  # handed on, the answer lost: its sender comes again


class Kind(StrEnum):
    """What comes in."""

    EVENTS = "object events"
    WEBHOOKS = "webhooks"
    TASKS = "tasks"
    TICKS = "ticks"


FATES: Mapping[Kind, Sequence[Fate]] = {
    Kind.EVENTS: tuple(Fate),
    Kind.WEBHOOKS: tuple(Fate),
    Kind.TASKS: (Fate.DOUBLED, Fate.UNANSWERED),
    Kind.TICKS: tuple(Fate),
}
HINTS = (Kind.EVENTS, Kind.WEBHOOKS)
KINDS = {
    "veo_output": Kind.EVENTS,
    "heygen_webhook": Kind.WEBHOOKS,
    "provider_webhook": Kind.WEBHOOKS,
    "sweep": Kind.TICKS,
}


@dataclass(slots=True)
class Hints:
    """The weather; `hints` is the share of events and webhooks, `calls` of all else, that comes otherwise."""

    chance: random.Random
    hints: float = 0.0
    calls: float = 0.0
    lateness: tuple[float, float] = LATE  # seconds a late one is held, from and to
    came: Counter[Kind] = field(default_factory=Counter)
    tally: Counter[tuple[Kind, Fate]] = field(default_factory=Counter)
    overtaken: int = 0  # late ones that were handed on after a newer one
    caught: list[Call] = field(default_factory=list)  # true events and callbacks, for mischief
    handed: dict[Kind, int] = field(default_factory=dict)  # the newest that was handed on
    late: list[threading.Timer] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    twins: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="twin"))

    def __call__(self, call: Call, hand_on: HandOn) -> httpx.Response | None:
        """Hand a call on as its fate wants it. Raises what `hand_on` raises."""
        kind = KINDS.get(call.function, Kind.TASKS)
        number, fate = self._drawn(kind, call)
        match fate:
            case Fate.DROPPED:
                return httpx.Response(OK)
            case Fate.LATE:
                self._hold(kind, number, call, hand_on)
                return httpx.Response(OK)
            case Fate.DOUBLED:
                other = self.twins.submit(hand_on, call)
                answer = self._handed(kind, number, call, hand_on)
                with suppress(httpx.TransportError):
                    other.result()
                return answer
            case Fate.UNANSWERED:
                self._handed(kind, number, call, hand_on)
                return None
            case _:
                return self._handed(kind, number, call, hand_on)

    def calm(self) -> None:
        """Let everything come as it should from now on; what is late still comes."""
        with self.guard:
            self.hints = self.calls = 0.0

    def stop(self) -> None:
        """Forget what is still late."""
        for timer in self.late:
            timer.cancel()
        for timer in self.late:
            timer.join()
        self.twins.shutdown()

    def _drawn(self, kind: Kind, call: Call) -> tuple[int, Fate | None]:
        with self.guard:
            self.came[kind] += 1
            if kind in HINTS:
                self.caught.append(call)
            share = self.hints if kind in HINTS else self.calls
            if self.chance.random() >= share:
                return self.came[kind], None
            fate = self.chance.choice(FATES[kind])
            self.tally[kind, fate] += 1
            return self.came[kind], fate

    def _hold(self, kind: Kind, number: int, call: Call, hand_on: HandOn) -> None:
        def at_last() -> None:
            with suppress(httpx.TransportError):  # nobody listens then: it is lost
                self._handed(kind, number, call, hand_on)

        with self.guard:
            timer = threading.Timer(self.chance.uniform(*self.lateness), at_last)
            self.late.append(timer)
            timer.start()

    def _handed(self, kind: Kind, number: int, call: Call, hand_on: HandOn) -> httpx.Response:
        with self.guard:
            newest = self.handed.get(kind, 0)
            self.overtaken += number < newest and kind in HINTS
            self.handed[kind] = max(newest, number)
        return hand_on(call)
