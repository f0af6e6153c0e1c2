"""A job's memory: its nodes, attempts, money and story; `cloud/documents.py` stores it (pipeline README, "Fields")."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.pipeline.codec import Stored
from shared.pipeline.job.place import Place
from shared.pipeline.job.schema import OLDEST
from shared.pipeline.job.stay import Feedback, Stay
from shared.pipeline.job.switches import Switch
from shared.pipeline.job.version import Versions
from shared.pipeline.plan.film_quality import FilmQuality
from shared.pipeline.plan.plan import Cutout, Kind, Plan
from shared.pipeline.plan.request import FilmRequest


class State(StrEnum):
    """Where a node stands in its life."""

    BLOCKED = "blocked"  # waits for other nodes
    QUEUED = "queued"  # a task is enqueued, or must be
    STARTING = "starting"  # claimed: one worker may make the one paid call
    RUNNING = "running"  # the vendor has it
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"  # never submitted, or no longer listened to


LIVE = frozenset({State.BLOCKED, State.QUEUED, State.STARTING, State.RUNNING})
AWAKE = frozenset({State.QUEUED, State.STARTING, State.RUNNING})
AT_VENDOR = frozenset({State.STARTING, State.RUNNING})


class Payer(StrEnum):
    """Who the vendor sends the bill to: the bill's two columns."""

    US = "us"
    PROVIDER_ACCOUNT = "provider_account"


class Outcome(StrEnum):
    """How one attempt ended, as far as we know."""

    CLAIMED = "claimed"  # may have been sent; at risk
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNCLEAR = "unclear"  # sent or not is unknown; at risk
    SENT = "sent"
    GIVEN_UP = "given_up"  # no longer listened to, or billed by the vendor without a film; counted as paid
    NOTHING_MADE = "nothing_made"  # unclear, and without a trace after the vendor's longest time: not billed
    FAILED = "failed"  # the vendor's final word; free by contract
    DONE = "done"
    LATE = "late"  # its film came when another take was wanted or the node had ended; paid


FREE = frozenset({Outcome.NOT_SENT, Outcome.REFUSED, Outcome.FAILED, Outcome.NOTHING_MADE})
FINAL = frozenset({Outcome.NOT_SENT, Outcome.REFUSED, Outcome.FAILED})  # free, and no later news should change these
OPEN = frozenset({Outcome.CLAIMED, Outcome.UNCLEAR, Outcome.SENT})  # it may still deliver, and is waited for
AT_RISK = frozenset({Outcome.CLAIMED, Outcome.UNCLEAR, Outcome.SENT, Outcome.GIVEN_UP})  # charged until known better


class Reconcile(StrEnum):
    """How a vendor lets us find out what became of a call whose answer was lost."""

    IDEMPOTENCY_KEY = "idempotency_key"  # asked again under the same key it gives its first answer; lists titles too
    LIST_BY_TITLE = "list_by_title"  # its list shows the title we gave
    OBJECT = "object"  # what it makes lies in our bucket, under the attempt's own prefix
    NOTHING = "nothing"  # only its own news tells


class Ending(StrEnum):
    """How a job ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Claim(Stored):
    """One worker's permission to make one paid call, and all that is needed to repeat or trace it."""

    token: str  # random, one per handler run
    at: datetime  # server time
    input: str | None = None  # "gs://…#generation" of what the call is made from
    secret: str | None = None  # the name of the tenant's key it is made with: whose account it is
    secret_version: str | None = None  # which version of it
    key_fingerprint: str | None = None  # of that key: a secret that was deleted and made again counts from 1 again
    prefix: str | None = None  # gs:// prefix of this attempt's output
    cutout: Cutout | None = None
    engine: str | None = None  # which of the vendor's engines it was asked with
    reconcile: Reconcile | None = None  # the vendor's way at that time; None = written before claims told it
    first_at: datetime | None = None  # when this attempt's key was used first; None = at
    unclear_at: datetime | None = None  # when its outcome became unknown
    repeats: int = 0  # how often it was asked again under its key
    denied_at: datetime | None = None  # when the vendor refused its key while we looked; None since it took it again
    missing_at: datetime | None = None  # when the vendor did not know its id; None since it did again
    absent_at: datetime | None = None  # when, after the claim's end, a whole list did not show it for the first time

    @property
    def repeated(self) -> bool:
        """Tell whether an answer to it may be an answer to a repeat only."""
        return self.repeats > 0


@dataclass(frozen=True, slots=True)
class Output(Stored):
    """A file in one of our buckets, as Cloud Storage describes it."""

    uri: str
    generation: int
    crc32c: str
    size: int
    seconds: float | None = None
    cutout: Cutout | None = None
    captions: str | None = None  # gs:// of the sidecar SRT
    quality: FilmQuality | None = None  # of a film
    files: tuple[str, ...] = ()  # suffixes of what was made of a film beside it: "webm", "gif"

    @property
    def identity(self) -> str:
        """Names exactly these bytes."""
        return f"{self.uri}#{self.generation}"


@dataclass(frozen=True, slots=True)
class Attempt(Stored):
    """A line of the ledger: one permission to send one paid call and what came of it."""

    take: int
    attempt: int
    claimed_at: datetime
    cost: int  # micro-dollars
    outcome: Outcome
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    provider_id: str | None = None
    why: str | None = None
    releases: int = 0  # how often it came back unsent or refused for now
    dead_at: datetime | None = None  # given up by its vendor's final word, which may be billed: nothing comes of it
    vendor: str | None = None  # who was asked; None = written before lines told it: the node's
    payer: Payer | None = None  # whom that vendor bills; None = the node's
    secret: str | None = None  # the key it was made with, as its claim says
    secret_version: str | None = None
    key_fingerprint: str | None = None
    rate: int | None = None  # micro-dollars a second of a take, by its engine; None = a guess, or older code's line

    @property
    def charged(self) -> bool:
        """Tell whether it counts as paid: it was made, or nobody knows that it was not."""
        return self.outcome not in FREE


@dataclass(frozen=True, slots=True)
class Node(Stored):
    """One piece of work of a job."""

    key: str
    kind: Kind
    needs: tuple[str, ...]
    cost: int  # micro-dollars of one attempt
    payer: Payer
    provider: str
    expected: float  # seconds it usually takes
    state: State = State.BLOCKED
    take: int = 1  # which making of this node is wanted: +1 when a retry makes it anew
    attempt: int = 1  # permissions to send; only grows, never reset
    wake: int = 0  # number of its newest task; only grows
    at: datetime | None = None  # when that task should run
    due: datetime | None = None  # when the sweep should look
    parked_at: datetime | None = None  # it waits for its tenant's turn since then, or from then on, without a task
    nudges: int = 0  # sweeps in a row without any transition
    failures: int = 0  # vendor's final words about this take
    refusals: int = 0  # parsed refusals of this attempt: part of HeyGen's key
    polls: int = 0  # polls that found "not yet" after a hint of success
    fresh_links: int = 0  # asked for because this attempt's finished file was not what was ordered
    cutout: Cutout | None = None  # how this presenter is asked for next
    inputs_hash: str | None = None  # what a pure node's output must be made from
    culprit: str | None = None  # the node whose file pure work could not use: a retry makes that one again
    claim: Claim | None = None
    provider_id: str | None = None
    output: Output | None = None
    waits_since: datetime | None = None  # its vendor has no room or cannot be reached: since when, over all delays
    held_since: datetime | None = None  # our set-up is wrong (a retired model): held at most an hour
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    code: str | None = None
    why: str | None = None
    next_move: str | None = None
    attempts: tuple[Attempt, ...] = ()  # all of them; final ones nobody bills in short beyond five
    warnings: tuple[str, ...] = ()  # what people should know of its file
    choice: int = 0  # which of the plan's services makes it: 0 the first, k its k-th understudy; only grows in a want
    since: int = 1  # the first take of what a person wants now: an order, a retry; its later takes are other services'
    switches: tuple[Switch, ...] = ()  # of the present want, in order
    waived_at: datetime | None = None  # left out by the order's rule; cancelled to older code

    @property
    def finished(self) -> bool:
        """Tell whether it is there, or the film is made without it."""
        return self.state is State.DONE or self.waived_at is not None


@dataclass(frozen=True, slots=True)
class Entry(Stored):
    """One reservation of a job in a month of its tenant, micro-dollars; settled: reserved = charged + refunded."""

    doc: str  # "2026-11": where it was reserved and where it settles
    reserved: int = 0
    charged: int = 0
    refunded: int = 0
    films: int = 0  # it counted there: 1 or 0
    settled_at: datetime | None = None  # when its job had ended; None while it is the present one, or by older code

    @property
    def outstanding(self) -> int:
        """What is reserved and not settled yet."""
        return self.reserved - self.charged - self.refunded


@dataclass(frozen=True, slots=True)
class Money(Stored):
    """Micro-dollars of ours over all reservations; the present one is what those in `closed` do not hold."""

    reserved: int = 0
    charged: int = 0
    refunded: int = 0
    ceiling: int = 0  # a claim that would pass it is refused
    usage_doc: str = ""  # of the present reservation
    films: int = 1  # 0 once it was given back: nothing was ever spent
    closed: tuple[Entry, ...] = ()  # earlier reservations: a retry opens another one
    price_factor: int | None = None  # thousandths charged for each of them (price.py); None = as they are


@dataclass(frozen=True, slots=True)
class Trouble(Stored):
    """Why a job failed, for the person who reads it."""

    code: str
    message: str
    next_move: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Moment(Stored):
    """One line of the job's story."""

    at: datetime
    node: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Purchase(Stored):
    """One call that bought for a job: its order first, then each retry; a repeat of it is answered from this."""

    name: str  # what the call is recognised by: a hash of its Idempotency-Key; "" where the job's id is
    request_hash: str  # of what it asked for: tells a repeat from another request under the same key
    at: datetime
    made: tuple[str, ...]  # keys of the nodes it ordered
    ours: int  # micro-dollars reserved for it
    theirs: int  # micro-dollars the avatar account was expected to bill for it


@dataclass(frozen=True, slots=True)
class Job:
    """One film being made."""

    id: str
    tenant: str
    request: FilmRequest
    plan: Plan
    created_at: datetime
    give_up_at: datetime
    nodes: Mapping[str, Node]
    money: Money
    film_token: str  # what the permanent links' tokens follow from
    purchases: tuple[Purchase, ...]
    updated_at: datetime | None = None
    ending: Ending | None = None
    ended_at: datetime | None = None
    trouble: Trouble | None = None
    warnings: tuple[str, ...] = ()
    timeline: tuple[Moment, ...] = ()
    trace: str = ""  # W3C trace id shared by all its steps
    parent: str | None = None  # the job whose finished nodes this one adopted
    schema: int = OLDEST  # the form of its document, by the newest code that gave it one
    links: Mapping[str, str] = field(default_factory=dict)  # tokens made anew since, by the link's name
    barred_at: datetime | None = None  # its tenant was shut then: nothing more is bought until a retry
    ordered_by: str | None = None  # the id of the API key that ordered it
    batch: str | None = None  # the id of the batch it is a row of
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by endpoint: which of its events it is told
    place: Place = field(default_factory=Place)
    versions: Versions = field(default_factory=Versions)
    stay: Stay = field(default_factory=Stay)
    feedback: tuple[Feedback, ...] = ()  # by key, the last word last
