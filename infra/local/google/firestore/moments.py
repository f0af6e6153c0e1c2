"""Instants as whole microseconds since 1970, the resolution Firestore keeps."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from .messages import Timestamp, TimestampPb
from .refusals import invalid

Micros: TypeAlias = int

SECOND: Micros = 1_000_000
HOUR: Micros = 3600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND = -62_135_596_800  # 0001-01-01T00:00:00Z
_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
_NANOS = 1_000_000_000


def micros_of(moment: datetime) -> Micros:
    """Convert an aware datetime."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def timestamp(at: Micros) -> TimestampPb:
    """Build the wire's timestamp."""
    seconds, rest = divmod(at, SECOND)
    return Timestamp(seconds=seconds, nanos=rest * 1000)


def stamped(wire: TimestampPb) -> Micros:
    """Read the wire's timestamp, rounded down to the microsecond."""
    at: Micros = wire.seconds * SECOND + wire.nanos // 1000
    return at


def aligned(wire: TimestampPb, name: str) -> Micros:
    """Read a timestamp that must be microsecond aligned; INVALID_ARGUMENT names the field otherwise."""
    in_range(wire)
    if wire.nanos % 1000:
        raise invalid(f"{name} must be microsecond aligned.")
    return stamped(wire)


def in_range(wire: TimestampPb) -> None:
    """Refuse a timestamp outside years 1 to 9999 or with impossible nanoseconds."""
    if not _FIRST_SECOND <= wire.seconds <= _LAST_SECOND or not 0 <= wire.nanos < _NANOS:
        raise invalid(f"Invalid timestamp: seconds {wire.seconds}, nanos {wire.nanos}.")
