"""What the embedded Firestore leaves out answers UNIMPLEMENTED and is named (its README)."""

from typing import Any

import grpc
import pytest
from google.api_core.exceptions import MethodNotImplemented
from google.cloud.firestore import ExplainOptions
from google.cloud.firestore_v1.base_vector_query import DistanceMeasure
from google.cloud.firestore_v1.types import ListenRequest, TargetChange
from google.cloud.firestore_v1.vector import Vector


@pytest.mark.parametrize(
    "method",
    [
        "google.firestore.v1.Firestore/Write",
        "google.firestore.v1.Firestore/ExecutePipeline",
        "google.firestore.v1.Firestore/PartitionQuery",
        "google.firestore.admin.v1.FirestoreAdmin/ListIndexes",
        "google.longrunning.Operations/GetOperation",
    ],
)
def test_missing_method_is_named(endpoint: str, method: str) -> None:
    """A method of Google's that is not here answers UNIMPLEMENTED with its name (its README)."""
    with grpc.insecure_channel(endpoint) as channel:
        call: Any = channel.unary_unary(f"/{method}")
        with pytest.raises(grpc.RpcError) as refused:
            call(b"")

    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert refused.value.details() == f"The embedded Firestore does not implement the method {method}."


def test_a_listener_hears_that_listen_is_missing(raw: Any, documents: str) -> None:
    """Listen removes the target with UNIMPLEMENTED as its cause: a status on the call makes Node dial for ever."""
    target = {"target_id": 7, "query": {"parent": documents, "structured_query": {"from_": [{"collection_id": "a"}]}}}
    request = {"database": documents.removesuffix("/documents"), "add_target": target}

    answers = list(raw.listen(iter([ListenRequest(request)])))

    (change,) = [answer.target_change for answer in answers]
    assert (TargetChange.TargetChangeType.REMOVE, [7]) == (change.target_change_type, list(change.target_ids))
    assert grpc.StatusCode.UNIMPLEMENTED.value[0] == change.cause.code
    assert "google.firestore.v1.Firestore/Listen" in change.cause.message


def test_vector_search_is_named(client: Any) -> None:
    """find_nearest answers UNIMPLEMENTED (its README)."""
    query = client.collection("c").find_nearest("v", Vector([1.0]), 3, DistanceMeasure.EUCLIDEAN)

    with pytest.raises(MethodNotImplemented, match="find_nearest"):
        query.get()


def test_explain_is_named(client: Any) -> None:
    """Query explain answers UNIMPLEMENTED, for queries and aggregations (its README)."""
    collection = client.collection("c")

    with pytest.raises(MethodNotImplemented, match="explain"):
        collection.get(explain_options=ExplainOptions(analyze=True))
    with pytest.raises(MethodNotImplemented, match="explain"):
        collection.count().get(explain_options=ExplainOptions(analyze=False))


def test_pipelines_are_named(client: Any) -> None:
    """Pipelines answer UNIMPLEMENTED (its README)."""
    with pytest.raises(MethodNotImplemented, match="ExecutePipeline"):
        client.pipeline().collection("c").execute()


def test_request_tags_are_named(raw: Any, documents: str) -> None:
    """Request tags answer UNIMPLEMENTED: nothing here would report them (its README)."""
    with pytest.raises(MethodNotImplemented, match="request_tags"):
        raw.get_document(request={"name": f"{documents}/a/b", "request_options": {"request_tags": ["x"]}})
