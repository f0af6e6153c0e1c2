"""Jobs' documents by whoever wrote them: older code, newer code, or nobody who knew how."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from google.cloud import firestore

from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import Jobs
from shared.cloud.records import Loaded, Unread
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.job import Trouble
from shared.pipeline.job.schema import OLDEST, SCHEMA, WRITES
from tests.cloud.new_jobs import document, ended, loaded
from tests.faults.cloud import Cloud
from tests.pipeline.films import filmed


def test_a_field_that_is_none_again_is_deleted(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """What a retry takes back does not stay in the document."""
    found = stored()
    failed = jobs.save(found, replace(found.job, trouble=Trouble("stuck", "why", "move")))
    assert "error" in document(cloud, found.job.id).get().to_dict()

    jobs.save(failed, replace(failed.job, trouble=None))

    assert "error" not in document(cloud, found.job.id).get().to_dict()


def test_a_newer_schema_is_left_alone(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Code of yesterday does not touch a document that only code of tomorrow may write (hole 54)."""
    found = stored()
    document(cloud, found.job.id).update({"schema": SCHEMA + 2, "reads": SCHEMA + 1})

    with pytest.raises(NewerSchema, match=f"code of schema {SCHEMA + 1} and newer"):
        jobs.load(found.job.id)


def test_a_newer_writers_document_is_written_on(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """What says that this code may write it is read and written; it stays the newer writer's."""
    found = stored()
    document(cloud, found.job.id).update({"schema": SCHEMA + 1, "reads": SCHEMA, "lane": "acme.0"})

    newer = loaded(jobs, found.job.id)
    jobs.save(newer, replace(newer.job, warnings=("seen",)))

    kept = document(cloud, found.job.id).get().to_dict()
    assert (SCHEMA + 1, SCHEMA, "acme.0", ["seen"]) == tuple(kept[k] for k in ("schema", "reads", "lane", "warnings"))


@pytest.mark.parametrize(
    "strange",
    [
        {"nodes.compose.state": "parked"},
        {"nodes.compose.kind": "part"},
        {"ending": "suspended"},
        {"request.mode": "sandbox"},
        {"plan.join": "morph"},
        {"money": "moved"},
        {"plan": firestore.DELETE_FIELD},
        {"give_up_at": "later"},
    ],
)
def test_a_strange_word_of_newer_code_is_newer_of_ours_poison(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs, strange: dict[str, object]
) -> None:
    """Who wrote it says which: only a document of our own form can be broken (hole 224)."""
    found = stored()
    document(cloud, found.job.id).update(strange)
    with pytest.raises(Unreadable):
        jobs.load(found.job.id)

    document(cloud, found.job.id).update({"schema": SCHEMA + 1})

    with pytest.raises(NewerSchema, match=f"written by code of schema {SCHEMA + 1}"):
        jobs.load(found.job.id)


@pytest.mark.parametrize("schema", [None, "2", 2.0, True, [2]])
def test_a_document_without_a_form_is_unreadable(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs, schema: object
) -> None:
    """What does not say what it is, nobody guesses."""
    found = stored()
    document(cloud, found.job.id).update({"schema": schema})

    with pytest.raises(Unreadable, match="schema: expected a number"):
        jobs.load(found.job.id)


def test_a_poisoned_document_comes_as_unread_and_can_be_moved(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """It names itself and why, and its due moves without anybody reading it."""
    bad, good = stored().job.id, stored().job.id
    document(cloud, bad).update({"nodes": "eaten"})
    cloud.clock.forward(999)

    found = {type(each): each for each in jobs.overdue(cloud.clock(), 9).found}
    unread = found[Unread]
    assert isinstance(unread, Unread)
    jobs.postpone(unread.id, unread.revision, cloud.clock() + timedelta(hours=1))

    assert (bad, True) == (unread.id, "nodes" in unread.why)
    assert [good] == [each.job.id for each in jobs.overdue(cloud.clock(), 9).found if isinstance(each, Loaded)]
    assert 1 == len(jobs.overdue(cloud.clock(), 9).found)


def test_a_job_of_a_vendor_without_a_row_is_left_to_newer_code(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """A vendor's name is a word too: whoever has no row for it can neither ask it nor wait for it."""
    job_id = stored().job.id
    document(cloud, job_id).update({"nodes.clip-1.provider": "runway"})

    with pytest.raises(NewerSchema, match="made by runway"):
        jobs.load(job_id)


def test_a_document_from_before_purchases_is_read(cloud: Cloud, jobs: Jobs) -> None:
    """What the code of the first schema wrote has its order as its only purchase, and can be written."""
    golden = json.loads((Path(__file__).parent / "first_schema.json").read_text())
    golden["created_at"] = datetime.fromisoformat(golden["created_at"])
    document(cloud, "golden").set(golden)

    found = jobs.load("golden")

    assert found is not None
    assert (golden["request_hash"],) == tuple(each.request_hash for each in found.job.purchases)
    assert golden["money"]["reserved"] == found.job.purchases[0].ours
    assert tuple(sorted(golden["nodes"])) == found.job.purchases[0].made
    assert found.job == jobs.save(found, found.job).job
    assert found.job == loaded(jobs, "golden").job
    written = document(cloud, "golden").get().to_dict()
    assert (OLDEST, WRITES[OLDEST]) == (written["schema"], written["reads"])
    assert golden["request_hash"] == written["purchases"][0]["request_hash"]
    assert "looks" not in str(written["nodes"])


def test_what_newer_code_wrote_stays_in_the_document(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Fields of every kind, at every level, live through each write of a job: a step's, a retry's, an ending's."""
    made = stored(filmed(), avatar_script="Good morning.").job
    canaries = {
        "canary": firestore.SERVER_TIMESTAMP,
        "money.canary": b"seed",
        "plan.place.canary": {"deep": [1, {"a": None}]},
        "request.canary": firestore.GeoPoint(1, 2),
        "nodes.compose.canary": document(cloud, made.id),
        "nodes.`clip-1`.canary": 1.5,
    }
    document(cloud, made.id).update(canaries)

    kept = jobs.save(loaded(jobs, made.id), replace(loaded(jobs, made.id).job, warnings=("a step's",)))
    bought = replace(kept.job.purchases[0], name="again")
    retried = jobs.save(kept, replace(kept.job, purchases=(*kept.job.purchases, bought)))
    jobs.postpone(made.id, retried.revision, cloud.clock())
    jobs.save(loaded(jobs, made.id), ended(retried.job, cloud))

    snapshot = document(cloud, made.id).get()
    assert isinstance(snapshot.get("canary"), datetime)
    assert {name: value for name, value in canaries.items() if name != "canary"} == {
        name: snapshot.get(name) for name in canaries if name != "canary"
    }
    assert ("completed", 2) == (snapshot.get("ending"), len(snapshot.get("purchases")))
