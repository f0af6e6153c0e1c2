"""What happens around the workers: the vendor, its news, the sweep, time and people."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from shared.pipeline.job import events as on
from shared.pipeline.job.job import AWAKE, Ending, Payer, State
from tests.model.instants import ANSWERS, FROZEN, NOW, SENDS, VENDOR
from tests.model.rules import Rule
from tests.model.state import Step, Task, Worker, World
from tests.model.words import arrived
from tests.model.workers import Workers

IN_TIME = {"CLAIM": SENDS, "RECLAIM": SENDS, "SEND": SENDS, "ANSWER": ANSWERS, "NEWS": SENDS}


@dataclass(frozen=True, slots=True)
class Around:
    """Everybody else."""

    workers: Workers

    def steps(self, world: World) -> Iterator[Step]:
        """Yield what may happen next besides the workers."""
        yield from self._vendor(world)
        yield from self._news(world)
        if self.workers.desk.ended(world):
            yield from self._retried(world)
            return
        yield from self._swept(world)
        yield from self._time(world)
        if world.budget.cancel:
            told = self.workers.desk.hear(world, on.CancelAsked())
            yield Step("CANCEL", False, self.workers.desk.committed(world.spend("cancel"), told))

    def _vendor(self, world: World) -> Iterator[Step]:
        for index, op in enumerate(world.ops):
            if op.status == "P":
                done = world.made(index, status="O", age=0)
                yield Step(f"op{index} is made", True, done._replace(news=world.news | {index}))
                if world.budget.junk:
                    junk = world.spend("junk").made(index, status="J", age=0)
                    yield Step(f"op{index} is made, its file is JUNK", False, junk._replace(news=junk.news | {index}))
                if world.budget.fail:
                    failed = world.spend("fail").made(index, status="X", age=0)
                    told = failed if self.workers.desk.clip else failed._replace(news=world.news | {index})
                    yield Step(f"op{index} FAILS", False, told)
            elif op.status == "J" and not self.workers.desk.clip:
                yield Step(f"op{index}'s fresh link gives the FILM", False, world.made(index, status="O"))

    def _news(self, world: World) -> Iterator[Step]:
        hear = self._object if self.workers.desk.clip else self._webhook
        for index in sorted(world.news):
            gone = world._replace(news=world.news - {index})
            yield Step(f"news of op{index}", True, hear(gone, index))
            if world.budget.dup:
                yield Step(f"news of op{index}, and it comes AGAIN", False, hear(world.spend("dup"), index))
            if world.budget.drop:
                yield Step(f"news of op{index} is LOST", False, gone.spend("drop"))

    def _object(self, world: World, index: int) -> World:
        desk, op = self.workers.desk, world.ops[index]
        if desk.ended(world) and desk.node(world).output:
            return world
        if op.status == "J" and desk.has(Rule.PROBE):
            told = desk.hear(world, on.PendingSeen(desk.key, op.take, op.attempt, hinted=True))
        else:
            told = desk.hear(world, arrived(desk.key, op.take, op.attempt, index, named=False))
        return desk.committed(world, told) if told.changed else world

    def _webhook(self, world: World, index: int) -> World:
        return self.workers.told(world, index) if len(world.workers) < self.workers.most else world

    def _swept(self, world: World) -> Iterator[Step]:
        desk, node = self.workers.desk, self.workers.desk.node(world)
        if not desk.has(Rule.SWEEP) or node.state not in AWAKE or node.due is None or node.due > NOW:
            return
        name = desk.name(node)
        timeouts = node.state is State.QUEUED and any(task.name == name for task in world.tasks)
        told = desk.hear(world, on.Swept(frozenset({node.key}) if timeouts else frozenset()))
        yield Step("sweep: in its queue" if timeouts else "sweep: nudge", True, desk.committed(world, told))
        if world.budget.crash and told.woken:
            yield Step("sweep: nudge, CRASH before the enqueue", False, desk.moved(world.spend("crash"), told))

    def _time(self, world: World) -> Iterator[Step]:
        """Let one tick pass, unless somebody would be late whom no fault allows to be."""
        late = sum(worker.age == IN_TIME[worker.place] for worker in world.workers)
        slow = [index for index, op in enumerate(world.ops) if op.status == "P" and op.age == VENDOR]
        budget = world.budget
        if late > budget.freeze or len(slow) > budget.slow or any(not world.ops[index].told for index in slow):
            return
        passed = world._replace(
            job=self.workers.desk.machine.later(world.job),
            tasks=frozenset(_nearer(task) for task in world.tasks),
            workers=tuple(sorted(_older(each) for each in world.workers if each.age < FROZEN)),
            ops=tuple(op._replace(age=min(op.age + 1, VENDOR + 1)) if op.status == "P" else op for op in world.ops),
            budget=budget._replace(freeze=budget.freeze - late, slow=budget.slow - len(slow)),
        )
        what = "a tick" + (", a worker is FROZEN" if late else "") + (", the vendor is SLOW" if slow else "")
        yield Step(what, not (late or slow), passed)

    def _retried(self, world: World) -> Iterator[Step]:
        desk = self.workers.desk
        job, node = desk.machine.jobs[world.job], desk.node(world)
        if world.budget.retry and job.ending in (Ending.FAILED, Ending.CANCELLED):
            told = desk.hear(
                world, on.RetryAsked(reserved=node.cost if node.payer is Payer.US else 0, ceiling=node.cost * 2)
            )
            again = desk.committed(world.spend("retry"), told)
            yield Step("RETRY", False, again._replace(want=world.want + 1))


@cache
def _nearer(task: Task) -> Task:
    return task._replace(at=max(0, task.at - 1))


@cache
def _older(worker: Worker) -> Worker:
    return worker._replace(age=worker.age + 1)
