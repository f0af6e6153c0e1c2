"""A structured query read once into a plan, checked by Firestore's rules.

Rules and order of the stages: google.firestore.v1.StructuredQuery; limits:
https://firebase.google.com/docs/firestore/query-data/queries#query_limitations.
"""

from dataclasses import dataclass

from . import fields as paths
from . import filters
from .disjunctions import check_filters
from .documents import Scope
from .fields import DOCUMENT_NAME, FieldPath
from .filters import NEGATIONS, RANGES, Node
from .messages import CursorPb, QueryPb
from .names import check_document, check_id, check_parent
from .ordering import SortKey, sort_key
from .refusals import invalid, unimplemented

_ASCENDING = 1
_DESCENDING = 2
_MAX_PARTS = 100


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
    if not scope.collection_id:
        _check_kindless(leaves, orders)
    if query.HasField("select") and aggregated and _selection(query) == ():
        raise invalid("Aggregation over non-key properties is not supported for base query that only returns keys.")
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
    ordered: set[FieldPath] = set()
    for order in explicit:
        if order.path in ordered:
            raise invalid(f"order by clause cannot contain duplicate fields {paths.written(order.path)}")
        ordered.add(order.path)
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


def _check_kindless(leaves: list[filters.Comparison], orders: tuple[Order, ...]) -> None:
    """Refuse what a query over every collection cannot do: anything but names, in ascending order."""
    for leaf in leaves:
        if leaf.path != DOCUMENT_NAME:
            raise invalid(f"kind is required for filter: {paths.written(leaf.path)}")
    if orders != (Order(DOCUMENT_NAME, descending=False),):
        raise invalid("kind is required for all orders except __key__ ascending")


def _position(cursor: CursorPb, orders: tuple[Order, ...]) -> Position:
    if len(cursor.values) > len(orders):
        raise invalid("Cursor has too many values.")
    for value, order in zip(cursor.values, orders, strict=False):
        if order.path == DOCUMENT_NAME:
            if value.WhichOneof("value_type") != "reference_value":
                raise invalid("Cursor __key__ value is not a document reference.")
            check_document(value.reference_value)
    return Position(tuple(sort_key(value) for value in cursor.values), cursor.before)


def _selection(query: QueryPb) -> tuple[FieldPath, ...]:
    """Return the selected fields; none at all, or `__name__`, selects just the names."""
    chosen = tuple(paths.parse(field.field_path) for field in query.select.fields)
    return tuple(path for path in chosen if path != DOCUMENT_NAME)
