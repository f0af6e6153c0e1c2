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
from shared.pipeline.job.line import COMPOSE, PAINT_PART
from shared.pipeline.job.names import part_task, parts_folder
from shared.steps.message import Message

_MOST_LIST = 65_536  # bytes
_ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class CutList:
    """A film's parts in their order, each named by its content; what the join must know; by whom, in which wake."""

    engine: str
    wake: int
    parts: tuple[str, ...]
    layout: str


class Standing(StrEnum):
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

    def standing(self) -> tuple[Standing, CutList | None]:
        """Tell how far the film is. Raises FilesUnreachable."""
        listed = self._listed()
        if listed is None:
            return Standing.UNDIVIDED, None
        if listed.engine != engine():
            return Standing.LEFT, listed
        there = self._there()
        if self._complete(listed, there):
            return Standing.PAINTED, listed
        at_work = listed.wake == self.node.wake and self.name(listed.layout, "sound") in there
        return (Standing.PAINTING if at_work else Standing.LEFT), listed

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
            said = Message(self.job.id, self.node.key, self.node.take, self.node.attempt, wanted=self.wanted, part=part)
            self._call(PAINT_PART.function, str(PAINT_PART.queue), part, said)

    def call_joiner(self) -> bool:
        """Enqueue the task that joins the film if all it needs is there. Raises FilesUnreachable, QueueUnreachable."""
        listed = self._listed()
        if listed is None or not self._complete(listed, self._there()):
            return False
        said = Message(self.job.id, self.node.key, self.node.take, self.node.attempt)
        self._call(COMPOSE.function, str(COMPOSE.queue), f"join {listed.layout} {'.'.join(listed.parts)}", said)
        return True

    def is_there(self, name: str, what: str) -> bool:
        """Tell whether something was stored. Raises FilesUnreachable."""
        return self.name(name, what) in self._there()

    def name(self, name: str, what: str = "") -> str:
        """Return an object's gs://."""
        return f"{self._folder}{name}{f'.{what}' if what else ''}.zip"

    def _call(self, function: str, queue: str, about: str, said: Message) -> None:
        name = part_task(self.job.id, self.node.key, self.wanted, about)
        self.tasks.enqueue(Task(name, queue, function, said.body, None, self.deadline(function)))

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
