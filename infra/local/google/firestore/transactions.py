"""Transactions: each reads one snapshot and remembers what it read; its commit is refused when any of that has changed.

This is Firestore's OPTIMISTIC mode (google.firestore.v1.TransactionOptions): whoever commits first wins, the other is
ABORTED and starts again with its old id as `retry_transaction`. Nobody waits for a lock, nothing depends on real time.
Lifetimes: https://firebase.google.com/docs/firestore/quotas (270 seconds in all, 60 seconds idle).
"""

import secrets
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from .messages import RequestPb
from .moments import SECOND, Micros
from .refusals import invalid, unimplemented

Signature: TypeAlias = tuple[tuple[str, Micros], ...]

LIFETIME: Micros = 270 * SECOND
IDLE: Micros = 60 * SECOND
_FAILED_KEPT = 1024
_EXPIRED = "The referenced transaction has expired or is no longer valid."
_MALFORMED = "Invalid transaction."
_PESSIMISTIC = 2
_READ_ONLY = b"r"
_READ_WRITE = b"w"
_TOKEN_BYTES = 21


@dataclass(frozen=True, slots=True)
class QueryRead:
    """A query's results as a transaction saw them, and how to ask for them again."""

    signature: Signature
    again: Callable[[], Signature]


@dataclass(slots=True)
class Transaction:
    """An open transaction and all it has read."""

    database: str
    read_only: bool
    started: Micros
    touched: Micros
    snapshot: Micros | None
    documents: dict[str, Micros | None] = field(default_factory=dict)
    queries: list[QueryRead] = field(default_factory=list)


@dataclass(slots=True)
class Transactions:
    """The open transactions, by id; lost on restart, as the ids say when they come back."""

    _open: dict[bytes, Transaction] = field(default_factory=dict)
    _failed: dict[bytes, None] = field(default_factory=dict)

    def begin(self, database: str, options: RequestPb, now: Micros, read_time: Micros | None) -> bytes:
        """Open a transaction for TransactionOptions; `read_time` is the checked one of a read-only transaction."""
        self._forget(now)
        read_only = options.WhichOneof("mode") == "read_only"
        if not read_only:
            if options.read_write.concurrency_mode == _PESSIMISTIC:
                raise unimplemented("concurrency_mode PESSIMISTIC (it is OPTIMISTIC throughout)")
            retried = options.read_write.retry_transaction
            if retried:
                _check_token(retried)
                if retried[:1] == _READ_ONLY:
                    raise invalid("A read-only transaction cannot be retried.")
        token = _token(_READ_ONLY if read_only else _READ_WRITE)
        snapshot = (read_time or now) if read_only else None
        self._open[token] = Transaction(database, read_only, now, now, snapshot)
        return token

    def use(self, token: bytes, database: str, now: Micros) -> Transaction:
        """Return an open transaction and note that it was used; INVALID_ARGUMENT when it is over."""
        _check_token(token)
        found = self._open.get(token)
        if found is None or found.database != database:
            raise invalid(_EXPIRED)
        if _expired(found, now):
            del self._open[token]
            raise invalid(_EXPIRED)
        found.touched = now
        return found

    def close(self, token: bytes) -> None:
        """End a transaction whose commit succeeded."""
        del self._open[token]

    def fail(self, token: bytes) -> None:
        """End a transaction whose commit was refused; only its rollback is still heard."""
        self._open.pop(token, None)
        self._failed[token] = None
        if len(self._failed) > _FAILED_KEPT:
            del self._failed[next(iter(self._failed))]

    def roll_back(self, token: bytes, database: str, now: Micros) -> None:
        """End a transaction without effect; INVALID_ARGUMENT when it is over already."""
        if token in self._failed:
            del self._failed[token]
            return
        self.use(token, database, now)
        del self._open[token]

    def _forget(self, now: Micros) -> None:
        for token in [token for token, found in self._open.items() if _expired(found, now)]:
            del self._open[token]


def _expired(transaction: Transaction, now: Micros) -> bool:
    return now - transaction.started > LIFETIME or now - transaction.touched > IDLE


def _token(mode: bytes) -> bytes:
    body = mode + secrets.token_bytes(16)
    return body + struct.pack(">I", zlib.crc32(body))


def _check_token(token: bytes) -> None:
    body, check = token[:-4], token[-4:]
    if len(token) != _TOKEN_BYTES or struct.pack(">I", zlib.crc32(body)) != check:
        raise invalid(_MALFORMED)
