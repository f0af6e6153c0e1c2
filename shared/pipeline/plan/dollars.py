"""Money as people read it: decimal US dollars, exact."""

from shared.pipeline.plan.plan import MICROS


def dollars(micros: int) -> str:
    """Return micro-dollars as decimal dollars: exact, so that sums add up; at least four decimals."""
    sign, whole, rest = "-" if micros < 0 else "", *divmod(abs(micros), MICROS)
    decimals = f"{rest:06}".rstrip("0").ljust(4, "0")
    return f"{sign}{whole}.{decimals}"
