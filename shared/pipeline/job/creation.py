"""How a job begins: a plan becomes nodes, its images are stored already, the first nodes are queued."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.pipeline.job.cast import at_most
from shared.pipeline.job.consequences import follow
from shared.pipeline.job.job import Job, Moment, Money, Node, Output, Payer, Purchase, State
from shared.pipeline.job.portions import Portions, place_of
from shared.pipeline.job.schema import OLDEST, SWITCHING
from shared.pipeline.job.timeouts import SECOND, Timeouts
from shared.pipeline.job.vendors import payer_of
from shared.pipeline.plan.plan import Kind, Plan
from shared.pipeline.plan.planner import PlannedNode, nodes
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.understudies import cast_of, provider_at, take_at
from shared.pipeline.plan.warned import WarningText

NOTHING_ADOPTED: Mapping[str, Node] = {}
UNBOUNDED: Portions = {}
CEILING = 2  # times the plan: what a job may cost at most, whatever goes wrong


def new_job(
    *,
    job_id: str,
    tenant: str,
    request: FilmRequest,
    plan: Plan,
    images: Mapping[str, Output],
    film_token: str,
    request_hash: str,
    usage_doc: str,
    now: datetime,
    timeouts: Timeouts,
    trace: str = "",
    warnings: tuple[WarningText, ...] = (),
    parent: str | None = None,
    adopted: Mapping[str, Node] = NOTHING_ADOPTED,
    schema: int | None = None,
    left: Portions = UNBOUNDED,
    films: int = 1,
) -> Job:
    """Return a new job; the nodes that need nothing are queued or parked, and the caller enqueues their tasks.

    `images` are the stored files of the plan's image nodes, `adopted` the finished nodes of a parent that are kept,
    `left` what the tenant may still fill of each queue, `films` how many the job counts in its month. Only a job whose
    takes may change the service, or be left out, is of the form that older code leaves alone.
    """
    began = {node.key: _begins_at(plan, node, adopted) for node in nodes(plan)}
    planned = tuple(_filmed_by(plan, node, began[node.key]) for node in nodes(plan))
    bought = [node for node in planned if node.key not in adopted]
    ours = sum(node.cost for node in bought if _payer(plan, node, timeouts) is Payer.US)
    theirs = sum(node.cost for node in bought) - ours
    reserved = sum(_reserved(plan, node, began[node.key], timeouts) for node in bought)
    ceiling = CEILING * sum(node.worst_cost for node in bought)
    made = tuple(node.key for node in bought if node.kind is not Kind.IMAGE)
    made_of = {
        node.key: _node(plan, node, began[node.key], images.get(node.key), adopted.get(node.key), now, timeouts)
        for node in planned
    }
    job = Job(
        id=job_id,
        tenant=tenant,
        request=request,
        plan=plan,
        created_at=now,
        updated_at=now,
        give_up_at=now + timeouts.give_up * SECOND,
        nodes=made_of,
        money=Money(reserved=reserved, ceiling=ceiling, usage_doc=usage_doc, films=films),
        film_token=film_token,
        purchases=(Purchase("", request_hash, now, made, ours, theirs),),
        warnings=(*plan.warnings, *warnings, *(warning for node in adopted.values() for warning in node.warnings)),
        timeline=(Moment(now, "job", "created"),),
        trace=trace,
        parent=parent,
        schema=form_of(plan, request, adopted) if schema is None else schema,
        place=place_of(job_id, tenant, plan, made_of, left),
    )
    return follow(job, None, now, timeouts)


def form_of(plan: Plan, request: FilmRequest, adopted: Mapping[str, Node]) -> int:
    """Return the form a job is born in, where nothing else asks for a newer one."""
    moved = any(node.choice or node.waived_at for node in adopted.values())
    newer = plan.understudies or plan.without_presenter or plan.renditions or plan.platform_accounts
    return SWITCHING if newer or moved or shows_own_clips(plan, request) else OLDEST


def shows_own_clips(plan: Plan, request: FilmRequest) -> bool:
    """Tell whether a film, or a card of it, shows clips of the tenant's own, which older code knows nothing of."""
    from shared.pipeline.plan.cards import card_clips  # not at a light function's start

    return any(stretch.own for stretch in plan.stretches) or bool(card_clips(request))


def _reserved(plan: Plan, node: PlannedNode, choice: int, timeouts: Timeouts) -> int:
    """Return what a node may cost us, whoever ends up making it: the dearest is reserved (hole 82)."""
    if node.kind is Kind.PRESENTER:
        return at_most(plan, node.key, choice, timeouts.vendors).paid_by_us
    return node.cost if _payer(plan, node, timeouts) is Payer.US else 0


def _payer(plan: Plan, node: PlannedNode, timeouts: Timeouts) -> Payer:
    return payer_of(plan, node.provider, timeouts.vendor(node.provider)) if node.provider else Payer.US


def _begins_at(plan: Plan, node: PlannedNode, adopted: Mapping[str, Node]) -> int:
    """Return which service a take is asked of first: the one whose face a kept take of its cast shows (hole 77)."""
    if node.kind is not Kind.PRESENTER:
        return 0
    kept = (adopted[key] for key in cast_of(plan, node.key) if key in adopted)
    return next((mate.choice for mate in kept if mate.waived_at is None), 0)


def _filmed_by(plan: Plan, node: PlannedNode, choice: int) -> PlannedNode:
    """Return a node as the service of its choice makes it, at that one's price."""
    take = take_at(plan, node.key, choice) if choice else None
    if take is None:
        return node
    provider = provider_at(plan, node.key, choice)
    return replace(node, provider=provider, cost=take.cost, expected_seconds=take.wait)


def _node(
    plan: Plan,
    planned: PlannedNode,
    choice: int,
    stored: Output | None,
    kept: Node | None,
    now: datetime,
    timeouts: Timeouts,
) -> Node:
    node = Node(
        key=planned.key,
        kind=planned.kind,
        needs=planned.needs,
        cost=planned.cost,
        payer=_payer(plan, planned, timeouts),
        provider=planned.provider,
        choice=choice,
        expected=planned.expected_seconds,
    )
    if kept is not None:
        return _adopted(node, kept, now)
    if planned.kind is not Kind.IMAGE:
        return node
    if stored is None:
        raise ValueError(f"{planned.key} is not stored: store the images before the job is made")
    return replace(node, state=State.DONE, output=stored, ended_at=now)


def _adopted(node: Node, kept: Node, now: datetime) -> Node:
    """Keep a parent's node as it was made, and by whom; what was left out stays so, and is never done (hole 88)."""
    made_by = replace(
        node,
        provider=kept.provider,
        payer=kept.payer,
        choice=kept.choice,
        cutout=kept.cutout,
        warnings=kept.warnings,
        ended_at=now,
    )
    if kept.waived_at is not None:
        return replace(made_by, state=State.CANCELLED, waived_at=now, why=kept.why, next_move=kept.next_move)
    return replace(made_by, state=State.DONE, output=kept.output)
