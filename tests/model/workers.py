"""The workers: each step is a pause of the product's start and watch steps, with every way to be interrupted there."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.pipeline.job.job import Node, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.timeouts import SECOND
from shared.pipeline.job.unclear import looked_for, replayable
from tests.model.desk import Desk
from tests.model.instants import NOW, SENDS, WAITS
from tests.model.rules import Rule
from tests.model.state import Operation, Step, Task, Worker, World


@dataclass(frozen=True, slots=True)
class Workers:
    """What handlers do."""

    desk: Desk
    most: int = 2  # handlers at once

    def steps(self, world: World) -> Iterator[Step]:
        """Yield what the queue and the workers may do next."""
        if len(world.workers) < self.most:
            for task in sorted(world.tasks):
                if task.at <= 0:
                    yield from self._delivered(world, task)
        for index, worker in enumerate(world.workers):
            if world.budget.crash:
                yield Step(f"CRASH at {worker.place}", False, world.spend("crash").without(index))
            if worker.place == "SEND":
                yield from self._send(world.without(index), worker)
            else:
                yield from self._commit(world.without(index), worker)

    def _delivered(self, world: World, task: Task) -> Iterator[Step]:
        what = f"{'start' if task.start else 'look'} t{task.take}-a{task.attempt}"
        begun = self._started if task.start else self._looked
        gone = world._replace(tasks=world.tasks - {task})
        yield Step(what, True, begun(gone, task.take, task.attempt))
        if world.budget.miss:
            blind = begun(gone.spend("miss"), task.take, task.attempt, missed=True)
            yield Step(f"{what}, the list MISSES it", False, blind)
        if world.budget.dup:
            yield Step(f"{what}, delivered TWICE", False, begun(world.spend("dup"), task.take, task.attempt))

    # start_clip, start_presenter

    def _started(self, world: World, take: int, attempt: int, *, missed: bool = False) -> World:
        desk, node = self.desk, self.desk.node(world)
        if node.state is State.QUEUED:
            place = "CLAIM" if desk.has(Rule.CLAIM) else "SEND"
            worker = Worker(place, take, attempt, want=world.want, vendor=node.choice)
            return world.joined(worker) if desk.hear(world, self.desk.event(worker)).changed else world
        if node.state is not State.STARTING or node.claim is None:
            return world
        if reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY:
            return world
        worker = Worker("RECLAIM", node.take, node.attempt, want=world.want, vendor=node.choice)
        if desk.hear(world, self.desk.event(worker)).changed:
            return world.joined(worker)
        return world if replayable(node, NOW, WAITS) else self._searched(world, node, missed=missed)

    def _searched(self, world: World, node: Node, *, missed: bool = False) -> World:
        shown = looked_for(node, WAITS) is Reconcile.LIST_BY_TITLE and not missed
        titled = shown and [
            index
            for index, op in enumerate(world.ops)
            if (op.take, op.attempt) == (node.take, node.attempt) and not (world.budget.lag and op.status == "P")
        ]
        seen = Worker("NEWS", node.take, node.attempt, holds="id" if titled else "nothing", op=max(titled or [-1]))
        seen = seen._replace(how=looked_for(node, WAITS))
        return self._brought(world, seen)

    def _send(self, rest: World, worker: Worker) -> Iterator[Step]:
        desk, budget = self.desk, rest.budget
        number = f"t{worker.take}-a{worker.attempt}"
        if worker.age > SENDS and desk.has(Rule.WINDOW):
            yield Step("the window is over", True, self._holding(rest, worker, "late"))
            return
        made, index = self._made(rest, worker)
        yield Step(f"send {number}", True, self._holding(made, worker, "sent", index))
        if budget.busy:
            yield Step(f"send {number}: 429", False, self._holding(rest.spend("busy"), worker, "busy"))
        if budget.gone:
            yield Step(f"send {number}: 404", False, self._holding(rest.spend("gone"), worker, "gone"))
        if budget.refuse:
            yield Step(f"send {number}: REFUSED", False, self._holding(rest.spend("refuse"), worker, "refused"))
        if budget.broke:
            yield Step(f"send {number}: 402", False, self._holding(rest.spend("broke"), worker, "broke"))
        if budget.lost:
            yield Step(f"send {number}, ANSWER LOST", False, self._holding(made.spend("lost"), worker, "unclear"))
            nothing = self._holding(rest.spend("lost"), worker, "unclear")
            yield Step(f"send {number}, NOTHING MADE, answer lost", False, nothing)
        if budget.crash:
            yield Step(f"send {number}, CRASH before the answer", False, made.spend("crash"))

    def _made(self, world: World, worker: Worker) -> tuple[World, int]:
        op = Operation(worker.take, worker.attempt, worker.key, worker.want)
        for index, known in enumerate(world.ops):
            same = (known.take, known.attempt, known.key) == (op.take, op.attempt, op.key)
            if same and self.desk.way(worker) is Reconcile.IDEMPOTENCY_KEY and self.desk.has(Rule.KEY):
                return world, index
        return world._replace(ops=(*world.ops, op)), len(world.ops)

    def _holding(self, world: World, worker: Worker, holds: str, op: int = -1) -> World:
        place = "ANSWER" if self.desk.has(Rule.CLAIM) else "CLAIM"
        return world.joined(worker._replace(place=place, holds=holds, op=op))

    # watch_clip, watch_presenter

    def _looked(self, world: World, take: int, attempt: int, hint: int = -1, *, missed: bool = False) -> World:
        desk, node = self.desk, self.desk.node(world)
        if (take, attempt) != (node.take, node.attempt) or node.state not in (State.STARTING, State.RUNNING):
            return world
        known = int(node.provider_id[2:]) if node.provider_id else hint
        expired = node.claim is not None and node.claim.at + WAITS.of(node.provider).claim * SECOND <= NOW
        seen = Worker("NEWS", take, attempt, op=known)
        if node.state is State.STARTING and desk.clip:
            if not (expired and desk.has(Rule.EXPIRY)):
                return world
            lie = (index for index, op in enumerate(world.ops) if op.status in "OJ" and op[:2] == (take, attempt))
            known = next(lie, -1)
            return self._brought(world, seen._replace(holds=self._file(world, known) or "nothing", op=known))
        if known < 0:
            unnamed = node.state is State.STARTING and reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY
            return (
                self._searched(world, node, missed=missed) if unnamed and expired and desk.has(Rule.EXPIRY) else world
            )
        pending = "id" if node.state is State.STARTING else "pending, hinted" if hint >= 0 else "pending"
        status = world.ops[known].status
        holds = self._file(world, known) or {"P": pending, "X": "failure"}[status]
        if holds == "junk link" and node.state is State.STARTING:
            holds = "id"  # written down first: the file is refused at the next look
        return self._brought(world, seen._replace(holds=holds))

    def _file(self, world: World, op: int) -> str:
        """Say what a finished operation's file is taken for."""
        if op < 0 or world.ops[op].status not in "OJ":
            return ""
        if world.ops[op].status == "O" or not self.desk.has(Rule.PROBE):
            return "film"
        return "junk" if self.desk.clip else "junk link"

    def told(self, world: World, op: int) -> World:
        """Let a webhook ask for a look."""
        return self._looked(world, world.ops[op].take, world.ops[op].attempt, hint=op)

    def _brought(self, world: World, seen: Worker) -> World:
        """Let somebody hold news; news that changes nothing in the job as it was read is put away at once."""
        return world.joined(seen) if self.desk.hear(world, self.desk.event(seen)).changed else world

    # commit.py

    def _commit(self, rest: World, worker: Worker) -> Iterator[Step]:
        desk = self.desk
        told = desk.hear(rest, self.desk.event(worker), worker.age if worker.fresh else 0)
        what = " ".join(
            each for each in (worker.place.lower(), worker.holds, f"t{worker.take}-a{worker.attempt}") if each
        )
        if not told.changed:
            known = desk.enqueued(rest) if worker.doubt else rest
            yield Step(f"{what}: nothing to do", True, self._after(known, worker))
            return
        written = desk.moved(rest, told)
        mine = worker._replace(own=(worker.own or told.taken) and told.claimed)
        yield Step(what, True, self._after(desk.enqueued(written) if told.woken else written, mine))
        if rest.budget.crash and told.woken:
            yield Step(f"{what}, CRASH before the enqueue", False, written.spend("crash"))
        if rest.budget.ack:
            doubting = mine._replace(doubt=True, fresh=False)
            yield Step(f"{what}, ACK LOST", False, written.spend("ack").joined(doubting))

    def _after(self, world: World, worker: Worker) -> World:
        if worker.place in ("CLAIM", "RECLAIM"):
            node = self.desk.node(world)
            if node.state is not State.STARTING or not (worker.own or not self.desk.has(Rule.OWNER)):
                return world
            place = "ANSWER" if worker.holds else "SEND"
            fresh = worker.fresh and not worker.doubt
            return world.joined(worker._replace(place=place, doubt=False, fresh=fresh, key=node.refusals))
        return world.made(worker.op, told=True) if worker.holds == "sent" else world
