"""A stand-in's memory.

One SQLite file; each transaction is committed before its answer goes out, so that a killed process loses nothing.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_BUSY_SECONDS = 20.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Journal:
    """Hands out transactions on one SQLite file; `schema` is run at the start and creates what is missing.

    Connections are kept: each last one to close folds the write-ahead log into the file, which costs more than a query.
    """

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA + schema)

    def close(self) -> None:
        """Close the file; whoever still asks afterwards opens it for that one question."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a writing transaction: committed when the block ends, rolled back when it raises."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @staticmethod
    def insert(cursor: sqlite3.Connection, table: str, row: Mapping[str, str | int | float | None]) -> None:
        """Insert a row, given by column; table and columns are names of our own schemas."""
        columns, places = ", ".join(row), ", ".join("?" * len(row))
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - our names

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return a query's rows."""
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return a query's first row, or None."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def count(self, name: str) -> int:
        """Count what happened, by name ("polls", "submits"); return how often it did."""
        with self.transaction() as cursor:
            cursor.execute(
                "INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", (name,)
            )
            return int(cursor.execute("SELECT value FROM counts WHERE name = ?", (name,)).fetchone()["value"])

    def counts(self) -> dict[str, int]:
        """Return how often each thing happened that was counted."""
        return {row["name"]: row["value"] for row in self.rows("SELECT * FROM counts")}

    def secret(self, name: str) -> bytes:
        """Return a secret of the stand-in's own that survives restarts."""
        with self.transaction() as cursor:
            cursor.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_hex(32)))
            kept = cursor.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()["value"]
            return bytes.fromhex(kept)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection
