"""How queues and tasks lie in SQLite: times as whole microseconds since 1970, settings and headers as JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from .model import Attempt, HttpCall, Queue, QueueConfig, QueueState, Task

SCHEMA = """
create table if not exists queues (
    name text primary key, config text not null, state text not null, purged integer
);
create table if not exists tasks (
    sequence integer primary key autoincrement, name text not null unique, queue text not null,
    url text not null, method text not null, headers text not null, body blob not null,
    oidc_email text not null, oidc_audience text not null,
    scheduled integer not null, created integer not null, deadline integer not null,
    dispatches integer not null, responses integer not null, failures integer not null, executions integer not null,
    previous_status integer, first_dispatch integer,
    last_scheduled integer, last_dispatched integer, last_ended integer, last_status integer, last_late integer
);
create index if not exists due on tasks (queue, scheduled, sequence);
create index if not exists age on tasks (created);
create table if not exists tombstones (name text primary key, until integer not null);
"""
ADD_TASK = "insert into tasks values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
UPDATE_TASK = """
update tasks set scheduled = ?, dispatches = ?, responses = ?, failures = ?, executions = ?,
    previous_status = ?, first_dispatch = ?,
    last_scheduled = ?, last_dispatched = ?, last_ended = ?, last_status = ?, last_late = ?
where name = ?
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Row = tuple[Any, ...]


def micros(time: datetime) -> int:
    """Return a time as stored."""
    return (time - EPOCH) // MICROSECOND


def queue_row(queue: Queue) -> Row:
    """Return a queue's values in the order of its columns."""
    config = queue.config
    text = json.dumps(
        {
            "max_dispatches_per_second": config.max_dispatches_per_second,
            "max_concurrent_dispatches": config.max_concurrent_dispatches,
            "max_attempts": config.max_attempts,
            "min_backoff": config.min_backoff // MICROSECOND,
            "max_backoff": config.max_backoff // MICROSECOND,
            "max_doublings": config.max_doublings,
            "max_retry_duration": config.max_retry_duration // MICROSECOND,
        }
    )
    return (queue.name, text, queue.state.value, _micros_or_none(queue.purged))


def read_queue(row: Row) -> Queue:
    """Return the queue a row holds."""
    name, text, state, purged = row
    kept = json.loads(text)
    config = QueueConfig(
        max_dispatches_per_second=kept["max_dispatches_per_second"],
        max_concurrent_dispatches=kept["max_concurrent_dispatches"],
        max_attempts=kept["max_attempts"],
        min_backoff=kept["min_backoff"] * MICROSECOND,
        max_backoff=kept["max_backoff"] * MICROSECOND,
        max_doublings=kept["max_doublings"],
        max_retry_duration=kept["max_retry_duration"] * MICROSECOND,
    )
    return Queue(name, config, QueueState(state), _time_or_none(purged))


def task_row(task: Task) -> Row:
    """Return a task's values in the order of its columns, for ADD_TASK."""
    call = task.call
    return (
        *(task.name, task.queue, call.url, call.method, json.dumps(call.headers), call.body),
        *(call.oidc_email, call.oidc_audience, micros(task.scheduled), micros(task.created)),
        *(task.deadline // MICROSECOND, *_attempts(task)),
    )


def changed_row(task: Task) -> Row:
    """Return what attempts change of a task, for UPDATE_TASK."""
    return (micros(task.scheduled), *_attempts(task), task.name)


def _attempts(task: Task) -> Row:
    counts = (task.dispatches, task.responses, task.failures, task.executions)
    last = _attempt_row(task.last) if task.last else (None,) * 5
    return (*counts, task.previous_status, _micros_or_none(task.first_dispatch), *last)


def read_task(row: Row) -> Task:
    """Return the task a row holds."""
    sequence, name, queue, url, method, headers, body, oidc_email, oidc_audience, *rest = row
    scheduled, created, deadline, dispatches, responses, failures, executions, *rest = rest
    previous_status, first_dispatch, *last = rest
    pairs = tuple((key, value) for key, value in json.loads(headers))
    return Task(
        name=name,
        queue=queue,
        call=HttpCall(url, method, pairs, body, oidc_email, oidc_audience),
        scheduled=_time(scheduled),
        created=_time(created),
        deadline=deadline * MICROSECOND,
        dispatches=dispatches,
        responses=responses,
        failures=failures,
        executions=executions,
        previous_status=previous_status,
        first_dispatch=_time_or_none(first_dispatch),
        last=_read_attempt(last),
        sequence=sequence,
    )


def _attempt_row(attempt: Attempt) -> Row:
    times = (micros(attempt.scheduled), micros(attempt.dispatched), _micros_or_none(attempt.ended))
    return (*times, attempt.status, int(attempt.late))


def _read_attempt(columns: list[Any]) -> Attempt | None:
    scheduled, dispatched, ended, status, late = columns
    if dispatched is None:
        return None
    return Attempt(_time(scheduled), _time(dispatched), _time_or_none(ended), status, bool(late))


def _time(stored: int) -> datetime:
    return EPOCH + stored * MICROSECOND


def _time_or_none(stored: int | None) -> datetime | None:
    return None if stored is None else _time(stored)


def _micros_or_none(time: datetime | None) -> int | None:
    return None if time is None else micros(time)
