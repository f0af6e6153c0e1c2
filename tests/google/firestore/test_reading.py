"""Reading documents and listing collections; Google: service google.firestore.v1.Firestore."""

from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument
from google.cloud.firestore import FieldFilter

from tests.google.firestore.conftest import Clock


def test_snapshot_carries_its_times(client: Any, clock: Clock) -> None:
    """A snapshot knows when it was created, changed and read (BatchGetDocumentsResponse)."""
    document = client.document("r/one")
    created = document.set({"a": 1}).update_time
    clock.advance(seconds=5)
    changed = document.set({"a": 2}).update_time
    clock.advance(seconds=5)

    snapshot = document.get()

    assert (snapshot.create_time, snapshot.update_time) == (created, changed)
    assert snapshot.read_time == clock.now
    assert changed - created == timedelta(seconds=5)


def test_get_all_answers_each_once_and_tells_the_missing(client: Any) -> None:
    """Every named document is answered once, found or missing, in no promised order (BatchGetDocuments)."""
    client.document("r/a").set({"n": 1})
    named = [client.document(f"r/{name}") for name in "cba"] + [client.document("r/a")]

    snapshots = list(client.get_all(named))

    assert {snapshot.id: snapshot.exists for snapshot in snapshots} == {"a": True, "b": False, "c": False}
    assert len(snapshots) == 3


def test_get_all_answers_the_found_before_the_missing(client: Any) -> None:
    """Missing documents come after all found ones (no promise, but what Google's live tests of `get_all` count on)."""
    client.document("r/b").set({"n": 1})
    client.document("r/d").set({"n": 2})

    snapshots = list(client.get_all([client.document(f"r/{name}") for name in "abcd"]))

    assert [True, True, False, False] == [snapshot.exists for snapshot in snapshots]


def test_mask_limits_the_fields_read(client: Any) -> None:
    """A mask returns only its fields, nested ones too (BatchGetDocumentsRequest.mask)."""
    client.document("r/one").set({"a": {"x": 1, "y": 2}, "b": 3})

    snapshot = client.document("r/one").get(field_paths=["a.x", "missing"])

    assert snapshot.to_dict() == {"a": {"x": 1}}


def test_read_time_shows_the_past(client: Any, clock: Clock) -> None:
    """Documents and queries can be read as they were within the past hour (read_time)."""
    document = client.document("r/one")
    first = document.set({"n": 1}).update_time
    clock.advance(minutes=1)
    document.set({"n": 2})
    deleted = client.document("r/deleted")
    second = deleted.set({"n": 1}).update_time
    clock.advance(minutes=1)
    deleted.delete()

    then = document.get(read_time=first)
    query = client.collection("r").where(filter=FieldFilter("n", ">", 0))

    assert (then.get("n"), then.read_time) == (1, first)
    assert [snapshot.id for snapshot in query.stream(read_time=first)] == ["one"]
    assert [snapshot.id for snapshot in query.stream(read_time=second)] == ["deleted", "one"]
    assert [snapshot.id for snapshot in query.stream()] == ["one"]
    assert not document.get(read_time=first - timedelta(microseconds=1)).exists


@pytest.mark.parametrize(
    ("by", "error"),
    [(timedelta(seconds=1), InvalidArgument), (-timedelta(hours=1, seconds=1), FailedPrecondition)],
    ids=["future", "over an hour ago"],
)
def test_read_time_is_bounded(client: Any, clock: Clock, by: timedelta, error: type[Exception]) -> None:
    """A read time in the future or over an hour ago is refused (BatchGetDocumentsRequest.read_time)."""
    with pytest.raises(error):
        client.document("r/one").get(read_time=clock.now + by)


def test_past_is_kept_for_an_hour_only(client: Any, clock: Clock) -> None:
    """However many versions came since, the last hour stays readable (BatchGetDocumentsRequest.read_time)."""
    document = client.document("r/busy")
    first = document.set({"n": -1}).update_time
    for n in range(300):
        clock.advance(seconds=10)
        document.set({"n": n})

    assert document.get(read_time=first).get("n") == -1


def test_list_documents_pages_through(client: Any, raw: Any, documents: str) -> None:
    """Pages follow each other by token, by name or by the order asked for (ListDocumentsRequest)."""
    for n in range(5):
        client.document(f"l/{n}").set({"v": 10 - n})

    by_name = raw.list_documents(request={"parent": documents, "collection_id": "l", "page_size": 2})
    by_value = raw.list_documents(
        request={"parent": documents, "collection_id": "l", "page_size": 2, "order_by": "v desc, __name__ desc"}
    )

    assert [document.name[-1] for document in by_name] == ["0", "1", "2", "3", "4"]
    assert [document.name[-1] for document in by_value] == ["0", "1", "2", "3", "4"]


def test_list_documents_shows_missing_parents(client: Any) -> None:
    """Documents that do not exist but have sub-collections are listed (ListDocumentsRequest.show_missing)."""
    for path in ["l/a", "l/b/sub/x", "l/c", "l/c/sub/y", "lz/q"]:
        client.document(path).set({})

    listed = [reference.id for reference in client.collection("l").list_documents(page_size=2)]

    assert listed == ["a", "b", "c"]


def test_list_collection_ids(client: Any, raw: Any, documents: str) -> None:
    """The collections below the root or a document are listed in pages, below missing ones too (ListCollectionIds)."""
    for path in ["a/1", "b/1/deep/1", "c/1", "b/1/other/1/too/1"]:
        client.document(path).set({})

    root = list(raw.list_collection_ids(request={"parent": documents, "page_size": 1}))
    below = [collection.id for collection in client.document("b/1").collections()]

    assert root == ["a", "b", "c"]
    assert below == ["deep", "other"]


@pytest.mark.parametrize("token", ["garbage", "!", "AAAAAAAA"])
def test_foreign_page_token_is_refused(raw: Any, documents: str, token: str) -> None:
    """A page token that was not given by the service is INVALID_ARGUMENT (ListDocumentsRequest.page_token)."""
    with pytest.raises(InvalidArgument, match="page token"):
        list(raw.list_documents(request={"parent": documents, "collection_id": "l", "page_token": token}))


@pytest.mark.parametrize("size", [10, 100_000], ids=["small", "large"])
def test_what_is_read_is_what_was_written_last(client: Any, size: int) -> None:
    """A read after an acknowledged write sees it, through deletion and refused batches too (strong consistency)."""
    document = client.document("r/one")
    states = []
    for text in ("a", "b"):
        document.set({"text": text * size})
        states.append(document.get().get("text")[0])
    batch = client.batch()
    batch.set(document, {"text": "never"})
    batch.create(document, {})
    with pytest.raises(AlreadyExists):
        batch.commit()
    states.append(document.get().get("text")[0])
    document.delete()

    assert states == ["a", "b", "b"]
    assert not document.get().exists


def test_databases_are_apart(client: Any, raw: Any) -> None:
    """A document belongs to its project and database; another one has its own (projects.databases)."""
    client.document("r/one").set({"a": 1})

    answers = list(
        raw.batch_get_documents(
            request={
                "database": "projects/demo/databases/second",
                "documents": ["projects/demo/databases/second/documents/r/one"],
            }
        )
    )

    assert answers[0].missing == "projects/demo/databases/second/documents/r/one"
