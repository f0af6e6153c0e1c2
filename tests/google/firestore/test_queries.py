"""Queries: filters, orders, cursors, projections; Google: firestore/docs/query-data."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud import firestore
from google.cloud.firestore import And, FieldFilter, Or
from google.cloud.firestore_v1.field_path import FieldPath

CITIES: dict[str, dict[str, Any]] = {
    "BJ": {"name": "Beijing", "state": None, "country": "China", "population": 21_500_000, "regions": ["jingjinji"]},
    "DC": {"name": "Washington", "state": None, "country": "USA", "population": 680_000, "regions": ["east_coast"]},
    "LA": {"name": "Los Angeles", "state": "CA", "country": "USA", "population": 3_900_000, "regions": ["west_coast"]},
    "SF": {
        "name": "San Francisco",
        "state": "CA",
        "country": "USA",
        "population": 860_000,
        "regions": ["west_coast", "norcal"],
    },
    "TOK": {"name": "Tokyo", "country": "Japan", "population": 9_000_000, "capital": True, "regions": ["kanto"]},
}


@pytest.fixture
def cities(client: Any) -> Any:
    """Store the documentation's cities; only Tokyo lacks a state."""
    collection = client.collection("cities")
    for city, fields in CITIES.items():
        collection.document(city).set(fields)
    return collection


def _ids(query: Any) -> list[str]:
    return [snapshot.id for snapshot in query.stream()]


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("country", "==", "USA", ["DC", "LA", "SF"]),
        ("population", "<", 860_000, ["DC"]),
        ("population", "<=", 860_000, ["DC", "SF"]),
        ("population", ">", 9_000_000, ["BJ"]),
        ("population", ">=", 9_000_000.0, ["TOK", "BJ"]),
        ("country", "!=", "USA", ["BJ", "TOK"]),
        ("state", "==", None, ["BJ", "DC"]),
        ("state", "!=", None, ["LA", "SF"]),
        ("state", "!=", "CA", []),
        ("country", "in", ["China", "Japan", "France"], ["BJ", "TOK"]),
        ("country", "not-in", ["USA", "China"], ["TOK"]),
        ("state", "not-in", ["NY"], ["LA", "SF"]),
        ("state", "not-in", [None], []),
        ("regions", "array_contains", "west_coast", ["LA", "SF"]),
        ("regions", "array_contains_any", ["kanto", "norcal"], ["SF", "TOK"]),
        ("regions", "==", ["west_coast", "norcal"], ["SF"]),
        ("regions", "in", [["kanto"], ["west_coast"]], ["LA", "TOK"]),
        ("capital", "==", True, ["TOK"]),
        ("population", ">", "a string", []),
        ("no.such", "==", 1, []),
    ],
)
def test_filter(cities: Any, field: str, operator: str, value: object, expected: list[str]) -> None:
    """Each operator finds what the documentation says, ordered by the field if it is a range (query-data/queries)."""
    found = _ids(cities.where(filter=FieldFilter(field, operator, value)))

    assert found == expected


def test_filter_by_document_name(client: Any, cities: Any) -> None:
    """__name__ compares as a reference, by equality, list and range (query-data/queries, FieldPath.documentId)."""
    here = client.document

    equal = _ids(cities.where(filter=FieldFilter("__name__", "==", here("cities/LA"))))
    listed = _ids(cities.where(filter=FieldFilter("__name__", "in", [here("cities/SF"), here("cities/BJ")])))
    ranged = _ids(cities.where(filter=FieldFilter("__name__", ">", here("cities/LA"))))

    assert (equal, listed, ranged) == (["LA"], ["BJ", "SF"], ["SF", "TOK"])


def test_filter_by_nan(client: Any) -> None:
    """IS_NAN finds NaN alone, IS_NOT_NAN what else is there and not null; no range holds NaN (UnaryFilter)."""
    values = {"nan": math.nan, "one": 1, "null": None, "text": "x"}
    for name, value in values.items():
        client.document(f"n/{name}").set({"v": value})
    collection = client.collection("n")

    is_nan = _ids(collection.where(filter=FieldFilter("v", "==", math.nan)))
    is_not_nan = _ids(collection.where(filter=FieldFilter("v", "!=", math.nan)))
    ranged = _ids(collection.where(filter=FieldFilter("v", "<", 5)))

    assert (is_nan, is_not_nan, ranged) == (["nan"], ["one", "text"], ["one"])


def test_null_and_nan_are_found_by_no_list(client: Any) -> None:
    """Neither `in` nor the array operators ever match null or NaN (Firebase's query tests)."""
    for name, value in {"null": None, "nan": math.nan, "one": 1}.items():
        client.document(f"n/{name}").set({"v": value, "l": [value]})
    collection = client.collection("n")
    operands = [None, math.nan, 1]

    listed = _ids(collection.where(filter=FieldFilter("v", "in", operands)))
    contained = _ids(collection.where(filter=FieldFilter("l", "array_contains_any", operands)))

    assert (listed, contained) == (["one"], ["one"])


def test_conjunction_and_disjunction(cities: Any) -> None:
    """AND and OR nest freely (query-data/queries#or_queries)."""
    query = cities.where(
        filter=Or(
            [
                FieldFilter("capital", "==", True),
                And([FieldFilter("state", "==", "CA"), FieldFilter("population", ">", 1_000_000)]),
            ]
        )
    )

    assert _ids(query) == ["LA", "TOK"]


def test_several_range_fields_order_by_name(cities: Any) -> None:
    """Range fields not in the order follow it by name, so the results are sorted by country first (order_by)."""
    query = cities.where(filter=FieldFilter("population", ">", 700_000)).where(
        filter=FieldFilter("country", "!=", "China")
    )

    assert _ids(query) == ["TOK", "SF", "LA"]


def test_orders_sort_by_several_fields(cities: Any) -> None:
    """Fields sort in turn, each in its direction; the name decides last (query-data/order-limit-data)."""
    query = cities.order_by("country", direction=firestore.Query.DESCENDING).order_by("population")

    assert _ids(query) == ["DC", "SF", "LA", "TOK", "BJ"]


def test_order_leaves_out_documents_without_the_field(cities: Any) -> None:
    """Ordering by a field filters for its existence; null counts as existing (order-limit-data#limitations)."""
    assert _ids(cities.order_by("state")) == ["BJ", "DC", "LA", "SF"]


def test_name_follows_the_last_direction(client: Any) -> None:
    """Ties are broken by name in the direction of the last order (StructuredQuery.order_by)."""
    for name in "bca":
        client.document(f"ties/{name}").set({"v": 1})

    up = _ids(client.collection("ties").order_by("v"))
    down = _ids(client.collection("ties").order_by("v", direction="DESCENDING"))

    assert (up, down) == (["a", "b", "c"], ["c", "b", "a"])


def test_order_across_types(client: Any) -> None:
    """Values of different types sort by type first (manage-data/data-types#value_type_ordering)."""
    ordered: list[Any] = [
        None,
        False,
        True,
        math.nan,
        float("-inf"),
        -(2**53) - 1,
        -1.5,
        0,
        1,
        1.5,
        2**63 - 1,
        float("inf"),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "",
        "B",
        "a",
        "z\uffff",
        "z\U0001f3ac",
        b"",
        b"\x01",
        client.document("a/a"),
        client.document("a/a/b/b"),
        client.document("b/__id7__"),
        client.document("b/__id30__"),
        client.document("b/0"),
        firestore.GeoPoint(-1, 5),
        firestore.GeoPoint(0, -5),
        [],
        [1],
        [1, 2],
        [2],
        {},
        {"a": 1},
        {"a": 1, "b": 0},
        {"a": 2},
        {"b": 0},
    ]
    batch = client.batch()
    for index in reversed(range(len(ordered))):
        batch.set(client.document(f"types/{index:02}"), {"v": ordered[index]})
    batch.commit()

    up = _ids(client.collection("types").order_by("v"))
    down = _ids(client.collection("types").order_by("v", direction="DESCENDING"))

    expected = [f"{index:02}" for index in range(len(ordered))]
    assert up == expected
    assert down == expected[::-1]


def test_big_integers_and_doubles_compare_exactly(client: Any) -> None:
    """An integer next to a double of the same magnitude is not rounded (data-types, "compared numerically")."""
    client.document("big/integer").set({"v": 2**53 + 1})
    client.document("big/double").set({"v": float(2**53)})

    found = _ids(client.collection("big").where(filter=FieldFilter("v", ">", float(2**53))))

    assert found == ["integer"]


@pytest.mark.parametrize(
    ("cursor", "expected"),
    [
        ("start_at", ["LA", "TOK", "BJ"]),
        ("start_after", ["TOK", "BJ"]),
        ("end_at", ["DC", "SF", "LA"]),
        ("end_before", ["DC", "SF"]),
    ],
)
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_cursor(cities: Any, cursor: str, expected: list[str], descending: bool) -> None:
    """The four cursors cut at a value, in either direction (query-data/query-cursors)."""
    direction = "DESCENDING" if descending else "ASCENDING"
    query = cities.order_by("population", direction=direction)

    found = _ids(getattr(query, cursor)({"population": 3_900_000}))

    whole = ["DC", "SF", "LA", "TOK", "BJ"]
    mirrored = {"start_at": "end_at", "start_after": "end_before", "end_at": "start_at", "end_before": "start_after"}
    cut = {
        "start_at": whole[2:],
        "start_after": whole[3:],
        "end_at": whole[:3],
        "end_before": whole[:2],
    }
    assert cut[cursor] == expected
    assert found == (cut[mirrored[cursor]][::-1] if descending else expected)


def test_cursor_on_a_document(client: Any) -> None:
    """A snapshot as cursor carries the name, so equal values are told apart (query-cursors)."""
    for name in "abcd":
        client.document(f"page/{name}").set({"v": 1})
    query = client.collection("page").order_by("v")

    after = _ids(query.start_after(client.document("page/b").get()))

    assert after == ["c", "d"]


def test_cursor_on_several_fields(cities: Any) -> None:
    """A cursor may fix several orders, or only the first ones (query-cursors#set_cursor_based_on_multiple_fields)."""
    query = cities.order_by("country").order_by("population")

    both = _ids(query.start_at({"country": "USA", "population": 860_000}))
    first = _ids(query.start_after({"country": "Japan"}))

    assert (both, first) == (["SF", "LA"], ["DC", "SF", "LA"])


def test_limits_and_offset(cities: Any) -> None:
    """A limit counts from the front, limit_to_last from the back, offset skips (query-data/order-limit-data)."""
    front = _ids(cities.order_by("population").limit(2))
    back = [snapshot.id for snapshot in cities.order_by("population").limit_to_last(2).get()]
    skipped = _ids(cities.order_by("population").offset(1).limit(2))

    assert (front, back, skipped) == (["DC", "SF"], ["TOK", "BJ"], ["SF", "LA"])


def test_projection(cities: Any) -> None:
    """A selection returns the chosen fields, nested ones too; an empty one just the names (StructuredQuery.select)."""
    cities.document("LA").update({"deep": {"a": 1, "b": 2}})
    query = cities.where(filter=FieldFilter("name", "==", "Los Angeles"))

    some = [snapshot.to_dict() for snapshot in query.select(["state", "deep.a", "missing"]).stream()]
    none = [snapshot.to_dict() for snapshot in query.select([]).stream()]

    assert (some, none) == ([{"state": "CA", "deep": {"a": 1}}], [{}])


def test_filter_on_a_quoted_path(client: Any) -> None:
    """Names outside the simple syntax are quoted with backticks (FieldReference.field_path)."""
    client.document("quoted/one").set({"odd name": {"a.b`c\\": 1}})
    path = FieldPath("odd name", "a.b`c\\").to_api_repr()

    found = _ids(client.collection("quoted").where(filter=FieldFilter(path, "==", 1)))

    assert found == ["one"]


def test_collection_group(client: Any) -> None:
    """A collection group finds every collection of that id, wherever it lies (queries#collection-group-query)."""
    for path in ["landmarks/a", "cities/LA/landmarks/b", "cities/SF/landmarks/c", "cities/SF/other/d"]:
        client.document(path).set({"v": 1})

    found = [snapshot.reference.path for snapshot in client.collection_group("landmarks").stream()]

    assert found == ["cities/LA/landmarks/b", "cities/SF/landmarks/c", "landmarks/a"]


def test_collection_does_not_reach_below(client: Any) -> None:
    """Queries are shallow: documents of sub-collections stay out (query-data/queries)."""
    client.document("cities/SF").set({})
    client.document("cities/SF/cities/below").set({})

    assert _ids(client.collection("cities")) == ["SF"]


def test_recursive_delete(client: Any) -> None:
    """The client's recursive_delete finds all descendants by name and deletes them (python client)."""
    for path in ["cities/SF", "cities/SF/landmarks/a", "cities/LA/landmarks/b", "citiesz/x"]:
        client.document(path).set({})

    client.recursive_delete(client.collection("cities"))

    assert [snapshot.reference.path for snapshot in client.collection_group("landmarks").stream()] == []
    assert _ids(client.collection("citiesz")) == ["x"]


def test_query_answers_its_read_time_even_when_empty(raw: Any, documents: str) -> None:
    """Without results one answer still carries the read time (RunQueryResponse.read_time)."""
    query = {"from_": [{"collection_id": "empty"}]}

    answers = list(raw.run_query(request={"parent": documents, "structured_query": query}))

    assert len(answers) == 1
    assert "document" not in answers[0]
    assert answers[0].read_time.year == 2026


def test_skipped_results_are_told(client: Any, raw: Any, documents: str) -> None:
    """The number of documents skipped by the offset comes first (RunQueryResponse.skipped_results)."""
    for name in "abc":
        client.document(f"skip/{name}").set({})
    query = {"from_": [{"collection_id": "skip"}], "offset": 2}

    answers = list(raw.run_query(request={"parent": documents, "structured_query": query}))

    assert [answer.skipped_results for answer in answers] == [2, 0]
    assert answers[1].document.name == f"{documents}/skip/c"
