"""A plan run over a scope's documents: filter, sort, cut at the cursors, skip and limit.

The order of the stages: google.firestore.v1.StructuredQuery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from . import filters
from .documents import Documents, Stored
from .messages import DocumentPb
from .moments import Micros
from .ordering import SortKey
from .plans import Order, Plan, Position

_Row: TypeAlias = tuple[tuple[SortKey, ...], Stored]


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found, in order; `skipped` documents were passed over by the offset."""

    documents: list[Stored]
    skipped: list[Stored]


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
