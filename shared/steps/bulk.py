"""Many jobs tried again, or ended, by one call: priced first, then exactly those that were named.

Each job's retry is the call it would be alone (`revise.retrying`): under one Idempotency-Key a job is bought for once,
however often the call is sent, and by whichever of the two calls. What is agreed to is a set of jobs and what they may
cost together. The sum is compared before the first is bought; what this key bought before counts in it, so that a call
that was killed and is sent again never costs more than was agreed. Nothing is stored beside the jobs.

A call works for so many seconds and leaves the rest: sent again, it goes on there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Unread
from shared.cloud.tenants import Tenant
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.job import Job
from shared.pipeline.job.revision import Change
from shared.steps.cancel import cancel
from shared.steps.commit import Commits, JobGone
from shared.steps.dearer import refuse_above
from shared.steps.idempotency import Judge
from shared.steps.problems import Problem, not_found, unavailable
from shared.steps.revise import Revise, retrying
from shared.steps.stopwatch import Stopwatch

PRICING_SECONDS = 20.0  # of a call's work; then
WORK_SECONDS = 40.0  # in all: its function has a minute
AS_IT_WAS = Change(scenes={})  # what an empty body of a single retry says, to the letter: they are one call
NOT_REACHED = "this call had no time left for it"


class Result(StrEnum):
    """What became of one job."""

    PRICED = "priced"
    RETRIED = "retried"
    FOUND = "found"  # a cancel's dry run: it is being made
    CANCELLED = "cancelled"
    ALREADY = "already"  # by this very call before; of a cancel, it had ended
    REFUSED = "refused"  # sent again, it is refused again
    LEFT = "left"  # sent again, the call goes on with it


@dataclass(frozen=True, slots=True)
class One:
    """One of the jobs; money in micro-dollars."""

    id: str
    result: Result
    job: Job | None = None  # None where it cannot be read
    remade: frozenset[str] = field(default_factory=frozenset)
    ours: int = 0
    theirs: int = 0
    problem: Problem | None = None

    @property
    def bought(self) -> bool:
        """Tell whether the call has bought for it, now or before."""
        return self.result in (Result.RETRIED, Result.ALREADY)


@dataclass(frozen=True, slots=True)
class Bulk:
    """The work and what it needs."""

    commits: Commits
    jobs: Jobs
    revise: Revise
    stopwatch: Callable[[], Stopwatch] = Stopwatch

    def price(self, tenant: Tenant, found: Sequence[Job | Unread]) -> tuple[One, ...]:
        """Return what a retry of each would cost; fewer where the time is over."""
        watch = self.stopwatch()
        priced: list[One] = []
        for each in found:
            if priced and watch.seconds > PRICING_SECONDS:
                break
            priced.append(self._priced(tenant, each, None))
        return tuple(priced)

    def offers(self, tenant: Tenant, ids: Sequence[str], key: str | None) -> tuple[One, ...]:
        """Return what a retry of each of these would cost, and which this key has bought already."""
        return tuple(one for one, _ in self._offers(tenant, ids, key, self.stopwatch()))

    def retry(self, tenant: Tenant, ids: Sequence[str], most: int, *, key: str | None, judge: Judge) -> tuple[One, ...]:
        """Try these jobs again, for at most so many micro-dollars together.

        Raises Problem before anything is bought where they cost more.
        """
        watch = self.stopwatch()
        offers = list(self._offers(tenant, ids, key, watch))
        ours, theirs = (sum(amount) for amount in zip(*((one.ours, one.theirs) for one, _ in offers), strict=True))
        refuse_above(most, ours, theirs, f"trying {_count(offers)} again costs")
        left = most - sum(one.ours + one.theirs for one, _ in offers if one.bought)
        done = []
        for one, loaded in offers:
            made = self._bought(tenant, one, loaded, left, key, judge, watch)
            left -= made.ours + made.theirs if made.result is Result.RETRIED else 0
            done.append(made)
        return tuple(done)

    def cancel(self, tenant: Tenant, ids: Sequence[str], *, by: str, dry_run: bool) -> tuple[One, ...]:
        """End these jobs; what has ended stays as it is. A dry run only tells them apart."""
        watch = self.stopwatch()
        return tuple(self._cancelled(tenant, each, by, watch, dry_run=dry_run) for each in ids)

    def _offers(
        self, tenant: Tenant, ids: Sequence[str], key: str | None, watch: Stopwatch
    ) -> Iterator[tuple[One, Loaded | None]]:
        for number, each in enumerate(ids):
            if number and watch.seconds > PRICING_SECONDS:
                yield _left(One(each, Result.LEFT)), None
                continue
            loaded = self._own(tenant, each)
            if isinstance(loaded, Problem):
                yield _refused(One(each, Result.REFUSED), loaded), None
            else:
                yield self._priced(tenant, loaded.job, key), loaded

    def _priced(self, tenant: Tenant, found: Job | Unread, key: str | None) -> One:
        if isinstance(found, Unread):
            return _refused(One(found.id, Result.REFUSED), _unreadable())
        one = One(found.id, Result.PRICED, found)
        try:
            call = retrying(tenant, found, AS_IT_WAS, key)
            if before := call.done(found, call.about(found)):
                return One(found.id, Result.ALREADY, found, frozenset(before.made), before.ours, before.theirs)
            told = self.revise.again(tenant, found, AS_IT_WAS, dry_run=True)
        except Problem as problem:
            return _refused(one, problem)
        return One(found.id, Result.PRICED, found, told.remake, told.ours, told.theirs)

    def _bought(
        self,
        tenant: Tenant,
        one: One,
        loaded: Loaded | None,
        left: int,
        key: str | None,
        judge: Judge,
        watch: Stopwatch,
    ) -> One:
        if loaded is None or one.result not in (Result.PRICED, Result.ALREADY):
            return one
        if watch.seconds > WORK_SECONDS:
            return _left(one)
        try:
            job, told = self.revise.retry(tenant, loaded, AS_IT_WAS, dry_run=False, key=key, judge=judge, most=left)
        except Problem as problem:
            return _refused(one, problem)
        except JobGone:
            return _refused(one, not_found("job"))
        result = Result.ALREADY if one.bought else Result.RETRIED
        return One(job.id, result, job, told.remake, told.ours, told.theirs)

    def _cancelled(self, tenant: Tenant, job_id: str, by: str, watch: Stopwatch, *, dry_run: bool) -> One:
        if watch.seconds > WORK_SECONDS:
            return _left(One(job_id, Result.LEFT))
        loaded = self._own(tenant, job_id)
        if isinstance(loaded, Problem):
            return _refused(One(job_id, Result.REFUSED), loaded)
        if dry_run:
            return cancellable(loaded.job)
        try:
            heard = cancel(self.commits, loaded, by=by)
        except JobGone:
            return _refused(One(job_id, Result.REFUSED), not_found("job"))
        return One(job_id, Result.CANCELLED if heard.changed else Result.ALREADY, heard.job)

    def _own(self, tenant: Tenant, job_id: str) -> Loaded | Problem:
        try:
            loaded = self.jobs.load(job_id)
        except (NewerSchema, Unreadable):
            return _unreadable()
        return loaded if loaded and loaded.job.tenant == tenant.id else not_found("job")


def cancellable(found: Job | Unread) -> One:
    """Return what a cancel would do to a job."""
    if isinstance(found, Unread):
        return _refused(One(found.id, Result.REFUSED), _unreadable())
    return One(found.id, Result.ALREADY if found.ending else Result.FOUND, found)


def _refused(one: One, problem: Problem) -> One:
    """Say why nothing was bought for a job: what says when to come again is left for then."""
    result = Result.REFUSED if problem.retry_after is None else Result.LEFT
    return One(one.id, result, one.job, problem=problem)


def _left(one: One) -> One:
    return _refused(one, unavailable(NOT_REACHED))


def _unreadable() -> Problem:
    return unavailable("another version of our code wrote this")


def _count(offers: Sequence[tuple[One, Loaded | None]]) -> str:
    count = sum(one.result in (Result.PRICED, Result.ALREADY) for one, _ in offers)
    return f"{count} jobs" if count != 1 else "one job"
