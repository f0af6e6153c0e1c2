"""Keeps an order to what its sender says it may cost."""

from shared.pipeline.plan.plan import MICROS, Plan
from shared.pipeline.plan.request import FilmRequest
from shared.steps.problems import invalid


def refuse_dearer(request: FilmRequest, planned: Plan) -> None:
    """Keep an order to what it may cost, both columns together. Raises Problem."""
    cost = planned.cost_to_us + planned.cost_to_provider_account
    if request.max_cost is None or cost <= round(request.max_cost * MICROS):
        return
    ours, theirs = planned.cost_to_us / MICROS, planned.cost_to_provider_account / MICROS
    why = (
        f"is ${request.max_cost:.2f}, and the film costs about ${cost / MICROS:.4f}: "
        f"${ours:.4f} for footage and computing, ${theirs:.4f} at the avatar service"
    )
    raise invalid({"max_cost": [why]})
