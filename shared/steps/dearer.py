"""Keeps what is bought to what its sender says it may cost."""

from shared.pipeline.plan.plan import MICROS, Plan
from shared.pipeline.plan.request import FilmRequest
from shared.steps.problems import invalid


def refuse_dearer(request: FilmRequest, planned: Plan) -> None:
    """Keep an order to what it may cost, both columns together. Raises Problem."""
    most = None if request.max_cost is None else in_micros(request.max_cost)
    refuse_above(most, planned.cost_to_us, planned.cost_to_provider_account)


def refuse_above(most: int | None, ours: int, theirs: int, what: str = "the film costs") -> None:
    """Keep what costs so much to `most`, both columns together, micro-dollars; None is no bound. Raises Problem."""
    cost = ours + theirs
    if most is None or cost <= most:
        return
    why = (
        f"is ${most / MICROS:.2f}, and {what} about ${cost / MICROS:.4f}: "
        f"${ours / MICROS:.4f} that abroll pays, ${theirs / MICROS:.4f} at your own avatar account"
    )
    raise invalid({"max_cost": [why]})


def in_micros(dollars: float) -> int:
    """Return an agreed price in micro-dollars."""
    return round(dollars * MICROS)
