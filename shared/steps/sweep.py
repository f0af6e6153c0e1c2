"""sweep: the only timer; each minute it finds what is late, looks before it pushes, and moves due first.

A page of late jobs, then one of late deliveries, and so on until nothing is late or the tick is over: neither mountain
hides the other. What cannot be moved is passed by for this tick and put aside for half an hour, so that no number of
poisoned documents stands before the others (protocol §2 "Sweep", holes 2, 3, 7).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.cloud.deliveries import Deliveries, Due, Moved
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Loaded, Page, Unread
from shared.cloud.tasks import QueueUnreachable
from shared.log import Fact, crashed, log
from shared.pipeline.events import Swept
from shared.pipeline.line import step_for
from shared.pipeline.names import task_name
from shared.pipeline.nodes import Job, Node, State
from shared.steps.commit import Commits, StoreBusy, notify_task

PAGE = 200
HANDS = 8  # a push waits three times for Google and hardly works: one hand would need half an hour for 10,000 jobs
TICK = 40.0  # seconds in which a push may begin; it takes seconds, the function's limit is 60
ASIDE = timedelta(minutes=30)


@dataclass(slots=True)
class Mountain:
    """One kind of late documents, gone through from the most overdue on; never the same one twice in a tick."""

    page: Callable[[Any], Page[Any]]  # what comes after a page's last
    push: Callable[[Any], bool]
    seen: int = 0
    pushed: int = 0
    last: Any = None
    over: bool = False
    failed: StoreUnreachable | None = None

    def work(self, hands: Executor, in_time: Callable[[], bool]) -> None:
        """Push one page, as far as time allows."""
        try:
            page = self.page(self.last)
        except StoreUnreachable as failed:
            self.over, self.failed = True, failed
            return
        self.last, self.over = page.last, page.last is None
        for pushed in _done(page.found, lambda each: self.push(each) if in_time() else None, hands):
            self.seen += pushed is not None
            self.pushed += bool(pushed)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The step and what it needs."""

    commits: Commits
    deliveries: Deliveries
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def __call__(self) -> dict[str, int]:
        """Push what is late; return how many jobs were seen and pushed, for the dead-man's alarm.

        Raises StoreUnreachable when a kind of documents could not be looked for.
        """
        end, now = self.monotonic() + TICK, self.now()
        jobs = Mountain(lambda last: self.commits.jobs.overdue(now, PAGE, last), self._job)
        late = Mountain(lambda last: self.deliveries.overdue(now, PAGE, last), self._delivery)
        with ThreadPoolExecutor(HANDS, thread_name_prefix="sweep") as hands:
            while self.monotonic() < end and not (jobs.over and late.over):
                for each in (jobs, late):
                    if not each.over:
                        each.work(hands, lambda: self.monotonic() < end)
        for each in (jobs, late):
            if each.failed:
                raise each.failed
        log(
            Fact.SWEPT,
            f"{jobs.seen} late jobs, {jobs.pushed} pushed, {late.pushed} deliveries",
            seen=jobs.seen,
            pushed=jobs.pushed,
            deliveries=late.pushed,
        )
        return {"seen": jobs.seen, "pushed": jobs.pushed, "deliveries": late.pushed}

    def _job(self, each: Loaded | Unread) -> bool:
        if isinstance(each, Unread):
            log(Fact.UNREADABLE, each.why, job=each.id)
            self._put_aside(self.commits.jobs.postpone, each.id, each.revision)
            return False
        try:
            now = self.commits.jobs.now(each)
            waiting = frozenset(node.key for node in each.job.nodes.values() if self._in_queue(each, node, now))
            heard = self.commits.hear(each, Swept(waiting))
            return heard.changed and _pushed(each.job, heard.job)
        except (StoreBusy, StoreUnreachable, QueueUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed), job=each.job.id)
        except Exception:  # noqa: BLE001  # one poisoned job must not stop the sweep of all others
            crashed("a job could not be swept")
            self._put_aside(self.commits.jobs.postpone, each.job.id, each.revision)
        return False

    def _in_queue(self, each: Loaded, node: Node, now: datetime) -> bool:
        step = step_for(node)
        if node.state is not State.QUEUED or node.due is None or node.due > now or step.queue is None:
            return False
        return self.commits.tasks.waiting(step.queue, task_name(each.job.id, node.key, node.wake))

    def _delivery(self, each: Due | Unread) -> bool:
        if isinstance(each, Unread):
            log(Fact.UNREADABLE, each.why, delivery=each.id)
            self._put_aside(self.deliveries.postpone, each.id, each.revision)
            return False
        wanted = notify_task(each.id, each.wake)
        try:
            if self.commits.tasks.waiting(wanted.queue, wanted.name):
                self.deliveries.rest(each, self.now())
                return False
            pushed = self.deliveries.push(each, self.now())
            self.commits.tasks.enqueue(notify_task(pushed.id, pushed.wake))
        except (Moved, StoreUnreachable, QueueUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed), delivery=each.id)
            return False
        return True

    def _put_aside(self, postpone: Callable[[str, Any, datetime], None], document: str, revision: Any) -> None:
        try:
            postpone(document, revision, self.now() + ASIDE)
        except Exception:  # noqa: BLE001  # its own affair: the next tick tries again, after all the others
            crashed("a document could not be put aside")


def _pushed(before: Job, after: Job) -> bool:
    """Tell whether a task was wanted anew, or the job ended: a due that only moved is no push."""
    return bool(after.ending) or any(node.wake > before.nodes[key].wake for key, node in after.nodes.items())


def _done(found: tuple[Any, ...], do: Callable[[Any], bool | None], hands: Executor) -> Iterator[bool | None]:
    """Do the first alone: it builds the clients that the hands then share."""
    yield from map(do, found[:1])
    yield from hands.map(do, found[1:])
