"""Transactions; Google: firestore/docs/manage-data/transactions and google.firestore.v1.TransactionOptions."""

import threading
from typing import Any

import pytest
from google.api_core.exceptions import Aborted, FailedPrecondition, InvalidArgument, MethodNotImplemented, NotFound
from google.cloud import firestore
from google.cloud.firestore import FieldFilter

from tests.google.firestore.conftest import Clock, commit

EXPIRED = "The referenced transaction has expired or is no longer valid"


def _begun(client: Any, **options: bool) -> Any:
    transaction = client.transaction(**options)
    transaction._begin()
    return transaction


def _read(transaction: Any, document: Any) -> Any:
    return document.get(transaction=transaction).to_dict()


def test_transaction_commits_what_it_read_and_wrote(client: Any) -> None:
    """A function of reads and writes is applied as one (manage-data/transactions)."""
    document = client.document("t/one")
    document.set({"n": 1})

    @firestore.transactional
    def add(transaction: Any) -> int:
        n: int = document.get(transaction=transaction).get("n")
        transaction.update(document, {"n": n + 1})
        return n

    assert add(client.transaction()) == 1
    assert document.get().get("n") == 2


def test_parallel_increments_lose_nothing(client: Any) -> None:
    """Conflicting transactions are serialised: every one that reports success is in the sum (transactions)."""
    document = client.document("t/sum")
    document.set({"n": 0})
    done: list[int] = []

    def work() -> None:
        @firestore.transactional
        def add(transaction: Any) -> None:
            n = document.get(transaction=transaction).get("n")
            transaction.update(document, {"n": n + 1})

        for _ in range(5):
            try:
                add(client.transaction(max_attempts=50))
            except ValueError:  # 50 attempts lost in a row: allowed, but then it must not count
                continue
            done.append(1)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert document.get().get("n") == len(done)
    assert len(done) > 0


def test_write_after_read_by_another_aborts(client: Any) -> None:
    """A document that changed after it was read makes the commit ABORTED, and nothing is written (transactions)."""
    document, other = client.document("t/a"), client.document("t/b")
    document.set({"n": 1})
    transaction = _begun(client)
    _read(transaction, document)
    transaction.set(other, {"written": True})
    document.set({"n": 2})

    with pytest.raises(Aborted, match="contention"):
        transaction._commit()

    assert not other.get().exists


def test_document_that_appears_after_it_was_missed_aborts(client: Any) -> None:
    """Having read that a document is missing is a read as well (manage-data/transactions#data_contention)."""
    document = client.document("t/late")
    transaction = _begun(client)
    document.get(transaction=transaction)
    transaction.set(document, {"by": "transaction"})
    document.set({"by": "other"})

    with pytest.raises(Aborted):
        transaction._commit()

    assert document.get().to_dict() == {"by": "other"}


def test_deletion_after_read_aborts(client: Any) -> None:
    """A document deleted after it was read is a conflict (manage-data/transactions#data_contention)."""
    document = client.document("t/gone")
    document.set({"n": 1})
    transaction = _begun(client)
    _read(transaction, document)
    transaction.set(client.document("t/x"), {})
    document.delete()

    with pytest.raises(Aborted):
        transaction._commit()


def test_phantom_in_a_query_aborts(client: Any) -> None:
    """A document that would have been among a query's results is a conflict too (serializable isolation)."""
    query = client.collection("t").where(filter=FieldFilter("n", ">", 5))
    transaction = _begun(client)
    assert list(query.stream(transaction=transaction)) == []
    transaction.set(client.document("t/x"), {"n": 0})
    client.document("t/phantom").set({"n": 6})

    with pytest.raises(Aborted):
        transaction._commit()


def test_listing_in_a_transaction_is_a_read(client: Any, raw: Any, documents: str) -> None:
    """ListDocuments in a transaction takes part in its isolation (ListDocumentsRequest.transaction)."""
    transaction = _begun(client)
    request = {"parent": documents, "collection_id": "t", "transaction": transaction._id}
    assert list(raw.list_documents(request=request)) == []
    transaction.set(client.document("u/x"), {})
    client.document("t/new").set({})

    with pytest.raises(Aborted):
        transaction._commit()


def test_change_outside_a_query_is_no_conflict(client: Any) -> None:
    """A change that leaves a query's results as they were does not abort (manage-data/transactions)."""
    query = client.collection("t").where(filter=FieldFilter("n", ">", 5))
    transaction = _begun(client)
    assert list(query.stream(transaction=transaction)) == []
    transaction.set(client.document("t/x"), {"n": 0})
    client.document("t/harmless").set({"n": 1})

    transaction._commit()

    assert client.document("t/x").get().exists


def test_count_in_a_transaction_is_a_read(client: Any) -> None:
    """An aggregation in a transaction takes part in its isolation (RunAggregationQueryRequest.transaction)."""
    transaction = _begun(client)
    counted = client.collection("t").count().get(transaction=transaction)
    transaction.set(client.document("u/x"), {"n": counted[0][0].value})
    client.document("t/new").set({})

    with pytest.raises(Aborted):
        transaction._commit()


def test_transaction_reads_one_snapshot(client: Any) -> None:
    """All reads of a transaction see the same moment, whatever is committed between them (transactions)."""
    first, second = client.document("t/a"), client.document("t/b")
    first.set({"n": 1})
    second.set({"n": 1})
    transaction = _begun(client)
    _read(transaction, first)
    batch = client.batch()
    batch.set(first, {"n": 2})
    batch.set(second, {"n": 2})
    batch.commit()

    assert _read(transaction, second) == {"n": 1}


def test_blind_writes_do_not_conflict(client: Any) -> None:
    """A transaction that read nothing commits over whatever happened (manage-data/transactions)."""
    document = client.document("t/blind")
    transaction = _begun(client)
    transaction.set(document, {"by": "transaction"})
    document.set({"by": "other"})

    transaction._commit()

    assert document.get().to_dict() == {"by": "transaction"}


def test_read_only_transaction_keeps_its_snapshot(client: Any) -> None:
    """A read-only transaction sees the moment it began and commits without conflict (TransactionOptions.ReadOnly)."""
    document = client.document("t/ro")
    document.set({"n": 1})
    transaction = _begun(client, read_only=True)
    document.set({"n": 2})

    seen = _read(transaction, document)
    transaction._commit()

    assert seen == {"n": 1}


def test_read_only_transaction_refuses_writes(client: Any, raw: Any, documents: str) -> None:
    """A commit with writes in a read-only transaction is INVALID_ARGUMENT (TransactionOptions.ReadOnly)."""
    transaction = _begun(client, read_only=True)

    with pytest.raises(InvalidArgument, match="read-only"):
        commit(raw, documents, {"delete": f"{documents}/t/x"}, transaction=transaction._id)


def test_read_only_transaction_at_a_past_time(client: Any, raw: Any, database: str, clock: Clock) -> None:
    """read_only.read_time fixes the snapshot in the past hour (TransactionOptions.ReadOnly.read_time)."""
    document = client.document("t/past")
    written = document.set({"n": 1}).update_time
    clock.advance(minutes=30)
    document.set({"n": 2})

    begun = raw.begin_transaction(request={"database": database, "options": {"read_only": {"read_time": written}}})
    read = list(
        raw.batch_get_documents(
            request={
                "database": database,
                "documents": [f"{database}/documents/t/past"],
                "transaction": begun.transaction,
            }
        )
    )

    assert read[0].found.fields["n"].integer_value == 1


@pytest.mark.parametrize(("minutes", "error"), [(61, FailedPrecondition), (-1, InvalidArgument)], ids=["old", "future"])
def test_read_only_time_is_bounded(raw: Any, database: str, clock: Clock, minutes: int, error: type[Exception]) -> None:
    """A read time over an hour old or in the future is refused (TransactionOptions.ReadOnly.read_time)."""
    at = clock.now
    clock.advance(minutes=minutes)

    with pytest.raises(error):
        raw.begin_transaction(request={"database": database, "options": {"read_only": {"read_time": at}}})


@pytest.mark.parametrize("method", ["read", "query", "commit", "rollback"])
def test_used_transaction_id_is_refused(client: Any, raw: Any, database: str, method: str) -> None:
    """Once committed, an id is INVALID_ARGUMENT for everything (CommitRequest.transaction)."""
    transaction = _begun(client)
    token = transaction._id
    transaction._commit()

    with pytest.raises(InvalidArgument, match=EXPIRED):
        _use(raw, database, token, method)


@pytest.mark.parametrize("method", ["read", "query", "commit", "rollback"])
def test_garbage_transaction_id_is_refused(raw: Any, database: str, method: str) -> None:
    """An id the service never gave is INVALID_ARGUMENT (CommitRequest.transaction)."""
    with pytest.raises(InvalidArgument, match=r"Invalid transaction\."):
        _use(raw, database, b"garbage", method)


def test_transaction_idle_for_a_minute_expires(client: Any, clock: Clock) -> None:
    """After 60 seconds without use the id is INVALID_ARGUMENT (firestore/quotas)."""
    transaction = _begun(client)
    transaction.set(client.document("t/x"), {})
    clock.advance(seconds=61)

    with pytest.raises(InvalidArgument, match=EXPIRED):
        transaction._commit()

    assert not client.document("t/x").get().exists


def test_transaction_in_use_lives_270_seconds(client: Any, clock: Clock) -> None:
    """Use keeps a transaction alive, but not beyond 270 seconds in all (firestore/quotas)."""
    document = client.document("t/x")
    transaction = _begun(client)
    for _ in range(5):
        clock.advance(seconds=54)
        document.get(transaction=transaction)
    clock.advance(seconds=1)

    with pytest.raises(InvalidArgument, match=EXPIRED):
        document.get(transaction=transaction)


def test_rolled_back_transaction_writes_nothing(client: Any, raw: Any, database: str) -> None:
    """Rollback ends the transaction; its id is worth nothing afterwards (RollbackRequest)."""
    transaction = _begun(client)
    token = transaction._id
    transaction.set(client.document("t/x"), {})

    transaction._rollback()

    assert not client.document("t/x").get().exists
    with pytest.raises(InvalidArgument, match=EXPIRED):
        _use(raw, database, token, "commit")


def test_aborted_transaction_is_retried_by_its_id(client: Any) -> None:
    """The client passes the aborted id as retry_transaction and goes on (TransactionOptions.ReadWrite)."""
    document = client.document("t/retry")
    document.set({"n": 0})
    attempts: list[int] = []

    @firestore.transactional
    def add(transaction: Any) -> None:
        n = document.get(transaction=transaction).get("n")
        attempts.append(n)
        if len(attempts) < 3:
            document.update({"n": firestore.Increment(10)})
        transaction.update(document, {"n": n + 1})

    add(client.transaction())

    assert attempts == [0, 10, 20]
    assert document.get().get("n") == 21


def test_exhausted_attempts_end_in_value_error(client: Any) -> None:
    """The client gives up with ValueError: the rollback of the aborted id is still heard (python client)."""
    document = client.document("t/contended")
    document.set({"n": 0})

    @firestore.transactional
    def lose(transaction: Any) -> None:
        document.get(transaction=transaction)
        document.update({"n": firestore.Increment(1)})
        transaction.update(document, {"n": -1})

    with pytest.raises(ValueError, match="Failed to commit transaction in 5 attempts"):
        lose(client.transaction())

    assert document.get().get("n") == 5


def test_refused_precondition_ends_the_transaction(client: Any) -> None:
    """A precondition inside a transaction fails as it does outside, and nothing is written (Write.current_document)."""

    @firestore.transactional
    def fail(transaction: Any) -> None:
        transaction.set(client.document("t/x"), {})
        transaction.update(client.document("t/missing"), {"a": 1})

    with pytest.raises(NotFound):
        fail(client.transaction())

    assert not client.document("t/x").get().exists


def test_retry_token_must_be_one_of_ours(raw: Any, database: str) -> None:
    """retry_transaction takes an earlier read-write id, nothing else (TransactionOptions.ReadWrite)."""
    options = {"read_write": {"retry_transaction": b"garbage"}}

    with pytest.raises(InvalidArgument):
        raw.begin_transaction(request={"database": database, "options": options})


def test_pessimistic_mode_is_refused_by_name(raw: Any, database: str) -> None:
    """Asking for locks answers UNIMPLEMENTED: every transaction is optimistic here (its README)."""
    with pytest.raises(MethodNotImplemented, match="PESSIMISTIC"):
        raw.begin_transaction(request={"database": database, "options": {"read_write": {"concurrency_mode": 2}}})


def test_first_read_can_open_the_transaction(client: Any, raw: Any, database: str) -> None:
    """new_transaction on a read answers the id first; it isolates like any other (BatchGetDocumentsRequest)."""
    document = client.document("t/first")
    name = f"{database}/documents/t/first"
    opened, missing = raw.batch_get_documents(
        request={"database": database, "documents": [name], "new_transaction": {"read_write": {}}}
    )
    document.set({"by": "other"})

    with pytest.raises(Aborted):
        commit(raw, f"{database}/documents", {"delete": name}, transaction=opened.transaction)

    assert missing.missing == name


def test_transaction_belongs_to_its_database(client: Any, raw: Any) -> None:
    """An id is worth nothing in another database (CommitRequest.database)."""
    transaction = _begun(client)

    with pytest.raises(InvalidArgument, match=EXPIRED):
        raw.commit(request={"database": "projects/demo/databases/other", "transaction": transaction._id})


def _use(raw: Any, database: str, token: bytes, method: str) -> None:
    documents = f"{database}/documents"
    match method:
        case "read":
            list(
                raw.batch_get_documents(
                    request={"database": database, "documents": [f"{documents}/t/x"], "transaction": token}
                )
            )
        case "query":
            query = {"from_": [{"collection_id": "t"}]}
            list(raw.run_query(request={"parent": documents, "structured_query": query, "transaction": token}))
        case "commit":
            commit(raw, documents, transaction=token)
        case _:
            raw.rollback(request={"database": database, "transaction": token})
