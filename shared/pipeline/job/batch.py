"""A batch: many orders sent at once, made one after the other; a pure record, moved by compare-and-set.

Rows are counted from 1. The rows before `taken` + 1 have begun, each as a job, or were refused; those after wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.pipeline.codec import Stored

MOST_ROWS = 1000
MOST_LIVE = 20  # rows of one batch that are made at once
BATCH_LIFE = timedelta(days=7)  # a batch whose rows find no room for so long begins no more of them
BATCH_KEPT = timedelta(days=90)  # an ended one, with its rows
MOST_PASSES = 12  # over one row, of which nobody can say why it cannot be ordered


class BatchStatus(StrEnum):
    """How a batch stands, in one word."""

    RUNNING = "running"
    STOPPING = "stopping"  # no more rows begin; what was begun is made to its end
    COMPLETED = "completed"
    CANCELLED = "cancelled"  # ended, with rows that never began


@dataclass(frozen=True, slots=True)
class FilmBatch(Stored):
    """A batch as it stands; money in micro-dollars."""

    id: str
    tenant: str
    created_at: datetime
    request_hash: str
    rows: int
    rows_uri: str  # gs:// of its orders, a line a row
    starts: tuple[int, ...]  # where in that file each row begins, and where the last one ends
    ordered_by: str | None = None  # the id of the key that sent it
    title: str = ""
    webhook_url: str | None = None
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # as a job's
    job_events: bool = False  # its jobs tell the tenant's endpoints of themselves, too
    max_cost: int | None = None  # of the rows together, both columns
    estimated_ours: int = 0  # of all rows, as they were priced at the door
    estimated_theirs: int = 0
    taken: int = 0  # rows that have begun or were refused
    live: tuple[int, ...] = ()  # rows whose jobs had not ended when they were looked at last
    ended: Mapping[str, int] = field(default_factory=dict)  # rows by how their jobs ended
    refused: int = 0
    committed: int = 0  # what the rows that have begun were priced at, both columns
    ours: int = 0  # what the ended ones have cost
    theirs: int = 0
    tries: int = 0  # passes begun since a row was last taken, that did not say why they took none
    wait_code: str | None = None  # why the next row does not begin now
    wait_why: str | None = None
    stopped_at: datetime | None = None
    stopped_why: str = ""
    wake: int = 1
    due_at: datetime | None = None
    ended_at: datetime | None = None
    expire_at: datetime | None = None

    @property
    def status(self) -> BatchStatus:
        """Return its one word."""
        if self.ended_at:
            return BatchStatus.CANCELLED if self.taken < self.rows else BatchStatus.COMPLETED
        return BatchStatus.STOPPING if self.stopped_at else BatchStatus.RUNNING

    @property
    def waiting(self) -> int:
        """How many rows have not begun."""
        return self.rows - self.taken

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done but to say so."""
        return not self.live and (self.taken == self.rows or self.stopped_at is not None)

    def fits(self, cost: int) -> bool:
        """Tell whether a row of this price may still begin."""
        return self.max_cost is None or self.committed + cost <= self.max_cost


@dataclass(frozen=True, slots=True)
class RefusedRow(Stored):
    """A row that became no job, and why."""

    batch: str
    tenant: str
    row: int
    code: str
    message: str
    next_move: str
    expire_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowEnd:
    """How the job of a row ended, and what it has cost."""

    row: int
    ending: str
    ours: int
    theirs: int


def begun(batch: FilmBatch, cost: int) -> FilmBatch:
    """Return the batch with its next row as a job of this price."""
    row = batch.taken + 1
    taken = replace(batch, taken=row, live=(*batch.live, row), committed=batch.committed + cost)
    return replace(taken, tries=0, wait_code=None, wait_why=None)


def passed_by(batch: FilmBatch) -> FilmBatch:
    """Return the batch with its next row refused."""
    return replace(batch, taken=batch.taken + 1, refused=batch.refused + 1, tries=0, wait_code=None, wait_why=None)


def looked(batch: FilmBatch, found: tuple[RowEnd, ...]) -> FilmBatch:
    """Return the batch with what was found of its live rows: those that have ended."""
    over = {each.row for each in found}
    ended = dict(batch.ended)
    for each in found:
        ended[each.ending] = ended.get(each.ending, 0) + 1
    return replace(
        batch,
        live=tuple(row for row in batch.live if row not in over),
        ended=ended,
        ours=batch.ours + sum(each.ours for each in found),
        theirs=batch.theirs + sum(each.theirs for each in found),
    )


def stopped(batch: FilmBatch, why: str, now: datetime) -> FilmBatch:
    """Return the batch that begins no more rows."""
    return replace(batch, stopped_at=now, stopped_why=why, wait_code=None, wait_why=None)


def closed(batch: FilmBatch, now: datetime) -> FilmBatch:
    """Return the batch, ended."""
    return replace(batch, ended_at=now, due_at=None, expire_at=now + BATCH_KEPT)


def expected_end(batch: FilmBatch, now: datetime) -> datetime | None:
    """Return when it will have ended if it goes on as until now; None where nothing tells."""
    done = batch.taken - len(batch.live)
    if batch.ended_at or not done or batch.stopped_at:
        return None
    return now + (now - batch.created_at) / done * (batch.rows - done)
