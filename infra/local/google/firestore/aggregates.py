"""count, sum and avg over a query's results.

Semantics: https://firebase.google.com/docs/firestore/query-data/aggregation-queries. Only documents that have every
aggregated field take part; what is not a number is ignored by sum and avg.
"""

import functools
import math
import operator
from contextlib import suppress
from dataclasses import dataclass

from . import fields as paths
from .documents import Documents, Stored
from .fields import FieldPath
from .messages import QueryPb, Value, ValuePb
from .refusals import invalid

MAX_AGGREGATIONS = 5
_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One figure asked for: `operator` is count, sum or avg; `up_to` bounds a count."""

    alias: str
    operator: str
    path: FieldPath | None
    up_to: int | None


def read(wire: QueryPb) -> list[Aggregation]:
    """Read a StructuredAggregationQuery's aggregations; INVALID_ARGUMENT when they are none, too many or ambiguous."""
    if not wire.aggregations:
        raise invalid("Aggregations can not be empty.")
    if len(wire.aggregations) > MAX_AGGREGATIONS:
        raise invalid(f"An aggregation query can have at most {MAX_AGGREGATIONS} aggregations.")
    asked = [_aggregation(one, number) for number, one in enumerate(wire.aggregations, start=1)]
    for one in asked:
        if sum(other.alias == one.alias for other in asked) > 1:
            raise invalid(f"Aggregation aliases contain duplicate alias: {one.alias}")
    return asked


def aggregated_fields(asked: list[Aggregation]) -> tuple[FieldPath, ...]:
    """Return the distinct fields summed or averaged."""
    return tuple(dict.fromkeys(one.path for one in asked if one.path is not None))


def compute(asked: list[Aggregation], documents: Documents, found: list[Stored]) -> dict[str, ValuePb]:
    """Return each figure by its alias."""
    needed = aggregated_fields(asked)
    rows: list[dict[FieldPath, ValuePb]] = []
    for stored in found:
        fields = documents.parsed(stored).fields
        row = {path: paths.lookup(fields, path) for path in needed}
        if all(value is not None for value in row.values()):
            rows.append(row)
    return {one.alias: _figure(one, rows) for one in asked}


def _aggregation(wire: QueryPb, number: int) -> Aggregation:
    alias = wire.alias or f"field_{number}"
    match wire.WhichOneof("operator"):
        case "count":
            up_to = wire.count.up_to.value if wire.count.HasField("up_to") else None
            if up_to is not None and up_to <= 0:
                raise invalid("up_to must be greater than zero.")
            return Aggregation(alias, "count", None, up_to)
        case "sum":
            return Aggregation(alias, "sum", paths.parse(wire.sum.field.field_path), None)
        case "avg":
            return Aggregation(alias, "avg", paths.parse(wire.avg.field.field_path), None)
        case _:
            raise invalid("An aggregation must be count, sum or avg.")


def _figure(one: Aggregation, rows: list[dict[FieldPath, ValuePb]]) -> ValuePb:
    if one.path is None:
        return Value(integer_value=len(rows) if one.up_to is None else min(len(rows), one.up_to))
    values = [row[one.path] for row in rows]
    integers = [value.integer_value for value in values if value.WhichOneof("value_type") == "integer_value"]
    doubles = [value.double_value for value in values if value.WhichOneof("value_type") == "double_value"]
    if one.operator == "sum":
        total = sum(integers)
        if not doubles and _INT64_MIN <= total <= _INT64_MAX:
            return Value(integer_value=total)
        return Value(double_value=_total(total, doubles))
    count = len(integers) + len(doubles)
    return Value(double_value=_total(sum(integers), doubles) / count) if count else Value(null_value=0)


def _total(integers: int, doubles: list[float]) -> float:
    """Add up as IEEE 754 does: ±Infinity where doubles overflow, NaN for Infinity and -Infinity."""
    if all(math.isfinite(number) for number in doubles):
        with suppress(OverflowError):  # also of a sum on the way: then in the order found, as the service does
            return math.fsum([integers, *doubles])
    return functools.reduce(operator.add, doubles, float(integers))
