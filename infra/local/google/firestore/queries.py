"""A structured query read once into a plan, checked by Firestore's rules, and run over a scope's documents.

Rules and order of the stages: google.firestore.v1.StructuredQuery; limits:
https://firebase.google.com/docs/firestore/query-data/queries#query_limitations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from infra.local.google.firestore import fields as paths
from infra.local.google.firestore import filters
from infra.local.google.firestore.disjunctions import check_filters
from infra.local.google.firestore.documents import Documents, Scope, Stored
from infra.local.google.firestore.fields import DOCUMENT_NAME, FieldPath
from infra.local.google.firestore.filters import NEGATIONS, RANGES, Node
from infra.local.google.firestore.messages import CursorPb, DocumentPb, QueryPb
from infra.local.google.firestore.moments import Micros
from infra.local.google.firestore.names import check_document, check_id, check_parent
from infra.local.google.firestore.ordering import SortKey, sort_key
from infra.local.google.firestore.refusals import invalid, unimplemented

_ASCENDING = 1
_DESCENDING = 2
_MAX_PARTS = 100


_Row: TypeAlias = tuple[tuple[SortKey, ...], Stored]


@dataclass(frozen=True, slots=True)
class Order:
    """One field the results are sorted by."""

    path: FieldPath
    descending: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A cursor: a prefix of the sort keys, and whether the results there belong behind it (`before`)."""

    keys: tuple[SortKey, ...]
    before: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A query ready to run; `orders` is complete and ends with the document's name.

    `aggregated` are the fields it is ordered by only because they are summed or averaged.
    """

    scope: Scope
    where: Node | None
    orders: tuple[Order, ...]
    start: Position | None
    end: Position | None
    offset: int
    limit: int | None
    select: tuple[FieldPath, ...] | None
    aggregated: tuple[FieldPath, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found, in order; `skipped` documents were passed over by the offset."""

    documents: list[Stored]
    skipped: list[Stored]


def plan(parent: str, query: QueryPb, aggregated: tuple[FieldPath, ...] = ()) -> Plan:
    """Read a StructuredQuery below `parent`; INVALID_ARGUMENT where Firestore refuses it, UNIMPLEMENTED for vectors.

    Fields to be summed or averaged order the results too, unless the document's name is ordered by already.
    """
    if query.HasField("find_nearest"):
        raise unimplemented("vector search (find_nearest)")
    scope = _scope(check_parent(parent), query)
    where = filters.read(query.where) if query.HasField("where") else None
    explicit = tuple(_order(order) for order in query.order_by)
    ordered = _complete(explicit, where)
    implied = _implied(aggregated, ordered, explicit)
    orders = (*ordered[:-1], *(Order(path, ordered[-1].descending) for path in implied), ordered[-1])
    leaves = filters.comparisons(where) if where else []
    if where:
        check_filters(where)
    if len(leaves) + len(explicit) > _MAX_PARTS:
        raise invalid(f"A query can have at most {_MAX_PARTS} filters and sort orders.")
    if not scope.collection_id and any(path != DOCUMENT_NAME for path in _used(leaves, orders)):
        raise invalid("A query over all collections can only filter and order by __name__.")
    if query.offset < 0 or (query.HasField("limit") and query.limit.value < 0):
        raise invalid("limit and offset must not be negative.")
    return Plan(
        scope,
        where,
        orders,
        _position(query.start_at, explicit) if query.HasField("start_at") else None,
        _position(query.end_at, explicit) if query.HasField("end_at") else None,
        query.offset,
        query.limit.value if query.HasField("limit") else None,
        _selection(query) if query.HasField("select") else None,
        implied,
    )


def run(wanted: Plan, documents: Documents, at: Micros | None) -> Results:
    """Run a plan over the documents as they are, or as they were at the moment `at`."""
    found: list[_Row] = []
    for stored in documents.scan(wanted.scope, at):
        document = documents.parsed(stored)
        keys = _keys(wanted, document)
        if keys is not None and _inside(wanted, keys):
            found.append((keys, stored))
    for index, order in reversed(list(enumerate(wanted.orders))):
        found.sort(key=_nth_key(index), reverse=order.descending)
    ordered = [stored for _, stored in found]
    end = None if wanted.limit is None else wanted.offset + wanted.limit
    return Results(ordered[wanted.offset : end], ordered[: wanted.offset])


def _scope(parent: str, query: QueryPb) -> Scope:
    if len(query.from_) != 1:
        raise invalid("A query must name exactly one collection to select from.")
    selector = query.from_[0]
    if not selector.collection_id and not selector.all_descendants:
        raise invalid("A query without a collection id must select all descendants.")
    if selector.collection_id:
        check_id(selector.collection_id, "Collection")
    return Scope(parent, selector.collection_id, selector.all_descendants)


def _order(wire: QueryPb) -> Order:
    if wire.direction not in {0, _ASCENDING, _DESCENDING}:
        raise invalid("An order must be ASCENDING or DESCENDING.")
    return Order(paths.parse(wire.field.field_path), wire.direction == _DESCENDING)


def _complete(explicit: tuple[Order, ...], where: Node | None) -> tuple[Order, ...]:
    """Append the inequality fields not ordered by yet, by name, and the document's name, in the last direction."""
    descending = explicit[-1].descending if explicit else False
    ordered = {order.path for order in explicit}
    leaves = filters.comparisons(where) if where else []
    ranged = {leaf.path for leaf in leaves if leaf.op in RANGES | NEGATIONS}
    missing = sorted((path for path in ranged - ordered - {DOCUMENT_NAME}), key=paths.written)
    orders = explicit + tuple(Order(path, descending) for path in missing)
    if DOCUMENT_NAME not in ordered:
        return (*orders, Order(DOCUMENT_NAME, descending))
    if orders[-1].path != DOCUMENT_NAME:
        raise invalid("order by clause cannot contain more fields after the key")
    return orders


def _implied(
    aggregated: tuple[FieldPath, ...], ordered: tuple[Order, ...], explicit: tuple[Order, ...]
) -> tuple[FieldPath, ...]:
    """Return the aggregated fields that are not ordered by yet, by name."""
    if explicit and explicit[-1].path == DOCUMENT_NAME:
        return ()
    return tuple(sorted(set(aggregated) - {order.path for order in ordered}, key=paths.written))


def _used(leaves: list[filters.Comparison], orders: tuple[Order, ...]) -> list[FieldPath]:
    return [leaf.path for leaf in leaves] + [order.path for order in orders]


def _position(cursor: CursorPb, orders: tuple[Order, ...]) -> Position:
    if len(cursor.values) > len(orders):
        raise invalid("Cursor has too many values.")
    for value, order in zip(cursor.values, orders, strict=False):
        if order.path == DOCUMENT_NAME:
            if value.WhichOneof("value_type") != "reference_value":
                raise invalid("A cursor's value for __name__ must be a reference.")
            check_document(value.reference_value)
    return Position(tuple(sort_key(value) for value in cursor.values), cursor.before)


def _selection(query: QueryPb) -> tuple[FieldPath, ...]:
    """Return the selected fields; none at all, or `__name__`, selects just the names."""
    chosen = tuple(paths.parse(field.field_path) for field in query.select.fields)
    return tuple(path for path in chosen if path != DOCUMENT_NAME)


def _nth_key(index: int) -> Callable[[_Row], SortKey]:
    def key(row: _Row) -> SortKey:
        return row[0][index]

    return key


def _keys(wanted: Plan, document: DocumentPb) -> tuple[SortKey, ...] | None:
    """Return the document's sort keys, or None where it does not match or lacks a field it would be sorted by."""
    if wanted.where is not None and not filters.holds(wanted.where, document):
        return None
    keys = []
    for order in wanted.orders:
        key = filters.key_at(document, order.path)
        if key is None:
            return None
        keys.append(key)
    return tuple(keys)


def _inside(wanted: Plan, keys: tuple[SortKey, ...]) -> bool:
    if wanted.start is not None:
        side = _side(keys, wanted.start, wanted.orders)
        if side < 0 or (side == 0 and not wanted.start.before):
            return False
    if wanted.end is not None:
        side = _side(keys, wanted.end, wanted.orders)
        if side > 0 or (side == 0 and wanted.end.before):
            return False
    return True


def _side(keys: tuple[SortKey, ...], position: Position, orders: tuple[Order, ...]) -> int:
    """Return -1, 0 or 1: before the position, at it, behind it."""
    for key, mark, order in zip(keys, position.keys, orders, strict=False):
        if key != mark:
            return 1 if (key > mark) != order.descending else -1
    return 0
