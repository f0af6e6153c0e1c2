"""What a changed film will be made of, and at which price; which jobs can be changed; a version is only composed."""

from collections.abc import Collection
from dataclasses import dataclass, field

from shared.codes import Code
from shared.pipeline.codec import to_plain
from shared.pipeline.job.creation import CEILING
from shared.pipeline.job.job import Ending, Job
from shared.pipeline.job.ledger import at_risk
from shared.pipeline.job.revision import Change
from shared.pipeline.plan.plan import Plan
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.warned import WarningText
from shared.steps.problems import Problem
from shared.steps.quotas import Quota

MOST_RETRIES = 20  # of one job: each stays in its document


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision will make, and at which price, micro-dollars."""

    request: FilmRequest
    plan: Plan
    remake: frozenset[str]
    ours: int
    theirs: int
    reserve: int  # of ours, should the dearest of its services end up making each take
    warnings: tuple[WarningText, ...] = ()  # beside the plan's own
    quota: Quota | None = field(default=None, compare=False)  # a dry run or a repeat counts nothing

    @property
    def bought(self) -> tuple[tuple[str, ...], int, int]:
        """What a purchase remembers of it."""
        return tuple(sorted(self.remake)), self.ours, self.theirs


def first(job: Job) -> Revised:
    """Return what the job's own order made and cost, as it was told then."""
    order = job.purchases[0]
    return Revised(job.request, job.plan, frozenset(order.made), order.ours, order.theirs, order.ours)


def recomposed(job: Job, change: Change, undone: Collection[str]) -> Revised:
    """Return a version that is composed again, as it was laid out. Raises Problem for whatever would be bought."""
    waived = {key for key, node in job.nodes.items() if node.waived_at}
    composed = {film.key: film.cost for film in job.plan.films}
    if any(to_plain(change).values()) or set(undone) - composed.keys() - waived:
        raise only_composed(job)
    lacking = composed.keys() & set(undone)
    ours = sum(composed[key] for key in lacking)
    return Revised(job.request, job.plan, frozenset(lacking), ours, 0, ours)


def only_composed(version: Job) -> Problem:
    """Refuse to buy for a version: what it shows are its root's takes."""
    message = f"this is version {version.versions.number} of a film, and a version buys nothing"
    move = f"POST /jobs/{version.versions.of}/regenerate makes a new film; edit that one"
    return Problem(Code.IS_VERSION, message, next_move=move)


def within_ceiling(job: Job, revised: Revised) -> None:
    """Refuse a retry that its ceiling would end, used up by takes far longer than estimated. Raises Problem."""
    spent, price = at_risk(job), revised.ours + revised.theirs
    ceiling = job.money.ceiling + CEILING * price
    if spent + price > ceiling:
        message = (
            f"the job has cost ${spent / 1e6:.2f}, and this retry would cost ${price / 1e6:.2f} more: that is above "
            f"its spending ceiling, ${ceiling / 1e6:.2f} with this retry"
        )
        raise Problem(Code.SPEND_CEILING, message)


def retriable(job: Job) -> Job:
    """Return the job if it can be tried again. Raises Problem."""
    if job.ending not in (Ending.FAILED, Ending.CANCELLED):
        message = "only a job that failed or was cancelled can be tried again"
        raise Problem(Code.NOT_FAILED, message, next_move=instead(job))
    if len(job.purchases) > MOST_RETRIES:
        message = f"the job was tried again {MOST_RETRIES} times, and more than that is not kept"
        raise Problem(Code.RETRIED_TOO_OFTEN, message)
    return job


def instead(job: Job) -> str:
    """Say what can be done with a job that cannot be changed as was asked."""
    match job.ending:
        case None:
            return "wait until the job has ended, or cancel it"
        case Ending.COMPLETED:
            return f"POST /jobs/{job.id}/regenerate makes a new film from it"
        case Ending.FAILED | Ending.CANCELLED:
            return f"POST /jobs/{job.id}/retry tries it again"
