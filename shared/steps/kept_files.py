"""Whether the files a job keeps are still there: they are deleted after their time."""

from shared.cloud.blobs import Blobs, NoFile
from shared.codes import Code
from shared.pipeline.job.job import Job, State
from shared.pipeline.plan.plan import Kind
from shared.steps.problems import Problem


def missing(blobs: Blobs, job: Job) -> frozenset[str]:
    """Find finished nodes whose files are gone. Raises Problem for a lost image: it cannot be made again."""
    gone = set()
    for key, node in job.nodes.items():
        if node.state is not State.DONE or node.output is None or node.kind is Kind.COMPOSE:
            continue
        try:
            blobs.stat(node.output.uri)
        except NoFile as lost:
            if node.kind is Kind.IMAGE:
                message = "the product image was deleted after its time"
                raise Problem(Code.IMAGE_GONE, message, next_move="order a new film with the image") from lost
            gone.add(key)
    return frozenset(gone)
