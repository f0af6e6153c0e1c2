"""What a film that could not be made is told as, whoever of its makers could not go on."""

from datetime import timedelta

from shared.cloud.blobs import NoFile
from shared.codes import Code
from shared.media.errors import MediaFailed, MediaRefused
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Job, Node
from shared.pipeline.plan.picture import is_own
from shared.pipeline.plan.plan import Kind
from shared.pipeline.vendors.names import called
from shared.steps.film_inputs import InputGone

RENDER_RETRY = timedelta(seconds=5)
UNMADE = (MediaRefused, MediaFailed, NoFile)  # what `unmade` has a word for


def unmade(job: Job, node: Node, wanted: str, failed: Exception) -> on.WorkFailed:
    """Return the event of a film that its files, the machine, or their time have kept from being made."""
    match failed:
        case MediaRefused():
            return _refused(job, node, wanted, failed)
        case MediaFailed():
            move = "retry the job: all footage and takes are kept"
            return on.WorkFailed(node.key, wanted, Code.COMPOSE_FAILED, failed.why, move, RENDER_RETRY)
        case OSError():
            why = f"the machine could not write: {failed.strerror or failed}"
            return unmade(job, node, wanted, MediaFailed(why))
    deleted = "order a new film: what this one is made from was deleted after its time"
    move = failed.next_move if isinstance(failed, InputGone) else deleted
    return on.WorkFailed(node.key, wanted, Code.INPUT_GONE, str(failed), move)


def _refused(job: Job, node: Node, wanted: str, refused: MediaRefused) -> on.WorkFailed:
    """Name the clip or take whose file cannot be used: a retry orders it again, instead of failing on it for ever."""
    culprit = job.nodes.get(refused.node or "")
    if culprit is None or culprit.kind not in (Kind.CLIP, Kind.PRESENTER):
        move = "order the film again; if it fails so again, send abroll's operator the job's id"
        if is_own(refused.node or ""):
            move = f"give that scene or card another clip (POST /jobs/{job.id}/edit), or order the film without it"
        return on.WorkFailed(node.key, wanted, Code.MEDIA_REFUSED, refused.why, move)
    vendor = called(culprit.provider)
    wrong = refused.why.removeprefix(f"{culprit.key}: ")
    why = f"{vendor} has finished {culprit.key}, but its file cannot be used: {wrong}; it counts as paid"
    move = f"retry the job: it orders {culprit.key} again; everything else that is finished is kept"
    return on.WorkFailed(node.key, wanted, Code.MEDIA_REFUSED, why, move, culprit=culprit.key)
