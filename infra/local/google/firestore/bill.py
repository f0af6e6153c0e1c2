"""What the real service would bill: document reads, writes and deletes, https://firebase.google.com/docs/firestore/pricing."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Counts:
    """Document operations billed since the start: a query costs what it returns and skips, at least one read."""

    reads: int = 0
    writes: int = 0
    deletes: int = 0


@dataclass(slots=True)
class Bill:
    """The running counts; whoever adds holds the database's lock."""

    counts: Counts = field(default_factory=Counts)

    def add(self, reads: int = 0, writes: int = 0, deletes: int = 0) -> None:
        """Add operations to the counts."""
        old = self.counts
        self.counts = Counts(old.reads + reads, old.writes + writes, old.deletes + deletes)
