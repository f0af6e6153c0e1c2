"""What was being bought when a command was interrupted: the same command again goes on with it and buys nothing new.

The Idempotency-Key is on the disk before the first call that can buy; it goes when the command has told the outcome.
"""

import hashlib
import json
import time
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .profile import folder, read_object, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEPT_SECONDS = 7 * 24 * 3600  # after a week the same command means a new film


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase on its way."""

    idempotency_key: str
    begun: str  # seconds since 1970
    image: str = ""  # the uploaded photo's id
    job: str = ""  # the job's id, once abroll told it


class Purchases:
    """The purchases this user began and has not heard the outcome of; a file each."""

    def __init__(self, *named: Any) -> None:
        """Open the purchase that `named` tells from all others: address, key, call, body, photo."""
        told = json.dumps(named, sort_keys=True, ensure_ascii=False)
        self._file: Path = folder() / "purchases" / f"{hashlib.sha256(told.encode()).hexdigest()}.json"

    def begun(self) -> Purchase | None:
        """Return the purchase that was begun, None where there is none."""
        kept: Mapping[str, str] = read_object(self._file)
        try:
            found = Purchase(**kept)
            fresh = time.time() - float(found.begun) < KEPT_SECONDS
        except (TypeError, ValueError):
            return None
        return found if fresh else None

    def begin(self) -> Purchase:
        """Begin one, under a key of its own."""
        purchase = Purchase(str(uuid.uuid4()), str(time.time()))
        self.keep(purchase)
        return purchase

    def keep(self, purchase: Purchase) -> None:
        """Keep how far it is."""
        write_private(self._file, json.dumps(asdict(purchase)))

    def over(self) -> None:
        """Forget it: its outcome was told."""
        self._file.unlink(missing_ok=True)
