"""One lane with one turn: parkers, passers, workers, a sweep and people in every order; a process may die anywhere.

The lane is judged by the product's own functions (`shared/pipeline/job/turns.py`); documents, queue, processes and
time are the model's. A step is whole where the product has no pause that matters: an enqueue follows its commit unless
the process dies there.

SHARE  a tenant has no more tasks in a lane's queue than the lane has turns
IDLE   where nobody has died, no turn lies idle while a node waits and nobody is on the way
LIVE   from every state one is reachable in which every node had its turn, without further faults
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from shared.pipeline.job.job import Node, Payer, State
from shared.pipeline.job.turns import Turn, TurnState, passes, standing
from shared.pipeline.plan.plan import Kind


class Habit(StrEnum):
    """A rule of turns."""

    LOOK = "empty the lane, then look again"
    REVISION = "a lane is written by its revision"
    WAKE = "a turn names a wake"
    LANES = "the sweep knows the lanes"
    KNOCKS = "the sweep wakes no parked node"
    LINKS = "every wake of a node goes through its lane"
    FIRST = "a cancelled node's task goes first"


ALL_HABITS = frozenset(Habit)


class Faults(NamedTuple):
    """What may still interfere."""

    crash: int = 0  # a process dies
    early: int = 0  # the sweep comes while others are at work
    cancel: int = 0  # a person cancels a node that waits
    busy: int = 0  # the vendor is known to be busy: the node is queued again and keeps its turn

    def less(self, fault: str) -> "Faults":
        """Return what is left after one of these."""
        return self._replace(**{fault: getattr(self, fault) - 1})

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self._asdict().items() if count) or "no fault"


class Thing(NamedTuple):
    """A node: N not ready, P parked, Q queued, S started, X ended; its wake; how often it may be parked again."""

    state: str
    wake: int
    again: int


class Process(NamedTuple):
    """Somebody who hands the turn on, at the place where it was last seen."""

    place: str  # READ, GIVE, EMPTY, TELL; END and DELETE are a cancel's
    left: tuple[int, int]  # the node and wake whose turn is known to be over; (-1, 0) of none
    fresh: bool = True  # nobody has written the lane since it was read
    to: tuple[int, int] = (-1, 0)


class Lane(NamedTuple):
    """A state of everything."""

    nodes: tuple[Thing, ...]
    faults: Faults
    holder: tuple[int, int] = (-1, 0)
    tasks: frozenset[tuple[int, int]] = frozenset()
    at_work: tuple[Process, ...] = ()
    sound: bool = True  # nobody has died yet

    def node(self, index: int, **changed: object) -> "Lane":
        """Change one node."""
        one = self.nodes[index]._replace(**changed)  # type: ignore[arg-type]  # NamedTuple's own checks are by name
        return self._replace(nodes=(*self.nodes[:index], one, *self.nodes[index + 1 :]))

    def begin(self, *begun: Process) -> "Lane":
        """Let processes begin; their order is nobody's business."""
        return self._replace(at_work=tuple(sorted((*self.at_work, *begun))))

    def gone(self, process: Process) -> "Lane":
        """Let a process be over."""
        left = list(self.at_work)
        left.remove(process)
        return self._replace(at_work=tuple(left))

    def written(self) -> "Lane":
        """Let the lane be another than what was read of it."""
        stale = (each._replace(fresh=each.place not in ("GIVE", "EMPTY")) for each in self.at_work)
        return self._replace(at_work=tuple(sorted(stale)))

    def spend(self, fault: str) -> "Lane":
        """Let one fault have happened."""
        return self._replace(faults=self.faults.less(fault), sound=self.sound and fault != "crash")

    @property
    def law(self) -> str:
        """The law this state breaks: no more tasks than turns; no turn lies idle where nobody has died."""
        if len(self.tasks) > 1:
            return "SHARE"
        waits = any(node.state == "P" for node in self.nodes)
        return "IDLE" if waits and self.sound and not self.at_work and self.holder[0] < 0 else ""

    @property
    def ended(self) -> bool:
        """Whether every node had its turn."""
        return not self.at_work and all(node.state == "X" for node in self.nodes)


Move = tuple[str, bool, Lane]  # what happens, whether no fault and no person is needed for it, what is then


def born(count: int, again: int, faults: Faults) -> Lane:
    """Return the beginning: nodes that will be parked, some of them more than once."""
    return Lane(tuple(Thing("N", 0, again if index == 0 else 0) for index in range(count)), faults)


def hand_on(left: tuple[int, int] = (-1, 0)) -> Process:
    """Return one who knocks, or passes a turn that is over."""
    return Process("READ", left)


def moves(lane: Lane, habits: frozenset[Habit]) -> Iterator[Move]:
    """Yield what may happen next."""
    for process in dict.fromkeys(lane.at_work):
        yield from _worked(lane, process, habits)
        if lane.faults.crash:
            yield f"{process.place} DIES", False, lane.gone(process).spend("crash")
    for task in lane.tasks:
        yield from _delivered(lane, *task)
    for index, node in enumerate(lane.nodes):
        if node.state == "N":
            yield from _left(lane.node(index, state="P"), index, f"{index} parks")
        elif node.state == "S":
            yield from _went_on(lane, index, habits)
        elif node.state in "PQ" and lane.faults.cancel:
            yield _cancelled(lane.spend("cancel"), index, habits)
    if not lane.at_work or lane.faults.early:
        seen = lane if not lane.at_work else lane.spend("early")
        yield from ((what, not lane.at_work, then) for what, then in _swept(seen, habits))


def _left(lane: Lane, index: int, what: str) -> Iterator[Move]:
    """A node's commit is written; whoever wrote it sees to the lane, unless it dies."""
    yield what, True, lane.begin(hand_on((index, lane.nodes[index].wake)))
    if lane.faults.crash:
        yield f"{what}, DIES", False, lane.spend("crash")


def _delivered(lane: Lane, index: int, wake: int) -> Iterator[Move]:
    taken = lane._replace(tasks=lane.tasks - {(index, wake)})
    node = lane.nodes[index]
    if node.state != "Q":
        yield f"{index} finds nothing to do", True, taken
        return
    claimed = taken.node(index, state="S" if node.again else "X")
    yield from _left(claimed, index, f"{index} is claimed")
    if lane.faults.busy:
        later = taken.spend("busy").node(index, wake=node.wake + 1)
        yield f"{index} waits for its BUSY vendor", False, later._replace(tasks=later.tasks | {(index, node.wake + 1)})


def _went_on(lane: Lane, index: int, habits: frozenset[Habit]) -> Iterator[Move]:
    node = lane.nodes[index]
    yield f"{index} ends", True, lane.node(index, state="X")
    fresh = lane.node(index, again=node.again - 1)
    if Habit.LINKS in habits:
        yield from _left(fresh.node(index, state="P"), index, f"{index} parks again")
    else:
        yield f"{index} is queued past its lane", True, _queued(fresh, index, node.wake + 1)


def _cancelled(lane: Lane, index: int, habits: frozenset[Habit]) -> Move:
    node, what = lane.nodes[index], f"{index} is CANCELLED"
    if node.state == "P":
        return what, False, lane.node(index, state="X")
    task = (index, node.wake)
    if Habit.FIRST in habits:
        return what, False, lane._replace(tasks=lane.tasks - {task}).begin(Process("END", task))
    return what, False, lane.node(index, state="X").begin(hand_on(task), Process("DELETE", task))


def _queued(lane: Lane, index: int, wake: int) -> Lane:
    queued = lane.node(index, state="Q", wake=wake)
    return queued._replace(tasks=queued.tasks | {(index, wake)})


def _worked(lane: Lane, process: Process, habits: frozenset[Habit]) -> Iterator[Move]:
    rest = lane.gone(process)
    match process.place:
        case "READ":
            yield _read(lane, rest, process, habits)
        case "GIVE" | "EMPTY":
            yield _written(rest, process, habits)
        case "TELL":
            yield from _told(rest, process)
        case "END":
            index = process.left[0]
            if lane.nodes[index].state in "PQ":
                yield "the cancel is written", True, rest.node(index, state="X").begin(hand_on(process.left))
            else:
                yield "the cancel ends the job", True, rest
        case _:
            yield "the cancel deletes the task", True, rest._replace(tasks=rest.tasks - {process.left})


def _read(lane: Lane, rest: Lane, process: Process, habits: frozenset[Habit]) -> Move:
    """Read the lane and look for the oldest parked node: what comes in between moves the lane, or is found by both."""
    if not passes(_turn(lane.holder, habits), _turn(process.left, habits)):
        return "finds the turn held", True, rest
    found = next((index for index, node in enumerate(lane.nodes) if node.state == "P"), -1)
    if found >= 0:
        give = process._replace(place="GIVE", fresh=True, to=(found, lane.nodes[found].wake + 1))
        return f"finds {found} parked", True, rest.begin(give)
    if lane.holder[0] >= 0:
        return "finds nobody", True, rest.begin(process._replace(place="EMPTY", fresh=True))
    return "finds nobody, and no turn", True, rest


def _written(rest: Lane, process: Process, habits: frozenset[Habit]) -> Move:
    if Habit.REVISION in habits and not process.fresh:
        return "the lane was written", True, rest.begin(hand_on(process.left))
    wrote = rest.written()
    if process.place == "GIVE":
        told = Process("TELL", (-1, 0), to=process.to)
        return f"gives {process.to[0]} the turn", True, wrote._replace(holder=process.to).begin(told)
    wrote = wrote._replace(holder=(-1, 0))
    return "empties the lane", True, wrote.begin(hand_on()) if Habit.LOOK in habits else wrote


def _told(rest: Lane, process: Process) -> Iterator[Move]:
    index, wake = process.to
    match standing(_node(rest.nodes[index]), Turn("job", str(index), wake)):
        case TurnState.COMING:
            yield f"unparks {index}", True, _queued(rest, index, wake)
            if rest.faults.crash:
                yield f"unparks {index}, DIES", False, rest.spend("crash").node(index, state="Q", wake=wake)
        case TurnState.HELD:
            yield f"{index} has its task", True, rest
        case TurnState.OVER:
            yield f"{index} needs no turn", True, rest.begin(hand_on(process.to))


def _swept(lane: Lane, habits: frozenset[Habit]) -> Iterator[tuple[str, Lane]]:
    for index, node in enumerate(lane.nodes):
        lost = node.state == "Q" and not lane.at_work and not any(task[0] == index for task in lane.tasks)
        if lost:  # its due is two minutes away: whoever is at work has enqueued it by then
            yield f"sweep: pushes {index}", _queued(lane, index, node.wake + 1)
        if node.state == "P" and Habit.KNOCKS not in habits:
            yield f"sweep: wakes {index}", _queued(lane, index, node.wake + 1)
        elif node.state == "P":
            yield "sweep: knocks", lane.begin(hand_on())
    if lane.holder[0] < 0 or Habit.LANES not in habits:
        return
    match standing(_node(lane.nodes[lane.holder[0]]), Turn("job", str(lane.holder[0]), lane.holder[1])):
        case TurnState.COMING:
            yield "sweep: tells the holder", lane.begin(Process("TELL", (-1, 0), to=lane.holder))
        case TurnState.OVER:
            yield "sweep: passes the turn", lane.begin(hand_on(lane.holder))
        case TurnState.HELD:
            pass


@cache
def _turn(of: tuple[int, int], habits: frozenset[Habit]) -> Turn | None:
    index, wake = of
    return Turn("job", str(index), wake if Habit.WAKE in habits else 0) if index >= 0 else None


@cache
def _node(thing: Thing) -> Node:
    """Return a node as the product sees it."""
    state = {"P": State.QUEUED, "Q": State.QUEUED, "S": State.STARTING}.get(thing.state, State.DONE)
    parked = datetime(2026, 11, 20, tzinfo=UTC) if thing.state == "P" else None
    return Node("clip-1", Kind.CLIP, (), 0, Payer.US, "veo", 1.0, state=state, wake=thing.wake, parked_at=parked)
