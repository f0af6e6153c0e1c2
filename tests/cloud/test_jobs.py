"""The jobs' documents: created with their reservation, moved by compare-and-set, found when late, read as stored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.cloud.jobs import Conflict, Doubtful, JobExists, Jobs, StoreUnreachable
from shared.cloud.records import Filters, Loaded, NewDelivery
from shared.pipeline.job.job import Ending
from tests.cloud.new_jobs import document, ended, job, loaded
from tests.faults.cloud import Cloud
from tests.faults.wire import Kind
from tests.pipeline.films import filmed, spoken

COMMIT = "^firestore Commit"


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
