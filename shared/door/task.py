"""The tasks' door: who retries what, as a table.

| what happened | answer | who tries again |
|---|---|---|
| done, nothing to do, or the vendor said later (a commit and a new task) | 200 | nobody |
| the message or the document cannot be read | 200, kept in the log | nobody: it would fail for ever |
| the document is newer code's | 200, and the same task again in 30 s, at most 20 times | that task, then the sweep |
| our own store, files, secrets or queue failed | 503 | the queue |
| a bug | 500 | the queue a few times, then the sweep's nudges, which end |

The queue tries for 91 s, so a short outage of our store is over before it gives up and the sweep has to come.
No row reads the retry count: life is bounded in the job (holes 4, 5). A document of newer code is no failure: answered
503 it would slow the whole queue, for every tenant, through every roll-out (hole 209). An event has no task, and its
sender repeats it alone: there it is 503.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import flask

from shared.cloud.blobs import FilesUnreachable
from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import StoreUnreachable
from shared.cloud.secrets import SecretsUnreachable
from shared.cloud.tasks import QueueUnreachable, Task, Tasks
from shared.log import Fact, JobRef, crashed, log, log_job
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.steps.commit import JobGone, StoreBusy, dispatch_deadline
from shared.steps.message import Message, UnreadableMessage, read_message

RETRIED = (StoreUnreachable, StoreBusy, FilesUnreachable, SecretsUnreachable, QueueUnreachable, NewerSchema)
NEWER_TRIES = 20  # ten minutes: a roll-out replaces a function in less; then the sweep comes
_REPEATED = re.compile(r"(?P<name>[A-Za-z0-9_-]{1,200}?)(?:-n(?P<times>[0-9]{1,2}))?")


class Parts(Protocol):
    """What enqueuing a task again needs of an instance."""

    now: Callable[[], datetime]

    @property
    def tasks(self) -> Tasks:
        """The queues."""
        ...

    @property
    def timeouts(self) -> Timeouts:
        """Every wait."""
        ...


@dataclass(frozen=True, slots=True)
class Later:
    """Enqueues a task of one function again, for an instance whose code is newer."""

    function: str
    parts: Parts

    def __call__(self, request: flask.Request, body: Mapping[str, str | int]) -> bool:
        """Enqueue it for half a minute later, under its own name and a number; False when the sweep must come.

        Raises QueueUnreachable.
        """
        named = _REPEATED.fullmatch(request.headers.get("X-CloudTasks-TaskName", ""))
        queue = request.headers.get("X-CloudTasks-QueueName", "")
        times = int(named["times"] or 0) + 1 if named else 0
        if not named or not queue or times > NEWER_TRIES:
            return False
        name, at = f"{named['name']}-n{times}", self.parts.now() + self.parts.timeouts.newer_step * SECOND
        deadline = dispatch_deadline(self.function, self.parts.timeouts)
        self.parts.tasks.enqueue(Task(name, queue, self.function, body, at, deadline))
        return True


def answer_task(work: Callable[[], object]) -> tuple[str, int]:
    """Do a task's work and say who should try again."""
    try:
        work()
    except JobGone:
        return "gone\n", 200
    except UnreadableMessage as unread:
        log(Fact.UNREADABLE, str(unread))
    except Unreadable as unread:
        log(Fact.UNREADABLE, str(unread))
    except RETRIED as failed:
        log(Fact.STORE_FAILED, str(failed))
        return "try again\n", 503
    except Exception:  # noqa: BLE001  # the door is the one place: it logs with the stack and lets the queue decide
        crashed("a step crashed")
        return "crashed\n", 500
    return "ok\n", 200


def step(request: flask.Request, do: Callable[[Message], object], later: Later) -> tuple[str, int]:
    """Answer a step's task."""
    data: Any = request.get_json(silent=True)

    def work() -> None:
        message = read_message(data)
        try:
            do(message)
        except NewerSchema as newer:
            again = later(request, data)
            what = "comes again in half a minute" if again else "is left to the sweep"
            log_job(Fact.NEWER, JobRef(message.job), f"{newer}; the task {what}", node=message.node)

    return answer_task(work)


def delivery(request: flask.Request, do: Callable[[str], object]) -> tuple[str, int]:
    """Answer a delivery's task."""
    return answer_task(lambda: do(_delivery(request.get_json(silent=True))))


def batch(request: flask.Request, do: Callable[[str, int], object]) -> tuple[str, int]:
    """Answer a batch's task."""
    return answer_task(lambda: do(*_batch(request.get_json(silent=True))))


def _batch(data: object) -> tuple[str, int]:
    match data:
        case {"batch": str(batch_id), "wake": int(wake)}:
            return batch_id, wake
    raise UnreadableMessage("not a batch's message")


def _delivery(data: object) -> str:
    match data:
        case {"delivery": str(delivery)}:
            return delivery
    raise UnreadableMessage("not a delivery's message")
