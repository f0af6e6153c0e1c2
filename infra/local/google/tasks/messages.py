"""Google's protobuf messages for Cloud Tasks: which class carries which call, and our model written into them."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import grpc
from google.cloud.tasks_v2.types import cloudtasks, queue, task

from .delivery import USER_AGENT
from .model import Attempt, Queue, Task

CreateTask = cloudtasks.CreateTaskRequest.pb()
GetTask = cloudtasks.GetTaskRequest.pb()
ListTasks = cloudtasks.ListTasksRequest.pb()
DeleteTask = cloudtasks.DeleteTaskRequest.pb()
CreateQueue = cloudtasks.CreateQueueRequest.pb()
GetQueue = cloudtasks.GetQueueRequest.pb()
ListQueues = cloudtasks.ListQueuesRequest.pb()
UpdateQueue = cloudtasks.UpdateQueueRequest.pb()
DeleteQueue = cloudtasks.DeleteQueueRequest.pb()
PurgeQueue = cloudtasks.PurgeQueueRequest.pb()
PauseQueue = cloudtasks.PauseQueueRequest.pb()
ResumeQueue = cloudtasks.ResumeQueueRequest.pb()
TasksPage = cloudtasks.ListTasksResponse.pb()
QueuesPage = cloudtasks.ListQueuesResponse.pb()
QueueMessage = queue.Queue.pb()
TaskMessage = task.Task.pb()

FULL = int(task.Task.View.FULL)
BASIC = int(task.Task.View.BASIC)
METHOD_NUMBERS = {"POST": 1, "GET": 2, "HEAD": 3, "PUT": 4, "DELETE": 5, "PATCH": 6, "OPTIONS": 7}
STATUSES = {
    HTTPStatus.BAD_REQUEST: grpc.StatusCode.INVALID_ARGUMENT,
    HTTPStatus.UNAUTHORIZED: grpc.StatusCode.UNAUTHENTICATED,
    HTTPStatus.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
    HTTPStatus.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    HTTPStatus.CONFLICT: grpc.StatusCode.ABORTED,
    HTTPStatus.TOO_MANY_REQUESTS: grpc.StatusCode.RESOURCE_EXHAUSTED,
    HTTPStatus.INTERNAL_SERVER_ERROR: grpc.StatusCode.INTERNAL,
    HTTPStatus.NOT_IMPLEMENTED: grpc.StatusCode.UNIMPLEMENTED,
    HTTPStatus.SERVICE_UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT: grpc.StatusCode.DEADLINE_EXCEEDED,
}


def queue_message(kept: Queue) -> Any:
    """Return a queue as Google answers it."""
    config = kept.config
    message = QueueMessage(name=kept.name, state=kept.state.value)
    message.rate_limits.max_dispatches_per_second = config.max_dispatches_per_second
    message.rate_limits.max_burst_size = config.burst
    message.rate_limits.max_concurrent_dispatches = config.max_concurrent_dispatches
    message.retry_config.max_attempts = config.max_attempts
    message.retry_config.max_doublings = config.max_doublings
    message.retry_config.min_backoff.FromTimedelta(config.min_backoff)
    message.retry_config.max_backoff.FromTimedelta(config.max_backoff)
    if config.max_retry_duration:
        message.retry_config.max_retry_duration.FromTimedelta(config.max_retry_duration)
    _set_time(message.purge_time, kept.purged)
    return message


def task_message(kept: Task, view: int) -> Any:
    """Return a task as Google answers it; the BASIC view leaves out the body."""
    call = kept.call
    message = TaskMessage(
        name=kept.name,
        dispatch_count=kept.dispatches,
        response_count=kept.responses,
        view=FULL if view == FULL else BASIC,
    )
    message.http_request.url = call.url
    message.http_request.http_method = METHOD_NUMBERS[call.method]
    message.http_request.headers.update({**dict(call.headers), "User-Agent": USER_AGENT})
    if view == FULL:
        message.http_request.body = call.body
    if call.oidc_email:
        message.http_request.oidc_token.service_account_email = call.oidc_email
        message.http_request.oidc_token.audience = call.oidc_audience or call.url
    _set_time(message.schedule_time, kept.scheduled)
    _set_time(message.create_time, kept.created)
    message.dispatch_deadline.FromTimedelta(kept.deadline)
    _set_time(message.first_attempt.dispatch_time, kept.first_dispatch)
    if kept.last:
        _write_attempt(message.last_attempt, kept.last)
    return message


def _write_attempt(message: Any, attempt: Attempt) -> None:
    _set_time(message.schedule_time, attempt.scheduled)
    _set_time(message.dispatch_time, attempt.dispatched)
    _set_time(message.response_time, attempt.ended)
    if attempt.ended is None:
        return
    if attempt.status is None:
        status = grpc.StatusCode.DEADLINE_EXCEEDED if attempt.late else grpc.StatusCode.UNAVAILABLE
        text = "no response within the dispatch deadline" if attempt.late else "the handler could not be reached"
    else:
        known = STATUSES.get(HTTPStatus(attempt.status)) if attempt.status in set(HTTPStatus) else None
        status, text = known or grpc.StatusCode.UNKNOWN, f"HTTP status code {attempt.status}"
    message.response_status.code = status.value[0]
    message.response_status.message = f"{status.name}({status.value[0]}): {text}"


def _set_time(message: Any, time: datetime | None) -> None:
    if time is not None:
        message.FromDatetime(time)
