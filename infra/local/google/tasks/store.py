"""Queues, tasks and tombstones in one SQLite file: what was acknowledged survives a kill -9.

A write-ahead log without an fsync a commit survives the death of the process, not of the machine; a laptop's cloud
promises no more.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import RLock

from .model import Queue, Task
from .rows import (
    ADD_TASK,
    SCHEMA,
    UPDATE_TASK,
    Row,
    changed_row,
    micros,
    queue_row,
    read_queue,
    read_task,
    task_row,
)

ENTOMB = "replace into tombstones (name, until) values (?, ?)"


class Addition(StrEnum):
    """What became of a task to be added."""

    KEPT = "kept"
    NO_QUEUE = "no queue"
    NAME_LIVES = "name lives"
    NAME_ENTOMBED = "name entombed"


class Store:
    """The one writer of the file; every method is one transaction and safe to call from any thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.executescript(SCHEMA)
        self._queues: tuple[Queue, ...] | None = None  # as they stand in the file, which nobody else writes

    def close(self) -> None:
        """Close the file; nothing else may be called after."""
        with self._lock:
            self._database.close()

    def save_queue(self, queue: Queue) -> None:
        """Create or replace a queue."""
        with self._changing_queues() as database:
            database.execute("replace into queues values (?, ?, ?, ?)", queue_row(queue))

    def queue(self, name: str) -> Queue | None:
        """Return a queue, or None."""
        return next((queue for queue in self.queues() if queue.name == name), None)

    def queues(self) -> list[Queue]:
        """Return all queues by name."""
        with self._lock:
            if self._queues is None:
                self._queues = tuple(read_queue(row) for row in self._rows("select * from queues order by name"))
            return list(self._queues)

    def busy(self) -> set[str]:
        """Return the names of the queues that hold tasks."""
        return {name for (name,) in self._rows("select distinct queue from tasks")}

    def delete_queue(self, name: str, *, until: datetime) -> None:
        """Delete a queue with its tasks; its name stays taken `until` then."""
        with self._changing_queues() as database:
            database.execute("delete from tasks where queue = ?", (name,))
            database.execute("delete from queues where name = ?", (name,))
            database.execute(ENTOMB, (name, micros(until)))

    def purge(self, queue: Queue, *, until: datetime) -> None:
        """Delete a queue's tasks, keeping their names taken `until` then, and save the queue's purge time."""
        with self._transaction() as database:
            names = database.execute("select name from tasks where queue = ?", (queue.name,)).fetchall()
            database.executemany(ENTOMB, [(name, micros(until)) for (name,) in names])
            database.execute("delete from tasks where queue = ?", (queue.name,))
            self.save_queue(queue)

    def entombed(self, name: str, *, now: datetime) -> bool:
        """Say whether the queue or task of this name is gone and its name still taken."""
        return bool(self._rows("select 1 from tombstones where name = ? and until > ?", name, micros(now)))

    def add(self, task: Task, *, now: datetime) -> Addition:
        """Keep a new task if its queue exists and its name is free; tombstones that have served their time go."""
        with self._transaction() as database:
            if self.queue(task.queue) is None:
                return Addition.NO_QUEUE
            if self.task(task.name) is not None:
                return Addition.NAME_LIVES
            database.execute("delete from tombstones where until <= ?", (micros(now),))
            if self.entombed(task.name, now=now):
                return Addition.NAME_ENTOMBED
            database.execute(ADD_TASK, task_row(task))
        return Addition.KEPT

    def task(self, name: str) -> Task | None:
        """Return a living task, or None."""
        rows = self._rows("select * from tasks where name = ?", name)
        return read_task(rows[0]) if rows else None

    def tasks(self, queue: str) -> list[Task]:
        """Return the living tasks of a queue, by schedule time, then by age."""
        return [
            read_task(row)
            for row in self._rows("select * from tasks where queue = ? order by scheduled, sequence", queue)
        ]

    def first(self, queue: str, *, besides: Collection[str]) -> Task | None:
        """Return the task of a queue that is due first, passing over those named in `besides`."""
        rows = self._rows(
            "select * from tasks where queue = ? order by scheduled, sequence limit ?", queue, len(besides) + 1
        )
        return next((task for task in map(read_task, rows) if task.name not in besides), None)

    def update(self, task: Task) -> None:
        """Replace what is kept of a task, if it still lives: one deleted while it ran stays deleted."""
        with self._transaction() as database:
            database.execute(UPDATE_TASK, changed_row(task))

    def remove(self, name: str, *, until: datetime) -> bool:
        """Delete a task, keep its name taken `until` then, and say whether it lived."""
        with self._transaction() as database:
            lived = database.execute("delete from tasks where name = ?", (name,)).rowcount > 0
            if lived:
                database.execute(ENTOMB, (name, micros(until)))
        return lived

    def expire(self, *, created_until: datetime, entomb_until: datetime) -> None:
        """Delete the tasks whose retention is over."""
        old = self._rows("select name from tasks where created <= ?", micros(created_until))
        for (name,) in old:
            self.remove(name, until=entomb_until)

    @contextmanager
    def _changing_queues(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._transaction() as database:
                yield database
        finally:
            with self._lock:
                self._queues = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._database.in_transaction:
                yield self._database
                return
            self._database.execute("begin immediate")
            try:
                yield self._database
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def _rows(self, statement: str, *values: object) -> list[Row]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()
