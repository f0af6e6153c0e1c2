"""Firestore's moments, as plain ones."""

from datetime import datetime
from typing import Any


def plain_time(moment: datetime) -> datetime:
    """Return a moment without the nanoseconds of Firestore's own subclass: we do no arithmetic with them."""
    return datetime.fromtimestamp(moment.timestamp(), tz=moment.tzinfo)


def moment_in(snapshot: Any, field: str) -> datetime | None:
    """Return a time that stands on top of a document nobody could read."""
    found = snapshot.get(field)
    return plain_time(found) if isinstance(found, datetime) else None
