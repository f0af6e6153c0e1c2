"""Money as it leaves a public door: decimal US dollars, exact, in the two columns of the people who pay."""

from shared.pipeline.plan.dollars import dollars


def cost(ours: int, theirs: int) -> dict[str, str]:
    """Return micro-dollars in both columns."""
    return {"currency": "USD", "paid_by_us": dollars(ours), "billed_by_provider": dollars(theirs)}
