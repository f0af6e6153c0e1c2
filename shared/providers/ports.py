"""What the steps ask of a vendor, and what a vendor may answer: the only vocabulary between steps and providers.

Errors are decisions: they say what the caller should do, so no step reads a status code
(providers README, "What a vendor may answer").
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.codes import Code
from shared.pipeline.job.job import Reconcile
from shared.pipeline.plan.looks import Look, Voice
from shared.pipeline.vendors.breaker import Sign


class NotSent(Exception):
    """Nothing reached the vendor: release the claim, try again soon. `sign` says if that is the vendor's trouble."""

    def __init__(self, why: str, sign: Sign | None = None) -> None:
        super().__init__(why)
        self.sign = sign


class TryLater(Exception):
    """The vendor refused for now and made nothing: release the claim, wait `after`; a limit of ours is no `sign`."""

    def __init__(self, why: str, after: timedelta, sign: Sign | None = None) -> None:
        super().__init__(why)
        self.after = after
        self.sign = sign


class Incomplete(TryLater):
    """A list was not read to its end: what it did not show may be there all the same, so this is no reading."""

    def __init__(self, why: str, after: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(why, after)


class InFlight(Exception):
    """The same key is being answered right now (HeyGen 409): ask again with the same key, after 30 s."""


class Blamed(StrEnum):
    """What of an order a safety filter is about, as far as its words tell."""

    WORDS = "words"
    IMAGE = "image"  # if there was one: a filter's words are the same for a scene of text alone
    LIKENESS = "likeness"  # somebody looks like a real person


class Refused(Exception):
    """The vendor refused for good and made nothing: fail the node, saying why in plain words.

    `code` stands in the register (`shared/codes.py`), `next_move` is a sentence for the person who reads the job when
    it has ended. What a person can do about an unsafe order depends on what was ordered, so the steps say that.
    """

    def __init__(self, why: str, *, code: Code, next_move: str, blamed: Blamed = Blamed.WORDS) -> None:
        super().__init__(why)
        self.code = code
        self.next_move = next_move
        self.blamed = blamed


class Misconfigured(Exception):
    """Nothing was made because our set-up is wrong (a retired model, a missing permission): hold, alarm, then fail."""

    def __init__(self, what: str, *, next_move: str) -> None:
        super().__init__(what)
        self.next_move = next_move


class Unknown(Exception):
    """It may or may not have been made: never repeat blindly (providers README, "Reconcile")."""

    def __init__(self, why: str, sign: Sign | None = None) -> None:
        super().__init__(why)
        self.sign = sign


class Lost(Exception):
    """The vendor says it does not know the id: not a failure; look at the output before anything else (hole 33)."""


class KeyChanged(Exception):
    """The credential that made this no longer works (401/403 on a look): never resubmitted by us (hole 30)."""


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """An object in Cloud Storage handed to a vendor."""

    uri: str  # gs://bucket/name
    mime: str


@dataclass(frozen=True, slots=True)
class ClipOrder:
    """One Veo submit; `image`, `references` and `video` exclude each other."""

    model: str
    prompt: str
    output: str  # gs:// prefix of this attempt, ending in "/"
    seconds: int
    aspect_ratio: str
    resolution: str
    audio: bool
    image: StoredMedia | None = None
    references: tuple[StoredMedia, ...] = ()
    video: StoredMedia | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A picture's own bytes handed to a vendor that reads no storage of ours."""

    raw: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class KeyedClipOrder:
    """One submit of footage to a vendor that honours keys; `image` and `references` exclude each other."""

    model: str
    prompt: str
    name: str  # the attempt's
    seconds: int
    aspect_ratio: str
    resolution: str  # by the vendor's own name
    image: Handed | None = None
    references: tuple[Handed, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Still being made."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """Made; for Veo `url` is a gs:// name, for an avatar service a link that dies."""

    url: str
    seconds: float | None = None
    captions_url: str | None = None
    avatar_id: str | None = None  # who was filmed, where the vendor tells


@dataclass(frozen=True, slots=True)
class Failure:
    """The vendor's final word on one generation: no film will come of it, and none is charged."""

    code: Code
    why: str  # plain words, never the vendor's raw text
    next_move: str  # for the person who reads the job, should no other attempt follow
    retry_after: timedelta | None  # None = a new attempt is pointless
    support_codes: tuple[str, ...] = ()
    blamed: Blamed = Blamed.WORDS


class FootageVendor(Protocol):
    """Films B-roll into our bucket, at our expense; `submit` takes no idempotency key, so no call is ever repeated."""

    @property
    def reconcile(self) -> Reconcile:
        """How a call whose answer was lost is found out: OBJECT or NOTHING."""
        ...

    def submit(self, order: ClipOrder, *, total_seconds: float) -> str:
        """Make the one paid call; return the operation's name.

        Raises: NotSent, TryLater, Refused, Misconfigured, Unknown.
        """
        ...

    def poll(self, operation: str) -> Pending | Filmed | Failure:
        """Ask once. Raises: Lost, TryLater, Misconfigured."""
        ...


class KeyedFootageVendor(Protocol):
    """Films B-roll with the tenant's own key, and honours idempotency keys: a lost answer is asked for again."""

    @property
    def reconcile(self) -> Reconcile:
        """How a call whose answer was lost is found out: IDEMPOTENCY_KEY."""
        ...

    def submit(self, order: KeyedClipOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:
        """Make the one paid call; return the video's id. The same key gives the first call's answer.

        Raises: NotSent, TryLater, InFlight, Refused, Misconfigured, Unknown.
        """
        ...

    def poll(self, video_id: str, *, api_key: str) -> Pending | Filmed | Failure:
        """Ask once. Raises: Lost, KeyChanged, TryLater."""
        ...

    def check_key(self, *, api_key: str) -> None:
        """Ask something that costs nothing. Raises: KeyChanged (bad key), TryLater."""


@dataclass(frozen=True, slots=True)
class SpeechOrder:
    """One avatar submit."""

    avatar_id: str
    voice_id: str | None
    script: str
    aspect_ratio: str
    resolution: str
    cutout: str  # "alpha" | "key" | "inset"
    key_color: str
    title: str  # the attempt's name: title and callback_id
    callback_url: str
    speed: float | None = None
    pitch: int | None = None
    locale: str | None = None
    style: str | None = None  # only of a voice that may have it
    captions: bool = False
    engine: str | None = None  # which of the service's engines films it; None leaves it to the service
    token: str = ""  # eight characters of the claim's own: tells two calls of one attempt apart


@dataclass(frozen=True, slots=True)
class Found:
    """A generation found by its title."""

    id: str
    title: str
    dead: bool = False  # it failed: no film comes of it


class PresenterVendor(Protocol):
    """Films A-roll with the tenant's own key, which is handed in for each call."""

    @property
    def reconcile(self) -> Reconcile:
        """How a call whose answer was lost is found out: IDEMPOTENCY_KEY, LIST_BY_TITLE or NOTHING.

        It is written into the claim before the call. Only a vendor that says IDEMPOTENCY_KEY is ever asked again under
        the same attempt, and only with the same key; once that is too old its titles are looked for, as of a vendor
        that says LIST_BY_TITLE. One that says NOTHING is never asked again by us.
        """
        ...

    def submit(self, order: SpeechOrder, *, api_key: str, idempotency_key: str, total_seconds: float) -> str:
        """Make the one paid call; return the video's id. A vendor without keys ignores `idempotency_key`.

        Raises: NotSent, TryLater, InFlight (only a vendor that honours keys), Refused, Misconfigured, Unknown.
        """
        ...

    def poll(self, video_id: str, *, api_key: str) -> tuple[Pending | Filmed | Failure, str | None]:
        """Ask once; the second value is the title as the vendor tells it. Raises: Lost, KeyChanged, TryLater."""
        ...

    def find(self, title: str, *, api_key: str, since: datetime | None = None) -> tuple[Found, ...]:
        """Generations with exactly this title, all of them; never called where `reconcile` is NOTHING.

        An empty answer means that a complete list does not have it; `since` is when it was first claimed.
        Raises: KeyChanged, TryLater; Incomplete where only a part of the list came.
        """
        ...

    def check_key(self, *, api_key: str) -> str:
        """Return the account's billing type. Raises: KeyChanged (bad key), TryLater."""
        ...

    def balance(self, *, api_key: str) -> int | None:
        """Return what the account can still spend, micro-dollars; None where it does not say, or fills up by itself.

        Raises: KeyChanged, TryLater.
        """
        ...

    def avatar(self, look_id: str, *, api_key: str) -> Look:
        """Raises: Refused(code "avatar_not_found" | "avatar_is_group" | "avatar_not_usable"), KeyChanged, TryLater."""
        ...

    def voice(self, voice_id: str, *, api_key: str) -> Voice:
        """Raises: Refused(code "voice_not_found"), KeyChanged, TryLater."""
        ...
