"""Buckets and live objects: every change is one transaction that also writes the events it causes.

No versions are kept: an overwritten generation is gone at once, as in a bucket without object versioning. Generations
are microseconds of the handed-in clock, made to grow always, also across deletions and restarts.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from .database import Database
from .files import Files, Staged
from .outbox import Happening, Outbox
from .resources import Description, Stored
from .rows import BucketRow, bucket_of, find, find_bucket, next_generation, put, stored_of
from .rules import Conditions, Digests, Verdict, Version, check_bucket_name, check_object_name
from .wire import Refused, condition_not_met, may_not_replace, no_object

Clock = Callable[[], datetime]
UNCONDITIONAL = Conditions()
_STRIDE = 500  # objects read from the database at a time
Also = Callable[[sqlite3.Connection, Stored], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A live object somebody asks for, perhaps of one generation and under preconditions."""

    bucket: str
    name: str
    generation: int | None = None
    conditions: Conditions = UNCONDITIONAL


@dataclass(frozen=True, slots=True)
class Write:
    """An object somebody wants written, under preconditions."""

    bucket: str
    name: str
    description: Description
    conditions: Conditions = UNCONDITIONAL


@dataclass(frozen=True, slots=True)
class State:
    """All buckets and objects of one server."""

    database: Database
    files: Files
    outbox: Outbox
    clock: Clock
    replaces: Callable[[], bool] = lambda: True  # whether writers may replace objects: creators may not

    def sweep(self) -> None:
        """Remove files that a killed server left without a row."""
        with self.database.transaction() as rows:
            known = {row["file"] for row in rows.execute("SELECT file FROM objects")}
        self.files.sweep(known)

    def declare_bucket(self, name: str, location: str, age_days: tuple[tuple[str, int], ...]) -> None:
        """Make a bucket exist with these rules, keeping what it holds."""
        values = (name, location.upper(), json.dumps(age_days), self.clock().isoformat())
        with self.database.transaction() as rows:
            rows.execute(
                "INSERT INTO buckets VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " location = excluded.location, age_days = excluded.age_days",
                values,
            )

    def create_bucket(self, name: str, location: str) -> BucketRow:
        """Create a bucket that must not exist yet."""
        check_bucket_name(name)
        with self.database.transaction() as rows:
            if rows.execute("SELECT 1 FROM buckets WHERE name = ?", (name,)).fetchone():
                message = "Your previous request to create the named bucket succeeded and you already own it."
                raise Refused(409, "conflict", message)
            rows.execute(
                "INSERT INTO buckets VALUES (?, ?, '[]', ?)", (name, location.upper(), self.clock().isoformat())
            )
            return find_bucket(rows, name)

    def bucket(self, name: str) -> BucketRow:
        """Read a bucket; 404 where there is none."""
        with self.database.transaction() as rows:
            return find_bucket(rows, name)

    def buckets(self) -> list[BucketRow]:
        """Read all buckets by name."""
        with self.database.transaction() as rows:
            return [bucket_of(row) for row in rows.execute("SELECT * FROM buckets ORDER BY name")]

    def check_writable(self, write: Write) -> None:
        """Say early what a write would be refused for."""
        check_object_name(write.name)
        with self.database.transaction() as rows:
            find_bucket(rows, write.bucket)
            self._judge_new(write, find(rows, write.bucket, write.name))

    def insert(self, staged: Staged, write: Write, *, also: Also | None = None) -> Stored:
        """Turn staged bytes into the live object if the preconditions hold; `also` joins the transaction."""
        return self._write(self.files.publish(staged), staged.size, staged.digests, write, also)

    def copy(self, source: Stored, write: Write) -> Stored:
        """Write an object with another one's bytes."""
        try:
            file = self.files.twin(source.file)
        except FileNotFoundError as error:  # overwritten or deleted since it was read
            raise no_object(source.bucket, source.name) from error
        return self._write(file, source.size, source.digests, write, None)

    def _judge_new(self, write: Write, old: Stored | None) -> None:
        if old is not None and not self.replaces():
            raise may_not_replace(write.bucket, write.name)
        _judge_write(write.conditions, old)

    def _write(self, file: str, size: int, digests: Digests, write: Write, also: Also | None) -> Stored:
        try:
            check_object_name(write.name)
            with self.database.transaction() as rows:
                find_bucket(rows, write.bucket)
                old = find(rows, write.bucket, write.name)
                self._judge_new(write, old)
                now = self.clock()
                version = Version(next_generation(rows, now), 1)
                stored = Stored(write.bucket, write.name, version, size, digests, file, now, now, write.description)
                if old:
                    self.outbox.add(rows, Happening.DELETED, old, now)
                put(rows, stored)
                self.outbox.add(rows, Happening.FINALIZED, stored, now)
                if also:
                    also(rows, stored)
        except BaseException:
            self.files.remove(file)
            raise
        if old:
            self.files.remove(old.file)
        self.outbox.wake()
        return stored

    def get(self, wanted: Wanted) -> Stored:
        """Read a live object; 404 when it, or the generation asked for, does not live; judges no condition."""
        with self.database.transaction() as rows:
            return _require(rows, wanted)

    def open(self, wanted: Wanted) -> tuple[Stored, BinaryIO]:
        """Read a live object as `get` does and open its bytes, both of one version."""
        with self.database.transaction() as rows:
            stored = _require(rows, wanted)
            return stored, self.files.open(stored.file)

    def describe(self, wanted: Wanted, change: Callable[[Description], Description]) -> Stored:
        """Change an object's description; the metageneration grows by one."""
        with self.database.transaction() as rows:
            old = _require(rows, wanted)
            _judge_write(wanted.conditions, old)
            version = replace(old.version, metageneration=old.version.metageneration + 1)
            stored = replace(old, version=version, updated=self.clock(), description=change(old.description))
            put(rows, stored)
        return stored

    def delete(self, wanted: Wanted) -> None:
        """Remove a live object for good."""
        with self.database.transaction() as rows:
            old = _require(rows, wanted)
            _judge_write(wanted.conditions, old)
            rows.execute("DELETE FROM objects WHERE bucket = ? AND name = ?", (old.bucket, old.name))
            self.outbox.add(rows, Happening.DELETED, old, self.clock())
        self.files.remove(old.file)
        self.outbox.wake()

    def walk(self, bucket: str, start: str = "") -> Iterator[Stored]:
        """Read a bucket's objects in the order of their names' UTF-8 bytes, from `start` on."""
        query = "SELECT * FROM objects WHERE bucket = ? AND name {} ? ORDER BY name LIMIT ?"
        at, compare = start, ">="
        while True:
            with self.database.transaction() as rows:
                find_bucket(rows, bucket)
                found = [stored_of(row) for row in rows.execute(query.format(compare), (bucket, at, _STRIDE))]
            yield from found
            if len(found) < _STRIDE:
                return
            at, compare = found[-1].name, ">"


def _require(rows: sqlite3.Connection, wanted: Wanted) -> Stored:
    find_bucket(rows, wanted.bucket)
    stored = find(rows, wanted.bucket, wanted.name)
    if stored is None or wanted.generation not in {None, stored.version.generation}:
        raise no_object(wanted.bucket, wanted.name)
    return stored


def _judge_write(conditions: Conditions, current: Stored | None) -> None:
    if conditions.judge(current.version if current else None, reading=False) is not Verdict.MET:
        raise condition_not_met()
