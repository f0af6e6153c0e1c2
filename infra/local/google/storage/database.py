"""The one SQLite file that holds all but the objects' bytes: buckets, objects, resumable uploads, undelivered events.

A commit is flushed to disk before it is acknowledged, so what a client was told survives kill -9; one server holds the
file at a time.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS counter (last_generation INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, location TEXT NOT NULL, age_days TEXT NOT NULL, created TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
    size INTEGER NOT NULL, crc32c TEXT NOT NULL, md5 TEXT NOT NULL, file TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, description TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, name TEXT NOT NULL, face TEXT NOT NULL, description TEXT NOT NULL,
    conditions TEXT NOT NULL, claims TEXT NOT NULL, created TEXT NOT NULL, total INTEGER, received INTEGER NOT NULL,
    state TEXT NOT NULL, result TEXT
);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    body TEXT NOT NULL, happened TEXT NOT NULL, attempts INTEGER NOT NULL, due REAL NOT NULL
);
"""


class Database:
    """A lock, a connection and transactions; every reader and writer goes through `transaction`."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1)
        self._connection.row_factory = sqlite3.Row
        try:
            for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise RuntimeError(f"{path} is held by another storage server; stop that one first") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block alone and all or nothing; it is on disk when the block has left."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; a later use is a bug and raises."""
        with self._lock:
            self._connection.close()
