"""What an avatar service lists of whom it can film and what it can be heard as: the form all services' lists are given.

A list may be cut: a service with more than we read is shown as far as it was read, and said to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from shared.pipeline.codec import Stored
from shared.pipeline.plan.looks import LookType
from shared.providers.ports import TryLater

WHOLE_LIST_SECONDS = 40.0  # of a whole list: the function that asks has sixty
LONGEST_TEXT = 200  # characters of a name that are kept
LONGEST_LINK = 2048
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ListedLook(Stored):
    """Somebody who can be filmed: `id` is an order's avatar_id."""

    id: str
    name: str
    group: str = ""  # whose look it is, where the service has several of one person
    type: LookType = LookType.VIDEO
    gender: str = ""
    engines: tuple[str, ...] = ()
    default_voice_id: str | None = None
    preview_image_url: str | None = None
    preview_video_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListedVoice(Stored):
    """A voice: `id` is an order's voice_id."""

    id: str
    name: str
    language: str = ""
    locale: str = ""
    gender: str = ""
    age: str = ""
    accent: str = ""
    type: str = ""  # public, private, or what else the service calls it
    preview_audio_url: str | None = None
    styles: tuple[str, ...] = ()  # what an order's voice.style can be


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """A list as far as it was read."""

    items: tuple[Item, ...]
    whole: bool = True


@runtime_checkable
class ListsPeople(Protocol):
    """A service that lists whom it films."""

    def looks(self, *, api_key: str) -> Listing[ListedLook]:
        """Read the list. Raises: KeyChanged, TryLater where nothing could be read."""
        ...

    def voices(self, *, api_key: str) -> Listing[ListedVoice]:
        """Read the list. Raises: KeyChanged, TryLater where nothing could be read."""
        ...


def gathered(items: Iterator[Item]) -> Listing[Item]:
    """Read a list to its end, or as far as it can be. Raises: KeyChanged, TryLater where nothing could be read."""
    read: list[Item] = []
    try:
        for item in items:
            read.append(item)  # noqa: PERF402  # what came before it broke off is kept
    except TryLater:
        if not read:
            raise
        return Listing(tuple(read), whole=False)
    return Listing(tuple(read))


def text_of(value: str) -> str:
    """Return a vendor's text as it is kept: one line, of some length."""
    return " ".join(value.split())[:LONGEST_TEXT]


def link_of(value: str) -> str | None:
    """Return a vendor's link, None for what is none."""
    return value if value.startswith(("https://", "http://")) and len(value) <= LONGEST_LINK else None
