"""Firestore's moments, as plain ones."""

from datetime import datetime


def plain_time(moment: datetime) -> datetime:
    """Return a moment without the nanoseconds of Firestore's own subclass: we do no arithmetic with them."""
    return datetime.fromtimestamp(moment.timestamp(), tz=moment.tzinfo)
