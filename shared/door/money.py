"""Money as it leaves a public door: decimal US dollars, exact, in the two columns of the people who pay."""

from shared.pipeline.plan.plan import MICROS


def dollars(micros: int) -> str:
    """Return micro-dollars as decimal dollars: exact, so that sums add up; at least four decimals."""
    sign, whole, rest = "-" if micros < 0 else "", *divmod(abs(micros), MICROS)
    decimals = f"{rest:06}".rstrip("0").ljust(4, "0")
    return f"{sign}{whole}.{decimals}"


def cost(ours: int, theirs: int) -> dict[str, str]:
    """Return micro-dollars in both columns."""
    return {"currency": "USD", "paid_by_us": dollars(ours), "billed_by_provider": dollars(theirs)}
