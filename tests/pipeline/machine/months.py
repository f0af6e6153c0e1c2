"""The months of one tenant's world: added up from what every commit moves, held against the job's own entries.

MONTHS every month holds the sums of the entries that stand in it; live, a month has every claim reserved; at an ending
       nothing stays open, and what is charged is the bill; a film nobody spent anything on is counted nowhere
"""

from collections import defaultdict
from dataclasses import dataclass, field

from shared.pipeline.job.entries import entries, moved, present
from shared.pipeline.job.job import Entry, Job
from shared.pipeline.job.ledger import bill
from tests.pipeline.machine.laws import LawBroken

DOCS = ("2026-11", "2026-12", "2027-01")


@dataclass
class Months:
    """The sums by month: films, open, charged, refunded."""

    sums: dict[str, tuple[int, int, int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0, 0, 0)))

    def hear(self, before: Job | None, after: Job) -> None:
        """Add what a commit moves, and hold the months against the job. Raises LawBroken."""
        move = moved(before, after)
        change = (move.films, move.reserved, move.charged, move.refunded)
        films, is_open, charged, refunded = map(sum, zip(self.sums[move.doc], change, strict=True))
        self.sums[move.doc] = films, is_open, charged, refunded
        if before is None or before.ending is None:
            self._judge(after)
        elif after.ending and move:
            raise LawBroken(f"MONTHS: {move} after the end")

    def _judge(self, job: Job) -> None:
        wanted: dict[str, tuple[int, int, int, int]] = defaultdict(lambda: (0, 0, 0, 0))
        for entry in entries(job.money):
            films, is_open, charged, refunded = map(sum, zip(wanted[entry.doc], _columns(entry), strict=True))
            wanted[entry.doc] = films, is_open, charged, refunded
        if wanted != self.sums:
            raise LawBroken(f"MONTHS: {dict(self.sums)}, the entries say {dict(wanted)}")
        columns = bill(job.nodes.values())
        due = min(columns.paid_by_us, job.money.ceiling)  # what a take lasts beyond it is at our expense
        earlier = sum(entry.charged for entry in job.money.closed)
        if earlier + present(job.money).reserved < due:
            raise LawBroken(f"MONTHS: {due} was claimed, of which no month knows: {job.money}")
        if any(entry.outstanding for entry in job.money.closed) or (job.ending and present(job.money).outstanding):
            raise LawBroken(f"MONTHS: something stays reserved for ever: {job.money}")
        if job.ending and job.money.charged != max(due, earlier):
            raise LawBroken(f"MONTHS: charged {job.money.charged}, the vendors' bill is {due}")
        spent = columns.paid_by_us + columns.billed_by_provider > 0
        given_back = job.ending is not None and not spent and not any(entry.films for entry in job.money.closed)
        if job.money.films != (0 if given_back else 1):
            raise LawBroken(f"MONTHS: {job.money.films} films, spent: {spent}")


def _columns(entry: Entry) -> tuple[int, int, int, int]:
    return entry.films, entry.outstanding, entry.charged, entry.refunded
