"""count, sum and avg; Google: firestore/docs/query-data/aggregation-queries."""

import math
import sys
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import FieldFilter

LARGEST = sys.float_info.max


def _fill(client: Any, *values: object) -> Any:
    for index, value in enumerate(values):
        client.document(f"a/{index}").set({"v": value})
    return client.collection("a")


def _figures(query: Any) -> dict[str, Any]:
    return {result.alias: result.value for result in query.get()[0]}


def test_count_of_a_query(client: Any) -> None:
    """count() counts what the query finds (aggregation-queries#use_the_count_aggregation)."""
    collection = _fill(client, 1, 2, 3)

    counted = _figures(collection.where(filter=FieldFilter("v", ">", 1)).count(alias="n"))

    assert counted == {"n": 2}


def test_count_obeys_limit(client: Any) -> None:
    """A count stops at the query's limit and offset (StructuredAggregationQuery.structured_query)."""
    collection = _fill(client, 1, 2, 3, 4)

    assert _figures(collection.limit(3).count(alias="n")) == {"n": 3}


def test_limited_sum_takes_the_smallest(client: Any) -> None:
    """A sum orders the results by its field, which a limit then cuts (python client's system tests)."""
    collection = _fill(client, 5, 1, 3)

    assert _figures(collection.limit(2).sum("v", alias="s")) == {"s": 4}


def test_count_up_to(client: Any, raw: Any, documents: str) -> None:
    """up_to bounds a count from above (Aggregation.Count.up_to)."""
    _fill(client, 1, 2, 3)
    query = {"structured_query": {"from_": [{"collection_id": "a"}]}, "aggregations": [{"count": {"up_to": 2}}]}

    answer = next(iter(raw.run_aggregation_query(request={"parent": documents, "structured_aggregation_query": query})))

    assert answer.result.aggregate_fields["field_1"].integer_value == 2


@pytest.mark.parametrize(
    ("values", "total", "mean"),
    [
        ((1, 2, 6), 9, 3.0),
        ((1, 2.5), 3.5, 1.75),
        (("text", None, 4), 4, 4.0),
        ((2**63 - 1, 1), 2.0**63, 2.0**62),
        ((1, math.inf), math.inf, math.inf),
        ((LARGEST, LARGEST), math.inf, math.inf),
        ((-LARGEST, -LARGEST), -math.inf, -math.inf),
        ((LARGEST, LARGEST, 1), math.inf, math.inf),
        ((LARGEST, -LARGEST, 1.5), 1.5, 0.5),
        ((LARGEST, 2**63 - 1), LARGEST, LARGEST / 2),
        ((-(2**63), -1), -(2.0**63), -(2.0**62)),
    ],
    ids=[
        "integers",
        "a double",
        "others ignored",
        "overflow",
        "infinity",
        "doubles overflow",
        "doubles overflow below",
        "an integer beside an overflow",
        "largest doubles that cancel out",
        "an integer lost in a double",
        "overflow below",
    ],
)
def test_sum_and_average(client: Any, values: tuple[object, ...], total: float, mean: float) -> None:
    """Integers sum as integers until they overflow; what is no number is ignored (Aggregation.Sum, Aggregation.Avg)."""
    collection = _fill(client, *values)

    figures = _figures(collection.sum("v", alias="sum").avg("v", alias="avg"))

    assert figures == {"sum": total, "avg": mean}
    assert type(figures["sum"]) is type(total)


def test_an_overflow_on_the_way_is_an_answer(client: Any) -> None:
    """Where a sum overflows before it cancels out, the order decides; any IEEE result will do, an error will not."""
    collection = _fill(client, LARGEST, LARGEST, -LARGEST, -LARGEST)

    figures = _figures(collection.sum("v", alias="sum").avg("v", alias="avg"))

    assert [True, True] == [
        figure in (0.0, math.inf, -math.inf) or math.isnan(figure) for figure in (figures["sum"], figures["avg"])
    ]


def test_opposite_infinities_have_no_sum(client: Any) -> None:
    """Infinity and -Infinity make NaN (Aggregation.Sum: IEEE 754)."""
    collection = _fill(client, math.inf, -math.inf, 1)

    figures = _figures(collection.sum("v", alias="sum").avg("v", alias="avg"))

    assert [True, True] == [math.isnan(figures[name]) for name in ("sum", "avg")]


def test_sum_and_average_of_nothing(raw: Any, documents: str) -> None:
    """Over no numbers the sum is the integer 0 and the average null (Aggregation.Sum, Aggregation.Avg)."""
    path = {"field": {"field_path": "v"}}
    aggregations = [{"alias": "sum", "sum": path}, {"alias": "avg", "avg": path}]
    query = {"structured_query": {"from_": [{"collection_id": "a"}]}, "aggregations": aggregations}

    answer = next(iter(raw.run_aggregation_query(request={"parent": documents, "structured_aggregation_query": query})))

    kinds = {name: value._pb.WhichOneof("value_type") for name, value in dict(answer.result.aggregate_fields).items()}
    assert kinds == {"sum": "integer_value", "avg": "null_value"}


def test_nan_spreads(client: Any) -> None:
    """One NaN makes sum and average NaN (Aggregation.Sum)."""
    collection = _fill(client, 1, math.nan)

    figures = _figures(collection.sum("v", alias="sum").avg("v", alias="avg"))

    assert [math.isnan(figures[name]) for name in ("sum", "avg")] == [True, True]


def test_only_documents_with_all_aggregated_fields_count(client: Any) -> None:
    """Figures taken together see only documents that have every summed field (Firebase's composite index tests)."""
    client.document("a/both").set({"x": 1, "y": 2})
    client.document("a/one").set({"x": 10})

    figures = _figures(client.collection("a").count(alias="n").sum("x", alias="x").avg("y", alias="y"))

    assert figures == {"n": 1, "x": 1, "y": 2.0}


@pytest.mark.parametrize(
    "aggregations",
    [
        [],
        [{"count": {}}] * 6,
        [{"alias": "n", "count": {}}, {"alias": "n", "count": {}}],
        [{"alias": "n"}],
        [{"count": {"up_to": 0}}],
        [{"sum": {"field": {"field_path": "a..b"}}}],
    ],
    ids=["none", "six", "same alias", "no operator", "up to 0", "bad path"],
)
def test_malformed_aggregations_are_refused(raw: Any, documents: str, aggregations: list[dict[str, Any]]) -> None:
    """1 to 5 aggregations with distinct aliases, else INVALID_ARGUMENT (StructuredAggregationQuery.aggregations)."""
    query = {"structured_query": {"from_": [{"collection_id": "a"}]}, "aggregations": aggregations}

    with pytest.raises(InvalidArgument):
        list(raw.run_aggregation_query(request={"parent": documents, "structured_aggregation_query": query}))
