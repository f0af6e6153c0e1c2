"""Every value type survives the trip; Google: firestore/docs/manage-data/data-types."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core.exceptions import InvalidArgument, MethodNotImplemented
from google.cloud import firestore
from google.cloud.firestore_v1.vector import Vector

from tests.google.firestore.conftest import Clock, commit


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -(2**63),
        2**63 - 1,
        1.5,
        float("inf"),
        float("-inf"),
        "",
        "ñandú 🎬 \u0000",
        b"",
        b"\x00\xff",
        [],
        [1, "a", None, {"k": [2]}],
        {},
        {"a": {"b": {"c": 1}}, "odd name.with dot": 1, "`": 2},
    ],
    ids=repr,
)
def test_value_is_read_back_as_written(client: Any, value: object) -> None:
    """A stored value comes back equal and of the same type (manage-data/data-types)."""
    document = client.document("values/one")

    document.set({"value": value})

    back = document.get().get("value")
    assert back == value
    assert type(back) is type(value)


def test_nan_is_read_back(client: Any) -> None:
    """NaN is a storable double (manage-data/data-types, "Floating-point number")."""
    document = client.document("values/nan")

    document.set({"value": math.nan})

    assert math.isnan(document.get().get("value"))


def test_timestamps_keep_microseconds(client: Any, raw: Any, documents: str) -> None:
    """A timestamp is stored with microsecond precision, anything finer is rounded down (manage-data/data-types)."""
    wire = {"seconds": 1_700_000_000, "nanos": 123_456_789}
    name = f"{documents}/values/time"

    commit(raw, documents, {"update": {"name": name, "fields": {"at": {"timestamp_value": wire}}}})

    back = client.document("values/time").get().get("at")
    stored = raw.get_document(request={"name": name})
    assert back == datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    assert type(stored).pb(stored).fields["at"].timestamp_value.nanos == 123_456_000


def test_points_and_references_are_read_back(client: Any) -> None:
    """Geographical points and references within the database are storable (manage-data/data-types)."""
    document = client.document("values/rest")
    there = client.document("other/place")

    document.set({"point": firestore.GeoPoint(-12.5, 170.25), "reference": there})

    back = document.get().to_dict() or {}
    assert back["point"] == firestore.GeoPoint(-12.5, 170.25)
    assert back["reference"] == there


def test_reference_to_another_project_is_refused(raw: Any, documents: str) -> None:
    """A reference to another database is INVALID_ARGUMENT (python-firestore, test_cannot_use_foreign_key)."""
    fields = {"there": {"reference_value": "projects/other/databases/(default)/documents/a/b"}}

    with pytest.raises(InvalidArgument):
        commit(raw, documents, {"update": {"name": f"{documents}/values/foreign", "fields": fields}})


def test_server_timestamp_is_the_commit_time_in_milliseconds(client: Any, clock: Clock) -> None:
    """SERVER_TIMESTAMP is the commit's time with millisecond precision (DocumentTransform.ServerValue)."""
    clock.now = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    document = client.document("values/server")

    document.set({"at": firestore.SERVER_TIMESTAMP, "deep": {"at": firestore.SERVER_TIMESTAMP}})

    back = document.get().to_dict() or {}
    assert back["at"] == datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    assert back["deep"]["at"] == back["at"]


def test_array_in_array_is_refused(client: Any) -> None:
    """An array cannot hold an array (manage-data/data-types, "Array")."""
    with pytest.raises(InvalidArgument, match=r"Cannot convert an array value in an array value\."):
        client.document("values/nested").set({"rows": [[1], [2]]})


def test_vectors_are_refused_by_name(client: Any) -> None:
    """A vector value answers UNIMPLEMENTED and says so: the embedded Firestore leaves vectors out (its README)."""
    with pytest.raises(MethodNotImplemented, match="vector values"):
        client.document("values/vector").set({"embedding": Vector([1.0, 2.0])})


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"timestamp_value": {"seconds": 253_402_300_800}},
        {"geo_point_value": {"latitude": 91}},
        {"field_reference_value": "a"},
    ],
    ids=["no type", "year 10000", "latitude 91", "field reference"],
)
def test_impossible_values_are_refused(raw: Any, documents: str, value: dict[str, Any]) -> None:
    """A value outside its range, or of a type only pipelines know, is INVALID_ARGUMENT (google.firestore.v1.Value)."""
    write = {"update": {"name": f"{documents}/values/bad", "fields": {"value": value}}}

    with pytest.raises(InvalidArgument):
        commit(raw, documents, write)
