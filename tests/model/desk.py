"""What every commit does to the world: the job moves, other readers' reads grow old, its task is enqueued."""

from dataclasses import dataclass
from functools import cache

from shared.pipeline.job import events as on
from shared.pipeline.job.job import AWAKE, Node, Reconcile, State
from shared.pipeline.job.line import START_CLIP, START_PRESENTER, step_for
from tests.model.instants import ticks
from tests.model.remembered import RATE, Remembered, Told
from tests.model.rules import Rule
from tests.model.state import Task, Worker, World
from tests.model.words import event


@dataclass(frozen=True, slots=True)
class Desk:
    """The one writer's ways, under some rules."""

    machine: Remembered

    @property
    def key(self) -> str:
        """The name of the one node."""
        return self.machine.key

    @property
    def clip(self) -> bool:
        """Whether its news is an object in our bucket; else a webhook tells."""
        return self.machine.way is Reconcile.OBJECT

    def way(self, worker: Worker) -> Reconcile:
        """How a worker's vendor lets lost answers be found out; the second one takes no keys."""
        return Reconcile.LIST_BY_TITLE if worker.vendor else self.machine.way

    def event(self, worker: Worker) -> on.NodeEvent:
        """Return a worker's next event."""
        asked = self.machine.guessed and not worker.vendor
        return event(self.key, worker, self.way(worker), RATE if asked else None)

    def has(self, rule: Rule) -> bool:
        """Tell whether a rule is kept."""
        return rule in self.machine.rules

    def node(self, world: World) -> Node:
        """Return the node as it stands."""
        return self.machine.node(world.job)

    def ended(self, world: World) -> bool:
        """Tell whether the job has ended."""
        return self.machine.books[world.job].ended

    def hear(self, world: World, news: on.Event, ago: int = 0) -> Told:
        """Ask the machine."""
        return self.machine.hear(world.job, news, ago)

    def name(self, node: Node) -> str:
        """Name the node's next task."""
        return (
            "enqueued" if self.has(Rule.WAKE) else f"t{node.take}-a{node.attempt}-{'start' if _start(node) else 'look'}"
        )

    def moved(self, world: World, told: Told) -> World:
        """Write the job: nobody else's read is fresh any more, and a claim that was taken over is nobody else's."""
        lost = told.taken or not told.claimed
        workers = tuple(_seen(each, lost=lost) for each in world.workers)
        used = world.used - {"enqueued"} if told.woken else world.used
        return self._tidy(world._replace(job=told.job, workers=tuple(sorted(workers)), used=used), woken=told.woken)

    def enqueued(self, world: World) -> World:
        """Enqueue the node's next task, unless its name was used."""
        node = self.node(world)
        if self.ended(world) or node.state not in AWAKE or self.name(node) in world.used:
            return world
        name = self.name(node)
        at = max(0, ticks(node.at)) if node.at else 0
        task = Task(name, node.take, node.attempt, _start(node), at)
        return self._tidy(world._replace(tasks=world.tasks | {task}, used=world.used | {name}), woken=False)

    def committed(self, world: World, told: Told) -> World:
        """Write the job, then enqueue the task of a node whose wake grew."""
        written = self.moved(world, told)
        return self.enqueued(written) if told.woken else written

    def _tidy(self, world: World, *, woken: bool) -> World:
        """Forget which old task had which name, and a clip's tasks for permissions that are over."""
        if not self.has(Rule.WAKE) or not world.tasks:
            return world
        node = self.node(world)
        old = woken or node.state is not State.QUEUED
        kept = frozenset(
            [
                Task("old", *task[1:]) if old else task
                for task in world.tasks
                if not self.clip or (task.take, task.attempt) == (node.take, node.attempt)
            ]
        )
        return world if kept == world.tasks else world._replace(tasks=kept)


def _start(node: Node) -> bool:
    return step_for(node) in (START_CLIP, START_PRESENTER)


@cache
def _seen(worker: Worker, *, lost: bool) -> Worker:
    return worker._replace(fresh=False, own=worker.own and not lost)
