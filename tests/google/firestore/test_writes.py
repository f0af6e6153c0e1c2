"""Writes: what they change, what they demand, what they answer; Google: google.firestore.v1.Write and its parts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from google.api_core.exceptions import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from google.cloud import firestore

from tests.google.firestore.conftest import Clock, commit


@pytest.fixture
def document(client: Any) -> Any:
    """Return a document that does not exist yet."""
    return client.document("jobs/one")


def test_create_refuses_an_existing_document(document: Any) -> None:
    """create() is exists=false: the second is ALREADY_EXISTS (Precondition.exists)."""
    document.create({"a": 1})

    with pytest.raises(AlreadyExists, match=r"Document already exists: projects/demo[^/]*/.*/jobs/one"):
        document.create({"a": 2})

    assert document.get().to_dict() == {"a": 1}


def test_update_demands_the_document(document: Any) -> None:
    """update() is exists=true: without the document it is NOT_FOUND (Precondition.exists)."""
    with pytest.raises(NotFound, match=r"No document to update: projects/demo[^/]*/.*/jobs/one"):
        document.update({"a": 1})

    assert not document.get().exists


def test_set_replaces_the_document_and_keeps_its_creation_time(document: Any) -> None:
    """A write without a mask overwrites all fields; create_time stays (Write.update_mask, Document.create_time)."""
    document.set({"a": 1, "b": 2})
    before = document.get()

    document.set({"c": 3})

    after = document.get()
    assert after.to_dict() == {"c": 3}
    assert after.create_time == before.create_time
    assert after.update_time > before.update_time


def test_merge_touches_only_the_masked_fields(document: Any) -> None:
    """Fields outside the mask stay, nested ones too; masked but absent ones go (Write.update_mask)."""
    document.set({"a": {"x": 1, "y": 2}, "b": 1, "gone": True})

    document.set({"a": {"x": 5}, "gone": firestore.DELETE_FIELD}, merge=True)

    assert document.get().to_dict() == {"a": {"x": 5, "y": 2}, "b": 1}


def test_update_reaches_into_maps_by_path(document: Any) -> None:
    """A dotted path sets or deletes a nested field; what is no map on the way becomes one (Write.update_mask)."""
    document.set({"a": {"x": 1, "y": 2}, "b": 7})

    document.update({"a.x": firestore.DELETE_FIELD, "b.c": 1, "a.`odd.key`": 3})

    assert document.get().to_dict() == {"a": {"y": 2, "odd.key": 3}, "b": {"c": 1}}


def test_stale_update_time_is_refused(client: Any, document: Any) -> None:
    """last_update_time must be the stored one, else FAILED_PRECONDITION names both (Precondition.update_time)."""
    first = document.set({"a": 1}).update_time
    document.set({"a": 2})

    with pytest.raises(
        FailedPrecondition, match=r"the stored version \(\d+\) does not match the required base version"
    ):
        document.update({"a": 3}, option=client.write_option(last_update_time=first))

    assert document.get().to_dict() == {"a": 2}


@pytest.mark.parametrize(("days", "error"), [(-1, FailedPrecondition), (1, InvalidArgument)], ids=["past", "future"])
def test_delete_obeys_update_time(client: Any, document: Any, days: int, error: type[Exception]) -> None:
    """Deletion takes the same precondition; a future time is no version at all (python client's system tests)."""
    written = document.set({"a": 1}).update_time

    with pytest.raises(error):
        document.delete(option=client.write_option(last_update_time=written + timedelta(days=days)))
    assert document.get().exists

    document.delete(option=client.write_option(last_update_time=written))
    assert not document.get().exists


def test_update_time_demands_the_document(client: Any, document: Any) -> None:
    """update_time on a missing document fails too: "the target document must exist" (Precondition.update_time)."""
    option = client.write_option(last_update_time=client.document("jobs/other").set({}).update_time)

    with pytest.raises(NotFound):
        document.update({"a": 1}, option=option)


def test_unaligned_update_time_is_refused(raw: Any, documents: str) -> None:
    """A precondition's timestamp must be microsecond aligned (Precondition.update_time)."""
    condition = {"update_time": {"seconds": 1, "nanos": 1}}

    with pytest.raises(InvalidArgument, match="microsecond"):
        commit(raw, documents, {"delete": f"{documents}/jobs/one", "current_document": condition})


def test_deleting_nothing_succeeds_unless_existence_is_demanded(client: Any, document: Any) -> None:
    """delete() of a missing document is fine, with exists=true it is NOT_FOUND (manage-data/delete-data)."""
    document.delete()

    with pytest.raises(NotFound, match="No document to update"):
        document.delete(option=client.write_option(exists=True))


def test_batch_is_all_or_nothing(client: Any, document: Any) -> None:
    """One refused write keeps the whole batch from happening (manage-data/transactions#batched-writes)."""
    other = client.document("jobs/other")
    batch = client.batch()
    batch.set(other, {"a": 1})
    batch.update(document, {"a": 1})

    with pytest.raises(NotFound):
        batch.commit()

    assert not other.get().exists


def test_batch_mixes_preconditions(client: Any, document: Any) -> None:
    """A compare-and-set, an increment and a create commit together or not at all (CommitRequest.writes)."""
    counter, delivery = client.document("usage/x"), client.document("deliveries/d")
    stale = document.set({"a": 1}).update_time
    document.set({"a": 2})
    counter.set({"n": 1})

    for seen, expected in [(stale, 1), (document.get().update_time, 2)]:
        batch = client.batch()
        batch.update(counter, {"n": firestore.Increment(1)})
        batch.create(delivery, {"to": "https://example.com"})
        batch.update(document, {"a": 3}, option=client.write_option(last_update_time=seen))
        if seen == stale:
            with pytest.raises(FailedPrecondition):
                batch.commit()
        else:
            batch.commit()
        assert counter.get().get("n") == expected
        assert delivery.get().exists == (expected == 2)


def test_writes_to_one_document_apply_in_order(client: Any, document: Any) -> None:
    """A commit may write a document several times; each sees the one before (CommitRequest.writes)."""
    batch = client.batch()
    batch.create(document, {"n": 1})
    batch.update(document, {"n": firestore.Increment(2)})
    batch.update(document, {"m": "late"})

    batch.commit()

    assert document.get().to_dict() == {"n": 3, "m": "late"}


def test_parallel_compare_and_set_lets_one_through(client: Any, document: Any) -> None:
    """Of several writers that saw the same version one succeeds, the others fail (Precondition.update_time)."""
    seen = document.set({"winner": None}).update_time

    def write(number: int) -> int | None:
        try:
            document.update({"winner": number}, option=client.write_option(last_update_time=seen))
        except FailedPrecondition:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(write, range(16)) if number is not None]

    assert [document.get().get("winner")] == winners


def test_commit_times_strictly_grow(document: Any, clock: Clock) -> None:
    """Every commit is later than all before it, even while the clock stands (CommitResponse.commit_time)."""
    times = [document.set({"n": n}).update_time for n in range(3)]
    clock.advance(hours=-1)
    times.append(document.set({"n": "clock went back"}).update_time)

    assert times == sorted(set(times))


def test_write_that_changes_nothing_keeps_the_update_time(document: Any, clock: Clock) -> None:
    """Without an actual change, update_time "will be the previous update_time" (WriteResult.update_time)."""
    first = document.set({"a": 1, "b": {"c": [1.5]}})
    clock.advance(seconds=1)

    second = document.set({"b": {"c": [1.5]}, "a": 1})

    assert second.update_time == first.update_time
    assert document.get().update_time == first.update_time


def test_integer_and_double_differ_when_written(document: Any) -> None:
    """3 and 3.0 are equal to a query but not the same value to store (google.firestore.v1.Value)."""
    document.set({"n": 3})

    document.set({"n": 3.0})

    assert isinstance(document.get().get("n"), float)


def test_empty_commit_answers_a_time(raw: Any, documents: str) -> None:
    """A commit without writes succeeds (CommitRequest.writes)."""
    answer = commit(raw, documents)

    assert list(answer.write_results) == []
    assert answer.commit_time.year == 2026


def test_write_must_name_an_operation(raw: Any, documents: str) -> None:
    """A write without update, delete or transform is INVALID_ARGUMENT (Write.operation)."""
    with pytest.raises(InvalidArgument):
        commit(raw, documents, {"current_document": {"exists": True}})


def test_write_outside_the_database_is_refused(raw: Any, documents: str) -> None:
    """A document of another database than the request's is INVALID_ARGUMENT (CommitRequest.database)."""
    with pytest.raises(InvalidArgument):
        commit(raw, documents, {"delete": "projects/demo/databases/other/documents/a/b"})


def test_batch_write_applies_each_for_itself(raw: Any, documents: str) -> None:
    """BatchWrite is not atomic: each write has its own status (BatchWriteResponse.status)."""
    good = {"update": {"name": f"{documents}/jobs/good", "fields": {"a": {"integer_value": 1}}}}
    bad = {"delete": f"{documents}/jobs/bad", "current_document": {"exists": True}}

    answer = raw.batch_write(request={"database": documents.removesuffix("/documents"), "writes": [good, bad]})

    assert [status.code for status in answer.status] == [0, 5]
    assert answer.write_results[0].update_time.year == 2026
    assert raw.get_document(request={"name": f"{documents}/jobs/good"}).fields["a"].integer_value == 1


def test_batch_write_refuses_a_document_twice(raw: Any, documents: str) -> None:
    """BatchWrite "cannot write to the same document more than once per request" (BatchWriteRequest.writes)."""
    write = {"delete": f"{documents}/jobs/one"}

    with pytest.raises(InvalidArgument):
        raw.batch_write(request={"database": documents.removesuffix("/documents"), "writes": [write, write]})


def test_bulk_writer_writes_through(client: Any) -> None:
    """Google's BulkWriter, which sends BatchWrite, gets its documents stored (BulkWriter)."""
    writer = client.bulk_writer()
    for number in range(30):
        writer.set(client.document(f"bulk/{number}"), {"n": number})

    writer.close()

    assert client.collection("bulk").count().get()[0][0].value == 30


def test_single_document_methods(raw: Any, documents: str) -> None:
    """CreateDocument, UpdateDocument and DeleteDocument answer as the generated client expects (service Firestore)."""
    fields = {"a": {"integer_value": 1}, "b": {"integer_value": 2}}

    made = raw.create_document(
        request={"parent": documents, "collection_id": "single", "document_id": "", "document": {"fields": fields}}
    )
    changed = raw.update_document(
        request={
            "document": {"name": made.name, "fields": {"a": {"integer_value": 9}}},
            "update_mask": {"field_paths": ["a"]},
            "mask": {"field_paths": ["a"]},
        }
    )
    raw.delete_document(request={"name": made.name})

    assert len(made.name.rpartition("/")[2]) == 20
    assert {key: value.integer_value for key, value in changed.fields.items()} == {"a": 9}
    with pytest.raises(NotFound, match=f'Document "{made.name}" not found'.replace("(", r"\(").replace(")", r"\)")):
        raw.get_document(request={"name": made.name})
