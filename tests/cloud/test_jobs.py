"""The jobs' documents: created with their reservation, moved by compare-and-set, found when late, read as stored."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from shared.cloud.documents import NewerSchema
from shared.cloud.jobs import Conflict, Doubtful, JobExists, Jobs, StoreUnreachable
from shared.cloud.records import Filters, Loaded, NewDelivery, Unread
from shared.pipeline.codec import Unreadable
from shared.pipeline.job.job import Ending, Job, Trouble
from shared.pipeline.job.schema import OLDEST, SCHEMA, WRITES
from shared.pipeline.job.status import status
from tests.cloud.new_jobs import job
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind
from tests.pipeline.films import filmed, spoken

COMMIT = "^firestore Commit"


@pytest.fixture
def jobs(cloud: Cloud) -> Jobs:
    return cloud.wiring.jobs


@pytest.fixture
def stored(cloud: Cloud, jobs: Jobs) -> Callable[..., Loaded]:
    """Return a function that stores a new job and loads it."""

    def store(*scenes: Any, **changed: Any) -> Loaded:
        made = job(cloud.clock, *scenes, **changed)
        jobs.create(made, jobs.month(made.tenant, made.money.usage_doc))
        return loaded(jobs, made.id)

    return store


def loaded(jobs: Jobs, job_id: str) -> Loaded:
    found = jobs.load(job_id)
    assert found is not None
    return found


def document(cloud: Cloud, job_id: str) -> Any:
    return cloud.wiring.clients.firestore.collection("jobs").document(job_id)


def ended(before: Job, cloud: Cloud) -> Job:
    money = replace(before.money, charged=before.money.reserved - 5, refunded=5)
    return replace(before, ending=Ending.COMPLETED, ended_at=cloud.clock(), money=money)


def test_a_job_reads_back_as_it_was_written(cloud: Cloud, jobs: Jobs) -> None:
    """Every field survives the document, the nodes in the order of their graph."""
    made = job(cloud.clock, *[filmed(4) for _ in range(12)], spoken())

    jobs.create(made, jobs.month("acme", made.money.usage_doc))

    assert made == loaded(jobs, made.id).job
    assert list(made.nodes) == list(loaded(jobs, made.id).job.nodes)


def test_nobody_is_none(jobs: Jobs) -> None:
    """A job that is not there is None, not an error."""
    assert jobs.load("00000000-0000-0000-0000-000000000000") is None


def test_a_creation_reserves_its_price(stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """The tenant's month counts the film and what may be spent on it."""
    first, second = stored().job, stored().job

    month = jobs.month("acme", first.money.usage_doc)

    assert (2, first.money.reserved + second.money.reserved, 0) == (month.films, month.reserved, month.charged)


def test_a_creation_twice_is_told_apart(stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """The id is taken: JobExists, and nothing is reserved again."""
    made = stored().job

    with pytest.raises(JobExists):
        jobs.create(made, jobs.month("acme", made.money.usage_doc))

    assert made.money.reserved == jobs.month("acme", made.money.usage_doc).reserved


@pytest.mark.parametrize("begun", [False, True])
def test_a_month_that_moved_is_a_conflict(cloud: Cloud, jobs: Jobs, stored: Callable[..., Loaded], begun: bool) -> None:
    """Whether the month was begun or grew meanwhile: the job is not created."""
    if begun:
        stored()
    made = job(cloud.clock)
    month = jobs.month("acme", made.money.usage_doc)
    stored()

    with pytest.raises(Conflict):
        jobs.create(made, month)

    assert jobs.load(made.id) is None


def test_two_writers_of_one_revision(stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """The second one is told; its words are not written."""
    found = stored()
    jobs.save(found, replace(found.job, warnings=("first",)))

    with pytest.raises(Conflict):
        jobs.save(found, replace(found.job, warnings=("second",)))

    assert ("first",) == loaded(jobs, found.job.id).job.warnings


def test_a_save_returns_the_next_revision(stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Two commits in a row cost one read."""
    found = stored()

    later = jobs.save(found, replace(found.job, warnings=("1",)))
    jobs.save(later, replace(later.job, warnings=("2",)))

    assert ("2",) == loaded(jobs, found.job.id).job.warnings


def test_a_deleted_job_is_a_conflict(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """A write never brings back half a job."""
    found = stored()
    document(cloud, found.job.id).delete()

    with pytest.raises(Conflict):
        jobs.save(found, replace(found.job, warnings=("1",)))

    assert jobs.load(found.job.id) is None


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN"])
def test_a_lost_answer_is_doubtful(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs, code: str) -> None:
    """The commit was applied, its answer was lost; the library did not send it again."""
    found = stored()
    cloud.wire.on(COMMIT, Kind.LOSE, code)
    before = cloud.wire.count(COMMIT)

    with pytest.raises(Doubtful):
        jobs.save(found, replace(found.job, warnings=("written",)))

    assert ("written",) == loaded(jobs, found.job.id).job.warnings
    assert 1 == cloud.wire.count(COMMIT) - before


def test_an_aborted_commit_is_a_conflict(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Contention is no doubt: it was not applied."""
    found = stored()
    cloud.wire.on(COMMIT, Kind.REFUSE, "ABORTED")

    with pytest.raises(Conflict):
        jobs.save(found, replace(found.job, warnings=("1",)))


def test_an_ending_moves_its_month_and_bears_its_delivery(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """Job, month and webhook in one batch."""
    found = stored()
    end = ended(found.job, cloud)
    money = end.money
    deliver = NewDelivery("d", "acme", end.id, "https://x.example", "job.completed", cloud.clock())

    jobs.save(found, end, deliver=(deliver,))

    month = jobs.month("acme", money.usage_doc)
    assert (0, money.charged, 5) == (month.reserved, month.charged, month.refunded)
    due = cloud.wiring.deliveries.load("d")
    assert due is not None
    assert (end.id, 0, 1, "queued") == (due.job, due.attempts, due.wake, due.state)


def test_an_ending_that_lost_the_race_moves_nothing(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """The batch is atomic: no month, no delivery without the job."""
    found = stored()
    end = ended(found.job, cloud)
    jobs.save(found, replace(found.job, warnings=("faster",)))
    deliver = NewDelivery("d", "acme", end.id, "https://x.example", "job.completed", cloud.clock())

    with pytest.raises(Conflict):
        jobs.save(found, end, deliver=(deliver,))

    assert found.job.money.reserved == jobs.month("acme", end.money.usage_doc).reserved
    assert cloud.wiring.deliveries.load("d") is None


def test_a_month_that_was_deleted_stays_deleted(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its tenant is gone: the job ends all the same, its webhook is born, and a line says what was moved."""
    found = stored()
    month = cloud.wiring.clients.firestore.document(f"tenants/acme/usage/{found.job.money.usage_doc}")
    month.delete()
    deliver = NewDelivery("d", "acme", found.job.id, "https://x.example", "job.completed", cloud.clock())

    jobs.save(found, ended(found.job, cloud), deliver=(deliver,))

    assert Ending.COMPLETED is loaded(jobs, found.job.id).job.ending
    assert cloud.wiring.deliveries.load("d")
    assert not month.get().exists
    assert '"fact": "month_gone"' in capsys.readouterr().out


def test_a_claim_beyond_the_price_is_in_the_month_at_once(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """Whatever a commit books beyond the reservation, the month reserves in the same batch, without being read."""
    found = stored()
    more = replace(found.job, money=replace(found.job.money, reserved=found.job.money.reserved + 7))
    reads = cloud.firestore.counts.reads

    jobs.save(found, more)

    assert reads == cloud.firestore.counts.reads
    assert more.money.reserved == jobs.month("acme", found.job.money.usage_doc).reserved


def test_an_ended_job_has_no_due_and_expires(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """`due_at` is deleted, not null; `expire_at` is thirty days off."""
    found = stored()

    jobs.save(found, ended(found.job, cloud))

    data = document(cloud, found.job.id).get().to_dict()
    assert "due_at" not in data
    assert cloud.clock() + timedelta(days=30) == data["expire_at"]


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


def test_overdue_jobs_come_most_overdue_first(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Only what is late, at most the limit."""
    ids = []
    for _ in range(3):
        ids.append(stored().job.id)
        cloud.clock.forward(10)
    cloud.clock.forward(105)

    found = jobs.overdue(cloud.clock(), 5).found
    first = jobs.overdue(cloud.clock(), 1).found

    assert ids[:2] == [each.job.id for each in found if isinstance(each, Loaded)]
    assert ids[:1] == [each.job.id for each in first if isinstance(each, Loaded)]


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


def test_live_jobs_are_counted_without_a_counter(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """Only what has a due counts; an ending takes itself out."""
    first, _second, _other = stored(), stored(), stored(tenant="other")
    assert 2 == jobs.live("acme").count

    jobs.save(first, ended(first.job, cloud))

    assert 1 == jobs.live("acme").count


def test_a_page_is_newest_first_and_goes_on_after_its_cursor(
    cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs
) -> None:
    """Jobs of one moment are told apart by id: none is shown twice or skipped."""
    ids = []
    for number in range(5):
        ids.append(stored().job.id)
        cloud.clock.forward(number % 2)
    stored(tenant="other")

    shown: list[str] = []
    after = None
    while page := jobs.page("acme", Filters(), 2, after):
        shown += [each.id for each in page]
        after = (page[-1].created_at, page[-1].id)

    assert sorted(ids) == sorted(shown)
    assert ids[-1] == shown[0]


def test_an_unreadable_job_is_a_row_of_its_page(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """One of a newer schema and one with a word this code does not know stand in their place of the list."""
    old, cloudy, new = (stored().job.id for _ in range(3))
    document(cloud, old).update({"reads": SCHEMA + 1})
    document(cloud, cloudy).update({"nodes.compose.state": "paused"})

    found = jobs.page("acme", Filters(), 9, None)

    assert {old, cloudy} == {each.id for each in found if isinstance(each, Unread)}
    assert {new} == {each.id for each in found if isinstance(each, Job)}


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


def test_a_page_is_narrowed(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """By status, product and time of creation."""
    old = stored(product_id="p1").job
    cloud.clock.forward(60)
    new = stored(product_id="p2").job

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in jobs.page("acme", Filters(**filters), 9, None)]

    assert [new.id, old.id] == ids(status=status(new).value)
    assert [] == ids(status="completed")
    assert [old.id] == ids(product_id="p1")
    assert [new.id] == ids(created_from=new.created_at)
    assert [old.id] == ids(created_to=new.created_at)


def test_now_is_the_servers_time(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """The read's time, plus what has passed here since."""
    found = stored()
    read = cloud.clock()
    cloud.clock.forward(7)

    assert timedelta(0) <= jobs.now(found) - (read + timedelta(seconds=7)) < timedelta(milliseconds=1)


@pytest.mark.parametrize("ask", ["load", "month", "live", "overdue", "page"])
def test_a_store_that_refuses_is_unreachable(cloud: Cloud, jobs: Jobs, ask: str) -> None:
    """Every read has one kind of failure: the one that is answered 503."""
    cloud.wire.on("^firestore", Kind.REFUSE, "PERMISSION_DENIED", times=9)
    asks: dict[str, Callable[[], object]] = {
        "load": lambda: jobs.load("x"),
        "month": lambda: jobs.month("acme", "2026-11"),
        "live": lambda: jobs.live("acme"),
        "overdue": lambda: jobs.overdue(cloud.clock(), 1).found,
        "page": lambda: jobs.page("acme", Filters(), 1, None),
    }

    with pytest.raises(StoreUnreachable):
        asks[ask]()


def test_one_hiccup_of_a_read_is_not_seen(cloud: Cloud, stored: Callable[..., Loaded], jobs: Jobs) -> None:
    """A read is repeated by the library: it harms nobody."""
    found = stored()
    cloud.wire.on("^firestore BatchGet", Kind.REFUSE)

    assert found.job == loaded(jobs, found.job.id).job


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
