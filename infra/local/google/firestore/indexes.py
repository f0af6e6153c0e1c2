"""The one index list: which indexes exist, whether they answer a query, and which fields expire documents.

The list has the shape of Firebase's `firestore.indexes.json`. A query is answered by indexes whose leading fields are
compared for equality and whose rest is exactly the sort order; several such indexes merge when together they cover
every equality: https://firebase.google.com/docs/firestore/query-data/index-overview. Every field has its single-field
indexes (ascending, descending, array) within a collection unless an override says otherwise; a map's reaches into it.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import fields as paths
from .disjunctions import Term, terms
from .fields import DOCUMENT_NAME, FieldPath
from .filters import Op
from .plans import Plan
from .refusals import failed_precondition

ASCENDING = "ASCENDING"
DESCENDING = "DESCENDING"
CONTAINS = "CONTAINS"
_COLLECTION = "COLLECTION"
_GROUP = "COLLECTION_GROUP"
_SHORT = {ASCENDING: "ASC", DESCENDING: "DESC", CONTAINS: "CONTAINS"}
_LIST_KEYS = {"indexes", "fieldOverrides"}
_ENTRY_KEYS = {"collectionGroup", "queryScope", "fieldPath", "fields", "indexes", "ttl"}
_PART_KEYS = {"fieldPath", "order", "arrayConfig", "queryScope"}
_EVERY_FIELD: FieldPath = ("*",)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an index and its mode: ASCENDING, DESCENDING or CONTAINS."""

    path: FieldPath
    mode: str


@dataclass(frozen=True, slots=True)
class Index:
    """One index of a collection group; `parts` ends with the document's name."""

    group: str
    scope: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """What one conjunction of a query asks of an index."""

    equal: frozenset[FieldPath]
    contains: frozenset[FieldPath]
    sorted_by: tuple[Part, ...]
    name: str
    aggregated: tuple[FieldPath, ...]


@dataclass(frozen=True, slots=True)
class Indexes:
    """The index list, read."""

    composites: tuple[Index, ...]
    overrides: dict[tuple[str, FieldPath], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    expiries: tuple[tuple[str, FieldPath], ...] = ()

    def check(self, plan: Plan) -> None:
        """Refuse a query no index answers: FAILED_PRECONDITION naming the one to add."""
        group = plan.scope.collection_id
        if not group:
            return
        scope = _GROUP if plan.scope.all_descendants else _COLLECTION
        for term in terms(plan.where) if plan.where else [()]:
            need = _need(plan, term)
            if not self._answers(need, group, scope):
                raise failed_precondition(_missing(need, group, scope))

    def _answers(self, need: Need, group: str, scope: str) -> bool:
        wanted = need.equal | need.contains
        if not wanted and not need.sorted_by and not need.aggregated and need.name == ASCENDING:
            return True
        candidates = [index.parts for index in self.composites if (index.group, index.scope) == (group, scope)]
        for path in wanted | {part.path for part in need.sorted_by} | set(need.aggregated):
            candidates += [_closed((Part(path, mode),)) for mode in self._single(group, path, scope)]
        covered: set[FieldPath] = set()
        usable = False
        for parts in candidates:
            prefix = _usable_prefix(parts, need)
            if prefix is not None:
                usable = True
                covered |= prefix
        return usable and covered == wanted

    def _single(self, group: str, path: FieldPath, scope: str) -> list[str]:
        """Return the modes in which a field is indexed on its own."""
        for length in range(len(path), 0, -1):
            override = self.overrides.get((group, path[:length]))
            if override is not None:
                return [mode for where, mode in override if where == scope]
        override = self.overrides.get((group, _EVERY_FIELD))
        if override is not None:
            return [mode for where, mode in override if where == scope]
        return [ASCENDING, DESCENDING, CONTAINS] if scope == _COLLECTION else []


def load(path: Path) -> Indexes:
    """Read the list; what it does not understand raises ValueError, what is missing KeyError."""
    listed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    _check_keys(listed)
    overrides = {}
    expiries = []
    for entry in listed.get("fieldOverrides", []):
        key = (entry["collectionGroup"], _path(entry["fieldPath"]))
        if "indexes" in entry:
            overrides[key] = tuple((index.get("queryScope", _COLLECTION), _mode(index)) for index in entry["indexes"])
        if entry.get("ttl"):
            expiries.append(key)
    composites = tuple(
        Index(
            entry["collectionGroup"],
            entry["queryScope"],
            _closed(tuple(Part(_path(part["fieldPath"]), _mode(part)) for part in entry["fields"])),
        )
        for entry in listed.get("indexes", [])
    )
    return Indexes(composites, overrides, tuple(expiries))


def _check_keys(listed: dict[str, Any]) -> None:
    """Refuse a misspelt or unsupported key: ignored, it would leave an index the cloud does not have."""
    entries = [*listed.get("indexes", []), *listed.get("fieldOverrides", [])]
    parts = [part for entry in entries for part in (*entry.get("fields", []), *entry.get("indexes", []))]
    for entry, known in [
        (listed, _LIST_KEYS),
        *((one, _ENTRY_KEYS) for one in entries),
        *((one, _PART_KEYS) for one in parts),
    ]:
        unknown = entry.keys() - known
        if unknown:
            raise ValueError(f"The index list has unknown keys {sorted(unknown)}; known here are {sorted(known)}.")
        if entry.get("queryScope", _COLLECTION) not in {_COLLECTION, _GROUP}:
            raise ValueError(f"Unknown queryScope {entry['queryScope']} in the index list.")


def _path(text: str) -> FieldPath:
    return _EVERY_FIELD if text == "*" else paths.parse(text)


def _mode(entry: dict[str, str]) -> str:
    mode = entry.get("order") or entry.get("arrayConfig")
    if mode not in _SHORT:
        raise ValueError(f"Index field {entry} needs order ASCENDING or DESCENDING, or arrayConfig CONTAINS.")
    return mode


def _closed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Append the document's name in the last field's direction, as Firestore does."""
    if parts[-1].path == DOCUMENT_NAME:
        return parts
    return (*parts, Part(DOCUMENT_NAME, DESCENDING if parts[-1].mode == DESCENDING else ASCENDING))


def _need(plan: Plan, term: Term) -> Need:
    equal = frozenset(leaf.path for leaf in term if leaf.op == Op.EQUAL and leaf.path != DOCUMENT_NAME)
    contains = frozenset(leaf.path for leaf in term if leaf.op == Op.ARRAY_CONTAINS)
    sorted_by = tuple(
        Part(order.path, DESCENDING if order.descending else ASCENDING)
        for order in plan.orders[:-1]
        if order.path not in equal and order.path not in plan.aggregated
    )
    name = DESCENDING if plan.orders[-1].descending else ASCENDING
    return Need(equal, contains, sorted_by, name, tuple(path for path in plan.aggregated if path not in equal))


def _usable_prefix(parts: tuple[Part, ...], need: Need) -> frozenset[FieldPath] | None:
    """Return the equality fields an index covers when the rest of it is the wanted order, else None."""
    rest = len(need.sorted_by) + len(need.aggregated)
    split = len(parts) - 1 - rest
    if split < 0:
        return None
    prefix, suffix, name = parts[:split], parts[split:-1], parts[-1]
    fits = all(
        part.path in (need.contains if part.mode == CONTAINS else need.equal) and part.path != DOCUMENT_NAME
        for part in prefix
    )
    tail = suffix[len(need.sorted_by) :]
    if not fits or suffix[: len(need.sorted_by)] != need.sorted_by:
        return None
    if {part.path for part in tail} != set(need.aggregated) or any(part.mode == CONTAINS for part in tail):
        return None
    if name.mode != need.name and not need.aggregated:
        return None
    return frozenset(part.path for part in prefix)


def _missing(need: Need, group: str, scope: str) -> str:
    parts = [
        *(Part(path, CONTAINS) for path in sorted(need.contains)),
        *(Part(path, ASCENDING) for path in sorted(need.equal)),
        *need.sorted_by,
        *(Part(path, ASCENDING) for path in need.aggregated),
    ]
    if len(parts) == 1 and _closed(tuple(parts))[-1].mode == need.name:
        mode, path = _SHORT[parts[0].mode], paths.written(parts[0].path)
        return f"The query requires a {scope}_{mode} index for collection {group} and field {path}."
    named = ", ".join(f"{paths.written(part.path)} {part.mode}" for part in [*parts, Part(DOCUMENT_NAME, need.name)])
    return f"The query requires an index. Add it to the index list: collectionGroup {group}, {scope}, fields {named}."
