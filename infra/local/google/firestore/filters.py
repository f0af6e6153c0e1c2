"""A query's `where` read once into plain nodes, each a test over a document's fields.

Operators and their treatment of null, NaN and missing fields: https://firebase.google.com/docs/firestore/query-data/queries.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from . import fields as paths
from .fields import DOCUMENT_NAME, FieldPath
from .messages import DocumentPb, FilterPb, StructuredQuery, ValuePb
from .names import check_document
from .ordering import NAN_KEY, NULL_KEY, Rank, SortKey, reference_key, sort_key
from .refusals import invalid


class Op(StrEnum):
    """The operators by their names on the wire."""

    LESS_THAN = "LESS_THAN"
    LESS_THAN_OR_EQUAL = "LESS_THAN_OR_EQUAL"
    GREATER_THAN = "GREATER_THAN"
    GREATER_THAN_OR_EQUAL = "GREATER_THAN_OR_EQUAL"
    EQUAL = "EQUAL"
    NOT_EQUAL = "NOT_EQUAL"
    ARRAY_CONTAINS = "ARRAY_CONTAINS"
    IN = "IN"
    ARRAY_CONTAINS_ANY = "ARRAY_CONTAINS_ANY"
    NOT_IN = "NOT_IN"


RANGES = frozenset({Op.LESS_THAN, Op.LESS_THAN_OR_EQUAL, Op.GREATER_THAN, Op.GREATER_THAN_OR_EQUAL})
NEGATIONS = frozenset({Op.NOT_EQUAL, Op.NOT_IN})
LISTS = frozenset({Op.IN, Op.NOT_IN, Op.ARRAY_CONTAINS_ANY})

_FIELD_OPS = StructuredQuery.FieldFilter.DESCRIPTOR.enum_types_by_name["Operator"].values_by_number
_UNARY_OPS = StructuredQuery.UnaryFilter.DESCRIPTOR.enum_types_by_name["Operator"].values_by_number
_UNARY = {
    "IS_NAN": (Op.EQUAL, NAN_KEY),
    "IS_NULL": (Op.EQUAL, NULL_KEY),
    "IS_NOT_NAN": (Op.NOT_EQUAL, NAN_KEY),
    "IS_NOT_NULL": (Op.NOT_EQUAL, NULL_KEY),
}
_RANGE: dict[Op, Callable[[SortKey, SortKey], bool]] = {
    Op.LESS_THAN: operator.lt,
    Op.LESS_THAN_OR_EQUAL: operator.le,
    Op.GREATER_THAN: operator.gt,
    Op.GREATER_THAN_OR_EQUAL: operator.ge,
}
_UNMATCHED = frozenset({NULL_KEY, NAN_KEY})  # found by IS_NULL and IS_NAN only, by no range, list or array operator
_AND = 1
_OR = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against one operand, or several for the operators that take a list."""

    path: FieldPath
    op: Op
    operands: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts must hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - `Any` is typing's
    """At least one of the parts must hold."""

    parts: tuple["Node", ...]


Node: TypeAlias = Comparison | Every | Any_


def read(wire: FilterPb) -> Node:
    """Parse a filter; INVALID_ARGUMENT for operands no operator accepts."""
    match wire.WhichOneof("filter_type"):
        case "composite_filter":
            parts = tuple(read(part) for part in wire.composite_filter.filters)
            if not parts:
                raise invalid("Composite filter must have at least one sub-filter.")
            if wire.composite_filter.op not in {_AND, _OR}:
                raise invalid("A composite filter must be AND or OR.")
            return Every(parts) if wire.composite_filter.op == _AND else Any_(parts)
        case "field_filter":
            return _comparison(wire.field_filter)
        case "unary_filter":
            name = _name(_UNARY_OPS, wire.unary_filter.op)
            if name not in _UNARY:
                raise invalid("A unary filter must name an operator.")
            op, operand = _UNARY[name]
            path = paths.parse(wire.unary_filter.field.field_path)
            if path == DOCUMENT_NAME:
                raise invalid("__key__ filter value must be a Key")
            return Comparison(path, op, (operand,))
        case _:
            raise invalid("A filter must be a composite, field or unary filter.")


def holds(node: Node, document: DocumentPb) -> bool:
    """Say whether a document satisfies the filter."""
    match node:
        case Comparison():
            key = key_at(document, node.path)
            return key is not None and _compare(node, key)
        case Every(parts):
            return all(holds(part, document) for part in parts)
        case Any_(parts):
            return any(holds(part, document) for part in parts)
        case _:
            assert_never(node)


def comparisons(node: Node) -> list[Comparison]:
    """Return every comparison of a filter, in the order written."""
    return [node] if isinstance(node, Comparison) else [leaf for part in node.parts for leaf in comparisons(part)]


def key_at(document: DocumentPb, path: FieldPath) -> SortKey | None:
    """Return the sort key of a field, or None where the document has no such field."""
    if path == DOCUMENT_NAME:
        return reference_key(document.name)
    value = paths.lookup(document.fields, path)
    return None if value is None else sort_key(value)


def _comparison(wire: FilterPb) -> Comparison:
    path = paths.parse(wire.field.field_path)
    name = _name(_FIELD_OPS, wire.op)
    if name not in Op.__members__:
        raise invalid("A field filter must name an operator.")
    op = Op(name)
    if path == DOCUMENT_NAME and op in {Op.ARRAY_CONTAINS, Op.ARRAY_CONTAINS_ANY}:
        raise invalid("the name __key__ is reserved")
    if op in LISTS:
        if wire.value.WhichOneof("value_type") != "array_value":
            raise invalid(f"'{op}' requires an ArrayValue.")
        if not wire.value.array_value.values:
            raise invalid(f"'{op}' requires an non-empty ArrayValue.")
        operands = tuple(_operand(path, value) for value in wire.value.array_value.values)
    else:
        operands = (_operand(path, wire.value),)
    return Comparison(path, op, operands)


def _operand(path: FieldPath, value: ValuePb) -> SortKey:
    kind = value.WhichOneof("value_type")
    if kind is None:
        raise invalid(f"The filter on {paths.written(path)} has a value without a type.")
    if kind == "reference_value":
        check_document(value.reference_value)
    elif path == DOCUMENT_NAME:
        raise invalid("__key__ filter value must be a Key")
    return sort_key(value)


def _compare(node: Comparison, key: SortKey) -> bool:
    first = node.operands[0]
    match node.op:
        case Op.EQUAL:
            return key == first
        case Op.LESS_THAN | Op.LESS_THAN_OR_EQUAL | Op.GREATER_THAN | Op.GREATER_THAN_OR_EQUAL:
            return _alike(key, first) and _RANGE[node.op](key, first)
        case Op.NOT_EQUAL:
            return key not in {NULL_KEY, first}
        case Op.IN:
            return key not in _UNMATCHED and key in node.operands
        case Op.NOT_IN:
            return NULL_KEY not in node.operands and key != NULL_KEY and key not in node.operands
        case Op.ARRAY_CONTAINS | Op.ARRAY_CONTAINS_ANY:
            return key[0] == Rank.ARRAY and any(
                element in node.operands for element in key[1] if element not in _UNMATCHED
            )
        case _:
            assert_never(node.op)


def _alike(key: SortKey, operand: SortKey) -> bool:
    """Say whether two values can be in one range: they have the same type, and are neither null nor NaN."""
    return key[0] == operand[0] and key not in _UNMATCHED and operand not in _UNMATCHED


def _name(known: FilterPb, number: int) -> str:
    return str(known[number].name) if number in known else ""
