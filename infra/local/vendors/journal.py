"""A stand-in's memory.

One SQLite file, opened anew for each transaction, so that a killed process loses nothing it answered.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_BUSY_SECONDS = 20.0


class Journal:
    """Hands out transactions on one SQLite file; `schema` is run at the start and creates what is missing."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(schema)
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a writing transaction: committed when the block ends, rolled back when it raises."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    @staticmethod
    def insert(cursor: sqlite3.Connection, table: str, row: Mapping[str, str | int | float | None]) -> None:
        """Insert a row, given by column; table and columns are names of our own schemas."""
        columns, places = ", ".join(row), ", ".join("?" * len(row))
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - our names

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """Return a query's rows."""
        connection = self._connect()
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def row(self, query: str, *values: object) -> sqlite3.Row | None:
        """Return a query's first row, or None."""
        found = self.rows(query, *values)
        return found[0] if found else None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection
