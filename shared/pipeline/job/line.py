"""The line on one page: every step in its order, and the function and queue that do it.

Starts wait in a queue of their vendor's; the line names the first vendor's.

The README's table is printed from it; the queues' and functions' settings stand in `infra/functions.json`.
"""

from dataclasses import dataclass

from shared.pipeline.job.job import Node, Reconcile, State
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Kind


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what people call it, what it does, where it runs."""

    function: str
    queue: str | None
    does: str


CREATE = Step("create_job", None, "checks, plans, reserves the price, stores the job, enqueues the first tasks")
START_CLIP = Step("start_clip", "veo", "claims a clip and asks its vendor for it, once")
VEO_OUTPUT = Step("veo_output", None, "hears that a clip's file lies in the takes bucket")
WATCH_CLIP = Step("watch_clip", "watch", "asks about a clip whose file has not come in time")
START_PRESENTER = Step("start_presenter", "presenter", "claims a take and asks the avatar service for it, once")
HEYGEN_WEBHOOK = Step("heygen_webhook", None, "hears that something happened to a take, and enqueues a look")
PROVIDER_WEBHOOK = Step("provider_webhook", None, "hears it of a vendor that calls an order's own address only")
WATCH_PRESENTER = Step("watch_presenter", "watch", "asks the avatar service about a take and fetches its file")
COMPOSE = Step("compose", "compose", "joins, lays the presenter over, writes text and sound, ends the job")
PAINT_PART = Step("paint_part", "paint", "paints one part of a long film, and wakes compose when all are there")
SWEEP = Step("sweep", None, "each minute: finds what is late, looks before it pushes")
FEED_BATCH = Step("feed_batch", "batch", "orders a batch's next rows as there is room, and ends the batch")
NOTIFY = Step("notify", "notify", "delivers the customer's webhook")

LINE = (
    CREATE,
    START_CLIP,
    VEO_OUTPUT,
    WATCH_CLIP,
    START_PRESENTER,
    HEYGEN_WEBHOOK,
    PROVIDER_WEBHOOK,
    WATCH_PRESENTER,
    COMPOSE,
    PAINT_PART,
    NOTIFY,
    FEED_BATCH,
    SWEEP,
)


STARTS = {Kind.CLIP: START_CLIP, Kind.PRESENTER: START_PRESENTER, Kind.COMPOSE: COMPOSE}


def start_queue(node: Node) -> str | None:
    """Return the queue in which a node waits to be started; an image has none."""
    step = STARTS.get(node.kind)
    return _queue(step, node) if step else None


def step_for(node: Node) -> Step:
    """Return the step that a node's task runs."""
    match node.kind, node.state:
        case Kind.CLIP, State.QUEUED:
            return START_CLIP
        case Kind.CLIP, State.STARTING if reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY:
            return START_CLIP  # an unclear call is repeated under its key, never looked for in our bucket (hole 258)
        case Kind.CLIP, _:
            return WATCH_CLIP
        case Kind.PRESENTER, State.QUEUED:
            return START_PRESENTER
        case Kind.PRESENTER, State.STARTING if reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY:
            return START_PRESENTER
        case Kind.PRESENTER, _:
            return WATCH_PRESENTER
        case _:
            return COMPOSE


def queue_of(node: Node) -> str | None:
    """Return the queue of a node's task: a start waits in its vendor's own."""
    return _queue(step_for(node), node)


def _queue(step: Step, node: Node) -> str | None:
    row = VENDORS.get(node.provider) if step in (START_CLIP, START_PRESENTER) else None
    return row.queue if row else step.queue


def reconcile_of(node: Node) -> Reconcile:
    """Return how the current claim's outcome can be found out; one written before claims said it goes by its kind."""
    told = node.claim.reconcile if node.claim else None
    return told or (Reconcile.IDEMPOTENCY_KEY if node.kind is Kind.PRESENTER else Reconcile.OBJECT)
