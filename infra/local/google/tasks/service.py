"""google.cloud.tasks.v2.CloudTasks over a store: twelve of its methods, the others refused by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, assert_never

import grpc

from ..rpc import Method, Refused, invalid, page_of, unserved
from . import messages
from .admission import admit
from .dispatcher import NAME_TAKEN
from .model import Queue, QueueState, Task
from .names import check_location, check_project, check_queue_name, queue_of_task
from .rows import micros
from .settings import EVERYTHING, read_config
from .store import Addition, Store
from .tally import Tally

SERVICE = "google.cloud.tasks.v2.CloudTasks"
QUEUE_NAME_TAKEN = timedelta(days=7)
LARGEST_TASKS_PAGE = 1000
LARGEST_QUEUES_PAGE = 9800
NO_QUEUE = "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize."
NO_ENTITY = "Requested entity was not found."
TASK_GONE = (
    "The task no longer exists, though a task with this name existed recently. "
    "The task either successfully completed or was deleted."
)
NAME_TOO_RECENT = (
    "The task cannot be created because a task with this name existed too recently. For more information about task "
    "de-duplication see https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create"
    "#body.request_body.FIELDS.task."
)


class Service:
    """Answers the calls; `changed` is called after whatever may make a task due."""

    def __init__(
        self, store: Store, *, location: str, clock: Callable[[], datetime], tally: Tally, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._location = location
        self._clock = clock
        self._tally = tally
        self._changed = changed

    def methods(self) -> Mapping[str, Method]:
        """Return the RPCs by name."""
        return {
            "CreateTask": Method(messages.CreateTask.FromString, self.create_task),
            "GetTask": Method(messages.GetTask.FromString, self.get_task),
            "ListTasks": Method(messages.ListTasks.FromString, self.list_tasks),
            "DeleteTask": Method(messages.DeleteTask.FromString, self.delete_task),
            "CreateQueue": Method(messages.CreateQueue.FromString, self.create_queue),
            "GetQueue": Method(messages.GetQueue.FromString, self.get_queue),
            "ListQueues": Method(messages.ListQueues.FromString, self.list_queues),
            "UpdateQueue": Method(messages.UpdateQueue.FromString, self.update_queue),
            "DeleteQueue": Method(messages.DeleteQueue.FromString, self.delete_queue),
            "PurgeQueue": Method(messages.PurgeQueue.FromString, self.purge_queue),
            "PauseQueue": Method(messages.PauseQueue.FromString, self.pause_queue),
            "ResumeQueue": Method(messages.ResumeQueue.FromString, self.resume_queue),
        }

    def create_task(self, request: Any) -> Any:
        """Keep a task, durably before the answer."""
        now = self._clock()
        queue = self._queue(request.parent)
        task = admit(request.task, queue=queue.name, now=now)
        match self._store.add(task, now=now):
            case Addition.NO_QUEUE:
                raise Refused(grpc.StatusCode.NOT_FOUND, NO_QUEUE)
            case Addition.NAME_LIVES:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Requested entity already exists")
            case Addition.NAME_ENTOMBED:
                raise Refused(grpc.StatusCode.ALREADY_EXISTS, NAME_TOO_RECENT)
            case Addition.KEPT:
                pass
            case impossible:
                assert_never(impossible)
        self._tally.created()
        self._changed()
        return messages.task_message(task, request.response_view)

    def get_task(self, request: Any) -> Any:
        """Return a task that still waits or runs."""
        self._tally.got()
        self._queue(queue_of_task(request.name))
        task = self._store.task(request.name)
        if task is None:
            raise self._no_task(request.name)
        return messages.task_message(task, request.response_view)

    def list_tasks(self, request: Any) -> Any:
        """Return a page of a queue's tasks."""
        queue = self._queue(request.parent)
        tasks, token = page_of(self._store.tasks(queue.name), request, largest=LARGEST_TASKS_PAGE, place=_place)
        found = [messages.task_message(task, request.response_view) for task in tasks]
        return messages.TasksPage(tasks=found, next_page_token=token)

    def delete_task(self, request: Any) -> None:
        """Delete a task; one that runs goes on running, its outcome is dropped."""
        self._tally.deleted()
        self._queue(queue_of_task(request.name))
        if not self._store.remove(request.name, until=self._clock() + NAME_TAKEN):
            raise self._no_task(request.name)

    def create_queue(self, request: Any) -> Any:
        """Create a queue whose name is free."""
        check_location(request.parent, served=self._location)
        name = check_queue_name(request.queue.name)
        if not name.startswith(f"{request.parent}/queues/"):
            raise invalid(f"The queue name {name} must begin with the parent {request.parent}.")
        return self._new_queue(name, request.queue)

    def get_queue(self, request: Any) -> Any:
        """Return a queue."""
        return messages.queue_message(self._queue(request.name))

    def list_queues(self, request: Any) -> Any:
        """Return a page of the location's queues."""
        check_location(request.parent, served=self._location)
        if request.filter:
            raise unserved("ListQueuesRequest.filter")
        queues, token = page_of(
            self._store.queues(), request, largest=LARGEST_QUEUES_PAGE, place=lambda queue: queue.name
        )
        return messages.QueuesPage(queues=[messages.queue_message(queue) for queue in queues], next_page_token=token)

    def update_queue(self, request: Any) -> Any:
        """Change a queue's settings, or create it: the API promises both."""
        name = check_queue_name(request.queue.name)
        kept = self._store.queue(name)
        if kept is None:
            check_location(name.rsplit("/queues/", 1)[0], served=self._location)
            return self._new_queue(name, request.queue)
        paths = tuple(request.update_mask.paths) or EVERYTHING
        return self._save(replace(kept, config=read_config(request.queue, over=kept.config, paths=paths)))

    def delete_queue(self, request: Any) -> None:
        """Delete a queue with its tasks; its name is taken for days."""
        if self._store.queue(check_queue_name(request.name)) is None:
            raise Refused(grpc.StatusCode.NOT_FOUND, NO_ENTITY)
        self._store.delete_queue(request.name, until=self._clock() + QUEUE_NAME_TAKEN)

    def purge_queue(self, request: Any) -> Any:
        """Delete a queue's tasks."""
        now = self._clock()
        queue = replace(self._queue(request.name), purged=now)
        self._store.purge(queue, until=now + NAME_TAKEN)
        return messages.queue_message(queue)

    def pause_queue(self, request: Any) -> Any:
        """Stop handing out a queue's tasks."""
        return self._save(replace(self._queue(request.name), state=QueueState.PAUSED))

    def resume_queue(self, request: Any) -> Any:
        """Hand out a queue's tasks again."""
        return self._save(replace(self._queue(request.name), state=QueueState.RUNNING))

    def _queue(self, name: str) -> Queue:
        queue = self._store.queue(check_queue_name(name))
        if queue is None:
            check_project(name, served=self._location)
            raise Refused(grpc.StatusCode.NOT_FOUND, NO_QUEUE)
        return queue

    def _new_queue(self, name: str, asked: Any) -> Any:
        if self._store.queue(name) is not None:
            raise Refused(grpc.StatusCode.ALREADY_EXISTS, "Queue already exists")
        if self._store.entombed(name, now=self._clock()):
            raise Refused(
                grpc.StatusCode.FAILED_PRECONDITION,
                "The queue cannot be created because a queue with this name existed too recently.",
            )
        return self._save(Queue(name, read_config(asked)))

    def _save(self, queue: Queue) -> Any:
        self._store.save_queue(queue)
        self._changed()
        return messages.queue_message(queue)

    def _no_task(self, name: str) -> Refused:
        gone = self._store.entombed(name, now=self._clock())
        return Refused(grpc.StatusCode.NOT_FOUND, TASK_GONE if gone else NO_ENTITY)


def _place(task: Task) -> str:
    return f"{micros(task.scheduled):020d}-{task.sequence:020d}"
