"""The documents on SQLite: current versions, and superseded ones for an hour so that a past moment can be read.

A document's `body` is its serialised Document without the two times; deterministic serialisation makes equal documents
equal bytes. WAL with `synchronous=NORMAL` hands every commit to the operating system before it is acknowledged: killing
the process loses nothing (losing power may lose the last moments, as it may on any laptop).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .fields import FieldPath, lookup
from .messages import Document, DocumentPb
from .moments import HOUR, Micros, stamped
from .names import collection_of, last_id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  name TEXT PRIMARY KEY, collection TEXT NOT NULL, group_id TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS documents_collection ON documents (collection);
CREATE INDEX IF NOT EXISTS documents_group ON documents (group_id, name);
CREATE TABLE IF NOT EXISTS history (
  name TEXT NOT NULL, collection TEXT NOT NULL, group_id TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, body BLOB NOT NULL, ended INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS history_name ON history (name, ended);
CREATE INDEX IF NOT EXISTS history_ended ON history (ended);
CREATE VIEW IF NOT EXISTS versions AS
  SELECT name, collection, group_id, created, updated, body, 9223372036854775807 AS ended FROM documents
  UNION ALL SELECT name, collection, group_id, created, updated, body, ended FROM history;
"""
_GET = "SELECT name, body, created, updated FROM documents WHERE name = ?"
_IN = "SELECT name, body, created, updated FROM documents WHERE collection = ?"
_IN_PAST = "SELECT name, body, created, updated FROM versions WHERE collection = ? AND updated <= ? AND ended > ?"
_BELOW = "SELECT name, body, created, updated FROM documents WHERE name > ? AND name < ?"
_BELOW_PAST = (
    "SELECT name, body, created, updated FROM versions WHERE name > ? AND name < ? AND updated <= ? AND ended > ?"
)
_GROUP = "SELECT name, body, created, updated FROM documents WHERE name > ? AND name < ? AND group_id = ?"
_GROUP_PAST = (
    "SELECT name, body, created, updated FROM versions "
    "WHERE name > ? AND name < ? AND group_id = ? AND updated <= ? AND ended > ?"
)
_EVERYWHERE = "SELECT name, body, created, updated FROM documents WHERE group_id = ?"
_COLLECTIONS = "SELECT DISTINCT collection FROM versions WHERE name > ? AND name < ? AND updated <= ? AND ended > ?"
_GET_PAST = "SELECT name, body, created, updated FROM versions WHERE name = ? AND updated <= ? AND ended > ?"
_PRUNE_EVERY = 256
_PARSED_KEPT = 10_000
_LATEST_KEPT = 2_000
_KEPT_BYTES = 64 * 1024  # a larger document is read and parsed anew each time


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a document; times in µs."""

    name: str
    body: bytes
    created: Micros
    updated: Micros


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a query looks: a collection of `parent`, or every such collection below it; no id means any collection."""

    parent: str
    collection_id: str
    all_descendants: bool

    def selection(self, at: Micros | None) -> tuple[str, tuple[str | Micros, ...]]:
        """Return the SQL that selects the scope's versions, now or at a moment, and its parameters."""
        below = (f"{self.parent}/", f"{self.parent}0")  # "0" follows "/" in ASCII
        moment = () if at is None else (at, at)
        if not self.all_descendants:
            return (_IN, _IN_PAST)[at is not None], (f"{self.parent}/{self.collection_id}", *moment)
        if not self.collection_id:
            return (_BELOW, _BELOW_PAST)[at is not None], (*below, *moment)
        return (_GROUP, _GROUP_PAST)[at is not None], (*below, self.collection_id, *moment)


@dataclass(slots=True)
class Documents:
    """The stored documents of every database; not thread-safe, its one user holds a lock."""

    path: Path
    last: Micros = 0
    _parsed: dict[str, tuple[Micros, DocumentPb]] = field(default_factory=dict)
    _latest: dict[str, Stored] = field(default_factory=dict)
    _db: sqlite3.Connection = field(init=False)
    _commits: int = 0

    def __post_init__(self) -> None:
        self._db = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA wal_autocheckpoint=4000")
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise RuntimeError(f"{self.path} is in use by another server: stop that one first") from error
        times = self._db.execute("SELECT (SELECT MAX(updated) FROM documents), (SELECT MAX(ended) FROM history)")
        self.last = max(time or 0 for time in times.fetchone())

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make everything put and deleted inside durable at once, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._latest.clear()
            self._db.execute("ROLLBACK")
            raise

    def get(self, name: str, at: Micros | None = None) -> Stored | None:
        """Return a document as it is, or as it was at the moment `at`."""
        latest = self._latest.get(name)
        if latest is None:
            row = self._db.execute(_GET, (name,)).fetchone()
            latest = self._keep(Stored(*row)) if row else None
        if at is None or at >= self.last or (latest is not None and latest.updated <= at):
            return latest
        past = self._db.execute(_GET_PAST, (name, at, at)).fetchone()
        return Stored(*past) if past else None

    def scan(self, scope: Scope, at: Micros | None = None) -> list[Stored]:
        """Return the documents of a scope, in no order, now or at the moment `at`."""
        sql, parameters = scope.selection(None if at is None or at >= self.last else at)
        return [Stored(*row) for row in self._db.execute(sql, parameters)]

    def group(self, group_id: str) -> list[Stored]:
        """Return every document of a collection group, in every database."""
        return [Stored(*row) for row in self._db.execute(_EVERYWHERE, (group_id,))]

    def timestamp_at(self, stored: Stored, path: FieldPath) -> Micros | None:
        """Return a field that holds a timestamp, None where it holds anything else."""
        value = lookup(self.parsed(stored).fields, path)
        if value is None or value.WhichOneof("value_type") != "timestamp_value":
            return None
        return stamped(value.timestamp_value)

    def collection_ids(self, parent: str, at: Micros) -> list[str]:
        """Return the ids of the collections directly below a parent, sorted; missing documents in between count."""
        rows = self._db.execute(_COLLECTIONS, (f"{parent}/", f"{parent}0", at, at))
        ids = {collection[len(parent) + 1 :].partition("/")[0] for (collection,) in rows}
        return sorted(ids, key=str.encode)

    def put(self, document: Stored) -> None:
        """Store a new version."""
        if self._supersede(document.name, document.updated):
            self._db.execute(
                "UPDATE documents SET created = ?, updated = ?, body = ? WHERE name = ?",
                (document.created, document.updated, document.body, document.name),
            )
        else:
            collection = collection_of(document.name)
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
                (document.name, collection, last_id(collection), document.created, document.updated, document.body),
            )
        self.last = document.updated
        self._keep(document)
        self._prune()

    def delete(self, name: str, at: Micros) -> None:
        """Delete a document, if it is there."""
        self._supersede(name, at)
        self._db.execute("DELETE FROM documents WHERE name = ?", (name,))
        self._latest.pop(name, None)
        self.last = at
        self._prune()

    def parsed(self, stored: Stored) -> DocumentPb:
        """Return a version as a message to read, never to change."""
        known = self._parsed.get(stored.name)
        if known is not None and known[0] == stored.updated:
            return known[1]
        document = Document.FromString(stored.body)
        if len(self._parsed) >= _PARSED_KEPT:
            self._parsed.clear()
        if len(stored.body) <= _KEPT_BYTES:
            self._parsed[stored.name] = (stored.updated, document)
        return document

    def _keep(self, document: Stored) -> Stored:
        """Remember the latest version of a document: what is read is mostly about to be written."""
        if len(self._latest) >= _LATEST_KEPT:
            self._latest.clear()
        if len(document.body) <= _KEPT_BYTES:
            self._latest[document.name] = document
        else:
            self._latest.pop(document.name, None)
        return document

    def _supersede(self, name: str, at: Micros) -> bool:
        """Keep the current version as a past one; say whether there was any."""
        copied = self._db.execute("INSERT INTO history SELECT *, ? FROM documents WHERE name = ?", (at, name))
        return copied.rowcount > 0

    def _prune(self) -> None:
        self._commits += 1
        if self._commits % _PRUNE_EVERY == 0:
            self._db.execute("DELETE FROM history WHERE ended < ?", (self.last - HOUR,))
