"""The queue between steps: Cloud Tasks, every task named, so that enqueuing it twice makes it once.

A name that is taken means that the task was enqueued before: success (infra README, "Task names"). `create_task` has no
retry of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud.clients import Clients
from shared.cloud.retry import retry_for
from shared.config import Settings

ENQUEUE_SECONDS = 3.0  # seconds; then we carry on: the commit holds and the sweep will come


class QueueUnreachable(Exception):
    """Cloud Tasks did not answer; the job says which task it needs, and the sweep will find it late."""


@dataclass(frozen=True, slots=True)
class Task:
    """One call of one of our functions."""

    name: str
    queue: str
    function: str
    body: Mapping[str, str | int]
    at: datetime | None  # None = at once
    deadline: float  # seconds until the attempt is abandoned
    path: str = "/"


class Tasks:
    """The queues of one project."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings

    def enqueue(self, task: Task) -> bool:
        """Enqueue a task; False when its name was used before. Raises QueueUnreachable."""
        from google.api_core.exceptions import AlreadyExists, GoogleAPICallError, RetryError
        from google.cloud import tasks_v2
        from google.protobuf.duration_pb2 import Duration
        from google.protobuf.timestamp_pb2 import Timestamp

        url = self._settings.function_url(task.function)
        deadline = Duration()
        deadline.FromTimedelta(timedelta(seconds=task.deadline))
        wanted = tasks_v2.Task(
            name=self._name(task.queue, task.name),
            dispatch_deadline=deadline,
            http_request=tasks_v2.HttpRequest(
                http_method=tasks_v2.HttpMethod.POST,
                url=url + task.path,
                headers={"Content-Type": "application/json"},
                body=json.dumps(dict(task.body)).encode(),
                oidc_token=tasks_v2.OidcToken(service_account_email=self._settings.invoker, audience=url),
            ),
        )
        if task.at is not None:
            moment = Timestamp()
            moment.FromDatetime(task.at)
            wanted.schedule_time = moment
        try:
            self._clients.tasks.create_task(
                parent=self._queue(task.queue), task=wanted, retry=retry_for(ENQUEUE_SECONDS), timeout=ENQUEUE_SECONDS
            )
        except AlreadyExists:
            return False
        except (GoogleAPICallError, RetryError) as failed:
            raise QueueUnreachable(f"task {task.name} for {task.function} could not be enqueued: {failed}") from failed
        return True

    def waiting(self, queue: str, name: str) -> bool:
        """Tell whether a task is still in its queue. Raises QueueUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        try:
            self._clients.tasks.get_task(
                name=self._name(queue, name), retry=retry_for(ENQUEUE_SECONDS), timeout=ENQUEUE_SECONDS
            )
        except NotFound:
            return False
        except (GoogleAPICallError, RetryError) as failed:
            raise QueueUnreachable(f"task {name} could not be looked up: {failed}") from failed
        return True

    def delete(self, queue: str, name: str) -> bool:
        """Take a task out of its queue; False when it is not there any more. Raises QueueUnreachable."""
        from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError

        try:
            self._clients.tasks.delete_task(
                name=self._name(queue, name), retry=retry_for(ENQUEUE_SECONDS), timeout=ENQUEUE_SECONDS
            )
        except NotFound:
            return False
        except (GoogleAPICallError, RetryError) as failed:
            raise QueueUnreachable(f"task {name} could not be deleted: {failed}") from failed
        return True

    def _queue(self, queue: str) -> str:
        return f"projects/{self._settings.project}/locations/{self._settings.location}/queues/{queue}"

    def _name(self, queue: str, name: str) -> str:
        return f"{self._queue(queue)}/tasks/{name}"
