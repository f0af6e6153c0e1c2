"""What news says of an attempt: dead, so that another service may be asked; heard out; or over for any service.

"May it still deliver?" is asked before "does it cost?": only what cannot deliver any more lets the next service be
asked (hole 35). An order that was sent and not answered is no verdict, nor is anything a repeat of it was refused for.
"""

from datetime import datetime
from enum import StrEnum, auto

from shared.codes import Code
from shared.pipeline.job import events as on
from shared.pipeline.job.job import Node, Outcome, State
from shared.pipeline.job.ledger import find
from shared.pipeline.job.timeouts import SECOND, Timeouts


class Verdict(StrEnum):
    """What an attempt has come to."""

    DEAD = auto()  # nothing will come of it, and another service may do better
    HEARD_OUT = auto()  # nobody can tell, and it was waited for as long as it may take; counted as paid
    OVER = auto()  # no other service helps: the order's own words, or a person must look


# A refusal or a final word about this service or the account there. An order that is wrong, unsafe or unspeakable is so
# at every service (hole 79), and what was made and cannot be had is a person's matter.
ABOUT_THE_SERVICE = frozenset(
    {
        Code.NO_PROVIDER_KEY,
        Code.KEY_REJECTED,
        Code.CREDITS,
        Code.PLAN,
        Code.AVATAR_NOT_FOUND,
        Code.AVATAR_IS_GROUP,
        Code.AVATAR_NOT_USABLE,
        Code.VOICE_NOT_FOUND,
        Code.VOICE_NOT_USABLE,
        Code.WEBM_UNSUPPORTED,
        Code.BACKGROUND_UNSUPPORTED,
        Code.ENGINE_UNSUPPORTED,
        Code.RENDERING,
        Code.EMPTY,
        Code.CAPACITY,
        Code.PROVISIONING,
        Code.PERMISSION,
        Code.INTERNAL,
    }
)
OF_THE_JOB = frozenset({Code.SPEND_CEILING, Code.TENANT_INACTIVE})  # nothing more is bought, of anybody


def verdict(before: Node, after: Node, event: on.NodeEvent, now: datetime, timeouts: Timeouts) -> Verdict | None:
    """Return what news means for the attempt it is about; `after` is what follows without any other service.

    None where the attempt goes on, or its service is asked again in any case.
    """
    failed = after.state is State.FAILED
    match event:
        case on.MisconfigurationFound() if after.claim is None or (failed and not _repeated(before)):
            return Verdict.DEAD
        case on.Released() | on.Postponed() if after != before and after.state is not State.STARTING:
            return _delayed(after, event, now, timeouts)
        case on.Rejected() if failed:
            return Verdict.DEAD if event.code in ABOUT_THE_SERVICE else Verdict.OVER
        case on.FailureHeard() if event.code in ABOUT_THE_SERVICE and not event.paid and not event.cutout:
            return Verdict.DEAD
        case on.NothingFound() if _ended_as(before, after) is Outcome.NOTHING_MADE:
            return Verdict.DEAD
        case on.NothingFound() if failed:
            return Verdict.HEARD_OUT
        case on.PendingSeen() if failed and after.code == Code.TIMEOUT:
            return Verdict.HEARD_OUT
    return Verdict.OVER if failed and after.code not in OF_THE_JOB else None


def _repeated(node: Node) -> bool:
    return node.claim is not None and node.claim.repeated


def _ended_as(before: Node, after: Node) -> Outcome | None:
    """Return how the attempt's line was closed by this news, None where it is as it was."""
    old, new = (find(node, before.take, before.attempt) for node in (before, after))
    return new.outcome if new and old and new.outcome is not old.outcome else None


def _delayed(node: Node, event: on.Released | on.Postponed, now: datetime, timeouts: Timeouts) -> Verdict | None:
    """Judge a service that has no room, or cannot be reached: nothing was made."""
    if isinstance(event, on.Released) and event.cutout:
        return None  # it is asked for another way
    if node.state is State.FAILED or (isinstance(event, on.Postponed) and event.down):
        return Verdict.DEAD
    if isinstance(event, on.Released) and not event.refused and event.sign is not None:
        line = find(node, node.take, node.attempt)
        if line is not None and line.releases >= timeouts.unsent_tries:
            return Verdict.DEAD
    patient = node.waits_since is None or now < node.waits_since + timeouts.limit_patience * SECOND
    return None if patient else Verdict.DEAD
