"""Learns vendors' figures from the jobs that ended since the last time; the sweep lets it, each ten minutes.

Cursor and figures are written in one compare-and-set, so a tick that comes twice counts once. One read an ended job, at
most 200 a time, of the newest: figures need a sample of a busy day, not all of it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.cloud.ended_jobs import EndedJobs
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.vendor_states import VendorStates
from shared.log import Fact, log
from shared.pipeline.job.learning import samples
from shared.pipeline.vendors.figures import learnt
from shared.pipeline.vendors.state import VendorsState

LEARN_MINUTES = 10
LEARN_PAGE = 200
SETTLED = timedelta(minutes=1)  # an end is written seconds after its moment: none of them is passed by
FIRST_LOOK = timedelta(hours=1)  # how far back the first look goes


@dataclass(frozen=True, slots=True)
class Learn:
    """The step and what it needs."""

    jobs: EndedJobs
    states: VendorStates
    vendors: Collection[str]  # that are real: stand-ins teach nothing
    now: Callable[[], datetime]

    def __call__(self, tick: datetime) -> None:
        """Learn, if it is this tick's turn; a store that fails costs no tick."""
        if tick.minute % LEARN_MINUTES:
            return
        try:
            self.states.change(self._learnt)
        except StoreUnreachable as failed:
            log(Fact.STORE_FAILED, str(failed))

    def _learnt(self, state: VendorsState) -> VendorsState:
        until = self.now() - SETTLED
        after = state.cursor or until - FIRST_LOOK
        ended = self.jobs.newest(after, until, LEARN_PAGE)
        if not ended:
            return state
        found = [one for job in ended for one in samples(job) if one.vendor in self.vendors]
        return replace(state, figures=learnt(state.figures, found, self.now()), cursor=until)
