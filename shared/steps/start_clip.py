"""start_clip: claims a clip and asks its vendor for it, once; repeats an unclear call of a vendor that takes keys."""

from collections.abc import Callable

from shared.codes import Code
from shared.log import Fact, JobRef, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import State
from shared.pipeline.job.unclear import looked_for, replayable
from shared.providers.ports import FootageVendor, Refused
from shared.steps.breakers import Breakers
from shared.steps.clips import made_from, order, unsafe_move
from shared.steps.commit import Commits
from shared.steps.keyed_clips import KeyedClips
from shared.steps.message import Message
from shared.steps.stopwatch import Stopwatch
from shared.steps.submit import send_claimed, sendable


def start_clip(
    message: Message,
    *,
    commits: Commits,
    breakers: Breakers,
    veo: FootageVendor,
    keyed: KeyedClips,
    warm: Callable[[], object],
    takes_bucket: str,
    stopwatch: Callable[[], Stopwatch],
    token: Callable[[], str],
) -> None:
    """Submit one clip; `warm` does beforehand whatever the submit would block on (the access token)."""
    watch = stopwatch()
    loaded = commits.load(message.job)
    node = loaded.job.nodes.get(message.node) if loaded else None
    if loaded is None or node is None or not sendable(node, message):
        about = loaded.job if loaded else JobRef(message.job)
        log_job(Fact.NOTHING_TO_DO, about, "not queued", node=message.node)
        return
    if node.provider in keyed.vendors:
        keyed.start(loaded, node, watch)
        return
    mine = token()
    if held := breakers.hold(loaded.job, node, mine, commits.jobs.now(loaded)):
        commits.hear(loaded, held)
        return
    wanted = order(loaded.job, node, takes_bucket)
    source = made_from(loaded.job, node)
    warm()
    named = (node.key, node.take, node.attempt)
    if node.state is State.STARTING:
        began = commits.jobs.now(loaded)
        if loaded.job.barred_at or not replayable(node, began, commits.timeouts):  # only its own news can still tell
            commits.hear(loaded, on.NothingFound(*named, looked_for(node, commits.timeouts), at=began))
            return
        claim: on.NodeEvent = on.Reclaimed(*named, mine)
    else:
        claim = on.Claimed(*named, mine, input=source, prefix=wanted.output, reconcile=veo.reconcile)
    heard = commits.hear(loaded, claim)
    if not heard.owns(node.key, mine):
        log_job(Fact.CLAIM_LOST, heard.job, node=message.node)
        return

    def refusal(refused: Refused) -> on.NodeEvent | None:
        if refused.code is not Code.SAFETY:
            return None
        move = unsafe_move(heard.job, node, refused.blamed)
        return on.Rejected(node.key, mine, refused.code, str(refused), move)

    http = commits.timeouts.of(node.provider).http
    send_claimed(
        heard,
        node.key,
        mine,
        lambda: veo.submit(wanted, total_seconds=http),
        commits=commits,
        breakers=breakers,
        stopwatch=watch,
        refusal=refusal,
    )
