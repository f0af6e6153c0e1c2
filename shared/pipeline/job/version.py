"""The versions of a film: each is a job of its own that buys nothing, made from the takes of its root.

The root is the job whose takes they are, and version 1 of its film. It lists the others, in the write that makes each
(pipeline README, "Versions"); a version knows its root and its number.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.pipeline.codec import Stored

MOST_VERSIONS = 100  # of one film: each stays in its root's document


@dataclass(frozen=True, slots=True)
class Version(Stored):
    """One version as its root lists it."""

    number: int  # counted from 2: the root is the first
    job: str  # its id
    base: str  # id of the job whose film was edited
    at: datetime
    changed: tuple[str, ...] = ()  # the fields of the edit
    deleted_at: datetime | None = None  # it is listed no more; its number is not given again


@dataclass(frozen=True, slots=True)
class Versions(Stored):
    """A job's place among the versions of a film."""

    of: str | None = None  # its root's id; None = it is one
    number: int = 1
    made: tuple[Version, ...] = ()  # of a root: all others, in order


@dataclass(frozen=True, slots=True)
class VersionMade:
    """A version was made from a root's takes; it is listed in the same write."""

    version: Version


@dataclass(frozen=True, slots=True)
class VersionGone:
    """A version was deleted: its root shows it no more."""

    job: str
