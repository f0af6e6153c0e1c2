"""The rows of the lanes' table: nodes, the faults that may happen, the missing habit, and the law that then breaks."""

import time
from collections import deque
from dataclasses import dataclass

from tests.model.lanes import ALL_HABITS, Faults, Habit, Lane, born, moves
from tests.model.search import Verdict

Way = dict[Lane, tuple[Lane, str] | None]


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One search; of the nodes, the first may be parked once more."""

    nodes: int
    faults: Faults
    without: Habit | None = None
    breaks: str = ""
    again: int = 1

    def __str__(self) -> str:
        rules = f"without {self.without.value}" if self.without else "all rules"
        return f"a lane of {self.nodes}, {rules}, {self.faults}"

    def searched(self, most: int = 3_000_000) -> Verdict:
        """Visit every state once, the nearest first."""
        began = time.perf_counter()
        habits = ALL_HABITS - {self.without} if self.without else ALL_HABITS
        first = born(self.nodes, self.again, self.faults)
        ways: Way = {first: None}
        fairly: dict[Lane, list[Lane]] = {}
        queue = deque([first])
        while queue and len(ways) < most:
            lane = queue.popleft()
            for what, fair, then in moves(lane, habits):
                if fair:
                    fairly.setdefault(then, []).append(lane)
                if then in ways:
                    continue
                ways[then] = lane, what
                if then.law:
                    return Verdict(then.law, _trace(ways, then), len(ways), time.perf_counter() - began, whole=False)
                queue.append(then)
        stuck = _stuck(ways, fairly) if not queue else None
        trace = _trace(ways, stuck) if stuck else ()
        law = "LIVE" if stuck else ""
        return Verdict(law, trace, len(ways), time.perf_counter() - began, whole=not queue)


def _stuck(ways: Way, fairly: dict[Lane, list[Lane]]) -> Lane | None:
    """Return the nearest state from which not every node can have its turn any more."""
    saved = {lane for lane in ways if lane.ended}
    queue = deque(saved)
    while queue:
        fresh = [before for before in fairly.get(queue.popleft(), ()) if before not in saved]
        saved.update(fresh)
        queue.extend(fresh)
    return next((lane for lane in ways if lane not in saved), None)


def _trace(ways: Way, end: Lane) -> tuple[str, ...]:
    steps = []
    while (way := ways[end]) is not None:
        end, what = way
        steps.append(what)
    return tuple(reversed(steps))


# Each habit is missing once; with it, the same faults break nothing.
PLANTED = (
    LaneRow(2, Faults(), Habit.LOOK, "IDLE", again=0),
    LaneRow(2, Faults(), Habit.REVISION, "SHARE"),
    LaneRow(2, Faults(), Habit.WAKE, "SHARE"),
    LaneRow(2, Faults(crash=1), Habit.LANES, "LIVE", again=0),
    LaneRow(2, Faults(), Habit.KNOCKS, "SHARE"),
    LaneRow(2, Faults(), Habit.LINKS, "SHARE"),
    LaneRow(2, Faults(cancel=1), Habit.FIRST, "SHARE", again=0),
)
HOLDING = (
    LaneRow(2, Faults()),
    LaneRow(2, Faults(crash=1)),
    LaneRow(2, Faults(cancel=1)),
    LaneRow(2, Faults(busy=1)),
    LaneRow(3, Faults(crash=1), again=0),
)
HOLDING_LARGE = (
    LaneRow(2, Faults(crash=1, early=1)),
    LaneRow(2, Faults(crash=1, early=1, cancel=1)),
    LaneRow(2, Faults(crash=1, busy=1)),
    LaneRow(3, Faults(crash=1)),
)
