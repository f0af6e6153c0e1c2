"""sweep: the only timer; each minute it finds what is late, looks before it pushes, and moves due first.

It never parses more than it must before a document's due has moved, each job is in a try of its own, and a tick ends
after its time whatever is left (protocol §2 "Sweep", holes 2, 3, 7).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.deliveries import Deliveries, Due
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.records import Loaded, Unread
from shared.cloud.tasks import QueueUnreachable
from shared.log import Fact, crashed, log
from shared.pipeline.events import Swept
from shared.pipeline.line import step_for
from shared.pipeline.names import task_name
from shared.pipeline.nodes import Node, State
from shared.steps.commit import Commits, StoreBusy, notify_task

PAGE = 200
TICK = 45.0  # seconds
UNREAD_AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The step and what it needs."""

    commits: Commits
    deliveries: Deliveries
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def __call__(self) -> dict[str, int]:
        """Push what is late; return how many jobs were seen and pushed, for the dead-man's alarm."""
        started = self.monotonic()
        seen = pushed = 0
        while self.monotonic() - started < TICK:
            page = list(self.commits.jobs.overdue(self.now(), PAGE))
            for each in page:
                if self.monotonic() - started >= TICK:
                    break
                seen += 1
                pushed += self._one(each)
            if len(page) < PAGE:
                break
        late = self._deliveries()
        log(
            Fact.SWEPT,
            f"{seen} late jobs, {pushed} pushed, {late} deliveries",
            seen=seen,
            pushed=pushed,
            deliveries=late,
        )
        return {"seen": seen, "pushed": pushed, "deliveries": late}

    def _one(self, each: Loaded | Unread) -> int:
        try:
            if isinstance(each, Unread):
                log(Fact.UNREADABLE, each.why, job=each.id)
                self.commits.jobs.postpone(each, self.now() + UNREAD_AGAIN)
                return 0
            now = self.commits.jobs.now(each)
            waiting = frozenset(node.key for node in each.job.nodes.values() if self._in_queue(each, node, now))
            return int(self.commits.hear(each, Swept(waiting)).changed)
        except (StoreBusy, StoreUnreachable, QueueUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed))
        except Exception:  # noqa: BLE001  # one poisoned job must not stop the sweep of all others
            crashed("a job could not be swept")
        return 0

    def _in_queue(self, each: Loaded, node: Node, now: datetime) -> bool:
        step = step_for(node)
        if node.state is not State.QUEUED or node.due is None or node.due > now or step.queue is None:
            return False
        return self.commits.tasks.waiting(step.queue, task_name(each.job.id, node.key, node.wake))

    def _deliveries(self) -> int:
        try:
            return sum(self._delivery(each) for each in self.deliveries.overdue(self.now(), PAGE))
        except StoreUnreachable as failed:
            log(Fact.STORE_FAILED, str(failed))
            return 0

    def _delivery(self, each: Due | Unread) -> int:
        try:
            if isinstance(each, Unread):
                log(Fact.UNREADABLE, each.why, delivery=each.id)
                self.deliveries.postpone(each, self.now() + UNREAD_AGAIN)
                return 0
            pushed = self.deliveries.push(each, self.now())
            self.commits.tasks.enqueue(notify_task(pushed.id, pushed.wake))
        except (StoreUnreachable, QueueUnreachable) as failed:
            log(Fact.STORE_FAILED, str(failed))
            return 0
        return 1
