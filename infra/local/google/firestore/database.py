"""The state behind the service: one lock, one clock that never goes back, documents, transactions and the bill.

Commit times strictly grow, and a moment once read is never written to again: that makes every read time a snapshot.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from . import moments, queries, writes
from .bill import Bill
from .documents import Documents, Stored
from .indexes import Indexes
from .messages import RequestPb, ResponsePb, TimestampPb, ValuePb, WritePb, WriteResult
from .moments import HOUR, Micros, micros_of
from .plans import Plan
from .queries import Results
from .refusals import Refusal, aborted, failed_precondition, invalid
from .transactions import QueryRead, Signature, Transaction, Transactions

_CONTENTION = "Too much contention on these documents. Please try again."


@dataclass(frozen=True, slots=True)
class View:
    """The moment a request reads at, the transaction it reads in, and the id of one opened for it."""

    read_time: Micros
    transaction: Transaction | None = None
    opened: bytes = b""


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit's time and one result per write."""

    at: Micros
    results: list[ResponsePb]


@dataclass(slots=True)
class Database:
    """Everything the server keeps; every public method may be called from any thread."""

    documents: Documents
    clock: Callable[[], datetime]
    indexes: Indexes | None
    transactions: Transactions = field(default_factory=Transactions)
    bill: Bill = field(default_factory=Bill)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _last: Micros = 0

    def __post_init__(self) -> None:
        self._last = self.documents.last

    def begin(self, database: str, options: RequestPb) -> bytes:
        """Open a transaction and return its id."""
        with self.lock:
            now = self._now()
            read_time = None
            if options.WhichOneof("mode") == "read_only" and options.read_only.HasField("read_time"):
                read_time = self._past(options.read_only.read_time, now)
            return self.transactions.begin(database, options, now, read_time)

    def roll_back(self, database: str, token: bytes) -> None:
        """End a transaction without effect."""
        with self.lock:
            self.transactions.roll_back(token, database, self._now())

    def view(self, request: RequestPb, database: str) -> View:
        """Resolve a request's consistency selector."""
        with self.lock:
            now = self._now()
            match request.WhichOneof("consistency_selector"):
                case "read_time":
                    return View(self._past(request.read_time, now))
                case "new_transaction":
                    token = self.begin(database, request.new_transaction)
                case "transaction":
                    token = request.transaction
                case _:
                    return View(now)
            found = self.transactions.use(token, database, now)
            if found.snapshot is None:
                found.snapshot = now
            return View(
                found.snapshot, found, b"" if request.WhichOneof("consistency_selector") == "transaction" else token
            )

    def read(self, view: View, names: Sequence[str]) -> list[Stored | None]:
        """Read documents by name; each is billed, found or not."""
        with self.lock:
            found = [self.documents.get(name, view.read_time) for name in names]
            if view.transaction is not None and not view.transaction.read_only:
                for name, stored in zip(names, found, strict=True):
                    view.transaction.documents[name] = stored.updated if stored else None
            self.bill.add(reads=len(names))
            return found

    def query(self, view: View, plan: Plan) -> Results:
        """Run a query and bill what it returns and skips."""
        with self.lock:
            if self.indexes is not None:
                self.indexes.check(plan)
            results = self._observe(view, plan)
            self.bill.add(reads=max(len(results.documents) + len(results.skipped), 1))
            return results

    def aggregate(self, view: View, plan: Plan, compute: Callable[[Results], dict[str, ValuePb]]) -> dict[str, ValuePb]:
        """Run a query for its figures: one read is billed for each 1000 documents it looked at."""
        with self.lock:
            if self.indexes is not None:
                self.indexes.check(plan)
            results = self._observe(view, plan)
            looked_at = len(results.documents) + len(results.skipped)
            self.bill.add(reads=max(-(-looked_at // 1000), 1))
            return compute(results)

    def collection_ids(self, view: View, parent: str) -> list[str]:
        """Return the ids of the collections below a parent."""
        with self.lock:
            return self.documents.collection_ids(parent, view.read_time)

    def commit(self, database: str, wanted: Sequence[WritePb], token: bytes = b"") -> Committed:
        """Apply all writes at one moment or none; ABORTED when the transaction's reads no longer hold."""
        with self.lock:
            if not token:
                return self._apply(database, wanted)
            found = self.transactions.use(token, database, self._now())
            try:
                if found.read_only and wanted:
                    raise invalid("Cannot modify entities in a read-only transaction.")
                self._validate(found)
                committed = self._apply(database, wanted)
            except Refusal:
                self.transactions.fail(token)
                raise
            self.transactions.close(token)
            return committed

    def purge_expired(self) -> int:
        """Delete the documents whose TTL field has passed; return how many."""
        with self.lock:
            now = micros_of(self.clock())
            expired = {
                stored.name
                for group, path in (self.indexes.expiries if self.indexes else ())
                for stored in self.documents.group(group)
                if (at := self.documents.timestamp_at(stored, path)) is not None and at <= now
            }
            at = self._tick()
            with self.documents.writing():
                for name in expired:
                    self.documents.delete(name, at)
            self.bill.add(deletes=len(expired))
            return len(expired)

    def _apply(self, database: str, wanted: Sequence[WritePb]) -> Committed:
        at = self._tick()
        results = []
        names = [writes.target(write, database) for write in wanted]
        with self.documents.writing():
            for name, write in zip(names, wanted, strict=True):
                current = self.documents.get(name)
                written = writes.apply(write, name, current, at)
                result = WriteResult(transform_results=written.transform_results)
                if written.document is None:
                    if current is not None:
                        self.documents.delete(name, at)
                else:
                    result.update_time.CopyFrom(moments.timestamp(written.document.updated))
                    if written.document is not current:
                        self.documents.put(written.document)
                results.append(result)
        deletes = sum(write.WhichOneof("operation") == "delete" for write in wanted)
        self.bill.add(writes=len(wanted) - deletes, deletes=deletes)
        return Committed(at, results)

    def _validate(self, transaction: Transaction) -> None:
        if transaction.snapshot is None or self.documents.last <= transaction.snapshot:
            return
        for name, version in transaction.documents.items():
            current = self.documents.get(name)
            if (current.updated if current else None) != version:
                raise aborted(_CONTENTION)
        if any(read.again() != read.signature for read in transaction.queries):
            raise aborted(_CONTENTION)

    def _observe(self, view: View, plan: Plan) -> Results:
        results = queries.run(plan, self.documents, view.read_time)
        if view.transaction is not None and not view.transaction.read_only:
            view.transaction.queries.append(
                QueryRead(_signature(results), lambda: _signature(queries.run(plan, self.documents, None)))
            )
        return results

    def _past(self, wire: TimestampPb, now: Micros) -> Micros:
        at = moments.aligned(wire, "read_time")
        if at > now:
            raise invalid("read_time cannot be in the future.")
        if at < now - HOUR:
            raise failed_precondition("The requested snapshot version is too old.")
        return at

    def _now(self) -> Micros:
        self._last = max(self._last, micros_of(self.clock()))
        return self._last

    def _tick(self) -> Micros:
        self._last = max(self._last + 1, micros_of(self.clock()))
        return self._last


def _signature(results: Results) -> Signature:
    return tuple((stored.name, stored.updated) for stored in (*results.skipped, *results.documents))
