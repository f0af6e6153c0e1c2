"""What is read from and written beside a job's document, as plain frozen values; money in micro-dollars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

from shared.cloud.hours import Hour
from shared.pipeline.codec import Stored, to_stored
from shared.pipeline.job.job import Job
from shared.pipeline.job.shares import NOTHING, Amount, Share, mark_at
from shared.pipeline.plan.film_quality import FilmQuality

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A job as it stood at the server's `read_time`, and the revision a write must name."""

    job: Job
    revision: Any  # Firestore's update_time, nanoseconds and all
    read_time: datetime
    read_at: float  # our monotonic clock at that moment
    outdated: bool = False  # its form is one that is not written any more: the next write brings it up


@dataclass(frozen=True, slots=True)
class OutputFacts(Stored):
    """One film of several, as a webhook tells of it."""

    aspect_ratio: str
    resolution: str
    film: str | None = None  # its permanent link, seen from where the job is read; None = it could not be composed
    poster: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)  # links to its other files, by suffix
    brand: str | None = None  # the label of the kit it wears; older code did not say


@dataclass(frozen=True, slots=True)
class JobFacts(Stored):
    """What a customer's webhook tells of a job, as it stood at the event."""

    at: datetime  # of the event
    status: str
    stage: str
    progress: int
    product_id: str | None = None
    seconds: float | None = None  # from the order to its end
    expires_at: datetime | None = None  # when the job is deleted with its film
    code: str | None = None  # why it failed
    message: str | None = None
    next_move: str | None = None
    paid_by_us: int = 0  # micro-dollars
    billed_by_provider: int = 0
    price: int | None = None  # billionths of a dollar that abroll charges; None = by code that did not tell it
    film_version: int = 1
    version_of: str | None = None  # the job whose film it is a version of
    film: str | None = None  # the film's permanent link, seen from where the job is read
    poster: str | None = None
    films: tuple[OutputFacts, ...] | None = None  # where there are several
    quality: FilmQuality | None = None  # of a finished film
    files: Mapping[str, str] = field(default_factory=dict)  # links to the film's other files, by suffix


class Beside(Protocol):
    """What the commit of a new job writes beside it: the root that lists a version, the batch whose row it is."""

    def add(self, store: Any, commit: Any) -> None:
        """Add it to the commit, which fails where somebody has written it since."""
        ...


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A job as it was read, and as it is written beside another one."""

    loaded: Loaded
    job: Job

    def add(self, store: Any, commit: Any) -> None:
        """List what the job lists now: its state is not touched."""
        from shared.cloud.documents import listing

        seen = store.write_option(last_update_time=self.loaded.revision)
        commit.update(store.collection("jobs").document(self.job.id), listing(self.job), option=seen)


@dataclass(frozen=True, slots=True)
class BatchFacts(Stored):
    """What a customer's webhook tells of a batch that has ended; money in micro-dollars."""

    batch: str
    at: datetime
    status: str
    rows: int
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    refused: int = 0
    not_begun: int = 0
    title: str = ""
    seconds: float | None = None  # from the order to its end
    paid_by_us: int = 0
    billed_by_provider: int = 0


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A customer's webhook, created in the commit that ends the job or moves it on (hole 8)."""

    id: str
    tenant: str
    job: str
    url: str
    event: str
    due_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)  # the customer's own words about the job
    degraded: tuple[str, ...] = ()  # the takes its film is made without
    endpoint: str | None = None  # which of the tenant's endpoints it goes to, wherever that leads then; None: to `url`
    facts: JobFacts | None = None
    created_at: datetime | None = None
    batch: BatchFacts | None = None  # of what it tells, where that is a batch: then `job` is empty

    @property
    def fields(self) -> dict[str, Any]:
        """The delivery's document as it begins."""
        more = {"endpoint": self.endpoint, "facts": to_stored(self.facts), "created_at": self.created_at}
        more["batch"] = to_stored(self.batch)
        return {
            **{name: value for name, value in more.items() if value is not None},
            "tenant": self.tenant,
            "job": self.job,
            "url": self.url,
            "event": self.event,
            "metadata": dict(self.metadata),
            "degraded": list(self.degraded),
            "state": "queued",
            "attempts": 0,
            "wake": 1,
            "due_at": self.due_at,
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A document that could not be read, and why."""

    id: str
    revision: Any
    why: str
    created_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)  # where it stands in a list
    moved_at: datetime | None = None  # when somebody last could write it; None = nobody knows
    newer: bool = False  # newer code wrote it


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of what a query finds; the next page begins after `last`, None when this was the last one."""

    found: tuple[Item, ...]
    last: Any


@dataclass(frozen=True, slots=True)
class Loan:
    """What the commit of an order writes into another shard of its month, which must not have moved."""

    doc: str
    revision: Any
    allot: Amount


@dataclass(frozen=True, slots=True)
class Month:
    """A document of a tenant's month as it was read: films, micro-dollars; `revision` is None where there is none."""

    films: int
    reserved: int
    charged: int
    refunded: int
    revision: Any
    hour: Hour = field(default_factory=Hour)
    read_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)  # the server's time
    doc: str = ""  # "2026-11", the head; "2026-11-3" is another of its shards
    shards: int = 0  # of the whole month; 0 = it was not begun, or by code that knew none
    allot: Amount = NOTHING  # what this shard may spend
    debt: Amount = NOTHING  # of the whole month: what is used beyond its cap
    loans: tuple[Loan, ...] = ()  # what an order that was judged by it borrows; `allot` holds it already
    open: Mapping[str, int] = field(default_factory=dict)  # by queue: startable nodes of unfinished jobs
    idle: bool = False  # none of the tenant's jobs is unfinished: what is open is counted anew
    told: int = 0  # the highest mark of its cap that an operator was told of; the head knows

    @property
    def name(self) -> str:
        """The month all its shards share."""
        return self.doc[:7]

    @property
    def used(self) -> Amount:
        """What is spent or reserved here."""
        return Amount(self.films, self.reserved + self.charged)

    @property
    def share(self) -> Share:
        """What this shard may spend, and what is used of it."""
        return Share(self.allot, self.used)

    @property
    def alone(self) -> bool:
        """Whether the whole month stands here."""
        return self.shards == 1

    @property
    def reached(self) -> int:
        """The highest mark that a month in one document has reached; of one in several, what was told."""
        return max(self.told, mark_at(self.share, self.debt)) if self.alone else self.told

    def has(self, cost: Amount) -> bool:
        """Tell whether this shard can pay without looking at the others."""
        return self.debt == NOTHING and self.share.left.covers(cost)


@dataclass(frozen=True, slots=True)
class Live:
    """How many jobs of a tenant have not ended, and the server's time when they were counted."""

    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to."""

    status: str | None = None
    product_id: str | None = None
    ordered_by: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    statuses: tuple[str, ...] = ()  # any of these, where `status` names none
    batch: str | None = None

    @property
    def conditions(self) -> tuple[tuple[str, str, object], ...]:
        """The filters as field, operator, value."""
        wanted = (
            ("status", "==", self.status),
            ("status", "in", list(self.statuses) or None),
            ("product_id", "==", self.product_id),
            ("ordered_by", "==", self.ordered_by),
            ("batch", "==", self.batch),
            ("created_at", ">=", self.created_from),
            ("created_at", "<", self.created_to),
        )
        return tuple(condition for condition in wanted if condition[2] is not None)

    def narrow(self, jobs: Any, tenant: str) -> Any:
        """Return the query of a tenant's jobs that is narrowed so, newest first; `jobs` is their collection."""
        from google.cloud import firestore
        from google.cloud.firestore import FieldFilter

        query = jobs.where(filter=FieldFilter("tenant", "==", tenant))
        for field_name, operator, value in self.conditions:
            query = query.where(filter=FieldFilter(field_name, operator, value))
        query = query.order_by("created_at", direction=firestore.Query.DESCENDING)
        return query.order_by("__name__", direction=firestore.Query.DESCENDING)
