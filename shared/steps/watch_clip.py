"""watch_clip: asks about a clip whose file has not come in time, once, when the sweep finds it late.

The operation is the truth of failure, the object the truth of success. An unclear submit has no operation name: its
prefix is listed, and only the vendor's longest time makes "nothing there" final (pipeline README, "Reconcile").
"""

from datetime import datetime

from shared.cloud.blobs import Blobs, NoFile
from shared.cloud.records import Loaded
from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Node, Output, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.names import attempt_name
from shared.pipeline.job.timeouts import SECOND
from shared.providers.ports import Failure, Filmed, FootageVendor, Lost, Misconfigured, Pending, TryLater
from shared.steps.breakers import Breakers
from shared.steps.clips import NotTheClip, film_at, film_under, planned, unsafe_move
from shared.steps.commit import Commits
from shared.steps.keyed_clips import KeyedClips
from shared.steps.message import Message


def watch_clip(
    message: Message,
    *,
    commits: Commits,
    breakers: Breakers,
    veo: FootageVendor,
    keyed: KeyedClips,
    blobs: Blobs,
    takes_bucket: str,
) -> None:
    """Look once and commit what was seen."""
    loaded = commits.load(message.job)
    node = loaded.job.nodes.get(message.node) if loaded else None
    if loaded is None or node is None or (message.take, message.attempt) != (node.take, node.attempt):
        about = loaded.job if loaded else JobRef(message.job)
        log_job(Fact.NOTHING_TO_DO, about, "not the current attempt", node=message.node)
        return
    if node.provider in keyed.vendors:
        keyed.watch(loaded, node)
        return
    began, life = commits.jobs.now(loaded), commits.timeouts.of(node.provider).claim * SECOND
    if node.state is State.RUNNING and node.provider_id:
        event = _operation(loaded, node, node.provider_id, veo, blobs, takes_bucket, began)
    elif _in_bucket(node) and node.claim and began >= node.claim.at + life:
        event = _listed(loaded, node, blobs, takes_bucket, began)
    else:
        log_job(Fact.NOTHING_TO_DO, loaded.job, node.state.value, node=message.node)
        return
    commits.hear(loaded, event)
    breakers.heard(loaded.job, node, event, began)


def _in_bucket(node: Node) -> bool:
    """Tell whether an unclear clip is looked for under its prefix; a vendor with keys is asked (hole 258)."""
    return node.state is State.STARTING and reconcile_of(node) is Reconcile.OBJECT


def _operation(
    loaded: Loaded, node: Node, operation: str, veo: FootageVendor, blobs: Blobs, takes_bucket: str, began: datetime
) -> on.NodeEvent:
    try:
        seen = veo.poll(operation)
    except Lost:
        return _listed(loaded, node, blobs, takes_bucket, began)
    except (TryLater, Misconfigured) as later:
        log_job(Fact.POLL_FAILED, loaded.job, str(later), node=node.key)
        sign = later.sign if isinstance(later, TryLater) else None
        return on.PendingSeen(node.key, node.take, node.attempt, sign=sign)
    match seen:
        case Pending():
            return on.PendingSeen(node.key, node.take, node.attempt)
        case Filmed(url) if node.claim and node.claim.prefix and not url.startswith(node.claim.prefix):
            return _listed(loaded, node, blobs, takes_bucket, began)  # another order's film: ours lies where we asked
        case Filmed(url):
            return _film(loaded, node, url, blobs)
        case Failure(code, why, next_move, after):
            if code in (Code.SAFETY, Code.FILTERED):
                next_move = unsafe_move(loaded.job, node, seen.blamed)
            return on.FailureHeard(node.key, node.take, node.attempt, code, why, next_move, after)


def _film(loaded: Loaded, node: Node, uri: str, blobs: Blobs) -> on.NodeEvent:
    try:
        return _arrived(node, film_at(blobs, uri, planned(loaded.job, node)))
    except NoFile:
        return _not_a_film(node, "its file is not where Veo says")
    except NotTheClip as wrong:
        return _not_a_film(node, str(wrong))


def _listed(loaded: Loaded, node: Node, blobs: Blobs, takes_bucket: str, began: datetime) -> on.NodeEvent:
    """Look under the prefix: an object there that is no film was made, and paid, all the same."""
    attempt = attempt_name(loaded.job.id, node)
    try:
        film = film_under(blobs, takes_bucket, attempt, planned(loaded.job, node))
    except NotTheClip as wrong:
        return _not_a_film(node, str(wrong))
    return (
        _arrived(node, film) if film else on.NothingFound(node.key, node.take, node.attempt, Reconcile.OBJECT, at=began)
    )


def _arrived(node: Node, film: Output) -> on.FilmArrived:
    return on.FilmArrived(node.key, node.take, node.attempt, film)


def _not_a_film(node: Node, why: str) -> on.FailureHeard:
    told = f"Veo has finished {node.key}, but {why}; it counts as paid"
    move = f"retry the job: it orders {node.key} again"
    return on.FailureHeard(node.key, node.take, node.attempt, Code.NOT_A_FILM, told, move, paid=True)
