"""The storm's lightning: SIGKILL to one of the laptop's processes every few seconds, which one by chance.

Only what answers is killed: a process that is just starting again would only start once more. While no job ends, the
kills come slower and slower: a storm that lets nothing finish, on a busy machine, proves nothing.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.local.laptop import Laptop

OFTEN = {"functions": 6, "vendors": 2, "google": 2}
QUICK = 0.2  # seconds a connect may take
SLOWEST = 8  # times the usual wait


@dataclass(slots=True)
class Killer:
    """Kills every `every` seconds on the average; `kills` and the longest `dark` time by process are what it did."""

    laptop: Laptop
    every: float
    chance: random.Random
    finished: Callable[[], int]  # how many jobs have ended
    kills: Counter[str] = field(default_factory=Counter)
    dark: dict[str, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Kill until told to stop."""
        slow, before = 1, self.finished()
        while not self.over.wait(slow * self.every * self.chance.uniform(0.5, 1.5)):
            now = self.finished()
            slow, before = 1 if now > before else min(2 * slow, SLOWEST), now
            name = self.chance.choices(list(OFTEN), list(OFTEN.values()))[0]
            if self._answers(name):
                self.laptop.kill(name)
                self.kills[name] += 1
                self._watch(name, time.monotonic())

    def _watch(self, name: str, killed: float) -> None:
        while self._answers(name) and time.monotonic() - killed < 1:
            time.sleep(0.01)  # the port closes a moment after the kill
        while not self._answers(name) and not self.over.wait(0.05):
            continue
        self.dark[name] = max(self.dark.get(name, 0.0), time.monotonic() - killed)

    def _answers(self, name: str) -> bool:
        places = self.laptop.places
        port = {"functions": places.front, "vendors": places.heygen, "google": places.counts}[name]
        try:
            socket.create_connection(("127.0.0.1", port), QUICK).close()
        except OSError:
            return False
        return True
