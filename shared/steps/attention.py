"""What of all tenants' jobs needs a person: what is held, stuck or slow now, and what failed in the last day.

Read, never written. A job that is tried again is told as that, not as failed. What is looked at is bounded: the most
overdue of the jobs in work, the newest of the ended ones.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from shared.cloud.deliveries import Deliveries, Delivery
from shared.cloud.ended_jobs import EndedJobs
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Unread
from shared.cloud.ticks import Ticks
from shared.pipeline.job.eta import eta
from shared.pipeline.job.job import Ending, Job, Node, State
from shared.pipeline.job.status import WAITING, summary

if TYPE_CHECKING:
    from shared.pipeline.vendors.figures import Outlook

LOOKED_AT = 100  # jobs in work, and ended ones
DELIVERIES_LOOKED_AT = 20
OVERDUE = timedelta(minutes=5)
MANY_NUDGES = 3  # of the sweep, without any transition between them
LATELY = timedelta(days=1)
EVER = timedelta(days=60)  # ahead: no job's due lies beyond


class Need(StrEnum):
    """Why a job is looked at, the gravest first."""

    UNREADABLE = "unreadable"  # no code of this release reads it
    HELD = "held"  # our set-up, or an account's, is wrong
    STUCK = "stuck"  # nothing has moved it although it was due
    SLOW = "slow"  # later than ninety-nine of a hundred such jobs
    RETRYING = "retrying"  # something failed and is being tried again
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Judged:
    """A job in work, and what it needs."""

    id: str
    tenant: str
    title: str
    need: Need
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """One error code of jobs that failed in the last day."""

    code: str
    jobs: int
    tenants: int
    message: str
    newest: str  # a job's id


@dataclass(frozen=True, slots=True)
class Attention:
    """What a person should look at, as of a moment."""

    at: datetime
    swept_at: datetime | None  # the end of the sweep's last round
    jobs: tuple[Judged, ...]  # that need somebody, the gravest first
    working: int  # jobs in work that were looked at
    more: bool  # there are further ones
    failing: tuple[Failing, ...]
    ended: int  # jobs that ended in the last day and were looked at
    deliveries: tuple[Delivery, ...]  # overdue

    @property
    def counts(self) -> Mapping[str, int]:
        """How many jobs have each need."""
        found = dict.fromkeys(Need, 0)
        for job in self.jobs:
            found[job.need] += 1
        return {need.value: count for need, count in found.items() if need is not Need.NONE}


@dataclass(frozen=True, slots=True)
class Watch:
    """The work and what it needs."""

    jobs: Jobs
    ended: EndedJobs
    deliveries: Deliveries
    ticks: Ticks
    now: Callable[[], datetime]
    outlook: "Callable[[], Outlook]"

    def attention(self) -> Attention:
        """Look: 1 read, and one for each job and delivery that is found. Raises StoreUnreachable."""
        now = self.now()
        working, more = self.working()
        ended = self.ended.newest(now - LATELY, now, LOOKED_AT)
        late = self.deliveries.overdue(now - OVERDUE, DELIVERIES_LOOKED_AT).found
        order = list(Need)
        return Attention(
            at=now,
            swept_at=self.ticks.last(),
            jobs=tuple(
                sorted((each for each in working if each.need is not Need.NONE), key=lambda one: order.index(one.need))
            ),
            working=len(working),
            more=more,
            failing=failing(ended),
            ended=len(ended),
            deliveries=tuple(each for each in late if isinstance(each, Delivery)),
        )

    def working(self) -> tuple[tuple[Judged, ...], bool]:
        """Return the jobs in work, the most overdue first, and whether there are more. Raises StoreUnreachable."""
        now, outlook = self.now(), self.outlook()
        page = self.jobs.overdue(now + EVER, LOOKED_AT)
        return tuple(judged(each, now, outlook) for each in page.found), page.last is not None


def judged(each: Loaded | Unread, now: datetime, outlook: "Outlook") -> Judged:
    """Say what a job in work needs."""
    if isinstance(each, Unread):
        return Judged(each.id, "", "", Need.UNREADABLE, each.why, each.moved_at or each.created_at)
    job = each.job
    need, why, since = _need(job, now, outlook)
    return Judged(job.id, job.tenant, job.request.product_title or "", need, why, since)


def _need(job: Job, now: datetime, outlook: "Outlook") -> tuple[Need, str, datetime]:
    nodes = tuple(job.nodes.values())
    for node in nodes:
        if node.held_since and node.state is State.QUEUED:
            return Need.HELD, node.why or "", node.held_since
    for node in nodes:
        if _is_stuck(node, now):
            said = f"{node.key} is {node.state.value}; the sweep has looked {node.nudges} times since it last moved"
            return Need.STUCK, said, node.due or job.created_at
    if late := eta(job, now, outlook).late_since:
        return Need.SLOW, summary(job), late
    for node in nodes:
        if node.state is State.QUEUED and (node.failures or (node.why or "").startswith(WAITING)):
            return Need.RETRYING, node.why or "", node.queued_at or job.created_at
    return Need.NONE, summary(job), job.created_at


def _is_stuck(node: Node, now: datetime) -> bool:
    overdue = node.due is not None and node.due < now - OVERDUE
    return overdue or (node.nudges >= MANY_NUDGES and not node.parked_at)


def failing(ended: Iterable[Job]) -> tuple[Failing, ...]:
    """Group jobs that failed by their code, the most frequent first; the newest job stands for each."""
    failed = sorted((job for job in ended if job.ending is Ending.FAILED), key=_code)
    rows = []
    for code, group in groupby(failed, key=_code):
        jobs = list(group)
        newest = max(jobs, key=lambda job: job.ended_at or job.created_at)
        said = newest.trouble.message if newest.trouble else ""
        rows.append(Failing(code, len(jobs), len({job.tenant for job in jobs}), said, newest.id))
    return tuple(sorted(rows, key=lambda row: -row.jobs))


def _code(job: Job) -> str:
    return job.trouble.code if job.trouble else ""
