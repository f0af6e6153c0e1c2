"""What a secret and a version are, and the three states of a version."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class VersionState(StrEnum):
    """Only an enabled version can be accessed; a destroyed one stays so."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    DESTROYED = "DESTROYED"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its full name; `uid` tells it from one of the same name deleted before, `revision` counts changes.

    `sequence` grows with every secret kept, 0 before.
    """

    name: str
    created: datetime
    labels: Mapping[str, str]
    uid: str
    revision: int = 1
    sequence: int = 0

    @property
    def etag(self) -> str:
        """Changes with every change of the secret, and with nothing that happens to its versions."""
        return _etag(self.uid, self.revision)


@dataclass(frozen=True, slots=True)
class Version:
    """A version by its secret's name and its number, with its payload until it is destroyed."""

    secret: str
    number: int
    created: datetime
    payload: bytes = field(repr=False)
    crc32c: int = field(repr=False)
    checksum_given: bool
    uid: str
    state: VersionState = VersionState.ENABLED
    destroyed: datetime | None = None
    revision: int = 1

    @property
    def etag(self) -> str:
        """Changes with every enable, disable and destroy, also with one that changes nothing else."""
        return _etag(self.uid, self.revision)


def _etag(uid: str, revision: int) -> str:
    return f'"{hashlib.sha256(f"{uid}/{revision}".encode()).hexdigest()[:14]}"'
