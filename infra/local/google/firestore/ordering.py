"""Firestore's one order over all values: by type first, then within the type.

Null < booleans < numbers (NaN first) < timestamps < strings (UTF-8 bytes) < bytes < references < points < arrays <
maps: https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering. A key is `(rank, payload)`;
Python's comparison of nested tuples is then Firestore's, and equal keys are equal values (3 equals 3.0).
"""

import math
from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeAlias

from .messages import FieldsPb, ValuePb
from .names import name_key

SortKey: TypeAlias = tuple[int, Any]


class Rank(IntEnum):
    """The types, in ascending order."""

    NULL = 0
    BOOLEAN = 1
    NUMBER = 2
    TIMESTAMP = 3
    STRING = 4
    BYTES = 5
    REFERENCE = 6
    GEO_POINT = 7
    ARRAY = 8
    MAP = 9


NULL_KEY: SortKey = (Rank.NULL, None)
NAN_KEY: SortKey = (Rank.NUMBER, (0, 0))


def sort_key(value: ValuePb) -> SortKey:
    """Return the comparable key of a stored value."""
    return _KEYS[value.WhichOneof("value_type")](value)


def reference_key(name: str) -> SortKey:
    """Return the key a document's name sorts by as `__name__`."""
    return (Rank.REFERENCE, name_key(name))


def _map_key(fields: FieldsPb) -> tuple[tuple[bytes, SortKey], ...]:
    return tuple(sorted((key.encode(), sort_key(value)) for key, value in fields.items()))


def _double_key(number: float) -> SortKey:
    return NAN_KEY if math.isnan(number) else (Rank.NUMBER, (1, number))


_KEYS: dict[str | None, Callable[[ValuePb], SortKey]] = {
    None: lambda _: NULL_KEY,
    "null_value": lambda _: NULL_KEY,
    "boolean_value": lambda value: (Rank.BOOLEAN, value.boolean_value),
    "integer_value": lambda value: (Rank.NUMBER, (1, value.integer_value)),
    "double_value": lambda value: _double_key(value.double_value),
    "timestamp_value": lambda value: (Rank.TIMESTAMP, (value.timestamp_value.seconds, value.timestamp_value.nanos)),
    "string_value": lambda value: (Rank.STRING, value.string_value.encode()),
    "bytes_value": lambda value: (Rank.BYTES, value.bytes_value),
    "reference_value": lambda value: reference_key(value.reference_value),
    "geo_point_value": lambda value: (
        Rank.GEO_POINT,
        (value.geo_point_value.latitude, value.geo_point_value.longitude),
    ),
    "array_value": lambda value: (Rank.ARRAY, tuple(sort_key(element) for element in value.array_value.values)),
    "map_value": lambda value: (Rank.MAP, _map_key(value.map_value.fields)),
}
