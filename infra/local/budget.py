"""What one happy job may cost at Google, and the README's table of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """Billed operations of one job."""

    reads: int
    writes: int
    task_operations: int
    polls: int

    def within(self, budget: "Counted") -> bool:
        """Tell whether nothing is above the budget."""
        mine = (self.reads, self.writes, self.task_operations, self.polls)
        most = (budget.reads, budget.writes, budget.task_operations, budget.polls)
        return all(count <= limit for count, limit in zip(mine, most, strict=True))


# What the suite counts, to the last operation. The nineteenth write counts a webhook's attempt before its call.
BUDGET = Counted(reads=13, writes=19, task_operations=14, polls=0)


def table(counted: Counted) -> str:
    """Return the table's rows with what was counted."""
    return "\n".join(
        (
            "| Firestore reads | Firestore writes | task operations | polls |",
            "|---|---|---|---|",
            f"| {counted.reads} | {counted.writes} | {counted.task_operations} | {counted.polls} |",
        )
    )


def embedded(readme: str) -> bool:
    """Tell whether a README states the budget this code holds."""
    stored = f"≤ {BUDGET.reads} reads, {BUDGET.writes} writes"
    return f"{stored}, {BUDGET.task_operations} task operations, {BUDGET.polls} polls" in readme
