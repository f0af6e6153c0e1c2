"""Resumable uploads: a session in the database, its bytes in one growing file, both good across a restart.

Bytes are kept in whole multiples of 256 KiB until the last chunk, as Cloud Storage does; the session's URI is a
capability and needs no credential; it lives for a week (cloud.google.com/storage/docs/performing-resumable-uploads).
"""

import json
import secrets
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from .arrival import Cut
from .database import Database
from .files import flush
from .resources import Description, Stored, object_resource
from .rules import QUANTUM, Claims, Conditions, Piece
from .state import State, Write
from .wire import Face, Refused, invalid

LIFE = timedelta(days=7)
_TOO_SMALL = (
    "Invalid request.  The number of bytes uploaded is required to be equal or greater than 262144, except for the "
    "final request (it's recommended to be the exact multiple of 262144).  The received request contained {} bytes, "
    "which does not meet this requirement."
)


class Stage(StrEnum):
    """Where a session is in its life."""

    OPEN = "open"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Session:
    """One resumable upload."""

    id: str
    write: Write
    face: Face
    claims: Claims
    created: datetime
    total: int | None
    received: int
    stage: Stage
    result: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a chunk or a question is answered: so many bytes are kept, and the object once it is whole."""

    received: int
    resource: dict[str, object] | None


class Uploads:
    """All resumable uploads of one server."""

    def __init__(self, root: Path, database: Database, state: State) -> None:
        self._root, self._database, self._state = root / "uploads", database, state
        self._root.mkdir(parents=True, exist_ok=True)
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def begin(self, write: Write, face: Face, claims: Claims, total: int | None) -> str:
        """Open a session and answer its id; a precondition that fails already is refused at once."""
        self._state.check_writable(write)
        upload = secrets.token_urlsafe(48)
        values = (
            upload,
            write.bucket,
            write.name,
            face,
            write.description.to_text(),
            json.dumps(asdict(write.conditions)),
            json.dumps(asdict(claims)),
            self._state.clock().isoformat(),
            total,
            Stage.OPEN,
        )
        with self._database.transaction() as rows:
            rows.execute("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, NULL)", values)
        return upload

    def load(self, upload: str) -> Session:
        """Read a session; 404 where there is none."""
        with self._database.transaction() as rows:
            row = rows.execute("SELECT * FROM uploads WHERE id = ?", (upload,)).fetchone()
        if row is None:
            raise Refused(404, "notFound", "No such upload session.", code="NoSuchUpload")
        return _session(row)

    def send(self, upload: str, piece: Piece | None, body: Iterable[bytes], claims: Claims, host: str) -> Progress:
        """Take one request of a session: keep its bytes, finalize when they are all there, or only say what is kept.

        Without a Content-Range (`piece` is None) the body is the whole object.
        """
        with self._alone(upload):
            session = self.load(upload)
            match session.stage:
                case Stage.DONE:
                    return Progress(session.received, json.loads(session.result or "{}"))
                case Stage.DEAD if session.result:
                    raise _too_small(session.result)
                case Stage.DEAD:
                    raise Refused(410, "gone", "The upload session was cancelled or has failed.", code="NoSuchUpload")
                case Stage.OPEN if self._state.clock() - session.created > LIFE:
                    raise Refused(410, "gone", "The upload session has expired.", code="NoSuchUpload")
                case Stage.OPEN:
                    return self._take(session, piece, body, claims, host)

    def cancel(self, upload: str) -> None:
        """End an open session and drop its bytes."""
        with self._alone(upload):
            if self.load(upload).stage is Stage.OPEN:
                self._end(upload, Stage.DEAD)

    def forget_old(self) -> None:
        """Drop sessions past their life."""
        limit = (self._state.clock() - LIFE).isoformat()
        with self._database.transaction() as rows:
            old = [row["id"] for row in rows.execute("SELECT id FROM uploads WHERE created < ?", (limit,))]
            rows.execute("DELETE FROM uploads WHERE created < ?", (limit,))
        for upload in old:
            self._path(upload).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove the bytes of sessions that are over."""
        with self._database.transaction() as rows:
            live = {row["id"] for row in rows.execute("SELECT id FROM uploads WHERE state = ?", (Stage.OPEN,))}
        for path in self._root.iterdir():
            if path.name not in live:
                path.unlink()

    def _alone(self, upload: str) -> threading.Lock:
        with self._guard:
            return self._locks[upload]

    def _path(self, upload: str) -> Path:
        return self._root / upload

    def _take(
        self, session: Session, piece: Piece | None, body: Iterable[bytes], claims: Claims, host: str
    ) -> Progress:
        total = _agreed(session.total, piece.total if piece else None)
        received = session.received
        if piece is None or piece.start is not None:
            received, total = self._append(session, piece, total, body)
        with self._database.transaction() as rows:
            rows.execute("UPDATE uploads SET received = ?, total = ? WHERE id = ?", (received, total, session.id))
        return Progress(received, self._finish(session, claims, host) if received == total else None)

    def _append(
        self, session: Session, piece: Piece | None, total: int | None, body: Iterable[bytes]
    ) -> tuple[int, int | None]:
        """Write a chunk's new bytes; answer how many the session now keeps and the total, if it is known by now."""
        at = piece.start or 0 if piece else 0
        if at > session.received:
            raise invalid(f"The chunk starts at byte {at}, but only {session.received} bytes have been received.")
        length = piece.length if piece else None
        end = total if length is None else at + length
        if length is not None and length < QUANTUM and end != total:
            self._end(session.id, Stage.DEAD, words := _TOO_SMALL.format(length))
            raise _too_small(words)
        path = self._path(session.id)
        path.touch()
        cut = False
        with path.open("r+b") as file:
            file.seek(session.received)
            try:
                for block in body:
                    file.write(block[max(session.received - at, 0) :])
                    at += len(block)
                    if end is not None and at > end:
                        raise invalid(f"The body is longer than the {end} bytes announced.")
            except Cut:
                cut = True
            if length is None and not cut:
                total = _agreed(total, at)
            received = at if at == total else max(at - at % QUANTUM, session.received)
            file.truncate(received)  # also drops what a killed server left of a chunk nobody acknowledged
            flush(file)
        return received, total

    def _finish(self, session: Session, claims: Claims, host: str) -> dict[str, object]:
        path = self._path(session.id)
        path.touch()  # an empty object never had a chunk
        staged = self._state.files.adopt(path)
        resource: dict[str, object] = {}

        def also(rows: sqlite3.Connection, stored: Stored) -> None:
            resource.update(object_resource(stored, host))
            values = (Stage.DONE, json.dumps(resource), session.id)
            rows.execute("UPDATE uploads SET state = ?, result = ? WHERE id = ?", values)

        try:
            (session.claims | claims).check(staged.digests)
            self._state.insert(staged, session.write, also=also)
        except Refused:
            self._end(session.id, Stage.DEAD)
            raise
        finally:
            self._state.files.discard(staged)
        path.unlink(missing_ok=True)
        return resource

    def _end(self, upload: str, stage: Stage, words: str | None = None) -> None:
        with self._database.transaction() as rows:
            rows.execute("UPDATE uploads SET state = ?, result = ? WHERE id = ?", (stage, words, upload))
        self._path(upload).unlink(missing_ok=True)


def _too_small(words: str) -> Refused:
    return Refused(400, "invalid", words, face=Face.TEXT)


def _agreed(known: int | None, said: int | None) -> int | None:
    if known is not None and said is not None and known != said:
        raise invalid(f"The total size was announced as {known} and is now said to be {said}.")
    return said if known is None else known


def _session(row: sqlite3.Row) -> Session:
    conditions = json.loads(row["conditions"])
    for tags in ("etag_match", "etag_not_match"):
        conditions[tags] = tuple(conditions[tags])
    write = Write(row["bucket"], row["name"], Description.from_text(row["description"]), Conditions(**conditions))
    return Session(
        row["id"],
        write,
        Face(row["face"]),
        Claims(**{kind: tuple(values) for kind, values in json.loads(row["claims"]).items()}),
        datetime.fromisoformat(row["created"]),
        row["total"],
        row["received"],
        Stage(row["state"]),
        row["result"],
    )
