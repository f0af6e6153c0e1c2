"""Hands turns on: after each commit that parked a node, or ended a turn, the node parked longest gets its task.

Written after the job and before nothing: whoever dies here leaves a lane whose due lets the sweep go on from where it
stands. The second look after a lane was emptied finds whoever parked meanwhile and saw the old holder
(pipeline README, "Turns", holes 160, 161).
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import Conflict, Doubtful, Jobs, StoreUnreachable
from shared.cloud.lanes import Lane, LaneMoved, Lanes
from shared.cloud.records import Loaded
from shared.log import Fact, log_job
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.events import Unparked
from shared.pipeline.job.job import Job
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.turns import Turn, TurnState, handings, may_pass, next_turn, standing

LANE_TRIES = 10  # of one lane: every other write there is somebody who hands the same turn on
AHEAD = timedelta(seconds=5)  # so soon a node may be told of its turn: its task waits for the rest
NO_TURNS: tuple[Turn, ...] = ()


class LaneBusy(Exception):
    """A lane was written by others again and again; one of them has given its turn."""


Tell = Callable[[Loaded, Unparked], Job | None]  # applies it, enqueues, returns the job; None: it is nobody's here


@dataclass(frozen=True, slots=True)
class Given:
    """A turn, and the job whose node gets it."""

    loaded: Loaded
    turn: Turn


@dataclass(frozen=True, slots=True)
class Turns:
    """The lanes and what is needed to hand their turns on."""

    jobs: Jobs
    lanes: Lanes
    timeouts: Timeouts

    def see_to(self, before: Job | None, after: Job, tell: Tell) -> None:
        """Do what a commit leaves to do in lanes; what fails is left to the sweep."""
        for each in handings(before, after):
            try:
                self.hand_on(each.queue, each.lane, each.left, tell)
            except (StoreUnreachable, Conflict, Doubtful, LaneBusy, Unreadable) as failed:
                log_job(Fact.STORE_FAILED, after, f"lane {each.lane}: {failed}")

    def hand_on(self, queue: str, lane_id: str, left: Iterable[Turn], tell: Tell) -> None:
        """Give a lane's turn to the node parked longest, if nobody holds it or those in `left` did.

        Raises StoreUnreachable, LaneBusy, and what `tell` raises.
        """
        known, given = tuple(left), None
        for _ in range(LANE_TRIES):
            lane = self.lanes.read(lane_id, queue)
            if given is None or lane.holder != given.turn:
                if not may_pass(lane.holder, known):
                    return
                given = self._next(lane)
                if given is None and lane.holder is None:
                    return
                if not self._written(lane, given):
                    continue
            if given is None:
                known = NO_TURNS  # empty; somebody may have parked since that look, and seen the old holder
            elif self.told(given.loaded, given.turn, tell):
                return
            else:
                known, given = (given.turn,), None
        raise LaneBusy(f"it was written {LANE_TRIES} times meanwhile")

    def _next(self, lane: Lane) -> Given | None:
        until = lane.read_time + AHEAD
        for found in self.jobs.parked(lane.queue, lane.id, until):
            if turn := next_turn(found.job, lane.queue, until):
                return Given(found, turn)
            with suppress(Conflict):  # code that knows no turns has moved it: it stands there for nothing (hole 208)
                self.jobs.relist(found)
        return None

    def _written(self, lane: Lane, given: Given | None) -> bool:
        """Write whose turn it is; False where somebody else has written, or nobody can tell who has: look again."""
        try:
            self.lanes.give(lane, given.turn if given else None, lane.read_time + self.timeouts.lane_slack * SECOND)
        except (LaneMoved, StoreUnreachable):
            return False
        return True

    def told(self, loaded: Loaded, turn: Turn, tell: Tell) -> bool:
        """Tell a node that the turn is its; False when it needs none any more."""
        job = tell(loaded, Unparked(turn.node, turn.wake))
        return job is not None and not job.ending and standing(job.nodes.get(turn.node), turn) is not TurnState.OVER

    def swept(self, lane: Lane, tell: Tell) -> bool:
        """Go on with a turn that was given a while ago; True when a task came of it. Raises as `hand_on`, LaneMoved."""
        holder = lane.holder
        loaded = self._holding(holder) if holder else None
        state = standing(loaded.job.nodes.get(holder.node), holder) if loaded and holder else TurnState.OVER
        if loaded and holder and not loaded.job.ending:
            if state is TurnState.HELD:  # in its queue, or overdue in its job: that is seen to as for every node
                self.lanes.rest(lane, lane.read_time + self.timeouts.lane_slack * SECOND)
                return False
            if state is TurnState.COMING and self.told(loaded, holder, tell):
                return True
        self.hand_on(lane.queue, lane.id, (holder,) if holder else NO_TURNS, tell)
        return True

    def _holding(self, holder: Turn) -> Loaded | None:
        """Read the job that holds a turn; None where it is gone or not for this code: others do not wait for it."""
        try:
            return self.jobs.load(holder.job)
        except (NewerSchema, Unreadable):
            return None
