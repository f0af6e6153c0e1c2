"""What people are told about a job: status, stage, progress and one sentence; derived from its nodes, never set.

The stored sentence holds no ages: times are stored, ages are computed when the job is read (`now` given).
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from shared.pipeline.job.job import AT_VENDOR, LIVE, Ending, Job, Node, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.turns import has_task, is_parked
from shared.pipeline.plan.plan import Kind

WAITING = "waiting for "  # how the reason of a node begins that is not sent because its vendor is down
ALMOST = 0.95  # a running node never looks finished


class Status(StrEnum):
    """The customer's established words."""

    PENDING = "pending"
    PROCESSING_VEO = "processing_veo"
    PROCESSING_HEYGEN = "processing_heygen"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """Finer than the status: footage and presenter are made at the same time."""

    QUEUED = "queued"
    FILMING = "filming"
    PRESENTING = "presenting"
    FILMING_AND_PRESENTING = "filming_and_presenting"
    COMPOSING = "composing"
    STOPPING = "stopping"  # something failed; what a vendor is making is waited for and kept
    ENDED = "ended"


def status(job: Job) -> Status:
    """Return the job's one word.

    `processing_heygen` is a job whose footage is there and whose presenter is not; `processing_veo` one that films, or
    composes a film with footage. A film without footage is `processing_heygen` until it ends. `stage` says composing.
    """
    if job.ending:
        return Status(job.ending.value)
    started = [node for node in job.nodes.values() if node.kind is not Kind.IMAGE and node.started_at]
    if not started:
        return Status.PENDING
    filming = any(node.kind is Kind.CLIP and node.state in LIVE for node in job.nodes.values())
    presenting = any(node.kind is Kind.PRESENTER and node.state in LIVE for node in job.nodes.values())
    footage = any(node.kind is Kind.CLIP for node in job.nodes.values())
    return Status.PROCESSING_VEO if footage and (filming or not presenting) else Status.PROCESSING_HEYGEN


def stage(job: Job) -> Stage:
    """Return what is going on."""
    if job.ending:
        return Stage.ENDED
    if any(node.state is State.FAILED for node in job.nodes.values()):
        return Stage.STOPPING
    filming = _working(job, Kind.CLIP)
    presenting = _working(job, Kind.PRESENTER)
    if filming and presenting:
        return Stage.FILMING_AND_PRESENTING
    if filming:
        return Stage.FILMING
    if presenting:
        return Stage.PRESENTING
    return Stage.COMPOSING if any(map(_composing, job.nodes.values())) else Stage.QUEUED


def waiting_for(job: Job) -> tuple[str, ...]:
    """Return the keys of the nodes a vendor or a worker is working on."""
    return tuple(key for key, node in job.nodes.items() if node.state in AT_VENDOR or _composing(node))


def degraded(job: Job) -> tuple[str, ...]:
    """Return the keys of the takes the film is made without."""
    return tuple(key for key, node in job.nodes.items() if node.waived_at is not None and node.kind is not Kind.COMPOSE)


def progress(job: Job, now: datetime | None = None) -> int:
    """Return 0-100, weighted by expected seconds; with `now`, what runs counts by its age."""
    if job.ending is Ending.COMPLETED:
        return 100
    whole = sum(node.expected for node in job.nodes.values()) or 1.0
    made = sum(node.expected * _share(node, now) for node in job.nodes.values())
    return min(99, int(100 * made / whole))


def summary(job: Job) -> str:
    """Return one sentence for the console."""
    match job.ending:
        case Ending.COMPLETED:
            lacks = f", without {' and '.join(degraded(job))}" if degraded(job) else ""
            return f"The film is ready{lacks}: {job.plan.title}"
        case Ending.FAILED:
            return f"Failed: {job.trouble.message}" if job.trouble else "Failed"
        case Ending.CANCELLED:
            return "Cancelled; what was running at a vendor is not listened to any more"
    clips = _tally(job, Kind.CLIP, "clip")
    takes = _tally(job, Kind.PRESENTER, "presenter take")
    done = ", ".join(part for part in (clips, takes) if part)
    held = next((node for node in job.nodes.values() if node.held_since and node.state is State.QUEUED), None)
    if held:
        return f"Held: {held.why}. {held.next_move}"
    if job.trouble:
        return f"Stopping: {job.trouble.message}; what a vendor is working on is waited for and kept"
    going_on = f"{stage(job).value.replace('_', ' ').capitalize()}: {done}"
    unclear = next((node.why for node in job.nodes.values() if _unclear(node)), None)
    kept_back = next((node.why for node in job.nodes.values() if _kept_back(node)), None)
    if told := unclear or (kept_back and kept_back[:1].upper() + kept_back[1:]):
        return f"{going_on}. {told}"
    parked = sum(map(is_parked, job.nodes.values()))
    return f"{going_on}; {parked} wait for their turn among this tenant's own films" if parked else going_on


def _kept_back(node: Node) -> bool:
    return node.state is State.QUEUED and bool(node.why) and str(node.why).startswith(WAITING)


def _unclear(node: Node) -> bool:
    """Tell whether nobody knows if the vendor has it, and only waiting tells."""
    asked = node.state is State.STARTING and node.claim is not None and node.claim.unclear_at is not None
    return asked and reconcile_of(node) is not Reconcile.IDEMPOTENCY_KEY


def _tally(job: Job, kind: Kind, word: str) -> str:
    states = [node.state for node in job.nodes.values() if node.kind is kind]
    if not states:
        return ""
    plural = "" if len(states) == 1 else "s"
    out = sum(node.waived_at is not None for node in job.nodes.values() if node.kind is kind)
    return f"{states.count(State.DONE)} of {len(states)} {word}{plural} done" + (f", {out} left out" if out else "")


def _working(job: Job, kind: Kind) -> bool:
    return any(node.kind is kind and node.state in (State.QUEUED, *AT_VENDOR) for node in job.nodes.values())


def _composing(node: Node) -> bool:
    return node.kind is Kind.COMPOSE and has_task(node)


def _share(node: Node, now: datetime | None) -> float:
    if node.finished:
        return 1.0
    since = node.queued_at if _composing(node) else node.started_at
    if now is None or since is None or not (node.state in AT_VENDOR or _composing(node)):
        return 0.0
    return min(ALMOST, (now - since).total_seconds() / max(node.expected, 1.0))


def lanes(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Return the nodes that took time, in the order they began."""
    began = [node for node in nodes if node.started_at or (node.kind is Kind.COMPOSE and node.queued_at)]
    return tuple(sorted(began, key=lambda node: node.started_at or node.queued_at or node.ended_at))  # type: ignore[arg-type,return-value]  # one of them is set, see above
