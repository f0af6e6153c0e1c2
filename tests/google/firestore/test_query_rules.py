"""Queries Firestore refuses; Google: firestore/docs/query-data/queries#query_limitations and StructuredQuery."""

from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import And, FieldFilter, Or

Filters = list[Any]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ([FieldFilter("a", "!=", 1), FieldFilter("b", "!=", 1)], "Only a single 'NOT_EQUAL'"),
        ([FieldFilter("a", "!=", 1), FieldFilter("b", "not-in", [1])], "Only a single 'NOT_EQUAL'"),
        ([FieldFilter("a", "not-in", [1]), FieldFilter("b", "in", [1])], "NOT_IN"),
        ([FieldFilter("a", "not-in", [1]), FieldFilter("b", "array_contains_any", [1])], "NOT_IN"),
        ([FieldFilter("a", "not-in", [1]), Or([FieldFilter("b", "==", 1), FieldFilter("c", "==", 1)])], "NOT_IN"),
        ([FieldFilter("a", "not-in", list(range(11)))], "up to 10"),
        ([FieldFilter("a", "in", list(range(31)))], "30 disjunctions"),
        ([FieldFilter("a", "in", list(range(6))), FieldFilter("b", "in", list(range(6)))], "30 disjunctions"),
        ([FieldFilter("a", "array_contains", 1), FieldFilter("b", "array_contains", 1)], "at most one ARRAY_CONTAINS"),
        (
            [FieldFilter("a", "array_contains", 1), FieldFilter("b", "array_contains_any", [1])],
            "at most one ARRAY_CONTAINS",
        ),
        ([FieldFilter("a", "in", [])], "non-empty"),
        ([FieldFilter(f"f{n}", ">", 1) for n in range(11)], "at most 10 fields"),
        ([FieldFilter("__name__", "==", "no reference")], "__key__ filter value must be a Key"),
        ([FieldFilter("__name__", "==", None)], "__key__ filter value must be a Key"),
        ([FieldFilter("__name__", "array_contains", 1)], "the name __key__ is reserved"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_filters_that_do_not_go_together(client: Any, filters: Filters, message: str) -> None:
    """A forbidden combination of filters is INVALID_ARGUMENT (query-data/queries#query_limitations)."""
    query = client.collection("c").where(filter=And(filters))

    with pytest.raises(InvalidArgument, match=message):
        query.get()


def test_equal_names_do_not_go_with_ranges(client: Any) -> None:
    """An equality on the name with a range elsewhere is INVALID_ARGUMENT (Firebase's composite index tests)."""
    query = (
        client.collection("c")
        .where(filter=FieldFilter("__name__", "==", client.document("c/a")))
        .where(filter=FieldFilter("v", ">", 1))
    )

    with pytest.raises(
        InvalidArgument, match="Equality on key is not allowed if there are other inequality fields and key"
    ):
        query.get()


def test_nothing_is_ordered_after_the_name(client: Any) -> None:
    """An order after __name__, even an implied one, is INVALID_ARGUMENT (Firebase's composite index tests)."""
    implied = client.collection("c").where(filter=FieldFilter("v", "!=", 1)).order_by("__name__")

    with pytest.raises(InvalidArgument, match="order by clause cannot contain more fields after the key"):
        implied.get()


@pytest.mark.parametrize("field", ["a..b", "a-b", "1a", "`a", "__a__", ""])
def test_malformed_paths_are_refused(raw: Any, documents: str, field: str) -> None:
    """A field path outside the syntax is INVALID_ARGUMENT (StructuredQuery.FieldReference)."""
    query = {"from_": [{"collection_id": "c"}], "order_by": [{"field": {"field_path": field}}]}

    with pytest.raises(InvalidArgument, match=r"Invalid property path|reserved"):
        list(raw.run_query(request={"parent": documents, "structured_query": query}))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from_": [{"collection_id": "c"}, {"collection_id": "d"}]},
        {"from_": [{}]},
        {"from_": [{"collection_id": "c/d"}]},
        {"from_": [{"collection_id": "c"}], "offset": -1},
        {"from_": [{"collection_id": "c"}], "limit": -1},
        {"from_": [{"collection_id": "c"}], "where": {}},
        {"from_": [{"collection_id": "c"}], "where": {"composite_filter": {"op": 1, "filters": []}}},
        {
            "from_": [{"collection_id": "c"}],
            "where": {"field_filter": {"field": {"field_path": "a"}, "op": 0, "value": {"null_value": 0}}},
        },
        {"from_": [{"collection_id": "c"}], "start_at": {"values": [{"integer_value": 1}]}},
        {
            "from_": [{"collection_id": "c"}],
            "order_by": [{"field": {"field_path": "__name__"}}],
            "start_at": {"values": [{"string_value": "a"}]},
        },
        {
            "from_": [{"all_descendants": True}],
            "order_by": [{"field": {"field_path": "a"}}],
        },
        {
            "from_": [{"collection_id": "c"}],
            "order_by": [{"field": {"field_path": "a"}}, {"field": {"field_path": "a"}}],
        },
    ],
    ids=[
        "no collection",
        "two collections",
        "any collection, not below",
        "slash",
        "negative offset",
        "negative limit",
        "empty filter",
        "empty composite",
        "no operator",
        "cursor without order",
        "name cursor without reference",
        "order over all collections",
        "the same order twice",
    ],
)
def test_malformed_queries_are_refused(raw: Any, documents: str, query: dict[str, Any]) -> None:
    """What a StructuredQuery requires is demanded: INVALID_ARGUMENT (google.firestore.v1.StructuredQuery)."""
    with pytest.raises(InvalidArgument):
        list(raw.run_query(request={"parent": documents, "structured_query": query}))
