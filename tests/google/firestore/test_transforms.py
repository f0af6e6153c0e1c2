"""Field transforms; Google: google.firestore.v1.DocumentTransform.FieldTransform."""

import math
import sys
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud import firestore

from tests.google.firestore.conftest import commit

MAX = 2**63 - 1


@pytest.mark.parametrize(
    ("stored", "change", "expected"),
    [
        (1, firestore.Increment(2), 3),
        (1, firestore.Increment(0.5), 1.5),
        (1.5, firestore.Increment(1), 2.5),
        ("no number", firestore.Increment(7), 7),
        (MAX, firestore.Increment(1), MAX),
        (-(2**63), firestore.Increment(-1), -(2**63)),
        (MAX, firestore.Increment(MAX), MAX),
        (-(2**63), firestore.Increment(-(2**63)), -(2**63)),
        (MAX, firestore.Increment(1.0), 2.0**63),
        (sys.float_info.max, firestore.Increment(sys.float_info.max), math.inf),
        (-math.inf, firestore.Increment(1), -math.inf),
        (3, firestore.Maximum(5), 5),
        (5, firestore.Maximum(3), 5),
        (3, firestore.Maximum(3.0), 3),
        (0, firestore.Maximum(-0.0), 0),
        (None, firestore.Maximum(1), 1),
        (3, firestore.Minimum(1.5), 1.5),
        (3.0, firestore.Minimum(3), 3.0),
        (True, firestore.Minimum(1), 1),
        ([1, 2], firestore.ArrayUnion([2, 3, 3, 2.0]), [1, 2, 3]),
        ("no array", firestore.ArrayUnion([1]), [1]),
        ([1, 2, 1.0, None], firestore.ArrayRemove([1, None]), [2]),
        ("no array", firestore.ArrayRemove([1]), []),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "__dict__") else repr(value),
)
def test_transform_of_a_stored_value(client: Any, stored: object, change: object, expected: object) -> None:
    """A transform combines the stored value with its operand by the rules of its kind (FieldTransform)."""
    document = client.document("transforms/one")
    document.set({"value": stored})

    document.update({"value": change})

    back = document.get().get("value")
    assert back == expected
    assert type(back) is type(expected)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (firestore.Increment(2), 2),
        (firestore.Maximum(-1.5), -1.5),
        (firestore.Minimum(4), 4),
        (firestore.ArrayUnion([1, 1]), [1]),
        (firestore.ArrayRemove([1]), []),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "__dict__") else repr(value),
)
def test_transform_of_a_missing_field(client: Any, change: object, expected: object) -> None:
    """On a missing field, even of a missing document, the operand itself is stored (FieldTransform)."""
    document = client.document("transforms/new")

    document.set({"deep": {"value": change}}, merge=True)

    assert document.get().to_dict() == {"deep": {"value": expected}}


def test_nan_wins_every_maximum_and_minimum(client: Any) -> None:
    """With NaN on either side maximum and minimum are NaN (FieldTransform)."""
    document = client.document("transforms/nan")
    document.set({"a": math.nan, "b": 1})

    document.update({"a": firestore.Minimum(1), "b": firestore.Maximum(math.nan)})

    assert [math.isnan(document.get().get(name)) for name in "ab"] == [True, True]


def test_transform_results_come_in_order(client: Any) -> None:
    """Numbers and times answer their new value, array transforms null (WriteResult.transform_results)."""
    document = client.document("transforms/results")

    result = document.set({"n": firestore.Increment(4), "tags": firestore.ArrayUnion(["a"])})

    kinds = {value._pb.WhichOneof("value_type") for value in result.transform_results}
    assert kinds == {"integer_value", "null_value"}


def test_transform_alone_is_a_write(raw: Any, documents: str) -> None:
    """A write may be a transform only, of a document that need not exist (Write.transform)."""
    name = f"{documents}/transforms/alone"
    transform = {"document": name, "field_transforms": [{"field_path": "n", "increment": {"integer_value": 3}}]}

    commit(raw, documents, {"transform": transform}, {"transform": transform})

    assert raw.get_document(request={"name": name}).fields["n"].integer_value == 6


@pytest.mark.parametrize(
    "transform",
    [
        {"field_path": "n"},
        {"field_path": "n", "increment": {"string_value": "1"}},
        {"field_path": "n", "set_to_server_value": 0},
        {"field_path": "a-b", "increment": {"integer_value": 1}},
        {"field_path": "__n__", "increment": {"integer_value": 1}},
        {"field_path": "n", "append_missing_elements": {"values": [{"array_value": {}}]}},
    ],
    ids=["none", "string", "unspecified", "bad path", "reserved", "nested array"],
)
def test_impossible_transforms_are_refused(raw: Any, documents: str, transform: dict[str, Any]) -> None:
    """A transform without a kind, with a wrong operand or path is INVALID_ARGUMENT (FieldTransform)."""
    write = {"transform": {"document": f"{documents}/transforms/bad", "field_transforms": [transform]}}

    with pytest.raises(InvalidArgument):
        commit(raw, documents, write)


def test_a_write_carries_at_most_500_transforms(raw: Any, documents: str) -> None:
    """More than 500 field transforms for one document are INVALID_ARGUMENT (firestore/quotas)."""
    many = [{"field_path": f"f{n}", "increment": {"integer_value": 1}} for n in range(501)]

    with pytest.raises(InvalidArgument, match="500"):
        commit(raw, documents, {"transform": {"document": f"{documents}/transforms/many", "field_transforms": many}})
