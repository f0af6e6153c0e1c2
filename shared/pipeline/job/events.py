"""What can happen to a job: past, idempotent events, each about a permission to send (pipeline README, "News")."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.codes import Code
from shared.pipeline.job.job import Output, Purchase, Reconcile
from shared.pipeline.job.moves import Pushed
from shared.pipeline.job.portions import Portion
from shared.pipeline.job.stay import StayEvent
from shared.pipeline.job.version import VersionGone, VersionMade
from shared.pipeline.plan.plan import Cutout, Plan
from shared.pipeline.plan.request import FilmRequest
from shared.pipeline.plan.warned import WarningText
from shared.pipeline.vendors.breaker import Sign


@dataclass(frozen=True, slots=True)
class Claimed:
    """A worker took the one permission to send; everything that can block was done before."""

    node: str
    take: int
    attempt: int
    token: str
    input: str | None = None
    secret: str | None = None
    secret_version: str | None = None
    key_fingerprint: str | None = None
    prefix: str | None = None
    cutout: Cutout | None = None
    engine: str | None = None
    rate: int | None = None  # micro-dollars a second with that engine, where the look told it just now
    reconcile: Reconcile = Reconcile.NOTHING  # the vendor's way; without a word nothing is ever asked again


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """A worker took over an unclear call to repeat it under the same idempotency key."""

    node: str
    take: int
    attempt: int
    token: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """The vendor is known to be busy: the call was not made."""

    node: str
    take: int
    attempt: int
    after: timedelta
    why: str
    down: bool = False  # it is not busy, it is out: whoever has another vendor asks that one at once


@dataclass(frozen=True, slots=True)
class Unparked:
    """Its tenant's turn came to a parked node: it gets its task."""

    node: str
    wake: int  # of that task: a node that was unparked since is another turn's


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor accepted the call and named it."""

    node: str
    take: int
    attempt: int
    token: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing was made: not sent, or refused for now (`refused` raises HeyGen's key)."""

    node: str
    token: str
    why: str
    after: timedelta
    refused: bool = False
    cutout: Cutout | None = None  # ask for this kind of take next
    sign: Sign | None = None  # what it shows of the vendor's health


@dataclass(frozen=True, slots=True)
class Rejected:
    """The vendor refused for good and made nothing."""

    node: str
    token: str
    code: Code
    why: str
    next_move: str


@dataclass(frozen=True, slots=True)
class MisconfigurationFound:
    """Nothing was made because our set-up is wrong; held up to an hour for an operator."""

    node: str
    token: str
    what: str
    next_move: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The call may or may not have been made."""

    node: str
    token: str
    why: str
    sign: Sign | None = None  # what it shows of the vendor's health


@dataclass(frozen=True, slots=True)
class IdHeard:
    """The vendor's id of an attempt became known by another way than the answer to its submit."""

    node: str
    take: int
    attempt: int
    provider_id: str


@dataclass(frozen=True, slots=True)
class FilmArrived:
    """A finished file of an attempt lies in our bucket."""

    node: str
    take: int
    attempt: int
    output: Output
    provider_id: str | None = None
    warnings: tuple[WarningText, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRefused:
    """The vendor says an attempt is finished, but what its link gives is not what was ordered."""

    node: str
    take: int
    attempt: int
    code: Code
    why: str
    next_move: str  # for when no fresh link helps


@dataclass(frozen=True, slots=True)
class FailureHeard:
    """The vendor's final word on an attempt."""

    node: str
    take: int
    attempt: int
    code: Code
    why: str
    next_move: str
    retry_after: timedelta | None = None  # None = a new attempt is pointless
    paid: bool = False
    cutout: Cutout | None = None  # ask for this kind of take next


@dataclass(frozen=True, slots=True)
class PendingSeen:
    """A look found the attempt still being made; `hinted` when a webhook had said that it was ready."""

    node: str
    take: int
    attempt: int
    hinted: bool = False
    unfetched: str = ""  # why a finished file could not be fetched this time
    sign: Sign | None = None  # what it shows of the vendor's health, where it could not be asked


@dataclass(frozen=True, slots=True)
class NothingFound:
    """A look for an unclear attempt's output or name found nothing (yet)."""

    node: str
    take: int
    attempt: int
    how: Reconcile  # where was looked: what another vendor's way did not find says nothing
    at: datetime | None = None  # when the look began: what it found is judged by it, however late it is committed
    certain: bool = True  # the vendor showed all it has; False = it did not answer, which proves nothing


@dataclass(frozen=True, slots=True)
class KeyDenied:
    """A look was refused because of the key the attempt was made with; once may be the vendor's own trouble."""

    node: str
    take: int
    attempt: int
    gone: bool = False  # the key is no longer with us: nobody needs to be asked twice


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Pure work ended; it counts only when it was made from the inputs wanted now."""

    node: str
    inputs_hash: str
    output: Output
    warnings: tuple[WarningText, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """Pure work could not be done."""

    node: str
    inputs_hash: str
    code: Code
    why: str
    next_move: str
    retry_after: timedelta | None = None
    culprit: str | None = None  # the node whose file cannot be used


@dataclass(frozen=True, slots=True)
class Swept:
    """The sweep came by; `in_queue` are the overdue nodes whose task still waits in its queue."""

    in_queue: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """A person cancelled the job."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class RetryAsked:
    """A person retried a job that failed or was cancelled, perhaps with other words; what is finished is kept."""

    reserved: int  # micro-dollars reserved anew, in the same commit
    usage_doc: str = ""  # the month they are reserved in; "" = the one of the last reservation
    remake: frozenset[str] = frozenset()  # finished nodes to be made again too
    request: FilmRequest | None = None  # with other words in it
    plan: Plan | None = None
    ceiling: int = 0  # micro-dollars the job may cost more, whatever goes wrong
    left: Mapping[str, Portion] = field(default_factory=dict, hash=False)  # by queue: what the tenant may fill
    purchase: Purchase | None = None  # who asked, and for what; one the job holds already changes nothing
    warnings: tuple[str, ...] | None = None  # what is known before paying; None = nothing was planned anew


@dataclass(frozen=True, slots=True)
class LinksRevoked:
    """Permanent links were revoked: those named by `tokens` have these now, or all follow from a new `secret`."""

    tokens: Mapping[str, str]
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Barred:
    """The job's tenant was shut: what a vendor has is heard out, and nothing more is bought."""


@dataclass(frozen=True, slots=True)
class IdUnknown:
    """The vendor answered a look that it does not know the id it had given."""

    node: str
    take: int
    attempt: int


Looked = PendingSeen | NothingFound | KeyDenied | IdUnknown  # what a look at the vendor came to
NodeEvent = (
    Claimed
    | Reclaimed
    | Postponed
    | Unparked
    | Sent
    | Released
    | Rejected
    | MisconfigurationFound
    | Unclear
    | IdHeard
    | FilmArrived
    | FileRefused
    | FailureHeard
    | Looked
    | WorkDone
    | WorkFailed
)
JobEvent = Swept | CancelAsked | RetryAsked | LinksRevoked | Barred | VersionMade | VersionGone | StayEvent | Pushed
Event = NodeEvent | JobEvent
