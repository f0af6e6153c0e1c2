"""What a tenant is charged for what abroll paid: our column times the factor of the plan a film was ordered under.

The ledger keeps the vendors' bills as they are, and caps count those; the price is only shown and metered, beside them.
It is counted in billionths of a dollar: micro-dollars times a factor in thousandths are whole numbers, so that the
prices of lines add up to the price of their sum, and nothing is ever rounded.
"""

from shared.pipeline.plan.plan import AS_PAID

BILLION = 1_000_000_000


def charged_for(ours: int, factor: int | None) -> int:
    """Return the price of micro-dollars of ours, in billionths of a dollar; None charges them as they are."""
    return ours * (AS_PAID if factor is None else factor)


def price_in_dollars(price: int) -> str:
    """Return a price as decimal dollars: exact, at least four decimals."""
    whole, rest = divmod(price, BILLION)
    decimals = f"{rest:09}".rstrip("0").ljust(4, "0")
    return f"{whole}.{decimals}"


def priced_at(ours: int, factor: int | None) -> str:
    """Return the price of micro-dollars of ours as decimal dollars."""
    return price_in_dollars(charged_for(ours, factor))
