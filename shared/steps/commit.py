"""The only writer of jobs: load, let the machine move it, write if nobody else has, then enqueue the new tasks.

Commit first, enqueue second; what is lost in between the sweep finds. A conflict or a doubtful end reads again and
applies the same event again: events are idempotent, and the caller's own token in the job says who won
(pipeline README, "Commit and enqueue").
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import Conflict, Doubtful, Jobs
from shared.cloud.records import Loaded, Month
from shared.cloud.tasks import QueueUnreachable, Task, Tasks
from shared.log import Fact, log_job
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.events import CancelAsked, Event, Unparked
from shared.pipeline.job.job import AWAKE, Job, Node, State
from shared.pipeline.job.ledger import bill
from shared.pipeline.job.line import COMPOSE, PAINT_PART, START_CLIP, START_PRESENTER, queue_of, step_for
from shared.pipeline.job.machine import apply
from shared.pipeline.job.names import task_name
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.turns import has_task, is_parked
from shared.pipeline.job.version import VersionGone
from shared.pipeline.plan.plan import Kind
from shared.steps.message import Message
from shared.steps.new_deliveries import new_deliveries, notify_task
from shared.steps.turns import Turns

if TYPE_CHECKING:
    from shared.cloud.audit import AuditLine

SHORTEST_DELAY = timedelta(milliseconds=50)
FIRST_WAIT, LAST_WAIT = 0.05, 1.0  # seconds of full jitter after a conflict
BUDGET = 5.0  # seconds of trying, unless a claim allows more


class JobGone(Exception):
    """The job was deleted while something was done about it: there is nothing to do any more."""


class StoreBusy(Exception):
    """The job could not be written in time; the task is answered 503 and comes again."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of an event."""

    loaded: Loaded
    changed: bool

    @property
    def job(self) -> Job:
        """The job as it stands now."""
        return self.loaded.job

    def owns(self, node: str, token: str) -> bool:
        """Tell whether the claim on a node is this worker's."""
        claimed = self.job.nodes[node]
        return claimed.state is State.STARTING and claimed.claim is not None and claimed.claim.token == token


@dataclass(frozen=True, slots=True)
class Commits:
    """Applies events to jobs."""

    jobs: Jobs
    tasks: Tasks
    turns: Turns
    timeouts: Timeouts
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    uniform: Callable[[float, float], float]

    def load(self, job_id: str) -> Loaded | None:
        """Read a job; None when there is none."""
        return self.jobs.load(job_id)

    def hear(
        self,
        loaded: Loaded,
        event: Event,
        *,
        budget: float = BUDGET,
        reserve: Month | None = None,
        line: "AuditLine | None" = None,
    ) -> Heard:
        """Apply one event and write the result, and a line of the audit log beside it where one is given.

        `reserve` is the month that a retry was admitted by.

        Raises StoreBusy when `budget` seconds were not enough, JobGone when the job was deleted meanwhile.
        """
        first, started, waited, doubtful = loaded, self.monotonic(), FIRST_WAIT, False
        while True:
            before = loaded.job
            moved = apply(before, event, self.jobs.now(loaded), self.timeouts)
            for alarm in moved.alarms:
                log_job(Fact.ALARM, before, alarm)
            if not moved.changed:
                if doubtful:
                    self.enqueue_all(before)
                return Heard(loaded, doubtful)
            try:
                saved = self._save(loaded, moved.job, reserve, line)
            except (Conflict, Doubtful) as lost:
                doubtful = doubtful or isinstance(lost, Doubtful)
                if self.monotonic() - started > budget:
                    raise StoreBusy(f"job {before.id}: {lost}") from lost
                self.sleep(self.uniform(0, waited))
                waited = min(2 * waited, LAST_WAIT)
                again = self.jobs.load(before.id)
                if again is None:
                    what = f"deleted before {type(event).__name__} was written"
                    node = getattr(event, "node", "job")
                    log_job(Fact.JOB_GONE, before, what, node=node, provider_id=_provider_id(before, event))
                    raise JobGone(f"job {before.id} was {what}") from lost
                loaded = again
                continue
            if loaded is not first or not isinstance(event, CancelAsked):  # what a cancel saw it has taken out before
                self.dequeue(before, stopped(before, moved.job))
            self.enqueue(moved.job, moved.woken(before))
            self._tell(before, moved.job, event)
            self.turns.see_to(before, moved.job, self.tell)
            return Heard(saved, changed=True)

    def tell(self, loaded: Loaded, event: Unparked) -> Job | None:
        """Apply the news of a turn; return the job as it stands then, None where it is gone or not for this code.

        Raises Doubtful where the store is too slow.
        """
        try:
            return self.hear(loaded, event).job
        except (JobGone, NewerSchema, Unreadable):
            return None
        except StoreBusy as busy:
            raise Doubtful(str(busy)) from busy

    def list_gone(self, root: str, version: str) -> None:
        """Let a root that is still there show a deleted version no more. Raises StoreBusy, StoreUnreachable."""
        loaded = self.load(root)
        if loaded:
            self.hear(loaded, VersionGone(version))

    def enqueue_all(self, job: Job) -> None:
        """Enqueue whatever a job needs, and see to its lanes: after a commit nobody is sure of."""
        self.enqueue(job, tuple(job.nodes.values()))
        self.turns.see_to(None, job, self.tell)

    def dequeue(self, job: Job, nodes: Iterable[Node]) -> None:
        """Take tasks out of their queues that stand there for nothing, before other tenants' (hole 157)."""
        for node in nodes:
            task = self.task(job, node)
            try:
                self.tasks.delete(task.queue, task.name)
            except QueueUnreachable as failed:  # it will find nothing to do; no refund waits for it
                log_job(Fact.DEQUEUE_FAILED, job, str(failed), node=node.key)

    def enqueue(self, job: Job, nodes: tuple[Node, ...]) -> None:
        """Enqueue the tasks of those nodes that are awake; a name that was enqueued before makes no second task."""
        if job.ending:
            return
        for node in nodes:
            if node.state not in AWAKE or is_parked(node):
                continue
            try:
                self.tasks.enqueue(self.task(job, node))
            except QueueUnreachable as failed:
                log_job(Fact.ENQUEUE_FAILED, job, str(failed), node=node.key)

    def task(self, job: Job, node: Node) -> Task:
        """Return the task that does a node's next step."""
        step, queue = step_for(node), queue_of(node)
        if queue is None:
            raise ValueError(f"{step.function} is no step of a queue")
        known = job.updated_at or job.created_at
        return Task(
            name=task_name(job.id, node.key, node.wake),
            queue=queue,
            function=step.function,
            body=Message(job.id, node.key, node.take, node.attempt).body,
            at=node.at if node.at and node.at > known + SHORTEST_DELAY else None,
            deadline=dispatch_deadline(step.function, self.timeouts),
        )

    def _save(self, loaded: Loaded, job: Job, reserve: Month | None, line: "AuditLine | None") -> Loaded:
        deliver = new_deliveries(loaded.job, job, self.jobs.now(loaded), self.timeouts.queue_slack * SECOND)
        saved = self.jobs.save(loaded, job, deliver=deliver, reserve=reserve, line=line)
        for each in deliver:
            try:
                self.tasks.enqueue(notify_task(each.id, 1))
            except QueueUnreachable as failed:
                log_job(Fact.ENQUEUE_FAILED, job, str(failed), node="delivery")
        return saved

    def _tell(self, before: Job, after: Job, event: Event) -> None:
        about = getattr(event, "node", "job")
        log_job(Fact.COMMITTED, after, type(event).__name__, node=about)
        if after.ending and not before.ending:
            log_job(Fact.JOB_ENDED, after, after.ending.value, **_ended(after))


def stopped(before: Job, after: Job) -> Iterator[Node]:
    """Yield the nodes, as they were, whose tasks stand in a queue for nothing since another part has failed."""
    return (node for key, node in before.nodes.items() if has_task(node) and after.nodes[key].state is State.CANCELLED)


def _provider_id(job: Job, event: Event) -> str:
    """Return what a vendor calls what an event is about: where the job is gone, the log alone still knows it."""
    told = getattr(event, "provider_id", None)
    node = job.nodes.get(getattr(event, "node", ""))
    return str(told or (node and node.provider_id) or "")


def _ended(job: Job) -> dict[str, object]:
    columns = bill(job.nodes.values())
    return {
        "code": job.trouble.code if job.trouble else "",
        "seconds": round(((job.ended_at or job.created_at) - job.created_at).total_seconds(), 3),
        "paid_by_us": columns.paid_by_us,
        "billed_by_provider": columns.billed_by_provider,
    }


def dispatch_deadline(function: str, timeouts: Timeouts) -> float:
    """Return after how many seconds Cloud Tasks abandons an attempt of a step."""
    match function:
        case START_CLIP.function:
            return timeouts.dispatch(Kind.CLIP)
        case START_PRESENTER.function:
            return timeouts.dispatch(Kind.PRESENTER)
        case COMPOSE.function | PAINT_PART.function:
            return timeouts.compose_dispatch
    return timeouts.other_dispatch
