"""People who do not mean well: forged webhooks, events and tasks, and true hints again and again, early, or with a lie.

What is forged must be refused, each time it is answered at all. What comes on a true path is only a hint: it may be
repeated, hurried, or name another take's video, and must move nothing but a look.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from infra.local.google.identity.issuer import Issuer
from shared.pipeline.job.job import Job
from shared.pipeline.job.names import AttemptName
from shared.pipeline.plan.plan import Kind
from tests.storm.customers import GIVES_UP, PLAIN
from tests.storm.findings import HEYGEN_KEY
from tests.storm.gateway import Call
from tests.storm.pranks import PRANKS, TAKEN, Prank

REPEATED, TOO_LATE = "repeated", "repeated after the end"
MOST = 5  # times one is repeated
RECENT = 20  # jobs somebody may still make trouble for
OURS = 503  # our own store failed: neither refused nor taken
EVENT_AGAIN = 500  # the same, in the only words a function of events has
UNHEARD = "unheard"
NO_VIDEO = "0" * 32


@dataclass(slots=True)
class Mischief:
    """Plays a prank every `every` seconds on the average, on the jobs that are known; counts how each was answered."""

    url: str  # the functions'
    heygen: str
    hand_on: Callable[[Call], httpx.Response]  # how the platform and the vendor reach the functions
    issuer: Issuer
    key: str
    caught: Sequence[Call]  # true events and callbacks that somebody has read along
    jobs: Sequence[str]
    ended: Sequence[str]
    tenants: Sequence[str]
    every: float
    chance: random.Random
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=GIVES_UP, trust_env=False, verify=PLAIN))

    def run(self) -> None:
        """Make trouble until told to stop."""
        with self.http:
            while not self.over.wait(self.every * self.chance.uniform(0.5, 1.5)):
                number = self.chance.randrange(len(PRANKS) + 3)
                if number < len(PRANKS) and self.jobs:
                    self.play(PRANKS[number](self))
                elif self.caught:
                    self._repeat(self.chance.choice(self.caught))

    def play(self, prank: Prank) -> None:
        """Play one and judge the answer."""
        try:
            said = self.http.post(self.url + prank.path, content=prank.body, headers=dict(prank.headers))
        except httpx.TransportError:
            self.tally[prank.name, UNHEARD] += 1
        else:
            self._judged(prank.name, said.status_code, prank.allowed)

    def attempt(self) -> AttemptName:
        """Name a presenter's first attempt, of a job that was taken lately."""
        return AttemptName(self.chance.choice(self.jobs[-RECENT:]), "presenter-1", 1, 1)

    def video(self) -> str:
        """Return the id of some video, whoever's."""
        return self._videos("")

    def own_video(self, attempt: AttemptName) -> str:
        """Return the id of this attempt's video, if HeyGen has one."""
        return self._videos(f"?title={attempt}")

    def refused(self) -> int:
        """Count what was answered with a refusal."""
        return sum(n for (_, said), n in self.tally.items() if said.startswith("4"))

    def _videos(self, query: str) -> str:
        try:
            found = self.http.get(f"{self.heygen}/v3/videos{query}", headers={"X-Api-Key": HEYGEN_KEY}).json()["data"]
        except httpx.TransportError:
            return NO_VIDEO
        return str(self.chance.choice(found)["id"]) if found else NO_VIDEO

    def _repeat(self, call: Call) -> None:
        """Be the platform, or the vendor, and deliver once more what was delivered before."""
        name = TOO_LATE if any(job in call.path or job.encode() in call.body for job in self.ended) else REPEATED
        for _ in range(self.chance.randint(1, MOST)):
            try:
                said = self.hand_on(call)
            except httpx.TransportError:
                self.tally[name, UNHEARD] += 1
            else:
                self._judged(name, said.status_code, (*TAKEN, EVENT_AGAIN) if _is_event(call) else TAKEN)

    def _judged(self, name: str, said: int, allowed: tuple[int, ...]) -> None:
        if said == OURS:
            self.tally[name, UNHEARD] += 1
            return
        self.tally[name, str(said)] += 1
        if said not in allowed:
            self.wrong.append(f"{name} was answered {said}, not {' or '.join(map(str, allowed))}")


def _is_event(call: Call) -> bool:
    return call.function == "veo_output"


def swapped(jobs: Sequence[Job], videos: Mapping[str, str]) -> Iterator[str]:
    """Yield the presenters that hold another take's video; `videos` are HeyGen's ids and titles."""
    for job in jobs:
        for node in job.nodes.values():
            if node.kind is not Kind.PRESENTER or node.output is None:
                continue
            title = videos.get(node.provider_id or "", "nobody's")
            if not title.startswith(f"{job.id}.{node.key}.t{node.take}."):
                yield f"{job.id} {node.key}: holds the video of {title}"
