"""Sends a paid call for a claim: checks the send window, sends once, commits what came of it.

Every paid call goes through here. What can block happens before the claim; after it there is only the send. The
vendor's answer is logged before it is committed, so that an operator can always find it (pipeline README, "Paid call",
holes 14-17).
"""

from collections.abc import Callable
from datetime import timedelta

from shared.log import Fact, log_job
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Node, Reconcile, State
from shared.pipeline.job.line import reconcile_of
from shared.pipeline.job.turns import has_task
from shared.providers.ports import InFlight, Misconfigured, NotSent, Refused, TryLater, Unknown
from shared.steps.breakers import Breakers
from shared.steps.commit import Commits, Heard
from shared.steps.message import Message
from shared.steps.stopwatch import Stopwatch

RESEND_DELAY = timedelta(seconds=1)


def sendable(node: Node, message: Message) -> bool:
    """Tell whether the message's own attempt may be sent, or asked again under its key; old news speaks for nobody."""
    if (message.take, message.attempt) != (node.take, node.attempt):
        return False
    unclear = node.state is State.STARTING and reconcile_of(node) is Reconcile.IDEMPOTENCY_KEY
    return unclear or has_task(node)


def send_claimed(
    heard: Heard,
    node_key: str,
    token: str,
    send: Callable[[], str],
    *,
    commits: Commits,
    breakers: Breakers,
    stopwatch: Stopwatch,
    refusal: Callable[[Refused], on.NodeEvent | None] = lambda _refused: None,
) -> None:
    """Send for a claim that is ours; `refusal` may turn a refusal into another event (ask differently next time)."""
    job, node = heard.job, heard.job.nodes[node_key]
    if stopwatch.seconds > commits.timeouts.send_window:
        log_job(Fact.WINDOW_OVER, job, f"{stopwatch.seconds:.1f} s since the load", node=node_key)
        event: on.NodeEvent = on.Released(node_key, token, "the send window was over", RESEND_DELAY)
    else:
        event = _sent(node, token, send, refusal=refusal)
    spoken = event.provider_id if isinstance(event, on.Sent) else getattr(event, "why", "")
    log_job(Fact.SUBMIT_ENDED, job, f"{type(event).__name__}: {spoken}", node=node_key)
    life = commits.timeouts.of(node.provider).claim
    commits.hear(heard.loaded, event, budget=max(5.0, life - stopwatch.seconds))
    breakers.heard(job, node, event, commits.jobs.now(heard.loaded))


def _sent(
    node: Node,
    token: str,
    send: Callable[[], str],
    *,
    refusal: Callable[[Refused], on.NodeEvent | None],
) -> on.NodeEvent:
    try:
        return on.Sent(node.key, node.take, node.attempt, token, send())
    except NotSent as unsent:
        return on.Released(node.key, token, f"not sent: {unsent}", RESEND_DELAY, sign=unsent.sign)
    except TryLater as busy:
        return on.Released(node.key, token, str(busy), busy.after, refused=True, sign=busy.sign)
    except InFlight as twice:
        return on.Unclear(node.key, token, str(twice))
    except Refused as refused:
        return refusal(refused) or on.Rejected(node.key, token, refused.code, str(refused), refused.next_move)
    except Misconfigured as ours:
        return on.MisconfigurationFound(node.key, token, str(ours), ours.next_move)
    except Unknown as unclear:
        return on.Unclear(node.key, token, str(unclear), unclear.sign)
