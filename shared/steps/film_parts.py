"""What the makers of a long film leave for each other in storage, and the tasks that call them (hole 188).

Whoever divides the film writes all that the others need, then one list that says so, then the tasks. The list is
written once: it alone decides what is painted. Nobody deletes here: a day's age does, and who deletes the job's files.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.tasks import Task, Tasks
from shared.media.runs import engine
from shared.pipeline.codec import Unreadable, from_plain, to_plain
from shared.pipeline.job.job import Job, Node
from shared.pipeline.job.line import COMPOSE, PAINT_PART, Step
from shared.pipeline.job.names import part_task, parts_folder
from shared.steps.message import Message

_MOST_LIST = 65_536  # bytes
_ZIP = "application/zip"
_PATIENT = 3  # nudges of the sweep through which tasks that stand in their queues are waited for; eight end the job


@dataclass(frozen=True, slots=True)
class CutList:
    """A film's parts in their order, each named by its content; what the join must know; by whom, in which wake."""

    engine: str
    wake: int
    parts: tuple[str, ...]
    layout: str


class PartsStanding(StrEnum):
    """How far a film is that was divided."""

    UNDIVIDED = "undivided"
    PAINTING = "painting"
    PAINTED = "painted"
    LEFT = "left"  # somebody has died, or is of another release: it is made whole


@dataclass(frozen=True, slots=True)
class FilmParts:
    """The parts of one film."""

    blobs: Blobs
    tasks: Tasks
    bucket: str
    deadline: Callable[[str], float]  # of a function's tasks, in seconds
    job: Job
    node: Node
    wanted: str

    def standing(self, *, joins: bool) -> tuple[PartsStanding, CutList | None]:
        """Tell how far the film is to one who was called to join it, or to begin. Raises as `call_joiner`."""
        listed = self._listed()
        if listed is None:
            return PartsStanding.UNDIVIDED, None
        if listed.engine != engine():
            return PartsStanding.LEFT, listed
        there = self._there()
        nudged, complete = listed.wake != self.node.wake, self._complete(listed, there)
        if joins or not nudged or self.node.nudges > _PATIENT:
            at_work = not complete and not nudged and self.name(listed.layout, "sound") in there
        else:  # the sweep knows compose's own task only
            missing = [part for part in listed.parts if self.name(part, "painted") not in there]
            at_work = self._in_queue(PAINT_PART, missing) if missing else self._in_queue(COMPOSE, (_joining(listed),))
        if at_work:
            return PartsStanding.PAINTING, listed
        return (PartsStanding.PAINTED if complete else PartsStanding.LEFT), listed

    def keep(self, name: str, path: Path, what: str = "") -> None:
        """Store what one hands to the others. Raises FilesUnreachable, OSError."""
        self.blobs.write_file(self.name(name, what), path, mime=_ZIP)

    def fetch(self, name: str, path: Path, what: str = "") -> Path:
        """Fetch it. Raises NoFile, FilesUnreachable."""
        self.blobs.fetch(self.name(name, what), path)
        return path

    def list(self, parts: Sequence[str], layout: str) -> bool:
        """Write the list; False where another has written one. Raises FilesUnreachable."""
        mine = CutList(engine(), self.node.wake, tuple(parts), layout)
        kept = json.dumps(to_plain(mine)).encode()
        self.blobs.write(self._list, [kept], mime="application/json", expected=len(kept))
        return self._listed() == mine

    def call_painters(self, parts: Sequence[str]) -> None:
        """Enqueue a task for each part. Raises QueueUnreachable."""
        for part in parts:
            self._call(PAINT_PART, part)

    def call_joiner(self) -> bool:
        """Enqueue the task that joins the film if all it needs is there. Raises FilesUnreachable, QueueUnreachable."""
        listed = self._listed()
        if listed is None or not self._complete(listed, self._there()):
            return False
        self._call(COMPOSE, _joining(listed))
        return True

    def is_there(self, name: str, what: str) -> bool:
        """Tell whether something was stored. Raises FilesUnreachable."""
        return self.name(name, what) in self._there()

    def name(self, name: str, what: str = "") -> str:
        """Return an object's gs://."""
        return f"{self._folder}{name}{f'.{what}' if what else ''}.zip"

    def _call(self, step: Step, part: str) -> None:
        said = Message(self.job.id, self.node.key, self.node.take, self.node.attempt, wanted=self.wanted, part=part)
        deadline = self.deadline(step.function)
        self.tasks.enqueue(Task(self._task(part), str(step.queue), step.function, said.body, None, deadline))

    def _in_queue(self, step: Step, parts: Sequence[str]) -> bool:
        return all(self.tasks.waiting(str(step.queue), self._task(part)) for part in parts)

    def _task(self, part: str) -> str:
        return part_task(self.job.id, self.node.key, self.wanted, part)

    def _complete(self, listed: CutList, there: frozenset[str]) -> bool:
        painted = {self.name(part, "painted") for part in listed.parts}
        return {*painted, self.name(listed.layout), self.name(listed.layout, "sound")} <= there

    def _listed(self) -> CutList | None:
        try:
            return from_plain(CutList, json.loads(self.blobs.read(self._list, 0, _MOST_LIST)))
        except NoFile:
            return None
        except (ValueError, Unreadable):
            return CutList("", 0, (), "")  # another release's

    def _there(self) -> frozenset[str]:
        return frozenset(each.uri for each in self.blobs.list(self._folder))

    @property
    def _list(self) -> str:
        return f"{self._folder}cut.json"

    @property
    def _folder(self) -> str:
        return f"gs://{self.bucket}/{parts_folder(self.job.id, self.wanted)}"


def _joining(listed: CutList) -> str:
    """Name what is to be done when all parts are there."""
    return f"join-{listed.layout}"
