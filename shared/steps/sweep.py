"""sweep: the only timer; each minute it finds what is late, looks before it pushes, and moves due first.

Late jobs, lanes, deliveries and batches take turns, a page or ten seconds each, until nothing is late or the tick is
over: no backlog hides another. What could not be moved is passed by for this tick and put aside, so that no number
of such documents stands before the others: for a minute where a service failed or newer code is needed, for half an
hour where it is poison. What nobody could read for a day is an alarm, never an ending (pipeline README, "Sweep",
holes 2, 3, 7, 211).
"""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.cloud.batch_documents import ReadBatch
from shared.cloud.batches import BatchMoved
from shared.cloud.deliveries import Deliveries, Delivery, DeliveryConflict
from shared.cloud.jobs import Conflict, Doubtful, StoreUnreachable
from shared.cloud.lanes import Lane, LaneMoved
from shared.cloud.records import Loaded, Page, Unread
from shared.cloud.tasks import QueueUnreachable
from shared.cloud.ticks import Ticks
from shared.log import Fact, JobRef, Traced, crashed, log, log_job
from shared.pipeline.job.events import Swept
from shared.pipeline.job.job import Job, Node, State
from shared.pipeline.job.line import queue_of, start_queue
from shared.pipeline.job.names import task_name
from shared.pipeline.job.turns import is_parked
from shared.steps.batch_tasks import PushBatch
from shared.steps.commit import Commits, JobGone, StoreBusy
from shared.steps.new_deliveries import notify_task
from shared.steps.turns import LaneBusy

SWEEP_PAGE = 200
HANDS = 8  # a push waits three times for Google and hardly works: one hand would need half an hour for 10,000 jobs
TICK = 40.0  # seconds in which a push may begin; it takes seconds, the function's limit is 60
TURN = 10.0  # seconds in which pushes of one kind may begin before the other kind has its turn
STORE_FAILED_WAIT = timedelta(minutes=1)  # a service failed: behind all that are late now
POISON_WAIT = timedelta(minutes=30)  # it is poison, or a bug of ours: a person must look
NEWER_PAUSE = timedelta(minutes=1)  # it is newer code's: during a roll-out the next tick may be that code's
LEFT_UNREAD = timedelta(days=1)  # longer than any roll-out, and than any job may take to end
PUSHES = 50  # of a delivery: a day of them, as long as notify itself goes on trying
FAILED = (BatchMoved, DeliveryConflict, Doubtful, LaneBusy, LaneMoved, StoreBusy, StoreUnreachable, QueueUnreachable)


@dataclass(slots=True)
class Backlog:
    """One kind of late documents, gone through from the most overdue on; never the same one twice in a tick."""

    kind: str  # what a log line calls one of them
    page: Callable[[Any], Page[Any]]  # what comes after a page's last
    push: Callable[[Any], bool]
    postpone: Callable[[str, Any, timedelta], None]
    now: Callable[[], datetime]
    seen: int = 0
    pushed: int = 0
    last: Any = None
    rest: tuple[Any, ...] = ()  # of the page in hand: what no push was begun for
    over: bool = False
    failed: StoreUnreachable | None = None

    def work(self, hands: Executor, in_time: Callable[[], bool]) -> None:
        """Push one page, or what an earlier turn has left of it, as far as time allows."""
        if self.over or not in_time():
            return
        if not self.rest:
            try:
                page = self.page(self.last)
            except StoreUnreachable as failed:
                self.over, self.failed = True, failed
                return
            self.rest, self.last = page.found, page.last
        done = tuple(hands.map(lambda each: self._contained(each) if in_time() else None, self.rest))
        self.rest = tuple(each for each, pushed in zip(self.rest, done, strict=True) if pushed is None)
        self.over = not self.rest and self.last is None
        self.seen += len(done) - len(self.rest)
        self.pushed += done.count(True)

    def _contained(self, each: Any) -> bool:
        """Push one, whatever it raises: no document stops the tick of all others."""
        about, named = _about(self.kind, each), {"late": f"{self.kind} {_id(each)}"}
        try:
            if not isinstance(each, Unread):
                return self.push(each)
            log_job(Fact.NEWER if each.newer else Fact.UNREADABLE, about, each.why, **named)
            if each.moved_at and self.now() - each.moved_at > LEFT_UNREAD:
                log_job(Fact.LEFT_UNREAD, about, f"not written since {each.moved_at:%Y-%m-%d %H:%M} UTC", **named)
            wait = NEWER_PAUSE if each.newer else POISON_WAIT
        except JobGone as gone:
            log_job(Fact.NOTHING_TO_DO, about, str(gone), **named)
            return False
        except FAILED as failed:
            log_job(Fact.STORE_FAILED, about, str(failed), **named)
            wait = STORE_FAILED_WAIT
        except Exception:  # noqa: BLE001  # a bug of ours over this document
            crashed("a late document could not be pushed", about, **named)
            wait = POISON_WAIT
        try:
            self.postpone(_id(each), each.revision, wait)
        except (BatchMoved, Conflict, DeliveryConflict, LaneMoved):
            pass  # it was written meanwhile: it is not what could not be moved
        except Exception:  # noqa: BLE001  # of this document only: the next tick tries again
            crashed("a late document could not be put aside", about, **named)
        return False


@dataclass(frozen=True, slots=True)
class Sweep:
    """The step and what it needs."""

    commits: Commits
    deliveries: Deliveries
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    ticks: Ticks
    push_batch: PushBatch
    learn: Callable[[datetime], None]  # what the ended jobs teach of their vendors, when it is its turn
    end_old_versions: Callable[[datetime], None]  # of tenants' secrets, when it is its turn
    count_waiting: Callable[[int, datetime], None]  # in all queues, where so many documents were late

    def __call__(self) -> dict[str, int]:
        """Push what is late; return how many jobs were seen and pushed, for the dead-man's alarm.

        Raises StoreUnreachable when a kind of documents could not be looked for.
        """
        end, now = self.monotonic() + TICK, self.now()
        store = self.commits.jobs
        jobs = Backlog(
            "job", lambda last: store.overdue(now, SWEEP_PAGE, last), self._job, self._later(store.postpone), self.now
        )
        late = Backlog(
            "delivery",
            lambda last: self.deliveries.overdue(now, SWEEP_PAGE, last),
            self._delivery,
            self._later(self.deliveries.postpone),
            self.now,
        )
        lanes = Backlog(
            "lane",
            lambda last: self.commits.turns.lanes.overdue(now, SWEEP_PAGE, last),
            lambda lane: self.commits.turns.swept(lane, self.commits.tell),
            self._later(self.commits.turns.lanes.postpone),
            self.now,
        )
        batches = Backlog(
            "batch",
            lambda last: self.push_batch.batches.overdue(now, SWEEP_PAGE, last),
            self.push_batch,
            self._later(self.push_batch.batches.postpone),
            self.now,
        )
        kinds = (jobs, lanes, late, batches)
        with ThreadPoolExecutor(HANDS, thread_name_prefix="sweep") as hands:
            while self.monotonic() < end and not all(each.over for each in kinds):
                for each in kinds:
                    each.work(hands, self._before(min(end, self.monotonic() + TURN)))
        for each in kinds:
            if each.failed:
                raise each.failed
        log(
            Fact.SWEPT,
            f"{jobs.seen} late jobs, {jobs.pushed} pushed, {late.pushed} deliveries, {lanes.pushed} turns, "
            f"{batches.pushed} batches",
            seen=jobs.seen,
            pushed=jobs.pushed,
            deliveries=late.pushed,
        )
        self._note()
        count_waiting = partial(self.count_waiting, jobs.seen + lanes.seen)
        for aside in (self.learn, self.end_old_versions, count_waiting):
            self._beside(aside, now)
        return {"seen": jobs.seen, "pushed": jobs.pushed, "deliveries": late.pushed}

    def _beside(self, work: Callable[[datetime], None], now: datetime) -> None:
        try:
            work(now)
        except Exception:  # noqa: BLE001  # a bug of ours in a side matter: this is the only timer
            crashed(f"{work} came to no end")

    def _note(self) -> None:
        """Leave word for health; what that costs must never cost a tick."""
        try:
            self.ticks.note(self.now())
        except StoreUnreachable as failed:
            log(Fact.STORE_FAILED, str(failed))

    def _job(self, each: Loaded) -> bool:
        now = self.commits.jobs.now(each)
        waiting = frozenset(node.key for node in each.job.nodes.values() if self._in_queue(each, node, now))
        heard = self.commits.hear(each, Swept(waiting))
        self._knock(each.job, now)
        return heard.changed and _pushed(each.job, heard.job)

    def _knock(self, job: Job, now: datetime) -> None:
        """Look at the lanes of nodes that were parked a while ago: somebody may have died on the way to them."""
        late = (node for node in job.nodes.values() if is_parked(node) and node.due and node.due <= now)
        queues = {start_queue(node) for node in late} & job.place.lanes.keys()
        for queue in sorted(queue for queue in queues if queue):
            self.commits.turns.hand_on(queue, job.place.lanes[queue], (), self.commits.tell)

    def _in_queue(self, each: Loaded, node: Node, now: datetime) -> bool:
        queue = queue_of(node)
        overdue = node.due is not None and node.due <= now
        if node.state is not State.QUEUED or is_parked(node) or not overdue or queue is None:
            return False
        return self.commits.tasks.waiting(queue, task_name(each.job.id, node.key, node.wake))

    def _delivery(self, each: Delivery) -> bool:
        wanted = notify_task(each.id, each.wake)
        if self.commits.tasks.waiting(wanted.queue, wanted.name):
            self.deliveries.rest(each, self.now())
            return False
        if each.pushes >= PUSHES:
            self.deliveries.give_up(each, self.now())
            log_job(
                Fact.DELIVERY_FAILED, JobRef(each.job, each.tenant), f"given up: none of its {each.wake} tasks ended it"
            )
            return False
        pushed = self.deliveries.push(each, self.now() + self.commits.timeouts.nudge_after(each.pushes + 1))
        self.commits.tasks.enqueue(notify_task(pushed.id, pushed.wake))
        return True

    def _later(self, postpone: Callable[[str, Any, datetime], None]) -> Callable[[str, Any, timedelta], None]:
        return lambda document, revision, wait: postpone(document, revision, self.now() + wait)

    def _before(self, moment: float) -> Callable[[], bool]:
        return lambda: self.monotonic() < moment


def _id(each: Loaded | Delivery | Lane | ReadBatch | Unread) -> str:
    return each.job.id if isinstance(each, Loaded) else each.id


def _about(kind: str, each: Loaded | Delivery | Lane | ReadBatch | Unread) -> Traced:
    match each:
        case Loaded():
            return each.job
        case Delivery():
            return JobRef(each.job, each.tenant)
        case Lane():
            return JobRef(each.holder.job if each.holder else "")
        case ReadBatch():
            return JobRef("", each.batch.tenant)
        case Unread():
            return JobRef(each.id if kind == "job" else "")


def _pushed(before: Job, after: Job) -> bool:
    """Tell whether a task was enqueued anew, or the job ended: a due that only moved is no push."""
    return bool(after.ending) or any(node.wake > before.nodes[key].wake for key, node in after.nodes.items())
