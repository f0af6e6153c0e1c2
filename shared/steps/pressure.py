"""The whole house: what waits in each queue is counted, and new work is refused where it would wait too long.

It is refused too while the operator drains the house, before a roll-out or amid an incident.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from shared.cloud.jobs import StoreUnreachable
from shared.cloud.queue_lengths import QueueLengths
from shared.cloud.vendor_states import VendorStates
from shared.codes import Code
from shared.log import Fact, log
from shared.pipeline.job.job import Job
from shared.pipeline.job.line import start_queue
from shared.pipeline.vendors.pressure import Pressure, Rates, too_long
from shared.pipeline.vendors.state import QueueLength, VendorsState
from shared.steps.problems import Problem

FEW = 20  # unfinished jobs of all tenants: behind so few nobody waits long, and nothing is counted
LOOK_MINUTES = 10  # between two looks while nothing is late
SOONEST, LATEST = 60, 3600  # seconds after which a caller is told to come again
DRAIN_LOOK = 300  # … of a house that is drained


@dataclass(frozen=True, slots=True)
class CountWaiting:
    """What the sweep does for it; the figures go into `vendors/state`, which every door reads anyway."""

    lengths: QueueLengths
    states: VendorStates
    rates: Rates
    now: Callable[[], datetime]

    def __call__(self, late: int, tick: datetime) -> None:
        """Count what waits, each minute while something was late in this tick; a store that fails costs no tick."""
        if not late and tick.minute % LOOK_MINUTES:
            return
        try:
            busy = self.lengths.unfinished() >= FEW
            counted = {queue: self.lengths.starts(queue) for queue in self.rates} if busy else {}
        except StoreUnreachable as failed:
            log(Fact.STORE_FAILED, str(failed))
            return
        found = {queue: QueueLength(starts, self.now()) for queue, starts in counted.items() if starts}
        if found or self.states.read().queues:
            self.states.change(lambda state: _with(state, found))


def _with(state: VendorsState, found: dict[str, QueueLength]) -> VendorsState:
    return replace(state, queues=found) if found or state.queues else state


@dataclass(frozen=True, slots=True)
class HousePressure:
    """What the doors know of it: an instance reads it once a minute."""

    states: VendorStates
    rates: Rates
    now: Callable[[], datetime]

    def open(self) -> None:
        """Refuse everything new while the house is drained. Raises Problem."""
        if stopped := self.states.read().drained:
            why = f": {stopped.why}" if stopped.why else ""
            message = f"no new films are taken since {stopped.at:%H:%M} UTC{why}; what was ordered is made to its end"
            raise Problem(Code.DRAINING, message, retry_after=DRAIN_LOOK)

    def admit(self, job: Job) -> None:
        """Refuse a new job whose starts would wait too long. Raises Problem."""
        self._within({queue: queue in job.place.lanes for queue in job.place.open})

    def admit_again(self, job: Job, remake: Iterable[str]) -> None:
        """Refuse a retry whose starts would wait too long; whoever waited once goes before new work. Raises Problem."""
        queues = (start_queue(job.nodes[key]) for key in remake if key in job.nodes)
        self._within({queue: False for queue in queues if queue})

    def _within(self, queues: Mapping[str, bool]) -> None:
        self.open()
        pressure = Pressure(self.states.read().queues, self.rates, self.now())
        for queue, behind_others in sorted(queues.items()):
            wait = pressure.wait(queue)
            over = too_long(wait, behind_others=behind_others)
            if over > timedelta():
                raise _busy(pressure.starts(queue), wait, over)


def _busy(starts: int, wait: timedelta, over: timedelta) -> Problem:
    minutes = ceil(wait / timedelta(minutes=1))
    return Problem(
        Code.BUSY,
        f"{starts} starts of other films wait for the same vendor, which would take about {minutes} minutes",
        retry_after=min(max(ceil(over.total_seconds()), SOONEST), LATEST),
    )
