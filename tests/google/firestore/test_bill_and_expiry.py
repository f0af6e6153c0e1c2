"""What is billed and what expires; Google: firestore/pricing and firestore/docs/ttl."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition
from google.cloud import firestore
from google.cloud.firestore import FieldFilter

from infra.local.google.firestore.server import Counts, FirestoreServer
from tests.google.firestore.conftest import Clock, Connect

TTL = {
    "fieldOverrides": [
        {"collectionGroup": "jobs", "fieldPath": "expire_at", "ttl": True, "indexes": []},
        {"collectionGroup": "cache", "fieldPath": "meta.until", "ttl": True},
    ]
}


def test_every_document_operation_is_billed(client: Any, server: FirestoreServer) -> None:
    """Reads (missing ones too), writes and deletes each count one a document (firestore/pricing)."""
    batch = client.batch()
    for name in "abc":
        batch.set(client.document(f"b/{name}"), {"n": 1})
    batch.commit()
    client.document("b/a").get()
    client.document("b/missing").get()
    client.document("b/a").update({"n": firestore.Increment(1)})
    client.document("b/c").delete()

    assert server.counts == Counts(reads=2, writes=4, deletes=1)


def test_queries_are_billed_by_what_they_return(client: Any, server: FirestoreServer) -> None:
    """A query costs its results and skipped documents, at least one read; a count 1 per 1000 (firestore/pricing)."""
    for name in "abc":
        client.document(f"b/{name}").set({"n": 1})
    collection = client.collection("b")
    before = server.counts.reads
    costs = []
    for run in (
        lambda: list(collection.stream()),
        lambda: list(collection.where(filter=FieldFilter("n", ">", 1)).stream()),
        lambda: list(collection.order_by("n").offset(1).limit(1).stream()),
        lambda: collection.count().get(),
    ):
        run()
        costs.append(server.counts.reads - before)
        before = server.counts.reads

    assert costs == [3, 1, 2, 1]


def test_refused_commit_is_not_billed(client: Any, server: FirestoreServer) -> None:
    """A commit that fails writes nothing and counts nothing (firestore/pricing)."""
    stale = client.document("b/a").set({}).update_time
    client.document("b/a").set({"n": 1})

    with pytest.raises(FailedPrecondition):
        client.document("b/a").update({"n": 2}, option=client.write_option(last_update_time=stale))

    assert server.counts == Counts(reads=0, writes=2, deletes=0)


@pytest.fixture
def expiring(tmp_path: Path, clock: Clock) -> Iterator[FirestoreServer]:
    """Make an embedded Firestore whose index list names TTL fields."""
    path = tmp_path / "firestore.indexes.json"
    path.write_text(json.dumps(TTL), encoding="utf-8")
    server = FirestoreServer(tmp_path / "expiring", indexes=path, clock=clock)
    yield server
    server.stop()


def test_expired_documents_are_seen_until_purged(expiring: FirestoreServer, connect: Connect, clock: Clock) -> None:
    """A passed TTL field deletes nothing by itself: the document is still there (firestore/docs/ttl)."""
    client = connect(expiring.start())

    client.document("jobs/old").set({"expire_at": clock.now - timedelta(days=1)})

    assert client.document("jobs/old").get().exists


def test_purge_deletes_what_has_expired(expiring: FirestoreServer, connect: Connect, clock: Clock) -> None:
    """Only documents whose TTL field is a passed timestamp go, in the whole collection group (firestore/docs/ttl)."""
    client = connect(expiring.start())
    hour = timedelta(hours=1)
    documents: dict[str, dict[str, Any]] = {
        "jobs/old": {"expire_at": clock.now - hour},
        "a/b/jobs/old": {"expire_at": clock.now},
        "cache/old": {"meta": {"until": clock.now - hour}},
        "jobs/young": {"expire_at": clock.now + hour},
        "jobs/none": {},
        "jobs/text": {"expire_at": "2020-01-01"},
        "others/old": {"expire_at": clock.now - hour},
    }
    for path, fields in documents.items():
        client.document(path).set(fields)

    purged = expiring.purge_expired()

    left = {path for path in documents if client.document(path).get().exists}
    assert purged == 3
    assert left == {"jobs/young", "jobs/none", "jobs/text", "others/old"}
    assert expiring.counts.deletes == 3
