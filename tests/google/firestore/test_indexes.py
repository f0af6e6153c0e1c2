"""Which queries need which index; Google: firestore/docs/query-data/index-overview and query-data/indexing."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud.firestore import FieldFilter, Or

from infra.local.google.firestore.server import FirestoreServer
from tests.google.firestore.conftest import ServeIndexed

LISTED: dict[str, Any] = {
    "indexes": [
        {
            "collectionGroup": "jobs",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "tenant", "order": "ASCENDING"},
                {"fieldPath": "created_at", "order": "DESCENDING"},
            ],
        },
        {
            "collectionGroup": "jobs",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "status", "order": "ASCENDING"},
                {"fieldPath": "created_at", "order": "DESCENDING"},
            ],
        },
        {
            "collectionGroup": "jobs",
            "queryScope": "COLLECTION",
            "fields": [
                {"fieldPath": "tags", "arrayConfig": "CONTAINS"},
                {"fieldPath": "created_at", "order": "ASCENDING"},
            ],
        },
        {
            "collectionGroup": "jobs",
            "queryScope": "COLLECTION_GROUP",
            "fields": [
                {"fieldPath": "status", "order": "ASCENDING"},
                {"fieldPath": "due_at", "order": "ASCENDING"},
            ],
        },
    ],
    "fieldOverrides": [
        {"collectionGroup": "jobs", "fieldPath": "nodes", "indexes": []},
        {
            "collectionGroup": "jobs",
            "fieldPath": "nodes.state",
            "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION"}],
        },
        {"collectionGroup": "jobs", "fieldPath": "expire_at", "ttl": True, "indexes": []},
        {
            "collectionGroup": "jobs",
            "fieldPath": "owner",
            "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}],
        },
    ],
}


def _where(field: str, operator: str, value: object) -> Any:
    return lambda query: query.where(filter=FieldFilter(field, operator, value))


def _composite(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"collectionGroup": "jobs", "queryScope": "COLLECTION", "fields": list(parts)}


def _any(*filters: FieldFilter) -> Any:
    return lambda query: query.where(filter=Or(list(filters)))


def _order(field: str, direction: str = "ASCENDING") -> Any:
    return lambda query: query.order_by(field, direction=direction)


def _build(jobs: Any, parts: list[Any]) -> Any:
    for part in parts:
        jobs = part(jobs)
    return jobs


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [_where("a", "==", 1)],
        [_where("a", ">", 1), _where("a", "<", 9), _order("a", "DESCENDING")],
        [_where("a", "==", 1), _where("b", "==", 2), _where("c", "in", [1, 2])],
        [_where("a", "array_contains", 1)],
        [_where("a", "==", 1), _order("a")],
        [_order("a"), _order("__name__")],
        [_where("a", "==", 1), _order("__name__", "DESCENDING")],
        [_where("tenant", "==", 1), _order("created_at", "DESCENDING")],
        [_where("tenant", "in", [1, 2]), _order("created_at", "DESCENDING")],
        [_where("tenant", "==", 1), _where("created_at", ">", 1), _order("created_at", "DESCENDING")],
        [_where("tenant", "==", 1), _where("status", "==", 2), _order("created_at", "DESCENDING")],
        [_where("tags", "array_contains", 1), _order("created_at")],
        [_where("tags", "array_contains_any", [1, 2]), _where("created_at", ">", 1)],
        [_where("nodes.state", "==", 1)],
        [_any(FieldFilter("tenant", "==", 1), FieldFilter("status", "==", 2)), _order("created_at", "DESCENDING")],
    ],
    ids=[
        "everything",
        "equality",
        "range",
        "merged equalities",
        "array",
        "order on the equal field",
        "order and name",
        "equality, name down",
        "composite",
        "composite with in",
        "composite with range",
        "merged composites",
        "array composite",
        "array composite with range",
        "own override",
        "or",
    ],
)
def test_answered_by_an_index(serve_indexed: ServeIndexed, parts: list[Any]) -> None:
    """Single-field indexes, listed composites and their merges answer these (index-overview)."""
    jobs = serve_indexed(LISTED).collection("jobs")

    assert _build(jobs, parts).get() == []


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        (
            [_where("tenant", "==", 1), _order("created_at")],
            "tenant ASCENDING, created_at ASCENDING, __name__ ASCENDING",
        ),
        (
            [_where("a", "==", 1), _where("b", ">", 2)],
            "a ASCENDING, b ASCENDING, __name__ ASCENDING",
        ),
        (
            [_order("a"), _order("b", "DESCENDING")],
            "a ASCENDING, b DESCENDING, __name__ DESCENDING",
        ),
        (
            [_where("tenant", "==", 1), _where("other", "==", 2), _order("created_at", "DESCENDING")],
            "other ASCENDING, tenant ASCENDING, created_at DESCENDING, __name__ DESCENDING",
        ),
        (
            [_where("tags", "array_contains", 1), _order("created_at", "DESCENDING")],
            "tags CONTAINS, created_at DESCENDING, __name__ DESCENDING",
        ),
        ([_order("a"), _order("__name__", "DESCENDING")], "a ASCENDING, __name__ DESCENDING"),
        ([_order("__name__", "DESCENDING")], "__name__ DESCENDING"),
        ([_where("a", "array_contains", 1), _order("__name__", "DESCENDING")], "a CONTAINS, __name__ DESCENDING"),
    ],
    ids=[
        "other direction",
        "equality and range",
        "two orders",
        "not covered",
        "array",
        "name down",
        "names down",
        "array, name down",
    ],
)
def test_missing_composite_is_named(serve_indexed: ServeIndexed, parts: list[Any], named: str) -> None:
    """A query no index answers is FAILED_PRECONDITION, and the answer names the index to add (query-data/indexing)."""
    jobs = serve_indexed(LISTED).collection("jobs")

    with pytest.raises(FailedPrecondition, match=r"The query requires an index\.") as refused:
        _build(jobs, parts).get()

    assert f"collectionGroup jobs, COLLECTION, fields {named}." in refused.value.message


@pytest.mark.parametrize(
    ("part", "named"),
    [
        (_where("nodes", "==", 1), "COLLECTION_ASC index for collection jobs and field nodes"),
        (_where("nodes.a.b", ">", 1), "COLLECTION_ASC index for collection jobs and field nodes.a.b"),
        (_order("nodes.state", "DESCENDING"), "COLLECTION_DESC index for collection jobs and field nodes.state"),
        (_where("expire_at", "<", 1), "COLLECTION_ASC index for collection jobs and field expire_at"),
        (_where("nodes.l", "array_contains", 1), "COLLECTION_CONTAINS index for collection jobs and field nodes.l"),
        (_where("owner", "==", 1), "COLLECTION_ASC index for collection jobs and field owner"),
    ],
    ids=["exempt", "below an exempt map", "one direction", "ttl", "array", "other scope"],
)
def test_exempted_field_is_named(serve_indexed: ServeIndexed, part: Any, named: str) -> None:
    """A filter or order on a field exempted from indexing is FAILED_PRECONDITION (index-overview#exemptions)."""
    jobs = serve_indexed(LISTED).collection("jobs")

    with pytest.raises(FailedPrecondition, match=f"The query requires a {named}"):
        part(jobs).get()


def test_collection_group_needs_indexes_of_its_scope(serve_indexed: ServeIndexed) -> None:
    """Single-field indexes have no collection-group scope unless listed (index-overview#collection_group)."""
    jobs = serve_indexed(LISTED).collection_group("jobs")

    listed = jobs.where(filter=FieldFilter("owner", "==", 1)).get()
    composite = jobs.where(filter=FieldFilter("status", "==", 1)).where(filter=FieldFilter("due_at", "<", 1)).get()
    with pytest.raises(FailedPrecondition, match="COLLECTION_GROUP_ASC index for collection jobs and field status"):
        jobs.where(filter=FieldFilter("status", "==", 1)).get()

    assert (listed, composite, jobs.get()) == ([], [], [])


def test_other_collections_have_their_own_indexes(serve_indexed: ServeIndexed) -> None:
    """An index belongs to one collection id (index-overview)."""
    other = serve_indexed(LISTED).collection("deliveries")

    with pytest.raises(FailedPrecondition, match="collectionGroup deliveries"):
        _build(other, [_where("tenant", "==", 1), _order("created_at", "DESCENDING")]).get()


def test_sum_needs_the_field_in_the_index(serve_indexed: ServeIndexed) -> None:
    """A filtered sum needs an index that ends with the summed field (aggregation-queries#limitations)."""
    jobs: Any = serve_indexed(LISTED).collection("jobs")
    filtered: Any = jobs.where(filter=FieldFilter("tenant", "==", 1))

    assert filtered.sum("created_at", alias="s").get()[0][0].value == 0
    assert jobs.sum("cost", alias="s").get()[0][0].value == 0
    with pytest.raises(FailedPrecondition, match="tenant ASCENDING, cost ASCENDING"):
        filtered.sum("cost").get()


def test_count_needs_the_index_of_its_query(serve_indexed: ServeIndexed) -> None:
    """A count needs what its query needs (aggregation-queries)."""
    jobs = serve_indexed(LISTED).collection("jobs")

    with pytest.raises(FailedPrecondition, match="tenant ASCENDING, due_at ASCENDING"):
        _build(jobs, [_where("tenant", "==", 1), _where("due_at", ">", 1)]).count().get()


@pytest.mark.parametrize(
    "listed",
    [
        {"indices": []},
        {"fieldOverrides": [{"collectionGroup": "jobs", "fieldPath": "a", "index": []}]},
        {"indexes": [{"collectionGroup": "jobs", "queryScope": "DATABASE", "fields": []}]},
        {"indexes": [_composite({"fieldPath": "a", "vectorConfig": {"dimension": 2}})]},
        {"indexes": [_composite({"fieldPath": "a", "order": "UP"})]},
    ],
    ids=["list", "override", "scope", "vector", "order"],
)
def test_unreadable_list_is_refused_at_the_start(tmp_path: Path, listed: dict[str, Any]) -> None:
    """A key the server does not know stops it: an index it imagined would not exist in the cloud (its README)."""
    path = tmp_path / "firestore.indexes.json"
    path.write_text(json.dumps(listed), encoding="utf-8")

    with pytest.raises(ValueError, match=r"unknown keys|queryScope|needs order"):
        FirestoreServer(tmp_path / "data", indexes=path)
