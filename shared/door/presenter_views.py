"""How it looks from outside who takes over from an avatar service, who did, and what the film is made without."""

from dataclasses import replace
from typing import Any

from shared.door.money import cost
from shared.pipeline.codec import to_plain
from shared.pipeline.job.cast import dearest
from shared.pipeline.job.job import Node
from shared.pipeline.plan.dollars import dollars
from shared.pipeline.plan.plan import Plan, Understudy
from shared.pipeline.plan.request import IfUnclear, PresenterFailure


def on_failure(plan: Plan) -> dict[str, Any]:
    """Return what becomes of a film whose presenter cannot be had, and what the dearest way it may take costs."""
    rule = PresenterFailure.FALLBACK if plan.understudies else PresenterFailure.FAIL
    unspoken, takes = replace(plan, speeches=()), dearest(plan)
    ours, theirs = unspoken.cost_to_us + takes.paid_by_us, unspoken.cost_to_provider_account + takes.billed_by_provider
    return {
        "rule": (PresenterFailure.WITHOUT if plan.without_presenter else rule).value,
        "if_unclear": (IfUnclear.PAY_AGAIN if plan.pay_again else IfUnclear.WAIT).value,
        "next": [_next(each) for each in plan.understudies],
        "cost_at_most": cost(ours, theirs),
    }


def moved(node: Node) -> dict[str, Any]:
    """Return which services a take has left, and since when the film is made without it; nothing where neither is."""
    shown = {
        "switches": [{**to_plain(each), "at": each.at} for each in node.switches] or None,
        "left_out_at": node.waived_at,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _next(understudy: Understudy) -> dict[str, Any]:
    return {
        "persona": understudy.persona,
        "provider": understudy.provider,
        "nodes": [take.key for take in understudy.takes],
        "cost": dollars(sum(take.cost for take in understudy.takes)),
        "reason": understudy.reason,
    }
