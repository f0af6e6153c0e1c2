"""Secrets and versions in one SQLite file: what was acknowledged survives a kill -9, what was destroyed is wiped."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from .model import Secret, Version, VersionState

SCHEMA = """
create table if not exists secrets (
    sequence integer primary key autoincrement, name text not null unique, created integer not null,
    labels text not null, uid text not null, revision integer not null
);
create table if not exists versions (
    secret text not null references secrets (name) on delete cascade, number integer not null,
    created integer not null, payload blob not null, crc32c integer not null, checksum_given integer not null,
    uid text not null, state text not null, destroyed integer, revision integer not null,
    primary key (secret, number)
);
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Row = tuple[Any, ...]


class Store:
    """The one writer of the file; `transaction` holds off every other thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # SQLite gives its other files the same mode
        self._lock = RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.execute("pragma foreign_keys = on")
        self._database.execute("pragma secure_delete = on")
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; nothing else may be called after."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens inside one change: all of it or none."""
        with self._lock:
            self._database.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def secret(self, name: str) -> Secret | None:
        """Return a secret, or None."""
        rows = self._rows("select * from secrets where name = ?", name)
        return _secret(rows[0]) if rows else None

    def secrets(self, project: str) -> list[Secret]:
        """Return a project's secrets, newest first."""
        prefix = f"{project}/secrets/"
        rows = self._rows(
            "select * from secrets where substr(name, 1, ?) = ? order by sequence desc", len(prefix), prefix
        )
        return [_secret(row) for row in rows]

    def add_secret(self, secret: Secret) -> None:
        """Keep a new secret."""
        row = (secret.name, _micros(secret.created), json.dumps(dict(secret.labels)), secret.uid, secret.revision)
        self._database.execute("insert into secrets values (null, ?, ?, ?, ?, ?)", row)

    def update_secret(self, secret: Secret) -> None:
        """Replace a secret's labels and revision."""
        row = (json.dumps(dict(secret.labels)), secret.revision, secret.name)
        self._database.execute("update secrets set labels = ?, revision = ? where name = ?", row)

    def delete_secret(self, name: str) -> None:
        """Delete a secret with its versions."""
        self._database.execute("delete from secrets where name = ?", (name,))

    def version(self, secret: str, number: int) -> Version | None:
        """Return a version, or None."""
        rows = self._rows("select * from versions where secret = ? and number = ?", secret, number)
        return _version(rows[0]) if rows else None

    def newest(self, secret: str) -> Version | None:
        """Return the version of the highest number, whatever its state, or None."""
        rows = self._rows("select * from versions where secret = ? order by number desc limit 1", secret)
        return _version(rows[0]) if rows else None

    def versions(self, secret: str) -> list[Version]:
        """Return a secret's versions, newest first."""
        return [
            _version(row) for row in self._rows("select * from versions where secret = ? order by number desc", secret)
        ]

    def save_version(self, version: Version) -> None:
        """Create or replace a version."""
        destroyed = None if version.destroyed is None else _micros(version.destroyed)
        row = (
            *(version.secret, version.number, _micros(version.created), version.payload, version.crc32c),
            *(version.checksum_given, version.uid, version.state.value, destroyed, version.revision),
        )
        self._database.execute("replace into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _rows(self, statement: str, *values: object) -> list[Row]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def _secret(row: Row) -> Secret:
    sequence, name, created, labels, uid, revision = row
    return Secret(name, EPOCH + created * MICROSECOND, json.loads(labels), uid, revision, sequence)


def _version(row: Row) -> Version:
    secret, number, created, payload, crc32c, checksum_given, uid, state, destroyed, revision = row
    return Version(
        secret=secret,
        number=number,
        created=EPOCH + created * MICROSECOND,
        payload=payload,
        crc32c=crc32c,
        checksum_given=bool(checksum_given),
        uid=uid,
        state=VersionState(state),
        destroyed=None if destroyed is None else EPOCH + destroyed * MICROSECOND,
        revision=revision,
    )


def _micros(time: datetime) -> int:
    return (time - EPOCH) // MICROSECOND
